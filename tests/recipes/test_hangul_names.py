"""The sample of words and their names: Hangul syllables spelled in Latin letters."""

import unicodedata
from collections import Counter

import pytest

from recipes.samples.hangul_names import hangul_names, romanised
from seqkit.text import JamoTokenizer


@pytest.fixture(scope="module")
def sample():
    return hangul_names()


def letters(pairs):
    return Counter(unicodedata.normalize("NFD", "".join(word for word, _ in pairs)))


def test_the_same_seed_gives_the_same_words_and_another_gives_others(sample):
    assert hangul_names() == sample
    assert hangul_names(seed=1)["test"] != sample["test"]


def test_less_to_train_on_changes_nothing_else(sample):
    fewer = hangul_names(train=100)
    assert fewer["train"] == sample["train"][:100]
    assert fewer["validation"] == sample["validation"]
    assert fewer["test"] == sample["test"]


def test_parts_have_their_sizes_and_no_word_occurs_twice(sample):
    assert {part: len(pairs) for part, pairs in sample.items()} == {
        "train": 10_000,
        "validation": 500,
        "test": 1_000,
    }
    assert len({word for pairs in sample.values() for word, _ in pairs}) == 11_500


def test_names_are_those_of_unicode(sample):
    for word, name in sample["test"]:
        assert name == "".join(
            unicodedata.name(s).split()[-1].lower() for s in unicodedata.normalize("NFC", word)
        )


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("한국", "hangug"),
        ("아이", "ai"),  # silent initials
        ("앙앙", "angang"),
        ("꺾꾸", "ggeoggggu"),
        ("많다", "manhda"),
        ("얘", "yae"),
    ],
)
def test_letters_have_none_one_two_or_three(word, name):
    assert romanised(word) == name


@pytest.mark.parametrize("character", ["a", "ㄱ", "\u1100", "國", "\n"])
def test_what_is_no_syllable_is_refused(character):
    with pytest.raises(ValueError, match="is not a Hangul syllable"):
        romanised("한" + character)


def test_every_letter_is_met_often_and_words_have_one_to_six_syllables(sample):
    found = letters(sample["train"])
    assert len(found) == 19 + 21 + 27
    assert min(found.values()) > 90
    assert found["\u110b"] > 20 * found["\u1108"]  # ㅇ is far more frequent than ㅃ
    lengths = Counter(len(word) for word, _ in sample["train"])
    assert sorted(lengths) == [1, 2, 3, 4, 5, 6]
    assert lengths.most_common(1)[0][0] == 2


def test_syllables_of_the_test_are_new_as_often_as_the_docstring_says(sample):
    known = {syllable for word, _ in sample["train"] for syllable in word}
    tested = [syllable for word, _ in sample["test"] for syllable in word]
    share = sum(syllable not in known for syllable in tested) / len(tested)
    assert f"{share:.1%}".replace("%", " %") in hangul_names.__doc__
    assert letters(sample["test"]).keys() <= letters(sample["train"]).keys()


def test_the_tokenizer_of_letters_reads_the_words_and_gives_them_back(sample):
    words = [word for word, _ in sample["test"][:50]]
    tokens = JamoTokenizer().tokenize(words)
    assert [b"".join(row).decode() for row in tokens.values.to_list()] == [
        unicodedata.normalize("NFD", word) for word in words
    ]


def test_a_negative_number_is_refused():
    with pytest.raises(ValueError, match=r"test must be 0 or more, got -1"):
        hangul_names(test=-1)
