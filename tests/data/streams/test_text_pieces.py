"""Where text may be cut into pieces."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqkit.data.streams.text_pieces import Piece, cut_pieces

# Line ends, white space, marks, Hangul letters and emoji come often.
_TEXTS = st.text(
    st.sampled_from("ab \n\r\te\u0301\u0316가\u1100\u1161\u11a8👩\u200d\U0001f3fd\u2028漢")
    | st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    max_size=60,
)


def cut(text: str, characters: int) -> list[str]:
    return [piece.text for piece in cut_pieces([Piece(text, True, True)], characters)]


@settings(max_examples=150, deadline=None)
@given(_TEXTS.filter(bool), st.integers(1, 70))
def test_pieces_are_cut_where_they_may_be(text: str, characters: int):
    pieces = cut(text, characters)
    for left, right in pairwise(pieces):
        assert left[-1] + right[0] != "\r\n"
        assert not unicodedata.category(right[0]).startswith("M")
        assert "\u200d" not in left[-1] + right[0]
        # A Hangul syllable of several letters is one in normal form.
        apart = unicodedata.normalize("NFC", left) + unicodedata.normalize("NFC", right)
        assert apart == unicodedata.normalize("NFC", left + right)


@settings(max_examples=100, deadline=None)
@given(_TEXTS.filter(bool), st.integers(1, 5))
def test_a_piece_is_no_longer_than_asked_where_a_character_is_not(text: str, characters: int):
    plain = "".join(c for c in unicodedata.normalize("NFC", text) if c.isalnum() and c < "\u0300")
    assert all(len(piece) <= characters for piece in cut(plain, characters) if plain)


@settings(max_examples=100, deadline=None)
@given(_TEXTS.filter(bool), st.integers(1, 70), st.integers(1, 300))
@example("a" + "\u0301" * 5, 2, 3)
def test_cuts_are_the_same_however_the_text_comes(text: str, characters: int, size: int):
    text = text * (600 // len(text) + 1)
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    pieces = (Piece(part, place == 0, place == len(parts) - 1) for place, part in enumerate(parts))
    assert [piece.text for piece in cut_pieces(pieces, characters)] == cut(text, characters)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one two\nthree\nfour", ["one two\n", "three\nfour"]),
        ("one two three", ["one two ", "three"]),
        ("abcdefghijkl", ["abcdefghij", "kl"]),
        ("abcdefghi\r\nk", ["abcdefghi", "\r\nk"]),
        ("abcdefghie\u0301k", ["abcdefghi", "e\u0301k"]),
        ("a" + "\u0301" * 20 + "b", ["a" + "\u0301" * 20, "b"]),
        ("a\n\u0301bcdefghijk", ["a\n\u0301bcdefgh", "ijk"]),
        ("abcdefg \u0301ij", ["abcdefg \u0301i", "j"]),
        ("abcdefghi\u1100\u1161k", ["abcdefghi", "\u1100\u1161k"]),
        ("abcdefgh👩\u200d👩k", ["abcdefgh", "👩\u200d👩k"]),
        ("abcdefghi👩\u200d👩k", ["abcdefghi", "👩\u200d👩k"]),
        ("line\n" + "b" * 6, ["line\n", "bbbbbb"]),
    ],
)
def test_lines_come_before_white_space_and_that_before_other_places(text, pieces):
    assert cut(text, 10) == pieces


def test_a_heap_of_marks_is_cut_all_the_same():
    text = "a" + "\u0301" * 1000
    pieces = cut(text, 10)
    assert "".join(pieces) == text
    assert max(map(len, pieces)) < 200
