"""Words on four levels: dictionary, letters, affixes and shape, UNK."""

import numpy as np
import pytest

from seqkit.text import BOS_ID, EOS_ID, UNK_ID, WordEncoder
from seqkit.text.word_encoder import NUM_AFFIXES


@pytest.fixture(scope="module")
def encoder():
    words = ["Cat", "cat", "cats", "1999", "한국어를", "한국어가", "naïve", "A" * 9 + "z" * 9]
    return WordEncoder.learn([words[:3], words[3:]], min_count=1, max_characters=12)


def test_case_and_digits_do_not_count_in_the_dictionary(encoder):
    ids = encoder(["CAT", "cat", "2024", "1999", "unheard"]).token_ids.numpy().tolist()
    assert ids[0] == ids[1] != UNK_ID
    assert ids[2] == ids[3] != UNK_ID
    assert ids[4] == UNK_ID
    assert encoder.is_unknown(["cat", "unheard"]).numpy().tolist() == [False, True]


def letters(encoder, word):
    ids = encoder([word]).character_ids.numpy()[0]
    ids = ids[ids > 0]
    assert (ids[0], ids[-1]) == (BOS_ID, EOS_ID)
    return b"".join(encoder.characters.id_to_token(ids[1:-1]).numpy().tolist()).decode()


def test_letters_keep_case_and_part_syllables(encoder):
    assert letters(encoder, "Cat") == "Cat"
    assert letters(encoder, "한국어") == "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165"
    assert letters(encoder, "") == ""
    # Written with marks apart, the same word.
    assert letters(encoder, "nai\u0308ve") == letters(encoder, "naïve") == "naïve"


@pytest.mark.parametrize("count", range(30))
def test_a_long_word_is_read_by_its_halves(encoder, count):
    word = ("AAAAA" + "zzzzz" * 9)[: max(0, count)]
    expected = word if len(word) <= 10 else word[:5] + word[-5:]
    assert letters(encoder, word) == expected
    assert encoder([word]).character_ids.shape == (1, 12)


def test_affixes_tell_words_apart_by_kind(encoder):
    walked, talked, hall = encoder(["walked", "talked", "Walk"]).affix_ids.numpy()
    assert walked.shape == (NUM_AFFIXES,)
    assert (walked[4:] == talked[4:]).all()  # last letters and shape
    assert (walked[:4] != talked[:4]).all()
    assert (walked[:4] == hall[:4]).all()
    assert walked[8] != hall[8]
    buckets = encoder.affix_buckets
    assert (walked // buckets == np.arange(NUM_AFFIXES)).all()


def test_affixes_of_short_words_are_their_own(encoder):
    one, two = encoder(["a", "aa"]).affix_ids.numpy()
    assert (one[1:4] != two[1:4]).all()
    empty = encoder([""]).affix_ids.numpy()[0]
    assert (empty[:8] != one[:8]).all()


def test_more_words_keep_the_ids_of_those_before(encoder):
    more = encoder.extended([["dog", "dog", "Ωμέγα"]], min_count=2)
    words = ["cat", "한국어를", "1999"]
    assert (more(words).token_ids.numpy() == encoder(words).token_ids.numpy()).all()
    assert (more(words).character_ids.numpy() == encoder(words).character_ids.numpy()).all()
    assert "dog" in more.vocabulary and "ωμέγα" not in more.vocabulary


def test_rare_words_are_unknown():
    encoder = WordEncoder.learn([["a", "a", "b", "C", "c"]], min_count=2, vocabulary_size=5)
    assert encoder.vocabulary.tokens[4:] == ("a",)
    with pytest.raises(ValueError, match="max_characters is 3"):
        WordEncoder.learn([["a"]], max_characters=3)
    with pytest.raises(ValueError, match="affix_buckets is 1"):
        WordEncoder.learn([["a"]], affix_buckets=1)
