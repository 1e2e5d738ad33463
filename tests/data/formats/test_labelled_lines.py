from __future__ import annotations

from pathlib import Path

import pytest

from seqkit import data
from seqkit.data import raw_rows
from seqkit.data.errors import DataError


def written(path: Path, content: str) -> Path:
    path.write_bytes(content.encode())
    return path


def test_a_label_a_space_and_the_text(tmp_path: Path):
    path = written(tmp_path / "stsa.train", "1 a  good film\r\n\n0 bad\n1 \n")
    rows = data.read(path, format="lines")
    assert rows.to_list("text") == ["a  good film", "bad", ""]
    assert rows.to_list("label") == ["1", "0", "1"]
    assert rows.lines.tolist() == [1, 3, 4]
    assert rows.name == "stsa.train"


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ("very good\ta film\n", {"format": "lines", "separator": "\t"}, {"very good": "a film"}),
        ("__label__pos a film\n__label__neg b\n", {}, {"pos": "a film", "neg": "b"}),
    ],
    ids=["another separator", "fasttext"],
)
def test_other_marks_of_a_label(tmp_path: Path, content, options, expected):
    rows = data.read(written(tmp_path / "a.txt", content), **options)
    assert dict(zip(rows.to_list("label"), rows.to_list("text"), strict=True)) == expected


@pytest.mark.parametrize("mark", ["\t", " ", "\u00a0", "\u3000", "\x0b"])
def test_any_white_space_ends_a_label(tmp_path: Path, mark: str):
    path = written(tmp_path / "a.txt", f"__label__pos{mark}good  film\n__label__neg{mark}bad\n")
    rows = data.read(path)
    assert rows.to_list("label") == ["pos", "neg"]
    assert rows.to_list("text") == ["good  film", "bad"]
    assert data.read(path, columns=("text",)).to_list("text") == ["good  film", "bad"]
    path = written(tmp_path / "b.txt", f"spam{mark}free win now\nham{mark}see you\n")
    rows = data.read(path, format="lines")
    assert rows.to_list("label") == ["spam", "ham"]
    assert rows.to_list("text") == ["free win now", "see you"]
    several = written(tmp_path / "c.txt", f"__label__a{mark}__label__b{mark}x y\n")
    assert data.read(several, label_separator=" ").to_list("label") == [["a", "b"]]


def test_a_given_separator_alone_ends_a_label(tmp_path: Path):
    path = written(tmp_path / "a.txt", "__label__very good\ta film\n__label__bad\tb c\n")
    rows = data.read(path, format="lines", separator="\t")
    assert rows.to_list("label") == ["very good", "bad"]
    assert rows.to_list("text") == ["a film", "b c"]
    plain = written(tmp_path / "b.txt", "1 fine\n2 bad\n")
    with pytest.raises(DataError, match=r"line 1: '1 fine' is not a label, '\\t' and a text"):
        data.read(plain, format="lines", separator="\t")


def test_fasttext_with_several_labels(tmp_path: Path):
    path = written(tmp_path / "a.txt", "__label__a x y\n__label__a __label__b z\n")
    assert data.read(path, label_separator=" ").to_list("label") == [["a"], ["a", "b"]]
    with pytest.raises(DataError, match=r"line 2: 2 labels.*label_separator=' '"):
        data.read(path)


def test_text_alone_takes_whole_lines(tmp_path: Path):
    path = written(tmp_path / "a.txt", "one line\n\n__label__x marked\n")
    rows = data.read(path, columns=("text",))
    assert rows.to_list("text") == ["one line", "", "marked"]


@pytest.mark.parametrize("line", ["word", " text", "__label__ text"])
def test_a_line_without_label_or_text_is_named(tmp_path: Path, line: str):
    path = written(tmp_path / "a.txt", f"1 fine\n{line}\n")
    with pytest.raises(DataError, match=r"a\.txt, line 2"):
        data.read(path, format="lines")


def test_other_columns_are_refused(tmp_path: Path):
    path = written(tmp_path / "a.txt", "1 fine\n")
    with pytest.raises(ValueError, match="it has 'text', 'label' alone"):
        data.read(path, format="lines", columns=("text", "author"))


def test_more_rows_than_one_chunk_holds(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(raw_rows, "MOST_ROWS", 7)
    path = written(tmp_path / "a.txt", "".join(f"{i % 2} text {i}\n" for i in range(30)))
    rows = data.read(path, format="lines")
    assert rows["text"].num_chunks == 5
    assert rows.to_list("text") == [f"text {i}" for i in range(30)]
    assert rows.lines.tolist() == list(range(1, 31))
