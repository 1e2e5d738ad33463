from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqkit.data.kinds.tag_scheme import allowed, follows, from_spans, scheme, spans

SPAN_SCHEMES = ("BIO", "IOBES", "IOB1")


@st.composite
def marked(draw) -> tuple[list[tuple[int, int, str]], int]:
    """Spans without overlap, often side by side, and the length of their sentence."""
    found, position = [], 0
    for gap, size, label in draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.sampled_from(["X", "Y-Z"])))
    ):
        found.append((position + gap, position + gap + size, label))
        position += gap + size
    return found, position + draw(st.integers(0, 2))


@given(marked(), st.sampled_from(SPAN_SCHEMES))
def test_every_scheme_marks_the_spans_it_is_given(sentence, tag_scheme: str):
    given_spans, length = sentence
    tags = from_spans(given_spans, length, tag_scheme)
    assert len(tags) == length
    assert spans(tags, tag_scheme) == given_spans


@given(marked(), st.sampled_from(["BIO", "IOBES"]))
def test_tags_of_spans_are_allowed(sentence, tag_scheme: str):
    tags = from_spans(*sentence, tag_scheme)
    names = sorted(set(tags))
    start, transitions, end = allowed(names, tag_scheme)
    codes = [names.index(tag) for tag in tags]
    assert all(transitions[a][b] for a, b in pairwise(codes))
    assert not codes or (start[codes[0]] and end[codes[-1]])


@given(st.lists(st.sampled_from(["O", "B-X", "I-X", "E-X", "S-X", "I-Y", "E-Y"]), max_size=6))
def test_only_legal_tags_come_back_from_their_spans(tags: list[str]):
    """What is legal is just what spans can tell, so the two rules agree."""
    steps = zip([None, *tags], [*tags, None], strict=True)
    legal = all(follows(before, tag, "IOBES") for before, tag in steps)
    assert legal == (from_spans(spans(tags, "IOBES"), len(tags), "IOBES") == tags)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"O", "B-X", "I-X"}, "BIO"),
        ({"I-X", "O"}, "BIO"),
        ({"B-X"}, "BIO"),
        ({"O", "B-X", "E-X"}, "IOBES"),
        ({"S-geo-loc"}, "IOBES"),
        ({"B", "I", "O"}, "BIO"),
        ({"O"}, "plain"),
        (set(), "plain"),
        ({"NOUN", "VERB"}, "plain"),
        ({"B-X", "I-X", "X"}, "plain"),
        ({"B-", "O"}, "plain"),
        ({"b-per", "O"}, "plain"),
        ({"I", "O"}, "plain"),
        ({"S", "E", "N"}, "plain"),
        ({"B-X", "I"}, "plain"),
        ({"Bx", "I-X"}, "plain"),
    ],
)
def test_schemes_by_their_names(tags: set[str], expected: str):
    assert scheme(tags) == expected


# Checked against seqeval 1.2.2: mode="strict", scheme=IOB2 or IOBES.
@pytest.mark.parametrize(
    ("tags", "tag_scheme", "expected"),
    [
        ("O I-X I-X", "BIO", []),
        ("B-X I-Y I-Y", "BIO", [(0, 1, "X")]),
        ("B-X I-X B-X I-X", "BIO", [(0, 2, "X"), (2, 4, "X")]),
        ("B-X I-Y I-X", "BIO", [(0, 1, "X")]),
        ("B I O", "BIO", [(0, 2, "_")]),
        ("S-X B-X E-X", "IOBES", [(0, 1, "X"), (1, 3, "X")]),
        ("B-X I-X O", "IOBES", []),
        ("B-X I-X", "IOBES", []),
        ("B-X E-Y S-X", "IOBES", [(2, 3, "X")]),
        ("B-X B-X E-X", "IOBES", [(1, 3, "X")]),
        ("B-X E-X I-X E-X", "IOBES", [(0, 2, "X")]),
        ("S-X I-X", "IOBES", [(0, 1, "X")]),
        ("I-X E-X", "IOBES", []),
        ("I-X I-X B-X I-Y", "IOB1", [(0, 2, "X"), (2, 3, "X"), (3, 4, "Y")]),
        ("NOUN VERB", None, []),
        ("B-X O", None, [(0, 1, "X")]),
    ],
)
def test_strict_spans(tags: str, tag_scheme: str | None, expected: list):
    assert spans(tags.split(), tag_scheme) == expected


def test_transitions_of_iobes():
    names = ["O", "B-X", "I-X", "E-X", "S-X", "E-Y"]
    start, transitions, end = allowed(names)
    assert start == [True, True, False, False, True, False]
    assert end == [True, False, False, True, True, True]
    open_row = [False, False, True, True, False, False]
    shut_row = [True, True, False, False, True, False]
    expected = [shut_row, open_row, open_row, shut_row, shut_row, shut_row]
    assert transitions == expected


def test_transitions_of_bio_and_of_plain_tags():
    _, transitions, end = allowed(["O", "B-X", "I-X", "B-Y", "I-Y"])
    assert [row[2] for row in transitions] == [False, True, True, False, False]
    assert [row[4] for row in transitions] == [False, False, False, True, True]
    assert all(end)
    assert allowed(["NOUN", "I-X"]) == ([True] * 2, [[True] * 2] * 2, [True] * 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: from_spans([(0, 1, "X")], 1, "BILOU"), "'BILOU' cannot mark"),
        (lambda: spans(["B-X"], "IOB3"), "tag_scheme='IOB3'"),
        (lambda: from_spans([(0, 2, "X"), (1, 3, "Y")], 4), r"span \(1, 3, 'Y'\).*overlaps"),
        (lambda: from_spans([(0, 5, "X")], 4), "outside the 4 tokens"),
        (lambda: from_spans([(1, 1, "X")], 4), "is empty"),
    ],
)
def test_wrong_arguments_are_explained(call, words: str):
    with pytest.raises(ValueError, match=words):
        call()
