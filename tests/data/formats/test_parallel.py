from __future__ import annotations

import gzip
import hashlib
import subprocess
from pathlib import Path

import pytest

from seqkit import data
from seqkit.data import raw_rows
from seqkit.data.errors import DataError

PAIR = ("source", "target")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return written(tmp_path, b"Hello.\nGo!\n", b"Hallo.\nGeh!\n")


def written(folder: Path, english: bytes, german: bytes, suffix: str = "") -> tuple[Path, Path]:
    paths = folder / f"train.en{suffix}", folder / f"train.de{suffix}"
    for path, content in zip(paths, (english, german), strict=True):
        path.write_bytes(gzip.compress(content) if suffix else content)
    return paths


def both(rows: data.Dataset) -> list[tuple[str, str]]:
    return list(zip(rows.to_list("source"), rows.to_list("target"), strict=True))


def test_two_files(files: tuple[Path, Path]):
    rows = data.read(files, columns=PAIR)
    assert both(rows) == [("Hello.", "Hallo."), ("Go!", "Geh!")]
    assert rows.lines.tolist() == [1, 2]
    assert rows.name == "train"
    assert rows.source == f"{files[0]} and {files[1]}"
    assert both(data.read(list(map(str, files)), columns=PAIR)) == both(rows)
    other = data.read(files, columns=("target", "source"))
    assert both(other) == [("Hallo.", "Hello."), ("Geh!", "Go!")]


def test_packed_files_and_encodings(tmp_path: Path):
    paths = written(tmp_path, "é\n".encode("latin-1"), b"a\n", ".gz")
    assert both(data.read(paths, columns=PAIR, encoding="latin-1")) == [("é", "a")]
    with pytest.raises(DataError, match=r"train\.en\.gz, line 1: byte 0xe9"):
        data.read(paths, columns=PAIR)


def test_the_digest_is_over_both_files(files: tuple[Path, Path]):
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    expected = hashlib.sha256("".join(f"{each}\n" for each in digests).encode()).hexdigest()
    assert data.read(files, columns=PAIR).sha256 == expected
    assert data.read(files[::-1], columns=PAIR).sha256 != expected
    command = 'sha256sum "$0" "$1" | cut -d " " -f 1 | sha256sum'
    printed = subprocess.run(["sh", "-c", command, *files], capture_output=True, check=True).stdout
    assert printed.decode().split()[0] == expected


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_only_line_feeds_end_a_line(tmp_path: Path, mark: str):
    paths = written(tmp_path, f"a{mark}b\nc\n".encode(), b"d\ne\n")
    assert both(data.read(paths, columns=PAIR)) == [(f"a{mark}b", "d"), ("c", "e")]


def test_byte_order_mark_endings_and_a_last_line_without_one(tmp_path: Path):
    paths = written(tmp_path, "\ufeffa\r\n b\t\r\n".encode(), b"c\nd")
    assert both(data.read(paths, columns=PAIR)) == [("a", "c"), (" b\t", "d")]


def test_braces_name_two_files(tmp_path: Path, files: tuple[Path, Path]):
    rows = data.read(files, columns=PAIR)
    pattern = tmp_path / "train.{en,de}"
    for source in (pattern, str(pattern)):
        same = data.read(source, columns=PAIR)
        assert (same.source, same.sha256) == (rows.source, rows.sha256)
    turned = data.read(pattern, columns=PAIR, names={"source": "de", "target": "en"})
    assert both(turned)[0] == ("Hallo.", "Hello.")
    third = tmp_path / "train.fr"
    third.write_text("Salut.\nVa !\n")
    names = {"source": "fr", "target": "en"}
    among = data.read(tmp_path / "train.{en,de,fr}", columns=PAIR, names=names)
    assert both(among)[0] == ("Salut.", "Hello.")


