"""KnownNGrams: the n-grams of training texts have numbers, and all others are left out."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit.text import KnownNGrams
from seqkit.text.known_ngrams import _two_places
from tests.text.test_ngrams import expected_ngrams

TEXTS = [["not", "good", "not", "good"], [], ["가나다"], ["a"], ["x", "x", "x"], ["so", "good"]]


def ragged(texts):
    return tf.ragged.constant(texts, dtype=tf.string, ragged_rank=1)


def test_every_ngram_of_training_has_a_number_and_each_comes_once():
    ngrams = KnownNGrams.learn([ragged(TEXTS[:3]), ragged(TEXTS[3:])])
    numbers = ngrams(ragged(TEXTS)).to_list()
    each = [expected_ngrams(words, (1, 2), (2, 5)) for words in TEXTS]
    assert [len(set(row)) for row in numbers] == [len(row) for row in numbers]
    assert [len(row) for row in numbers] == [len(own) for own in each]
    assert len(ngrams) == len(set.union(*each))
    assert {number for row in numbers for number in row} == {*range(1, len(ngrams) + 1)}
    of_letters = sum(kind == "c" for kind, *_ in set.union(*each))
    assert ngrams.of_letters.sum() == of_letters


def test_what_training_did_not_have_is_left_out():
    ngrams = KnownNGrams.learn([ragged(TEXTS)], char_ngrams=None)
    known = ngrams(ragged([["good", "not"]])).to_list()[0]
    asked = ragged([["good", "new", "not"], ["new"], [], ["new", "newer", "newest"] * 300])
    found = ngrams(asked).to_list()
    assert found[1:] == [[], [], []]
    assert len(found[0]) == 2 and set(found[0]) <= set(known)  # the pair is another


def test_the_most_frequent_are_kept_and_come_first():
    ngrams = KnownNGrams.learn([ragged([["a"], ["b"], ["b"], ["c"]] * 2)], most=2, char_ngrams=None)
    assert ngrams(ragged([["b"], ["a"], ["c"]])).to_list()[0] == [1]
    assert len(ngrams) == 2


def test_more_texts_keep_the_numbers_of_before():
    old = KnownNGrams.learn([ragged(TEXTS[:2])])
    grown = old.extended([ragged(TEXTS)])
    assert grown(ragged(TEXTS[:2])).to_list() == old(ragged(TEXTS[:2])).to_list()
    assert len(grown) == len(KnownNGrams.learn([ragged(TEXTS)]))
    assert len(old.extended([ragged(TEXTS)], most=len(old) + 3)) == len(old) + 3
    assert len(old.extended([ragged(TEXTS)], most=1)) == len(old)


def test_nothing_was_learned():
    ngrams = KnownNGrams.learn([])
    assert len(ngrams) == 0
    assert ngrams(ragged([["a", "b"], []])).to_list() == [[], []]


@pytest.mark.parametrize("count", [1, 2, 3, 1000, 70_000])
def test_each_hash_lies_at_one_of_its_places(count):
    hashes = np.random.default_rng(count).choice(2**31 - 2, count, replace=False) + 1
    keys, numbers = _two_places(hashes.astype(np.int32))
    assert len(keys) <= 4 * max(1, count)
    assert sorted(numbers[numbers > 0]) == [*range(1, count + 1)]
    assert (keys[numbers > 0] == hashes[numbers[numbers > 0] - 1]).all()
    assert not keys[numbers == 0].any()


def test_refuses_the_same_hash_twice_and_no_ngrams_at_all():
    with pytest.raises(ValueError, match="not all different"):
        KnownNGrams([5, 5])
    with pytest.raises(ValueError, match="both None"):
        KnownNGrams([], word_ngrams=None, char_ngrams=None)
