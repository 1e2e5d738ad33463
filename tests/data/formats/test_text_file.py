from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.formats.text_file import TextFile, canonical_encoding


def lines(path: Path, encoding: str = "utf-8", newline: str = "\n") -> list[str]:
    with TextFile(path, encoding, newline) as file:
        return list(file)


def packed_as(suffix: str, content: bytes) -> bytes:
    """The bytes as a program packs them whose files end in the suffix."""
    match suffix:
        case ".gz":
            return gzip.compress(content)
        case ".bz2":
            return bz2.compress(content)
        case ".xz":
            return lzma.compress(content)
        case ".zst":
            sink = pa.BufferOutputStream()
            with pa.CompressedOutputStream(sink, "zstd") as stream:
                stream.write(content)
            return sink.getvalue().to_pybytes()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/inside.csv", content)
        archive.writestr("__MACOSX/folder/._inside.csv", b"\0")
    return file.getvalue()


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst", ".zip"])
def test_packed_files(tmp_path: Path, suffix: str):
    content = "text,label\n재미,x\n".encode() + b"row,y\n" * 300_000
    path = tmp_path / f"a.csv{suffix}"
    path.write_bytes(packed_as(suffix, content))
    rows = data.read(path)
    assert (rows.name, len(rows), rows["text"][0].as_py()) == ("a", 300_001, "재미")
    assert rows.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    damaged = tmp_path / f"b.csv{suffix}"
    damaged.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(
        DataError, match=rf"b\.csv{suffix}, .*: broken .* data .*drop {suffix} from"
    ):
        data.read(damaged)
    damaged.write_bytes(content)
    with pytest.raises(DataError, match=r"broken .* data"):
        data.read(damaged)
    unnamed = tmp_path / "c.csv"
    unnamed.write_bytes(path.read_bytes())
    with pytest.raises(DataError, match=rf"line 1: byte .* end its name in .*{suffix}\.$"):
        data.read(unnamed)
    path.with_suffix("").with_suffix(".parquet" + suffix).write_bytes(packed_as(suffix, parquet()))
    assert data.read(tmp_path / f"a.parquet{suffix}").to_list("label") == ["x"]


def parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"text": ["a"], "label": ["x"]}), sink)
    return sink.getvalue().to_pybytes()


