"""Long texts, read in order and not as rows."""
