"""What a stream of text may be read from."""

from __future__ import annotations

import gc
import gzip
import re
import tempfile
from pathlib import Path

import pytest

from seqkit import data
from seqkit.data import Piece, read_stream
from seqkit.data.errors import DataError
from tests.data.streams.joining import joined, regrouped


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_a_document_as_it_is(tmp_path: Path, packed: bool):
    path = tmp_path / ("book.txt.gz" if packed else "book.txt")
    text = "Dos\r\nUnix\nMac\r\f\u2028 end \n\n"
    content = b"\xef\xbb\xbf" + text.encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    for source in (path, str(path)):
        stream = read_stream(source, license="CC0")
        assert list(stream.pieces()) == [Piece(text, True, True)]
        assert (stream.name, stream.sources, stream.license) == ("book", (str(path),), "CC0")
        assert joined(stream, 3) == text


def test_a_file_of_several_blocks_ends_once(tmp_path: Path):
    path = tmp_path / "long.txt"
    text = "한글 \n" * (1 << 18) + "x" * (1 << 20)
    path.write_text(text, "utf-8", newline="")
    stream = read_stream(path)
    pieces = list(stream.pieces(1 << 19))
    assert regrouped(pieces) == [text]
    assert max(len(piece.text) for piece in pieces) <= 1 << 19
    view = stream.slice((1 << 20) + 5)
    assert regrouped(view.pieces()) == [text[(1 << 20) + 5 :]]
    assert view.documents == 1
    assert read_stream(path, encoding="utf-8").content_sha256() == stream.content_sha256()


def test_another_encoding(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("재미있는\n", "cp949")
    assert read_stream(path, encoding="cp949").head(9) == "재미있는\n"
    with pytest.raises(ValueError, match="encoding='utf-9' is unknown"):
        read_stream(path, encoding="utf-9")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "b.txt": "B",
        "a/c.txt": "C",
        "a/b.md": "M",
        "a.txt": "A",
        "e.txt": "",
    }.items():
        path = tmp_path / "books" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "books"


def test_folders_globs_and_lists_of_files(folder: Path):
    stream = read_stream(folder)
    assert regrouped(stream.pieces()) == ["A", "C", "B"]
    assert stream.name == "books"
    assert [Path(source).name for source in stream.sources] == ["a.txt", "c.txt", "b.txt", "e.txt"]
    assert joined(read_stream(folder, pattern="*.md")) == "M"
    assert joined(read_stream(f"{folder}/*.txt")) == "AB"
    assert joined(read_stream(f"{folder}/**/*.txt")) == "ACB"
    listed = [folder / "b.txt", folder / "a.txt"]
    assert joined(read_stream(listed)) == "BA"
    assert read_stream(listed).name == "2 files"


def test_files_that_are_not_there_are_named(folder: Path):
    with pytest.raises(FileNotFoundError, match=r"matches pattern='\*\.doc'.*'\.md', '\.txt'"):
        read_stream(folder, pattern="*.doc")
    with pytest.raises(FileNotFoundError, match=r"no file matches this glob"):
        read_stream(f"{folder}/*.doc")
    for source in (folder / "z.txt", [folder / "a.txt", folder / "z.txt"]):
        with pytest.raises(FileNotFoundError, match=r"z\.txt': there is no such file"):
            read_stream(source)
    with pytest.raises(FileNotFoundError, match=r"give it in a list: \[text\]"):
        read_stream("a text\nitself")
    with pytest.raises(ValueError, match=r"a\.txt', is the name of a file.*list of Path"):
        read_stream([str(folder / "a.txt")])


def test_what_cannot_be_read_is_named_by_file_and_line(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"ok\n" * 400_000 + b"caf\xe9\n")
    with pytest.raises(DataError, match=r"a\.txt, line 400001: byte 0xe9.*encoding='cp1252'"):
        joined(read_stream(path))
    path.write_bytes(b"ok\n" * 400_000 + b"fine\na\0b\n")
    with pytest.raises(DataError, match=r"a\.txt, line 400002: a NUL character in 'a\\x00b'"):
        _ = read_stream(path).characters
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"line\n" * 1000)[:-12])
    with pytest.raises(DataError, match="broken gzip data"):
        joined(read_stream(path))


@pytest.mark.parametrize("as_source", [list, iter, lambda texts: lambda: iter(texts)])
def test_documents_that_cannot_be_used_are_named(as_source):
    for text, words in [
        (3, r"document 1: 3 is not a text"),
        ("b\0", r"document 1: a NUL character at offset 1"),
        ("\ud83d", r"document 1: half a surrogate pair"),
    ]:
        with pytest.raises(DataError, match=words):
            joined(read_stream(as_source(["a", text])))


