"""Word vectors in text files: both forms, the words asked for alone, faults named by line."""

from __future__ import annotations

import gzip
import mmap
from pathlib import Path

import numpy as np
import pytest

from seqkit.text import PretrainedVectors
from seqkit.text import pretrained_vectors as module

GLOVE = "the 0.25 -1.5 3e-2\nParis 1 2 3\nnew york 4 5 6\n한국어 7 8 9\nnaïve 0 -0 1\n"
FASTTEXT = "5 3\n" + "".join(f"{line} \n" for line in GLOVE.splitlines())


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lookup(path: Path, *words: str) -> list[list[float] | None]:
    with PretrainedVectors(path) as file:
        vectors, actual = file.lookup(words)
    assert vectors.dtype == np.float32 and vectors.shape == (len(words), file.dim)
    assert not vectors[~actual].any()
    return [row if f else None for row, f in zip(vectors.tolist(), actual, strict=True)]


# Without the time, which would be in the names of tests: processes that share them out must agree.
PACKED = gzip.compress(GLOVE.encode(), mtime=0)


@pytest.mark.parametrize(
    "content",
    [GLOVE, FASTTEXT, "\ufeff" + GLOVE, FASTTEXT.replace("\n", "\r\n"), GLOVE.rstrip("\n"),
     GLOVE.replace("\n", "\n\n")],
    ids=["glove", "fasttext", "byte order mark", "windows", "no last newline", "blank lines"],
)  # fmt: skip
def test_every_form_gives_the_same_vectors(tmp_path, content):
    path = write(tmp_path / "vectors.vec", content)
    actual = lookup(path, "한국어", "the", "new york", "york", "naïve", "new", "the")
    the = np.float32([0.25, -1.5, 3e-2]).tolist()
    assert actual == [[7, 8, 9], the, [4, 5, 6], None, [0, 0, 1], None, the]
    with PretrainedVectors(path) as file:
        assert file.first_words(4) == ["the", "Paris", "new york", "한국어"]
        assert file.first_words(0) == [] and len(file.first_words(99)) == 5


def test_the_spelling_asked_for_comes_before_its_like(tmp_path):
    lines = (
        "PARIS 1\nParis 2\nparis 3\nBERLIN 4\nBerlin 5\n1999 6\n2024 7\nNai\u0308ve 8\nparis 9\n"
    )
    path = write(tmp_path / "v.txt", lines)
    actual = lookup(path, "paris", "berlin", "0000", "naïve", "Berlin", "Paris", "000", "")
    assert actual == [[3], [4], [6], [8], [5], [2], None, None]


def test_the_first_line_of_a_word_counts(tmp_path):
    path = write(tmp_path / "v.txt", "a 1 1\nb 2 2\na 3 3\n")
    assert lookup(path, "a") == [[1, 1]]


def test_words_with_spaces_are_told_from_those_they_begin_with(tmp_path):
    lines = "x 0 0\nroute 66 1 2\nroute 3 4\nroute 66 west 5 6\n. . . 7 8\nNew York 9 9\n"
    path = write(tmp_path / "v.txt", lines)
    actual = lookup(path, "route", "route 66", "route 66 west", ". . .", ".", "new york", "66")
    assert actual == [[3, 4], [1, 2], [5, 6], [7, 8], None, [9, 9], None]


def test_lines_nobody_asked_for_are_never_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 3)
    lines = [f"word{i} x{i} nan" for i in range(50)]
    lines[20] = "wanted 1 2"
    path = write(tmp_path / "v.txt", ("\n".join(lines) + "\nshort 1\n\u00e9 1 2\n").encode())
    assert lookup(path, "wanted", "absent", "é") == [[1, 2], None, [1, 2]]
    read = []
    monkeypatch.setattr(module, "float", lambda field: read.append(field) or 1.0, raising=False)
    lookup(path, "wanted", "absent")
    assert read == [b"1", b"2"]


