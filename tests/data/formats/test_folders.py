"""Folders: one for each class, brat's texts with annotations, and one for each part."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from seqkit import data
from seqkit.data.errors import DataError

TAGGED = ("tokens", "tags")


def written(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".txt" if not path.suffix else path.suffix).write_text(content, "utf-8")
    return folder


def test_a_folder_for_each_class(tmp_path: Path):
    folder = written(
        tmp_path / "reviews", pos__1="good\nfilm\n", pos__10="fine", neg__1="bad", neg__deep__2="so"
    )
    (folder / "neg" / "3.txt.gz").write_bytes(gzip.compress(b"packed"))
    (folder / "neg" / "49960").write_text("no suffix, as in newsgroups")
    (folder / "neg" / ".DS_Store").write_bytes(b"\0")
    (folder / "neg" / "urls.html").write_text("not a text")
    (folder / "README").write_text("beside the classes")
    rows = data.read(folder)
    texts = ["bad", "packed", "no suffix, as in newsgroups", "so", "good\nfilm", "fine"]
    assert rows.to_list("text") == texts
    assert rows.to_list("label") == ["neg"] * 4 + ["pos"] * 2
    assert (rows.name, rows.source) == ("reviews", str(folder))
    assert rows.sha256 == data.read(folder).sha256
    assert data.read(folder, columns=("text",)).to_list("text") == texts
    with pytest.raises(DataError, match="has a folder for each label"):
        data.read(written(tmp_path / "flat", a="text"))


def test_a_folder_for_each_part(tmp_path: Path):
    folder = written(
        tmp_path, train__pos__1="a", train__neg__1="b", test__pos__1="c", test__neg__1="d"
    )
    folder = written(folder, train__pos__2="e", train__neg__2="f")
    parts = data.read_parts(folder, fraction=0.5)
    assert sorted(parts["test"].to_list("text")) == ["c", "d"]
    assert len(parts["train"]) + len(parts["validation"]) == 4
    with pytest.raises(DataError, match=r"has the parts \['test', 'train'\], not .*test'\.$"):
        data.read(folder)


def test_a_file_for_each_part(tmp_path: Path):
    for name, text in (("train", "a"), ("dev", "b"), ("test", "c")):
        (tmp_path / f"{name}.csv").write_text(f"text,label\n{text},x\n")
    parts = data.read_parts(tmp_path)
    assert [parts[part].to_list("text") for part in parts] == [["a"], ["b"], ["c"]]
    (tmp_path / "val.csv").write_text("text,label\nd,x\n")
    with pytest.raises(DataError, match="'val' and another are both validation"):
        data.read_parts(tmp_path)


class DatasetDict(dict):
    """Like `datasets.DatasetDict`."""


def test_parts_in_memory():
    rows = {name: [{"text": f"{name} {n}", "label": "x"} for n in range(4)] for name in "abc"}
    known = DatasetDict(train=rows["a"], validation=rows["b"], test=rows["c"], unsupervised=[])
    parts = data.read_parts(known)
    assert [parts[part].to_list("text")[0] for part in parts] == ["a 0", "b 0", "c 0"]
    given = data.read_parts({"train": rows["a"], "val": rows["b"]}, test=rows["c"])
    assert [given[part].to_list("text")[0] for part in given] == ["a 0", "b 0", "c 0"]
    with pytest.raises(DataError, match=r"has the parts 'train', 'test': .* source\['train'\]"):
        data.read(
            {"train": {"text": ["a"], "label": ["x"]}, "test": {"text": ["b"], "label": ["x"]}}
        )
    # Columns may be called so too.
    table = {"text": ["a"], "label": ["x"], "test": ["t"]}
    assert data.read(table, columns=("text", "label", "test")).to_list("test") == ["t"]


def test_brat(tmp_path: Path):
    folder = tmp_path / "brat"
    folder.mkdir()
    (folder / "a.txt").write_text("Ada Lovelace wrote.\n\nShe lived in\nLondon town.\n", "utf-8")
    (folder / "a.ann").write_text(
        "T1\tPER 0 12\tAda Lovelace\n"
        "T2\tLOC 34 40;41 45\tLondon town\n"
        "#1\tAnnotatorNotes T1\tsure\n"
        "R1\tLivesIn Arg1:T1 Arg2:T2\n"
        "A1\tConfidence T1 High\n"
    )
    (folder / "b.txt").write_text("Nobody.\n")
    (folder / "b.ann").write_text("")
    (folder / "c.txt").write_text("Not yet.\n")
    (folder / "annotation.conf").write_text("[entities]\nPER\n")
    rows = data.read(folder, columns=TAGGED)
    assert rows.to_list("tags") == [
        ["B-PER", "I-PER", "O", "O"],
        ["O", "O", "O"],
        ["B-LOC", "I-LOC", "O"],
        ["O", "O"],
    ]
    assert rows.to_list("tokens")[2] == ["London", "town", "."]
    assert rows.dropped == {"not annotated": 1} and rows.lines.tolist() == [1, 3, 4, 1]
    one = data.read(folder / "a.ann", columns=TAGGED)
    assert one.to_list("tags") == rows.to_list("tags")[:3]
    # A span over the end of a line keeps the two lines together.
    (folder / "a.ann").write_text("T1\tX 25 40\tlived in London\n")
    assert data.read(folder / "a.ann", columns=TAGGED).to_list("tags")[1] == [
        *("O", "B-X", "I-X", "I-X", "O", "O"),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("T1\tPER 0 3;13 18\tAda wrote", r"a\.ann, line 1: .* in parts, with \[' Lovelace '\]"),
        ("T1 PER 0 3 Ada", r"a\.ann, line 1: .* is not a span such as"),
        ("T1\tPER 0 99\tAda", r"a\.ann, line 1: .* lies outside the 20 characters"),
    ],
)
def test_annotations_that_cannot_be_used(tmp_path: Path, line: str, words: str):
    (tmp_path / "a.txt").write_text("Ada Lovelace wrote.\n")
    (tmp_path / "a.ann").write_text(line + "\n")
    with pytest.raises(DataError, match=words):
        data.read(tmp_path, columns=TAGGED)


def test_a_folder_without_annotations(tmp_path: Path):
    (tmp_path / "a.txt").write_text("Ada\n")
    with pytest.raises(DataError, match="1 texts and no annotations"):
        data.read(tmp_path, columns=TAGGED)
