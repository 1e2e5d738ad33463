"""Texts into classes: a core on ids (`core`), around it a shell on strings (`model`)."""
