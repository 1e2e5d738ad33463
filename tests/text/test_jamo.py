from __future__ import annotations

import unicodedata

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.text.jamo import JamoTokenizer
from seqkit.text.normalization import Normalizer
from seqkit.text.tokenizer import Tokens

_TOKENIZER = JamoTokenizer()
_SYLLABLES = [chr(code_point) for code_point in range(0xAC00, 0xD7A4)]
_TEXT = st.text(
    st.one_of(
        st.sampled_from(_SYLLABLES),
        st.sampled_from("ᄀᄒ\u1161\u1175\u11a8\u11c2ㅋㅎ가각 a\u0301\u0323\x00\n"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=15,
)


@tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
def _there_and_back(text: tf.Tensor) -> tuple[Tokens, tf.Tensor]:
    tokens = _TOKENIZER.tokenize(text)
    return tokens, _TOKENIZER.detokenize(tokens.values)


def _letters(text: str) -> list[str]:
    return [
        part
        for character in unicodedata.normalize("NFC", text)
        for part in (
            unicodedata.normalize("NFD", character) if "가" <= character <= "힣" else [character]
        )
    ]


def test_every_syllable_there_and_back() -> None:
    tokens, back = _there_and_back(tf.constant(_SYLLABLES))
    letters = [unicodedata.normalize("NFD", syllable) for syllable in _SYLLABLES]
    assert tokens.values.row_lengths().numpy().tolist() == list(map(len, letters))
    assert b"".join(tokens.values.flat_values.numpy()).decode() == "".join(letters)
    assert b"".join(back.numpy()).decode() == "".join(_SYLLABLES)


@settings(max_examples=80, deadline=None)
@given(st.lists(_TEXT, min_size=1, max_size=8))
def test_any_text_there_and_back(texts: list[str]) -> None:
    tokens, back = _there_and_back(tf.constant(texts))
    actual = [[letter.decode() for letter in row] for row in tokens.values.to_list()]
    assert actual == [_letters(text) for text in texts]
    normalized = [unicodedata.normalize("NFC", text) for text in texts]
    assert [text.decode() for text in back.numpy()] == normalized


def test_a_letter_has_the_place_of_its_syllable() -> None:
    tokens, _ = _there_and_back(tf.constant(["", "a각\u1112\u1161b"]))
    assert tokens.start.to_list() == [[], [0, 1, 1, 1, 2, 2, 4]]
    assert tokens.end.to_list() == [[], [1, 2, 2, 2, 4, 4, 5]]


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_forms_of_the_same_text_give_the_same_letters(form: str) -> None:
    text = "한국어 각가 가\u11a8"
    forms = [unicodedata.normalize(name, text) for name in ("NFC", "NFD")]
    composed, decomposed = JamoTokenizer(Normalizer(form)).tokenize(forms).values.to_list()
    assert composed == decomposed


def test_letters_could_not_be_told_apart_without_a_form() -> None:
    with pytest.raises(ValueError, match="unicode_form None; jamo needs"):
        JamoTokenizer(Normalizer(None))
