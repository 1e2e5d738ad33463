from __future__ import annotations

import functools
import itertools
import random
import unicodedata
from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.text.code_points import AlignedText, assigned_characters, decode
from seqkit.text.normalization import Normalizer

_EVERY_CHARACTER = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
_MARKS = [c for c in _EVERY_CHARACTER if unicodedata.combining(c)]
_DECOMPOSABLE = [c for c in assigned_characters() if unicodedata.decomposition(c)]
_PARTS = sorted({part for c in _DECOMPOSABLE for part in unicodedata.normalize("NFD", c)})
_HANGUL = "가각간힣갸갹" + "".join(
    map(chr, [0x1100, 0x1112, 0x1113, 0x1161, 0x1175, 0x1176, 0x11A7, 0x11A8, 0x11C2, 0x11C3])
)
# Vowels and length marks that are no marks by class, yet compose.
_STARTERS = (
    "\u09c7\u09be\u09d7\u0b47\u0b56\u0bc6\u0bbe\u0cbf\u0cd5\u0cc6\u0cc2"
    "\u0dd9\u0dcf\u0dca\u0ddf\u1025\u102e\u1b05\u1b35"
)
_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(_MARKS),
        st.sampled_from(_PARTS),
        st.sampled_from(_DECOMPOSABLE),
        st.sampled_from(_HANGUL),
        st.sampled_from(_STARTERS),
        st.sampled_from("aAoIİΣ ẹḥ\u0301\u0323\u0308\u031b\u0345"),
    ),
    max_size=12,
)
_TEXTS = st.lists(_TEXT, max_size=8)

_CONFIGS = [
    (form, lowercase, digits)
    for form in ("NFC", "NFKC", None)
    for lowercase, digits in ((False, "keep"), (True, "zero"))
]


@functools.cache
def _normalize(*config: object) -> Callable[[list[str]], AlignedText]:
    normalizer = Normalizer(*config)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def normalize(text: tf.Tensor) -> AlignedText:
        return normalizer(decode(text))

    return lambda texts: normalize(tf.constant(texts, tf.string, shape=[len(texts)]))


def _strings(text: AlignedText) -> list[str]:
    return ["".join(map(chr, row)) for row in text.code_points.to_list()]


def _expected(text: str, form: str | None, lowercase: bool, digits: str) -> str:
    def formed(text: str) -> str:
        return text if form is None else unicodedata.normalize(form, text)

    text = formed(text)
    if lowercase:
        text = formed("".join(character.lower() for character in text))
    if digits == "zero":
        text = "".join("0" if unicodedata.category(c) == "Nd" else c for c in text)
    return text


def _differences(texts: list[str], *config: object) -> list[tuple[str, str, str]]:
    actual = _strings(_normalize(*config)(texts))
    expected = [_expected(text, *config) for text in texts]
    assert len(actual) == len(texts)
    triples = zip(texts, actual, expected, strict=True)
    return [(ascii(t), ascii(f), ascii(e)) for t, f, e in triples if f != e]


@pytest.mark.parametrize("config", [("NFC", False, "keep"), ("NFKC", True, "zero")])
def test_every_character_alone_is_like_python(config: tuple[str | None, bool, str]) -> None:
    normalized = _normalize(*config)(_EVERY_CHARACTER).code_points
    expected = [_expected(character, *config) for character in _EVERY_CHARACTER]
    flat = np.frombuffer("".join(expected).encode("utf-32-le"), np.uint32)
    np.testing.assert_array_equal(normalized.flat_values, flat)
    np.testing.assert_array_equal(normalized.row_lengths(), list(map(len, expected)))


@pytest.mark.parametrize("config", _CONFIGS)
def test_characters_that_change_are_like_python(config: tuple[str | None, bool, str]) -> None:
    lowered = [c for c in assigned_characters() if c.lower() != c]
    digits = [c for c in assigned_characters() if unicodedata.category(c) == "Nd"]
    assert not _differences(_DECOMPOSABLE + _MARKS + lowered + digits, *config)


@pytest.mark.parametrize("config", _CONFIGS)
def test_random_sequences_of_marks_are_like_python(config: tuple[str | None, bool, str]) -> None:
    rng = random.Random(0)
    bases = list("aAeEoOuUİIqQ가ͅ ") + list(_STARTERS)
    pools = [_MARKS, _PARTS, _DECOMPOSABLE, list(_HANGUL), list(_STARTERS), bases]
    pools += [bases + _MARKS[:60], _PARTS + bases]
    texts = ["".join(rng.choices(rng.choice(pools), k=rng.randint(0, 10))) for _ in range(8_000)]
    assert not _differences(texts, *config)


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_pairs_of_parts_compose_like_python(form: str) -> None:
    pairs = {unicodedata.normalize("NFD", c)[-2:] for c in _DECOMPOSABLE}
    firsts, seconds = {p[0] for p in pairs}, {p[-1] for p in pairs if len(p) == 2}
    rng = random.Random(0)
    crossed = list(itertools.product(sorted(firsts), sorted(seconds)))
    texts = ["".join(pair) for pair in rng.sample(crossed, 10_000)] + sorted(pairs)
    texts += [f"{pair}{mark}" for pair in sorted(pairs) for mark in "\u0323\u0301"]
    assert not _differences(texts, form, False, "keep")


