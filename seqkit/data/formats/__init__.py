"""One file a format: bytes and tables in, rows with their places out."""
