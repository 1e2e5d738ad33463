from __future__ import annotations

import unicodedata

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.text.char import CharTokenizer
from seqkit.text.normalization import Normalizer
from seqkit.text.tokenizer import Tokens

_TOKENIZER = CharTokenizer()


@tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
def _tokenize(text: tf.Tensor) -> Tokens:
    return _TOKENIZER.tokenize(text)


def _strings(values: tf.RaggedTensor) -> list[list[str]]:
    return [[token.decode() for token in row] for row in values.to_list()]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=15), min_size=1, max_size=8))
def test_a_token_is_a_normalised_character(texts: list[str]) -> None:
    expected = [list(unicodedata.normalize("NFC", text)) for text in texts]
    tokens = _tokenize(tf.constant(texts))
    assert _strings(tokens.values) == expected


_CHARACTER = st.characters(exclude_categories=["Cs", "M"])
# One mark on a letter at most, so that no mark is sorted or composed across another.
_CLUSTER = st.one_of(
    _CHARACTER,
    st.tuples(
        _CHARACTER.filter(lambda c: not unicodedata.decomposition(c)),
        st.sampled_from("\u0301\u0323\ufe0f\u200d"),
    ).map("".join),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(_CLUSTER, max_size=12).map("".join))
def test_the_raw_text_of_a_token_is_the_token(text: str) -> None:
    tokens = _tokenize(tf.constant([text]))
    values = _strings(tokens.values)[0]
    places = zip(tokens.start.to_list()[0], tokens.end.to_list()[0], strict=True)
    for value, (start, end) in zip(values, places, strict=True):
        raw = unicodedata.normalize("NFC", text[start:end])
        # A few characters, such as U+2ADC, have no composed form: parts have the whole's place.
        assert raw == value or (end - start == 1 and value in raw)


@pytest.mark.parametrize(
    ("normalizer", "text", "expected"),
    [
        (Normalizer(None), "e\u0301Ａ", ["e", "\u0301", "Ａ"]),
        (Normalizer("NFC"), "e\u0301Ａ", ["é", "Ａ"]),
        (Normalizer("NFKC", lowercase=True), "E\u0301Ａﬁ", ["é", "a", "f", "i"]),
        (Normalizer(digits="zero"), "٣4.5", ["0", "0", ".", "0"]),
    ],
)
def test_the_normalizer_is_the_callers(
    normalizer: Normalizer, text: str, expected: list[str]
) -> None:
    assert _strings(CharTokenizer(normalizer).tokenize([text]).values) == [expected]


def test_normalisation_is_in_the_config() -> None:
    assert CharTokenizer().get_config() == {
        "normalizer": {"unicode_form": "NFC", "lowercase": False, "digits": "keep"}
    }
