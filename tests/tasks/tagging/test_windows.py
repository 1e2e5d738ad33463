"""Windows: every word counts once, with words around it."""

import hypothesis.strategies as st
import numpy as np
import tensorflow as tf
from hypothesis import given, settings

from seqkit.tasks.tagging.windows import windows


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 200), min_size=1, max_size=6), st.integers(16, 70))
def test_every_word_counts_once_and_sees_what_is_around_it(lengths, max_length):
    splits = np.cumsum([0, *lengths]).astype("int32")
    cut = windows(tf.constant(splits), max_length)
    begin, end, keep_begin, keep_end = (part.numpy() for part in cut)
    kept = [i for first, last in zip(keep_begin, keep_end, strict=True) for i in range(first, last)]
    assert kept == list(range(splits[-1]))
    assert ((end - begin) <= max_length).all()
    document = np.searchsorted(splits, begin, side="right") - 1
    for window in range(len(begin)):
        first, last = splits[document[window]], splits[document[window] + 1]
        assert first <= begin[window] < end[window] <= last
        margin = max_length // 8
        assert begin[window] == first or keep_begin[window] - begin[window] >= margin
        assert end[window] == last or end[window] - keep_end[window] >= margin
