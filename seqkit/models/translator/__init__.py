"""A text into another: a core on ids (`core`), a search (`search`), strings around it (`model`)."""
