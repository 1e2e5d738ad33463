"""A sentence of an image: encoders (`encoders`), the core on pixels and ids (`core`), the search
(`search`), and image files to sentences (`model`).
"""
