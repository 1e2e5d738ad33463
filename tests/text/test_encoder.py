"""TextEncoder: ids, n-grams and an honest unknown rate."""

import numpy as np
import pytest

from seqkit.text import (
    HashedNGrams,
    Normalizer,
    SubwordTokenizer,
    TextEncoder,
    Vocabulary,
    WordTokenizer,
    learn_dictionary,
)

# That graphs and pipelines encode alike is tested where they are served and read.
pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.fixture(scope="module")
def encoder():
    vocabulary = Vocabulary.from_counts({"good": 3, "bad": 2, "film": 1})
    return TextEncoder(WordTokenizer(), vocabulary, HashedNGrams(1000))


def test_unknown_rate_counts_tokens_outside_the_dictionary(encoder):
    encoded = encoder(["good film", "good unheard film unseen", "???"])
    assert encoded.unknown_rate.numpy().tolist() == [0.0, 0.5, 1.0]
    assert encoded.token_ids.to_list() == [[4, 6], [4, 1, 6, 1], [1, 1, 1]]


def test_a_text_without_tokens_is_one_unk_and_wholly_unknown(encoder):
    encoded = encoder(["", "  \n", "good"])
    assert encoded.token_ids.to_list() == [[1], [1], [4]]
    assert encoded.unknown_rate.numpy().tolist() == [1.0, 1.0, 0.0]
    assert encoded.ngram_ids.row_lengths().numpy().tolist()[:2] == [0, 0]


def test_no_text_at_all(encoder):
    encoded = encoder(np.array([], object))
    assert encoded.token_ids.to_list() == []
    assert encoded.unknown_rate.shape == (0,)


def test_without_ngrams_their_rows_are_empty():
    encoded = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 1}))(["a", "b"])
    assert encoded.ngram_ids.to_list() == [[], []]


def test_characters_spelled_by_bytes_are_unknown():
    texts = ["the cat sat on the mat", "a cat and a mat"] * 20
    tokenizer, vocabulary = learn_dictionary(
        [texts], "subword", normalizer=Normalizer(), vocabulary_size=300
    )
    assert isinstance(tokenizer, SubwordTokenizer)
    known, unknown = TextEncoder(tokenizer, vocabulary)(["the cat", "漢"]).unknown_rate.numpy()
    assert known == 0.0
    assert unknown > 0.5  # all but the space at the front


def test_ngrams_of_words_are_the_same_beside_any_tokenizer():
    vocabulary = Vocabulary.from_counts({"a": 1})
    normalizer = Normalizer("NFC", lowercase=True)
    by_char, _ = learn_dictionary([["ab"]], "char", normalizer=normalizer, vocabulary_size=10)
    texts = ["Good FILM, not bad"]
    beside_char = TextEncoder(by_char, vocabulary, HashedNGrams(1000))(texts).ngram_ids
    words = WordTokenizer(normalizer=normalizer)
    assert TextEncoder(words, vocabulary, HashedNGrams(1000))(texts).ngram_ids.to_list() == (
        beside_char.to_list()
    )


def test_config_round_trip(encoder):
    again = TextEncoder.from_config(encoder.get_config())
    texts = ["good bad ugly", ""]
    one, other = encoder(texts), again(texts)
    assert one.token_ids.to_list() == other.token_ids.to_list()
    assert one.ngram_ids.to_list() == other.ngram_ids.to_list()
    assert one.unknown_rate.numpy().tolist() == other.unknown_rate.numpy().tolist()


def test_extended_knows_new_words_and_keeps_old_ids(encoder):
    new = encoder.extended([["splendid splendid film", "rare"]], min_count=2)
    assert new(["good film splendid rare"]).token_ids.to_list() == [[4, 6, 7, 1]]


def test_tokens_are_told_as_they_were_read_known_or_not(encoder):
    encoded = encoder(["Good unheard film", "", "bad"])
    assert encoded.tokens.to_list() == [[b"good", b"unheard", b"film"], [], [b"bad"]]
    # Ids and tokens stand beside each other, but for the UNK of a text without a token.
    assert encoded.token_ids.row_lengths().numpy().tolist() == [3, 1, 1]
