"""HashedNGrams: which n-grams there are, and that the graph is the same everywhere."""

import pytest
import tensorflow as tf

from seqkit.text import HashedNGrams


def expected_ngrams(words, word_range, char_range):
    """The n-grams of one text, as things that can be compared, by plain Python."""
    actual = set()
    if word_range:
        for n in range(word_range[0], word_range[1] + 1):
            actual |= {("w", *words[i : i + n]) for i in range(len(words) - n + 1)}
    if char_range:
        for word in words:
            letters = [None, *word, None]  # one sign for both boundaries
            for n in range(char_range[0], char_range[1] + 1):
                actual |= {("c", *letters[i : i + n]) for i in range(len(letters) - n + 1)}
    return actual


@pytest.mark.parametrize(
    ("word_range", "char_range"), [((1, 2), None), (None, (2, 4)), ((1, 3), (1, 2))]
)
def test_gives_one_bucket_for_each_distinct_ngram(word_range, char_range):
    texts = [["not", "good", "not", "good"], [], ["가나다"], ["a"], ["x", "x", "x"]]
    ngrams = HashedNGrams(2**31 - 1, word_ngrams=word_range, char_ngrams=char_range)
    buckets = ngrams(tf.ragged.constant(texts)).to_list()
    assert [len(set(row)) for row in buckets] == [len(row) for row in buckets]
    assert [len(row) for row in buckets] == [
        len(expected_ngrams(words, word_range, char_range)) for words in texts
    ]


def test_equal_ngrams_of_different_texts_share_a_bucket():
    ngrams = HashedNGrams(2**31 - 1, word_ngrams=(2, 2), char_ngrams=None)
    first, second, turned = ngrams(
        tf.ragged.constant([["so", "not", "good"], ["not", "good"], ["good", "not"]])
    ).to_list()
    assert set(second) < set(first)
    assert not set(turned) & set(first)


def test_ngrams_do_not_cross_texts_or_words():
    ngrams = HashedNGrams(2**31 - 1, word_ngrams=(2, 2), char_ngrams=None)
    assert ngrams(tf.ragged.constant([["a"], ["b"]])).to_list() == [[], []]
    letters = HashedNGrams(2**31 - 1, word_ngrams=None, char_ngrams=(3, 3))
    apart = letters(tf.ragged.constant([["a", "b"]])).to_list()[0]
    assert len(apart) == 2  # each letter between two boundaries


def test_buckets_lie_in_the_table_and_are_never_padding():
    ngrams = HashedNGrams(7)
    buckets = ngrams(tf.ragged.constant([[f"word{i}" for i in range(200)]])).values.numpy()
    assert set(buckets) == {1, 2, 3, 4, 5, 6}


def test_hashes_do_not_change():
    """Served models and their training must agree, also after an upgrade: pinned values."""
    ngrams = HashedNGrams(2**20, word_ngrams=(1, 2), char_ngrams=(2, 3))
    assert ngrams(tf.ragged.constant([["ab", "c"]])).to_list() == [
        [175013, 218022, 250680, 406338, 420923, 945435, 975966, 1006774, 1009318, 1036063, 1041524]
    ]


def test_handles_no_text_and_no_words():
    ngrams = HashedNGrams(100)
    assert ngrams(tf.RaggedTensor.from_row_splits(tf.constant([], tf.string), [0])).to_list() == []
    assert ngrams(tf.ragged.constant([[], []], tf.string, ragged_rank=1)).to_list() == [[], []]


def test_config_round_trip():
    ngrams = HashedNGrams(1000, word_ngrams=None, char_ngrams=(3, 6))
    again = HashedNGrams.from_config(ngrams.get_config())
    words = tf.ragged.constant([["hello", "world"]])
    assert again(words).to_list() == ngrams(words).to_list()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"num_buckets": 1}, "num_buckets is 1"),
        ({"num_buckets": 10, "word_ngrams": (2, 1)}, r"word_ngrams is \(2, 1\)"),
        ({"num_buckets": 10, "char_ngrams": (0, 1)}, r"char_ngrams is \(0, 1\)"),
        ({"num_buckets": 10, "word_ngrams": None, "char_ngrams": None}, "both None"),
    ],
)
def test_refuses_ranges_that_mean_nothing(arguments, named):
    with pytest.raises(ValueError, match=named):
        HashedNGrams(**arguments)
