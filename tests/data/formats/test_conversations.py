"""Conversations of files and lists, with the line of every turn."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from seqkit import data
from seqkit.data.errors import DataError


def written(path: Path, *lines: str) -> Path:
    path.write_bytes("\n".join(lines).encode())
    return path


def triples(pairs: data.Dataset) -> list[tuple[str, str, str]]:
    columns = (pairs.to_list(name) for name in ("source", "target", "conversation"))
    return list(zip(*columns, strict=True))


EXPECTED = [("a", "b", "0"), ("a ⏎ b", "c", "0"), ("d\u2028x", "é", "1")]


def test_a_list_on_every_line(tmp_path: Path):
    path = written(
        tmp_path / "talk.jsonl",
        '["a", " b ", "c"]\r',
        "",
        '{"id": 7, "turns": ["d\u2028x", "\\u00e9"]}',
        '["alone"]',
    )
    pairs = data.read_turns(path)
    assert triples(pairs) == EXPECTED
    assert pairs.lines is not None and pairs.lines.tolist() == [1, 1, 3]
    assert (pairs.name, pairs.source) == ("talk", str(path))


def test_a_turn_on_every_line_and_blank_lines_between(tmp_path: Path):
    path = written(
        tmp_path / "talk.txt", "", "a", " b ", "c\r", " \t", "", "d\u2028x", "é", "", "alone"
    )
    pairs = data.read_turns(path)
    assert triples(pairs) == EXPECTED
    assert pairs.lines is not None and pairs.lines.tolist() == [3, 4, 8]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ('[["a", "b", "c"], ["d\u2028x", "é"]]', [1, 1, 1]),
        ('[\n["a", "b", "c"],\n["d\u2028x", "é"]\n]', [2, 2, 3]),
        ('[{"turns": ["a",\n"b", "c"]},\n{"turns": ["d\u2028x", "é"]}]', [1, 1, 3]),
    ],
)
def test_an_array_of_conversations(tmp_path: Path, content: str, lines: list[int]):
    pairs = data.read_turns(written(tmp_path / "talk.json", content))
    assert triples(pairs) == EXPECTED
    assert pairs.lines.tolist() == lines


@pytest.mark.parametrize(
    ("name", "content"), [("t.txt.gz", "a\nb\n"), ("t.jsonl.gz", '["a", "b"]\n')]
)
def test_packed_files_and_their_digest(tmp_path: Path, name: str, content: str):
    import hashlib

    path = tmp_path / name
    path.write_bytes(gzip.compress(content.encode()))
    pairs = data.read_turns(path, license="CC0")
    assert triples(pairs) == [("a", "b", "0")]
    assert pairs.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (pairs.name, pairs.license) == ("t", "CC0")


def test_another_encoding_and_another_key(tmp_path: Path):
    path = tmp_path / "talk.jsonl"
    path.write_bytes('{"dialog": ["é", "ü"]}'.encode("latin-1"))
    pairs = data.read_turns(path, encoding="latin-1", names={"turns": "dialog"})
    assert triples(pairs) == [("é", "ü", "0")]
    with pytest.raises(ValueError, match="may name 'turns' alone"):
        data.read_turns(path, names={"source": "dialog"})


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('["a", "b"', "line 2, column .*not JSON"),
        ('{"turns": "a"}', "line 2: 'a' is not a list of turns"),
        ('"a"', "line 2: 'a' is not a list of turns"),
        ("5", "line 2: 5 is not a list of turns"),
        ('{"turns": {"a": "b"}}', "line 2: .* is not a list of turns"),
        ('{"dialog": ["a", "b"]}', r"line 2: no key 'turns' among \['dialog'\].*names="),
        ('["a", 5]', r"line 2, turn 1: text is 5 \(int\), not a string"),
        ('["a", null]', r"line 2, turn 1: text is missing \(None\)"),
        ('["a", " ", "b"]', "line 2, turn 1: empty"),
        ('["a", "b ⏎ c"]', "line 2, turn 1: 'b ⏎ c' holds the separator '⏎'"),
        ('["a", "\\ud800"]', r"line 2, turn 1: .*lone surrogate U\+D800"),
    ],
)
def test_a_line_that_is_no_conversation_is_named(tmp_path: Path, line: str, words: str):
    path = written(tmp_path / "bad.jsonl", '["a", "b"]', line)
    with pytest.raises(DataError, match=rf"bad\.jsonl, {words}"):
        data.read_turns(path)


def test_a_line_that_holds_the_separator_is_named(tmp_path: Path):
    path = written(tmp_path / "bad.txt", "a", "b", "", "c", "d ⏎")
    with pytest.raises(DataError, match=r"bad\.txt, line 5: 'd ⏎' holds the separator '⏎'"):
        data.read_turns(path)
    assert len(data.read_turns(path, separator=" ␞ ")) == 2


@pytest.mark.parametrize("name", ["talk.csv", "talk", "talk.csv.gz"])
def test_a_name_that_does_not_tell_the_format(tmp_path: Path, name: str):
    path = written(tmp_path / name, "a", "b")
    with pytest.raises(ValueError, match=r"(not tell its format|has no columns).*\.jsonl.*\.txt"):
        data.read_turns(path)


def test_no_such_file():
    with pytest.raises(FileNotFoundError, match=r"nowhere\.txt"):
        data.read_turns("nowhere.txt")
