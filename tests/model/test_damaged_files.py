"""A file that is damaged, of something else or made to fill the memory is refused by name."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
import zipfile

import h5py
import keras
import numpy as np
import pytest

from seqkit.model.keras_file import is_saved_as, read_keras_file, write_keras_file

TASK = "some task"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a small model."""
    path = tmp_path_factory.mktemp("whole") / "model.keras"
    core = keras.Sequential([keras.Input([2]), keras.layers.Dense(3)])
    write_keras_file(path, core, TASK, {"names": ["a", "b"]})
    return path.read_bytes()


def entries(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def bomb(size: int) -> bytes:
    """JSON of nothing but blanks, which shrinks to a thousandth."""
    return b"{" + b" " * size + b"}"


def refused(tmp_path, content: bytes, told: str) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    for read in (read_keras_file, is_saved_as):
        with pytest.raises(ValueError, match=f"{re.escape(str(path))} {told}"):
            read(tmp_path, TASK)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda content: b"", r"is empty \(File is not a zip file\): give a file that seqkit"),
        (lambda content: content[:-30], r"is damaged \(File is not a zip file\): copy it again"),
        (lambda content: content[: len(content) // 2], "is damaged "),
        (
            lambda content: b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n",
            "is a Git LFS pointer in place of the model: `git lfs pull` fetches it",
        ),
        (lambda content: b"\x89HDF\r\n\x1a\n" + b"0" * 99, "is an HDF5 file of older programs"),
        (lambda content: b"\x80\x04\x95 a pickle", "is no Keras file"),
        (lambda content: packed({"word/document.xml": b"<a/>"}), r"is damaged \(it has no entry"),
        (
            lambda content: packed(entries(content) | {"seqkit.json": b"[" * 200_000}),
            r"is damaged \(its entry 'seqkit\.json' is nested too deeply\)",
        ),
        (lambda content: packed(entries(content) | {"seqkit.json": b"\xff"}), "is damaged "),
        (lambda content: packed(entries(content) | {"seqkit.json": b"[]"}), "is damaged .*object"),
        (
            lambda content: packed(entries(content) | {"seqkit.json": b'{"format": 2}'}),
            r"is damaged \(its entry 'seqkit\.json' has no format and task\)",
        ),
        (
            lambda content: packed(
                entries(content) | {"seqkit.json": b'{"format": 2, "task": "some task"}'}
            ),
            r"is damaged \(its entry 'seqkit\.json' has no shell\)",
        ),
    ],
)  # fmt: skip
def test_what_is_no_whole_model_is_refused_by_name(whole, tmp_path, damage, told):
    refused(tmp_path, damage(whole), told)


@pytest.mark.parametrize("entry", ["config.json", "seqkit.json", "model.weights.h5"])
def test_one_flipped_bit_is_found_by_the_checksum(whole, tmp_path, entry):
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        info = archive.getinfo(entry)
    content = bytearray(whole)
    content[info.header_offset + 30 + len(entry) + info.compress_size // 2] ^= 1
    refused(tmp_path, bytes(content), r"is damaged \(")


def test_damage_anywhere_is_an_error_that_names_the_file(whole, tmp_path):
    """Or changes nothing, as in the date of an entry."""
    path, rng = tmp_path / "model.keras", np.random.default_rng(0)
    found = 0
    for place in rng.integers(0, len(whole), 40):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        try:
            core, shell = read_keras_file(path, TASK)
        except ValueError as error:
            assert str(path) in str(error)
            found += 1
        else:
            assert shell == {"names": ["a", "b"]} and core.count_params() == 9
    assert found > 20


@pytest.mark.parametrize(
    "entry", ["seqkit.json", "some_task.json", "config.json", "metadata.json", "model.weights.h5"]
)
def test_an_entry_that_would_fill_the_memory_is_not_unpacked(whole, tmp_path, entry):
    content = packed(entries(whole) | {entry: bomb(64 << 20)})
    assert len(content) < 1 << 20
    tracemalloc.start()
    try:
        refused(tmp_path, content, rf"is damaged \('{entry}' unpacks from .* MB to 67 MB, which no")
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_many_entries_that_would_fill_it_together_are_not_either(whole, tmp_path):
    many = {f"{number}.json": bomb(8 << 20) for number in range(8)}
    refused(tmp_path, packed(entries(whole) | many), r"is damaged \(all of it unpacks from ")


def weights(write) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        write(file)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (lambda file: file.create_dataset("a", (1 << 34,), "f4"), "'model.weights.h5' unpacks fr"),
        (lambda file: file.__setitem__("a", h5py.ExternalLink("/etc/x.h5", "/")), "are a link"),
        (lambda file: file.__setitem__("a", h5py.SoftLink("/b")), "are a link"),
        (
            lambda file: file.create_dataset("a", (8,), "u1", external=[("/etc/passwd", 0, 8)]),
            "lie in other files",
        ),
    ],
)
def test_weights_that_are_not_in_the_file_are_refused(whole, tmp_path, write, told):
    content = packed(entries(whole) | {"model.weights.h5": weights(write)})
    refused(tmp_path, content, rf"is damaged \(.*{told}")


def test_large_and_repetitive_is_no_bomb_where_it_is_in_the_file(tmp_path):
    """As a table of zeros, which weights begin as and Keras writes as it is."""
    core = keras.Sequential(
        [keras.Input([1]), keras.layers.Dense(5_000_000, kernel_initializer="zeros")]
    )
    write_keras_file(tmp_path / "model.keras", core, TASK, {"counts": [0] * 1_000_000})
    assert read_keras_file(tmp_path, TASK)[0].count_params() == 10_000_000


def test_a_network_that_keras_cannot_make_is_told_with_its_file(whole, tmp_path):
    config = json.loads(entries(whole)["config.json"])
    config["class_name"] = "Unheard"
    path = tmp_path / "model.keras"
    path.write_bytes(packed(entries(whole) | {"config.json": json.dumps(config).encode()}))
    with pytest.raises(ValueError, match=rf"{re.escape(str(path))} cannot be loaded by Keras \d"):
        read_keras_file(path, TASK)
