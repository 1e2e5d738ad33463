"""Built-in sample data, so that every recipe runs with no download."""
