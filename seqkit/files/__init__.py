"""Files that are written whole or not at all, locks on folders, and paths that users give."""
