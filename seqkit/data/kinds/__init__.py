"""One file a kind of row: labels, tags, pairs, captions; what is asked of each."""
