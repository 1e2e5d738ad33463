"""Music, frame by frame: a core on pitches (`core`), pieces around it (`model`)."""
