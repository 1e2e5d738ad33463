"""A tag for each token: a core on ids (`core`), around it a shell on strings (`model`)."""