def test_a_file_whose_own_name_has_braces(tmp_path: Path):
    path = tmp_path / "a.{x,y}.csv"
    path.write_text("source,target\na,b\n")
    assert both(data.read(path, columns=PAIR)) == [("a", "b")]
    with pytest.raises(FileNotFoundError, match=r"a\.\{x,z\}\.csv"):
        data.read(tmp_path / "a.{x,z}.csv")


@pytest.mark.parametrize(
    ("english", "german", "words"),
    [
        (b"a\nb\nc\n", b"d\n", r"train\.en has 3 lines, but .*train\.de has 1\. Line k of one"),
        (b"a\n", b"d\ne\nf\n", r"train\.en has 1 lines, but .*train\.de has 3\. Line k of one"),
        (b"a\n", b"d\n\n \n", r"has 3\. The lines of .*train\.de after line 1 are blank: remove"),
        (b"a\n\n", b"d\n", r"has 1\. The lines of .*train\.en after line 1 are blank: remove"),
    ],
)
@pytest.mark.parametrize("bad_pairs", ["error", "drop", "keep"])
def test_unequal_files_are_refused(tmp_path: Path, english, german, words: str, bad_pairs: str):
    paths = written(tmp_path, english, german)
    with pytest.raises(DataError, match=words):
        data.read(paths, columns=PAIR, bad_pairs=bad_pairs)


def test_an_empty_line_is_an_empty_side(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(raw_rows, "MOST_ROWS", 2)
    paths = written(tmp_path, b"a\nb\nc\nd\n", b"e\nf\n \nh\n")
    with pytest.raises(DataError, match=r"train\.en and .*train\.de, line 3: target is empty"):
        data.read(paths, columns=PAIR)
    rows = data.read(paths, columns=PAIR, bad_pairs="drop")
    assert both(rows) == [("a", "e"), ("b", "f"), ("d", "h")]
    assert rows.lines.tolist() == [1, 2, 4]


@pytest.mark.parametrize(
    ("source", "arguments", "error", "words"),
    [
        (("no.en", "no.de"), {}, FileNotFoundError, "'no.en': there is no such file"),
        ("no.{en,de}", {}, FileNotFoundError, "'no.en': there is no such file"),
        ("no.{en,de,fr}", {}, ValueError, "with one pair of braces"),
        ("{en,de}/no.{en,de}", {}, ValueError, "with one pair of braces"),
        ("no.{en,de}", {"names": {"source": "fr"}}, DataError, "no column 'fr'.*'en', 'de'"),
        (("a", "b"), {"names": {"source": "en"}}, ValueError, "no meaning for two files"),
        (("a", "b"), {"format": "tsv"}, ValueError, "format='tsv': two files"),
        (("a.en", "a.csv"), {}, ValueError, "'a.csv': one of two files"),
        (("a", "b", "c"), {}, DataError, "row 0: 'a' is not a tuple of source, target"),
        ("no.en", {}, FileNotFoundError, "no such file"),
    ],
)
def test_other_sources_are_refused(source, arguments, error, words: str):
    with pytest.raises(error, match=words):
        data.read(source, columns=PAIR, **arguments)


def test_one_file_of_a_pair_names_the_remedy(files: tuple[Path, Path]):
    with pytest.raises(ValueError, match=r"two files with one sentence.*'train\.\{en,de\}'"):
        data.read(files[0], columns=PAIR)
    with pytest.raises(ValueError, match=r"a 'lines' file has no columns.*'train\.\{en,de\}'"):
        data.read(files[0], columns=PAIR, format="lines")
    text = files[0].rename(files[0].with_suffix(".txt"))
    with pytest.raises(ValueError, match=r"neither does its beginning.*'train\.\{en,de\}'"):
        data.read(text, columns=PAIR)


def test_lines_may_be_said_to_be_lines(tmp_path: Path):
    paths = tmp_path / "a.csv", tmp_path / "b.csv"
    for path in paths:
        path.write_text("x, y\n")
    assert both(data.read(paths, columns=PAIR, format="lines")) == [("x, y", "x, y")]
