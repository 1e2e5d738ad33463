from __future__ import annotations

import numpy as np
import pytest

from seqkit import data
from seqkit.tasks.translation.batches import EncodedPairs, PairBatches
from seqkit.text import TextEncoder, Vocabulary, WordTokenizer

WORDS = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 3, "b": 2, "c": 1}))


def pairs(rows, max_length=10, **options):
    dataset = data.read(rows, columns=("source", "target"), **options)
    return EncodedPairs(dataset, WORDS, WORDS, max_length=max_length)


def test_a_target_is_given_up_to_each_token_and_asked_for_the_next():
    inputs, following = pairs([("a", "a b c"), ("b a", "b")]).padded(np.array([0, 1]))
    assert inputs["encoder_token_ids"].tolist() == [[4, 0], [5, 4]]
    assert inputs["decoder_token_ids"].tolist() == [[2, 4, 5, 6], [2, 5, 0, 0]]
    assert following.tolist() == [[4, 5, 6, 3], [5, 3, 0, 0]]


def test_long_pairs_are_left_out_and_counted():
    found = pairs([("a", "a a a"), ("a a a", "b"), ("c", "c")], max_length=2)
    assert (len(found), found.num_left_out) == (1, 2)
    assert found.padded(np.array([0]))[1].tolist() == [[6, 3]]
    with pytest.raises(ValueError, match="greater max_length"):
        pairs([("a a", "a a")], max_length=1)


def test_an_empty_side_is_unk_to_read_and_nothing_to_write():
    inputs, following = pairs([("", ""), ("a", "b")], bad_pairs="keep").padded(np.array([0]))
    assert inputs["encoder_token_ids"].tolist() == [[1]]
    assert (inputs["decoder_token_ids"].tolist(), following.tolist()) == ([[2]], [[3]])


def test_an_epoch_holds_every_pair_once():
    rows = [("a " * (1 + i % 5), "b " * (1 + i % 3) + "c" * (i % 2)) for i in range(50)]
    batches = PairBatches(pairs(rows), batch_size=8, seed=1)
    seen = 0
    for inputs, following in batches.dataset():
        assert following.shape == inputs["decoder_token_ids"].shape
        seen += following.shape[0]
    assert seen == 50 and len(batches) == 7
