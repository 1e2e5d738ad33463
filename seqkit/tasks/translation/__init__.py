"""One sentence into another: many-to-many, with an encoder and a decoder."""