@settings(max_examples=80, deadline=None)
@given(texts=_TEXTS, config=st.sampled_from(_CONFIGS))
def test_any_text_is_like_python(texts: list[str], config: tuple[str | None, bool, str]) -> None:
    assert not _differences(texts, *config)


@settings(max_examples=40, deadline=None)
@given(texts=_TEXTS, config=st.sampled_from(_CONFIGS))
def test_normalising_again_changes_nothing(
    texts: list[str], config: tuple[str | None, bool, str]
) -> None:
    once = _strings(_normalize(*config)(texts))
    assert _strings(_normalize(*config)(once)) == once


@settings(max_examples=40, deadline=None)
@given(_TEXTS)
def test_a_text_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    normalize = _normalize("NFC", True, "zero")
    together = _strings(normalize(texts))
    assert together[::-1] == _strings(normalize(texts[::-1]))
    assert together == [_strings(normalize([text]))[0] for text in texts]


@settings(max_examples=80, deadline=None)
@given(texts=_TEXTS, form=st.sampled_from(["NFC", "NFKC"]))
def test_places_are_where_the_characters_came_from(texts: list[str], form: str) -> None:
    normalized = _normalize(form, False, "keep")(texts)
    decomposed = form.replace("C", "D") if form == "NFC" else "NFKD"
    rows = zip(*(part.to_list() for part in normalized), texts, strict=True)
    for code_points, start, end, text in rows:
        assert start == sorted(start) and end == sorted(end)
        assert set(range(len(text))) == {
            place for s, e in zip(start, end, strict=True) for place in range(s, e)
        }
        for code_point, s, e in zip(code_points, start, end, strict=True):
            raw = list(unicodedata.normalize(decomposed, text[s:e]))
            for part in unicodedata.normalize(decomposed, chr(code_point)):
                raw.remove(part)  # fails when the raw text has no such part there


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("ae\u0301b", [0, 1, 3], [1, 3, 4]),
        ("\u1112\u1161\u11ab한", [0, 3], [3, 4]),
        ("q\u0301\u0323", [0, 1, 1], [1, 3, 3]),  # sorted marks share their stretch
        ("a\u0301\u0323", [0, 1], [3, 3]),  # ạ and the acute, sorted
        ("a\u0323\u0301", [0, 2], [2, 3]),
        ("a\u031b\u0302x", [0, 0, 3], [3, 3, 4]),  # the circumflex joins across the horn
        ("\u0958", [0, 0], [1, 1]),
    ],
)
def test_places_of_composed_and_sorted_characters(
    text: str, start: list[int], end: list[int]
) -> None:
    normalized = _normalize("NFC", False, "keep")(["", text, "e\u0301"])
    assert (normalized.start.to_list()[1], normalized.end.to_list()[1]) == (start, end)


@pytest.mark.parametrize(
    "run", ["\u0323\u0301\u0327", "\u1161", "\u0301", "\u0cc2\u0cd5", "가\u11a8"]
)
def test_a_long_run_is_like_python(run: str) -> None:
    # Python sorts marks in quadratic time, so they come sorted here and its answer is known.
    text = "e" + "".join(sorted(run * 30_000, key=unicodedata.combining))
    shuffled = "e" + run * 30_000
    actual = _strings(_normalize("NFC", False, "keep")([shuffled, "", text]))
    expected = unicodedata.normalize("NFC", text)
    assert actual == [expected, "", expected]


def test_the_final_sigma_is_not_special() -> None:
    assert _strings(_normalize(None, True, "zero")(["ΟΔΟΣ"])) == ["οδοσ"]


def test_a_batch_may_be_empty() -> None:
    for config in _CONFIGS:
        assert _normalize(*config)([]).code_points.to_list() == []
        assert _normalize(*config)(["", ""]).end.to_list() == [[], []]


@pytest.mark.parametrize("config", _CONFIGS)
def test_eager_execution_gives_the_same(config: tuple[str | None, bool, str]) -> None:
    texts = ["Cafe\u0301 ٣", "", "o\u0301\u0323\u0308", "\u1112\u1161\u11ab", "İX", "plain"]
    eager = Normalizer(*config)(decode(tf.constant(texts)))
    for actual, expected in zip(eager, _normalize(*config)(texts), strict=True):
        assert actual.to_list() == expected.to_list()


def test_config_makes_the_same_normalizer() -> None:
    config = {"unicode_form": "NFKC", "lowercase": True, "digits": "zero"}
    assert Normalizer(**config).get_config() == config
    assert Normalizer.from_config(config).get_config() == config
    assert Normalizer().get_config() == {
        "unicode_form": "NFC",
        "lowercase": False,
        "digits": "keep",
    }


@pytest.mark.parametrize(
    ("argument", "value"), [("unicode_form", "NFD"), ("lowercase", 1), ("digits", "no")]
)
def test_a_bad_argument_is_named(argument: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{argument} is {value!r}"):
        Normalizer(**{argument: value})
