"""Text of any size, read piece by piece."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.data import read_stream, read_stream_parts, split_stream
from seqkit.data.errors import DataError
from tests.data.streams.joining import joined, regrouped

# Line ends, white space, marks, Hangul letters and emoji come often.
_TEXTS = st.text(
    st.sampled_from("ab \n\r\te\u0301\u0316가\u1100\u1161\u11a8👩\u200d\U0001f3fd\u2028漢")
    | st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    max_size=60,
)
_DOCUMENTS = st.lists(_TEXTS, min_size=1, max_size=5).filter(any)


@settings(max_examples=150, deadline=None)
@given(_DOCUMENTS, st.integers(1, 70))
def test_pieces_joined_are_the_documents(documents: list[str], characters: int):
    stream = read_stream(lambda: documents)
    pieces = list(stream.pieces(characters))
    assert regrouped(pieces) == [text for text in documents if text]
    assert stream.characters == sum(map(len, documents))
    assert stream.documents == sum(map(bool, documents))


@settings(max_examples=100, deadline=None)
@given(_DOCUMENTS, st.data())
def test_slices_partition_the_text(documents: list[str], draw):
    stream = read_stream(lambda: documents)
    length = stream.characters
    cuts = sorted(draw.draw(st.sets(st.integers(1, max(length - 1, 1)), max_size=4)) - {length})
    views = [stream.slice(*bounds) for bounds in pairwise([0, *cuts, length])]
    assert "".join(map(joined, views)) == "".join(documents)
    assert [view.characters for view in views] == [len(joined(view)) for view in views]
    ends = 0
    for view in views:
        pieces = list(view.pieces(7))
        assert pieces[0].starts
        assert view.documents == sum(piece.starts for piece in pieces)
        ends += sum(piece.ends for piece in pieces)
    assert ends == stream.documents


@settings(max_examples=50, deadline=None)
@given(_DOCUMENTS, st.data())
def test_a_slice_of_a_slice_is_a_slice(documents: list[str], draw):
    stream = read_stream(lambda: documents)
    start, stop = sorted(draw.draw(st.tuples(*[st.integers(0, stream.characters)] * 2)))
    if start < stop:
        view = stream.slice(start, stop)
        middle = (stop - start) // 2
        assert list(view.slice(middle).pieces()) == list(
            stream.slice(start + middle, stop).pieces()
        )
        assert view.slice(0).content_sha256() == view.content_sha256()


def test_an_empty_range_and_one_beyond_the_text_are_refused():
    stream = read_stream(["abc"])
    for start, stop in [(1, 1), (2, 1), (-1, 2), (0, 4)]:
        with pytest.raises(ValueError, match=r"range of at least one of the 3 characters"):
            stream.slice(start, stop)
    with pytest.raises(ValueError, match="characters=0 must be at least 1"):
        stream.pieces(0)
    with pytest.raises(ValueError, match="characters=-1 must be 0 or more"):
        stream.head(-1)


def test_a_function_is_read_no_further_than_needed():
    taken = 0

    def documents():
        nonlocal taken
        for number in range(100_000):
            taken += 1
            yield f"document {number}\n"

    stream = read_stream(documents)
    assert taken == 1
    assert stream.head(30) == "document 0\ndocument 1\ndocument"
    assert taken == 1 + 3
    pieces = stream.pieces(100)
    for _ in range(10):
        next(pieces)
    assert taken == 1 + 3 + 10
    taken = 0
    assert stream.characters == stream.slice(5).characters + 5
    assert (taken, stream.documents, taken) == (100_000, 100_000, 100_000)
    taken = 0
    assert stream.slice(11, 22).head(100) == "document 1\n"
    assert taken == 2


def test_a_function_that_goes_on_with_one_iterator_is_found_out():
    once = iter(["one ", "two ", "three"])
    stream = read_stream(lambda: once)
    assert stream.characters == len("two three")
    with pytest.raises(DataError, match=r"0 characters were read, but 9.*each time it is called"):
        joined(stream)


def test_a_file_that_changes_is_found_out(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("some text", "utf-8")
    stream = read_stream(path)
    view = stream.slice(3)
    path.write_text("some", "utf-8")
    for changed in (stream, view):
        with pytest.raises(DataError, match=r"a\.txt: 4 characters were read, but 9"):
            joined(changed)


def test_the_digest_is_of_text_and_boundaries(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("ab\ncd", "utf-8")
    digest = read_stream(path).content_sha256()
    assert digest == read_stream(["ab\ncd"]).content_sha256()
    assert digest == read_stream(iter(["ab\ncd"])).content_sha256()
    assert digest != read_stream(["ab\n", "cd"]).content_sha256()
    assert digest != read_stream(["ab\ncd "]).slice(0, 5).content_sha256()
    assert len(digest) == 64


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text("ab \n", min_size=1, max_size=20), min_size=1, max_size=5),
    st.floats(0.01, 0.99),
)
def test_a_split_is_at_the_next_start_of_a_line(documents: list[str], fraction: float):
    text = "".join(documents)
    stream = read_stream(lambda: documents)
    starts = {len("".join(documents[:count])) for count in range(1, len(documents))}
    starts |= {place + 1 for place, character in enumerate(text) if character == "\n"}
    wanted = len(text) - max(1, round(fraction * len(text)))
    following = [place for place in sorted(starts - {len(text)}) if place >= wanted > 0]
    try:
        first, second = split_stream(stream, fraction)
    except ValueError:
        assert not following
        return
    assert joined(first) + joined(second) == text
    if following:
        assert first.characters == following[0]
    else:
        assert text[first.characters - 1].isspace() and not text[first.characters].isspace()


def test_a_text_without_lines_is_split_after_white_space_or_anywhere():
    first, second = split_stream(read_stream(["one two three four five\n"]), 0.4)
    assert (joined(first), joined(second)) == ("one two three ", "four five\n")
    first, second = split_stream(read_stream(["e\u0301" * 60_000]), 0.9)
    assert (first.characters, second.characters) == (12_000, 108_000)
    first, second = split_stream(read_stream(["b" + "e\u0301" * 60_000]), 0.9)
    assert second.head(2) == "e\u0301"


@pytest.mark.parametrize("text", ["hihello", "a", "one line\nand another"])
def test_a_split_without_a_second_part_is_refused(text: str):
    with pytest.raises(ValueError, match=r"a part would be empty. Give a larger fraction"):
        split_stream(read_stream([text]), 0.1)


@pytest.mark.parametrize("fraction", [0, 1, -0.5])
def test_a_fraction_is_between_0_and_1(fraction):
    with pytest.raises(ValueError, match=r"must lie between 0 and 1"):
        split_stream(read_stream(["a\nb"]), fraction)


def test_parts_are_given_or_split_off_the_end():
    lines = "".join(f"{number:04}\n" for number in range(100))
    parts = read_stream_parts([lines])
    assert list(parts) == ["train", "validation", "test"]
    assert [part.characters for part in parts.values()] == [405, 45, 50]
    assert "".join(map(joined, parts.values())) == lines
    parts = read_stream_parts([lines], test=["last\n"], fraction=0.2, license="CC0")
    assert [part.characters for part in parts.values()] == [400, 100, 5]
    assert {part.license for part in parts.values()} == {"CC0"}
