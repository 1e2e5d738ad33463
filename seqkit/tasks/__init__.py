"""One folder a task: its network, its model on strings, its training, its scores and its report."""
