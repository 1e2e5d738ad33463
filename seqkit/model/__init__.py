"""What the models of all tasks share: loading, saving, growing, batches of strings."""