@pytest.mark.parametrize("source", [[], ["", ""], iter(()), lambda: [""], {"text": [""]}])
def test_no_text_at_all_is_refused(source):
    with pytest.raises(DataError, match="there is no text"):
        read_stream(source)


def test_files_without_text_are_refused(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf")
    with pytest.raises(DataError, match=r"a\.txt: there is no text"):
        read_stream(tmp_path)


@pytest.mark.parametrize("source", [3, b"text", None])
def test_other_sources_are_refused(source):
    with pytest.raises(TypeError, match="give a path, a folder, a glob"):
        read_stream(source)


@pytest.mark.parametrize("given", ["a text", 3])
def test_a_function_must_give_documents(given):
    with pytest.raises(DataError, match=r"function .*lambda.* gave .*, not an iterable"):
        read_stream(lambda: given)


def test_an_iterator_is_kept_in_a_file_as_long_as_the_stream(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stream = read_stream(text for text in ["한글\r\n", "", "two"])
    assert len(list(tmp_path.iterdir())) == 1
    for _ in range(2):
        assert regrouped(stream.pieces()) == ["한글\r\n", "two"]
    first, second = stream.pieces(), stream.pieces()
    assert next(first) == next(second)
    view = stream.slice(2)
    del stream, first, second
    assert joined(view) == "\r\ntwo"
    del view
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_a_bad_iterator_leaves_no_file(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(DataError):
        read_stream(iter(["one", 2]))
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_tables_are_read_by_their_column(tmp_path: Path):
    rows = {"text": ["one\n", "", "two"], "note": ["x", "y", "z"]}
    dataset = data.read(rows, columns=("text", "note"), license="MIT")
    stream = read_stream(dataset)
    assert regrouped(stream.pieces()) == ["one\n", "two"]
    assert (stream.name, stream.sources, stream.license) == ("dict", ("dict",), "MIT")
    assert joined(read_stream(dataset, column="note")) == "xyz"
    assert joined(read_stream(rows, column="note")) == "xyz"
    path = tmp_path / "rows.csv"
    path.write_text("id,review\n1,good\n2,bad\n", "utf-8")
    assert regrouped(read_stream(path).pieces()) == ["good", "bad"]
    assert read_stream(path).sources == (str(path),)
    with pytest.raises(DataError, match=r"no column 'title' \(given as column\)"):
        read_stream(dataset, column="title")
    with pytest.raises(DataError, match=r"Say which it is with column=…"):
        read_stream({"a": ["b"], "c": ["d"]})
    with pytest.raises(DataError, match=r"row 1: a NUL character"):
        joined(read_stream({"text": ["a", "b\0"]}))


def test_a_stream_is_given_back():
    stream = read_stream(["a"])
    assert read_stream(stream, name="other") is stream


# A table whose texts a language model reads, what is said of it, and what then helps.
TABLES = [
    ("a.csv", "id:text\n1:good\n2:bad\n", "separator=…", {"separator": ":"}),
    ("a.csv", 'id,text\n1,good\n2,"bad\n', "quoting=False", {"quoting": False}),
    ("a.csv", "good,1\nbad,2\n", "column=0", {"column": 0}),
    ("a.csv", "blurb,id\ngood,1\nbad,2\n", "column=…", {"column": "blurb"}),
    ("a.parquet", "text,id\ngood,1\nbad,2\n", "format=…", {"format": "csv"}),
    ("a.json", '[{"text": "good"}\n{"text": "bad"}]', "format='jsonl'", None),
]


@pytest.mark.parametrize(("name", "content", "remedy", "given"), TABLES, ids=[t[2] for t in TABLES])
def test_what_a_message_about_a_table_proposes_is_taken(name, content, remedy, given, tmp_path):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(DataError, match=re.escape(remedy)) as caught:
        read_stream(path)
    assert "names=" not in str(caught.value)
    if given is None:  # mended as the message says
        path.write_text(content.replace("[", "").replace("]", ""))
        given = {"format": "jsonl"}
    text = read_stream(path, **given).head(100)
    assert text.replace('"', "") == "goodbad"


def test_what_is_of_tables_alone_is_refused_where_text_is_read_as_it_is(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("id;text\n1;good\n")
    for given in ({"separator": ";"}, {"quoting": False}, {"column": "text"}):
        (name,) = given
        with pytest.raises(ValueError, match=f"{name}=.*format='csv'"):
            read_stream(path, **given)
    assert read_stream(path, separator=";", format="csv").head(9) == "good"
    with pytest.raises(ValueError, match=r"separator=';'.* list, is no file"):
        read_stream(["good"], separator=";")