def test_an_archive_tells_the_format_by_the_name_of_its_file(tmp_path: Path):
    path = tmp_path / "a.zip"
    path.write_bytes(packed_as(".zip", b"text,label\ngood,x\n"))
    rows = data.read(path)
    assert (rows.name, rows.to_list("text")) == ("inside", ["good"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("test.csv", "text,label\n")
    with pytest.raises(DataError, match=r"2 files: \['folder/inside.csv', 'test.csv'\]. Unpack it"):
        data.read(path)


@pytest.mark.parametrize("packed", [False, True])
def test_lines_and_digest_of_the_bytes_on_disk(tmp_path: Path, packed: bool):
    path = tmp_path / ("a.txt.gz" if packed else "a.txt")
    content = ("한국어\n" * 200_000).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    with TextFile(path, "utf-8", "\n") as file:
        assert sum(line == "한국어\n" for line in file) == 200_000
        assert file.sha256() == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_digest_covers_the_whole_file_even_when_little_was_read(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"line\n" * 1_000_000)
    with TextFile(path, "utf-8", "\n") as file:
        next(iter(file))
        assert file.sha256() == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_byte_order_mark_is_skipped(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes("\ufefftext\n".encode())
    assert lines(path) == ["text\n"]
    path.write_bytes("text\n".encode("utf-16"))
    assert lines(path, "utf-16") == ["text\n"]


def test_line_separators_inside_a_text_do_not_part_lines(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("a\u2028b\x85c\x0cd\n", encoding="utf-8")
    assert lines(path) == ["a\u2028b\x85c\x0cd\n"]
    assert lines(path, newline="") == ["a\u2028b\x85c\x0cd\n"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("before", [0, 1, 70_000, 400_000])
def test_a_wrong_byte_is_named_with_offset_and_line(tmp_path: Path, packed: bool, before: int):
    path = tmp_path / ("a.txt.gz" if packed else "a.txt")
    head = "é\r\n".encode() * before
    content = head + b"caf\xe9 au lait\r\nmore\n"
    path.write_bytes(gzip.compress(content, 1) if packed else content)
    with pytest.raises(DataError) as caught:
        lines(path, newline="")
    message = str(caught.value)
    assert (
        f"{path}, line {before + 1}: byte 0xe9 at offset {len(head) + 3:,} is not utf-8" in message
    )
    assert "encoding='cp1252' ('café au lait')" in message


def test_lone_carriage_returns_count_as_lines_only_where_they_end_one(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"a\rb\rc\xff")
    with pytest.raises(DataError, match="line 3: byte 0xff at offset 5"):
        lines(path, newline="")
    with pytest.raises(DataError, match="line 1: byte 0xff at offset 5"):
        lines(path, newline="\n")


def test_the_encoding_proposed_reads_the_line(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes("재미있는 영화\n".encode("cp949"))
    with pytest.raises(DataError, match=r"such as encoding='cp949' \('재미있는 영화'\)"):
        lines(path)
    path.write_bytes("text\n".encode("utf-16"))
    with pytest.raises(DataError, match=r"offset 0 is not ascii; .*encoding='utf-16'"):
        lines(path, "ascii")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_the_mark_of_utf_16_is_followed(tmp_path: Path, encoding: str):
    # As spreadsheets save "Unicode text".
    path = tmp_path / "a.txt"
    path.write_bytes("\ufefftext\tlabel\r\n재미\tx\r\n".encode(encoding))
    assert lines(path) == ["text\tlabel\r\n", "재미\tx\r\n"]
    assert data.read(path).to_list("text") == ["재미"]


def test_a_character_cut_off_at_the_end_is_placed(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes("a\nb한".encode()[:-1])
    with pytest.raises(DataError, match="line 2: byte 0xed at offset 3 is not utf-8"):
        lines(path)


def test_a_wrong_byte_of_another_encoding_is_placed(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"ok\nab\xff\n")
    with pytest.raises(DataError, match="line 2: byte 0xff at offset 5 is not cp949"):
        lines(path, "cp949")


def test_nul_is_refused_with_its_line(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"ok\na\0b\n")
    with pytest.raises(DataError, match=r"line 2: a NUL character.*utf-16"):
        lines(path)


@pytest.mark.parametrize("damage", [slice(0, 60), slice(3, None)])
def test_broken_gzip_is_refused(tmp_path: Path, damage: slice):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(bytes(range(65, 90)) * 100)[damage])
    with pytest.raises(DataError, match="broken gzip data"):
        lines(path)


def test_an_unknown_encoding_is_refused():
    with pytest.raises(ValueError, match="encoding='utf-9' is unknown"):
        canonical_encoding("utf-9")


def archive(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "/").replace("_txt", ".txt"), content)
    return path


def test_the_data_of_an_archive_are_taken(tmp_path: Path):
    # As UCI packs its data sets: one file, and what describes it.
    spam = {"SMSSpamCollection_txt": "spam\tfree win\nham\tsee you\n", "readme": "About."}
    added = {"LICENSE_txt": "Free.", "names.pdf": "%PDF", ".gitignore": ""}
    path = archive(tmp_path / "spam.zip", **spam, **added)
    rows = data.read(path, format="lines")
    assert rows.to_list("label") == ["spam", "ham"]


def test_an_archive_of_several_data_files_names_them(tmp_path: Path):
    path = archive(tmp_path / "films.zip", train_txt="a\tx\n", test_txt="b\ty\n", README_txt="")
    with pytest.raises(
        DataError, match=r"an archive of 2 files: \['train\.txt', 'test\.txt'\]\. Unpack it"
    ):
        data.read(path)
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path / "films")
    assert data.read(tmp_path / "films" / "train.txt", names={"text": 0, "label": 1})
    with pytest.raises(DataError, match="an archive of 0 files"):
        data.read(archive(tmp_path / "none.zip"))