def test_the_file_is_mapped_and_given_free(tmp_path, monkeypatch):
    path = write(tmp_path / "v.txt", GLOVE)
    maps = []

    class Recorded(mmap.mmap):
        def __init__(self, *args, **kwargs):
            maps.append(self)

        def read(self, *args):
            raise AssertionError("a file may be larger than memory")

    monkeypatch.setattr(module.mmap, "mmap", Recorded)
    monkeypatch.setattr(Path, "read_bytes", None)
    monkeypatch.setattr(Path, "read_text", None)
    assert lookup(path, "the")[0] is not None
    [mapped] = maps
    assert mapped.closed


def test_an_open_file_answers_again(tmp_path):
    with PretrainedVectors(write(tmp_path / "v.txt", FASTTEXT)) as file:
        first = file.lookup(["the", "naïve"])
        assert file.first_words(1) == ["the"]
        again = file.lookup(["the", "naïve"])
        assert all((a == b).all() for a, b in zip(first, again, strict=True))
        vectors, actual = file.lookup([])
        assert vectors.shape == (0, 3) and not len(actual)


@pytest.mark.parametrize(
    ("content", "words", "message"),
    [
        ("a 1 2\nb 1\nc 1 2\n", ["b"], r"v.txt, line 2: 1 values after the word 'b', elsewhere 2"),
        ("a 1 2\n\nb 1 x\n", ["b"], r"v.txt, line 3: value 2 after the word 'b' is 'x'"),
        ("a 1 2\nnew b nan 1\n", ["new b"], r"line 2: value 1 after the word 'new b' is 'nan'"),
        ("a 1 2\nb 1 -inf\n", ["b"], r"line 2: value 2 .* is '-inf', not a finite number"),
        ("a 1 2\nb 1e99 2\n", ["b"], r"line 2: value 1 .* is '1e99', not a finite number"),
        ("3 2\na 1 2\nb 1 2\n", ["a"], r"v.txt, line 1: says 3 words, but 2 lines follow"),
        ("1 2\na 1 2\nb 1 2\n", ["a"], r"v.txt, line 1: says 1 words, but 2 lines follow"),
    ],
)  # fmt: skip
def test_faults_of_lines_asked_for_are_named(tmp_path, content, words, message):
    file = PretrainedVectors(write(tmp_path / "v.txt", content))
    with file, pytest.raises(ValueError, match=message):
        file.lookup(words)


def test_a_word_that_is_not_utf8_is_named(tmp_path):
    path = write(tmp_path / "v.txt", b"a 1 2\ncaf\xe9 1 2\nb 3 4\n")
    assert lookup(path, "b", "café") == [[3, 4], None]
    with PretrainedVectors(path) as file:
        assert file.first_words(1) == ["a"]
        with pytest.raises(ValueError, match=r"v\.txt, line 2: byte 0xe9 .* not UTF-8; .*iconv"):
            file.first_words(2)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("v.txt", "", "is empty"),
        ("v.txt", "\n\n", "no word with a vector"),
        ("v.vec", "2 300\n", "no word with a vector"),
        ("v.txt", "lorem\nipsum\n", "line 1: no value after the word"),
        ("v.vec", "1 3\na 1 2\n", "line 1: says 3 values of a word, but the lines after it have 2"),
        ("v.txt.gz", PACKED, r"compressed \(gzip\); unpack it"),
        ("v.txt", PACKED, r"compressed \(gzip\); unpack it"),
        ("v.zip", b"PK\x03\x04 and more", r"compressed \(zip\); unpack it"),
        ("v.7z", b"7z and more", r"compressed \(7z\); unpack it"),
        ("cc.en.300.bin", b"\xba\x16\x4f\x2f and more", r"binary or UTF-16; .*\.vec"),
        ("v.txt", GLOVE.encode("utf-16"), "binary or UTF-16"),
    ],
)
def test_other_files_are_refused(tmp_path, name, content, message):
    path = write(tmp_path / name, content)
    with pytest.raises(ValueError, match=message) as caught:
        PretrainedVectors(path)
    assert name in str(caught.value)


def test_what_is_no_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.txt"):
        PretrainedVectors(tmp_path / "none.txt")
    with pytest.raises(IsADirectoryError, match="give the file"):
        PretrainedVectors(tmp_path)
