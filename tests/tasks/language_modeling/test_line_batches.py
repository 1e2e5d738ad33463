"""Texts of their own as ids, and the batches of an epoch."""

import numpy as np
import pytest

from seqkit.data import read
from seqkit.tasks.language_modeling.line_batches import EncodedLines, LineBatches
from seqkit.text import CharTokenizer, TextEncoder, Vocabulary

LETTERS = TextEncoder(CharTokenizer(), Vocabulary.from_counts(dict.fromkeys("abc", 1)))
TEXTS = ["abc", "a", "ab", "cab", "b", "cc"] * 3


def lines(texts=TEXTS, max_length=10):
    return EncodedLines(read({"text": texts}, columns=("text",)), LETTERS, max_length=max_length)


def test_what_comes_next_is_what_is_read_moved_by_one():
    before, following = lines(["abc", "b"]).padded(np.array([1, 0]))
    assert before.tolist() == [[2, 5, 0, 0], [2, 4, 5, 6]]
    assert following.tolist() == [[5, 3, 0, 0], [4, 5, 6, 3]]


def test_long_texts_are_left_out_and_counted():
    some = lines(max_length=2)
    assert len(some) == 12 and some.num_left_out == 6
    assert some.lengths.max() == 3
    with pytest.raises(ValueError, match="max_length is 2 tokens, and each of 1 texts has more"):
        lines(["abc"], max_length=2)


def test_every_text_comes_once_in_an_epoch_in_another_order():
    batches = LineBatches(lines(), batch_size=4, seed=0)
    epochs = []
    for epoch in range(2):
        batches.epoch = epoch
        rows = [tuple(row[row > 0]) for _, wanted in batches.dataset() for row in wanted.numpy()]
        assert sorted(rows) == sorted(
            tuple([*("abc".index(c) + 4 for c in text), 3]) for text in TEXTS
        )
        epochs.append(rows)
    assert epochs[0] != epochs[1]


def test_the_texts_as_a_stream():
    assert lines(["ab", "c"]).stream().tolist() == [4, 5, 3, 6, 3]
