"""Workers that measure other packages, each in an environment of its own; started by `speed.py`."""
