"""Measures the quality and the speed of seqkit, each beside something a user would take instead."""
