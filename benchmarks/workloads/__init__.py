"""What speed is measured on, the same for all who are compared.

Workers read these modules in the peers' environments, where there is no seqkit: at import they
need the standard library and NumPy alone.
"""
