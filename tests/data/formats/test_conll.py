from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.formats import conll

TAGGED = ("tokens", "tags")


def read(path: Path, text: str, **arguments) -> data.Dataset:
    path.write_bytes(text.encode())
    return data.read(path, **{"columns": TAGGED, **arguments})


def test_a_two_column_file_is_token_and_tag(tmp_path: Path):
    rows = read(tmp_path / "a.conll", "\n\nAda\tB-PER\nwrote\tO\n\n \n\nYes\tO\r\n\r\n")
    assert rows.to_list("tokens") == [["Ada", "wrote"], ["Yes"]]
    assert rows.to_list("tags") == [["B-PER", "O"], ["O"]]
    assert rows.lines.tolist() == [3, 8]
    assert (rows.name, rows.column_names) == ("a", TAGGED)


def test_white_space_parts_and_positions_choose(tmp_path: Path):
    text = "-DOCSTART- -X- O O\n\nEU NNP  B-NP B-ORG \nrejects VBZ\tB-VP O\n-DOCSTART-\nx Y O O\n"
    rows = read(tmp_path / "a.iob", text)
    assert rows.to_list("tokens") == [["EU", "rejects"], ["x"]]
    assert rows.to_list("tags") == [["B-ORG", "O"], ["O"]]
    assert rows.lines.tolist() == [3, 6]
    for position in (1, -3):
        rows = read(tmp_path / "a.txt", text, names={"tags": position})
        assert rows.to_list("tags") == [["NNP", "VBZ"], ["Y"]]
    rows = read(tmp_path / "a.tsv", text, names={"tokens": 1, "tags": 0})
    assert rows.to_list("tokens") == [["NNP", "VBZ"], ["Y"]]


def test_spaces_belong_to_tokens_where_tabs_part(tmp_path: Path):
    rows = read(tmp_path / "a.bio", "New York\tX\n10\u00a0000\tY\n\u3000\tZ\n")
    assert rows.to_list("tokens") == [["New York", "10\u00a0000", "\u3000"]]
    rows = read(tmp_path / "a.bio", "10\u00a0000 Y\n\u2028 Z\n")
    assert rows.to_list("tokens") == [["10\u00a0000", "\u2028"]]


@pytest.mark.parametrize(
    "text",
    [
        "# sent_id = 1\n# text = # a\n#\tX\na\tY\n#\tX\n",
        "# sent_id = 1\n#\tX\na\tY\n#\tX\n",
        "# sent_id = 1\n# X\na Y\n# X\n",
        "#\n# two words more\n# X\na Y\n# X\n",
        "# text = a\tb\tc\n#\tX\na\tY\n#\tX\n",
    ],
)
def test_comments_are_told_from_the_token(tmp_path: Path, text: str):
    rows = read(tmp_path / "a.conll", text)
    assert rows.to_list("tokens") == [["#", "a", "#"]]
    assert rows.to_list("tags") == [["X", "Y", "X"]]


def test_a_comment_of_as_many_fields_as_a_token(tmp_path: Path):
    text = "# sent_id = 1\n# A B C\na A B C\n"
    assert read(tmp_path / "a.conll", text).to_list("tokens") == [["#", "a"]]


def test_the_token_may_be_a_whole_sentence(tmp_path: Path):
    rows = read(tmp_path / "a.conll", "# note to the reader\n\n# X\n\na Y\n")
    assert rows.to_list("tokens") == [["#"], ["a"]]
    assert rows.lines.tolist() == [3, 5]


def test_tokens_alone(tmp_path: Path):
    rows = read(tmp_path / "a.conll", "a\nb\n\nc\n", columns=("tokens",))
    assert rows.to_list("tokens") == [["a", "b"], ["c"]]
    assert rows.column_names == ("tokens",)


def test_packed_and_more_rows_than_one_chunk_holds(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(conll, "MOST_ROWS", 7)
    path = tmp_path / "a.conll.gz"
    path.write_bytes(gzip.compress("".join(f"w{i} B-X\nv I-X\n\n" for i in range(50)).encode()))
    rows = data.read(path, columns=TAGGED)
    assert rows.to_list("tokens") == [[f"w{i}", "v"] for i in range(50)]
    assert rows["tags"].num_chunks == 8
    assert rows.lines.tolist() == [1 + 3 * i for i in range(50)]


def test_the_line_of_a_wrong_tag_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(conll, "MOST_ROWS", 1)
    text = "a B-X\nb I-X\n\n# text = c d\nc O\nd I-X\n\n\ne I-X\n"
    with pytest.raises(DataError, match=r"a\.conll, line 6: tag 'I-X' follows 'O'.*\(2 such"):
        read(tmp_path / "a.conll", text)
    rows = read(tmp_path / "a.conll", text, tag_scheme="IOB1")
    assert rows.to_list("tags") == [["B-X", "I-X"], ["O", "B-X"], ["B-X"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a X\nb\n", r"line 2: 1 field\(s\) in 'b', but 2 in line 1\. .*tabs"),
        ("a\tX\nb c\tY\tZ\n", r"line 2: 3 field\(s\).*but 2 in line 1\. .*one tab each"),
        ("a X\n# no token\n", r"line 2: 3 field\(s\)"),
        ("a\tX\n\tY\n", "line 2: tokens is empty"),
        ("a\tX\nb\t\n", "line 2: tags is empty"),
        ("\na\n", "line 2: one field in 'a'; token and tag are needed"),
        ("# nothing else\n", "no rows"),
        ("", "no rows"),
        ("a X\0\n", "line 1: a NUL"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, words: str):
    with pytest.raises(DataError, match=words):
        read(tmp_path / "a.conll", text)


@pytest.mark.parametrize(
    ("names", "error", "words"),
    [
        ({"tags": 2}, DataError, "line 1: 2 fields in 'a X', so there is no field 2 for 'tags'"),
        ({"tags": 0}, DataError, "field 0 would be both"),
        ({"tags": -2}, DataError, "field 0 would be both"),
        ({"tags": "ner"}, ValueError, "fields of a CoNLL file have no names"),
    ],
)
def test_a_wrong_position_is_named(tmp_path: Path, names, error, words: str):
    with pytest.raises(error, match=words):
        read(tmp_path / "a.conll", "a X\n", names=names)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("a.conll", {"columns": ("text", "label")}, r"'conll' file has no columns \('text', 'lab"),
        ("a.csv", {}, r"'csv' file has no columns \('tokens', 'tags'\).*format='conll'"),
        ("a.train", {}, "does not tell its format"),
    ],
)
def test_formats_and_columns_that_do_not_fit(tmp_path: Path, name: str, arguments, words: str):
    with pytest.raises(ValueError, match=words):
        read(tmp_path / name, "a X\n", **arguments)
    assert len(read(tmp_path / name, "a X\n", format="conll")) == 1
