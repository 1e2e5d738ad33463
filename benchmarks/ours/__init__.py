"""Workers that measure seqkit; `python -m benchmarks.ours.NAME CONFIG`, started by `speed.py`."""
