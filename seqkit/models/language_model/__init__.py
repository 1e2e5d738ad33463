"""What comes next in a text: a core on ids (`core`), what is made of it (`reading`, `scores`,
`search`, `completion`), all that on strings (`graph`), and what Python calls (`model`).
"""
