"""A sentence for an image: one-to-many."""
