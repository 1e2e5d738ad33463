from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf

from seqkit import data
from seqkit.data.errors import DataError
from tests.tiny_images import jpeg, png, write_images

COLUMNS = ("image", "caption")
DOG, CAT = jpeg(10), png(200)
ROWS = [(DOG, "A dog ."), (DOG, "It runs ."), (CAT, "A cat .")]


def rows_of(dataset: data.Dataset) -> list[tuple[bytes | str, str]]:
    return list(zip(dataset.to_list("image"), dataset.to_list("caption"), strict=True))


def read(source, **options) -> data.Dataset:
    return data.read(source, columns=COLUMNS, **options)


def test_rows_and_columns_in_memory():
    images, captions = [DOG, CAT], [["A dog .", "It runs ."], ["A cat ."]]
    sources = [
        ROWS,
        iter(ROWS),
        [(DOG, ["A dog .", "It runs ."]), (CAT, "A cat .")],
        [(DOG, ("A dog .", "It runs .")), (bytearray(CAT), np.array(["A cat ."]))],
        [{"file": DOG, "captions": captions[0]}, {"file": CAT, "captions": captions[1]}],
        {"image": images, "caption": captions},
        {"image": images, "caption_1": ["A dog .", "A cat ."], "caption_2": ["It runs .", None]},
        pa.table({"image": images, "caption": captions}),
    ]
    digests = set()
    for source in sources:
        rows = read(source)
        assert rows_of(rows) == ROWS
        assert len(rows["image"].chunk(0).dictionary) == 2
        digests.add(rows.sha256)
    assert len(digests) == 1
    swapped = data.read([("A dog .", DOG)], columns=("caption", "image"))
    assert rows_of(swapped) == ROWS[:1]


def test_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"path": [DOG, DOG, CAT], "text": [text for _, text in ROWS]})
    assert rows_of(read(frame)) == ROWS
    arrays = pandas.DataFrame({"image": [np.zeros((2, 2, 3), np.uint8)], "caption": ["black"]})
    assert tf.io.decode_image(read(arrays).to_list("image")[0]).shape == (2, 2, 3)
    with pytest.raises(DataError, match=r"frame, row 1: caption is missing"):
        read(pandas.DataFrame({"image": [DOG, CAT], "caption": ["x", None]}))


def test_arrays_become_encoded_images():
    pixels = np.arange(2 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 4, 5, 3)
    for images in (list(pixels), pixels, [tf.constant(image) for image in pixels]):
        rows = read({"image": images, "caption": [["x", "y"], ["z"]]})
        assert rows.to_list("caption") == ["x", "y", "z"]
        for row, image in zip((0, 1, 2), (pixels[0], pixels[0], pixels[1]), strict=True):
            decoded = tf.io.decode_image(rows.to_list("image")[row]).numpy()
            np.testing.assert_array_equal(decoded, image)
    assert len(set(rows.to_list("image_sha256"))) == 2


def test_paths_in_memory(tmp_path: Path, monkeypatch):
    write_images(tmp_path / "pictures", "a.jpg", "b.png")
    monkeypatch.chdir(tmp_path)
    rows = read([(Path("pictures/a.jpg"), "x"), ("pictures/b.png", "y")])
    assert list(map(os.path.normpath, rows.to_list("image"))) == [
        "pictures/a.jpg",
        "pictures/b.png",
    ]
    rows = read([("a.jpg", "x")], image_dir="pictures")
    assert rows.to_list("image") == [os.path.join("pictures", "a.jpg")]
    mixed = read([("pictures/a.jpg", "x"), (CAT, "y")])
    assert mixed.to_list("image") == [(tmp_path / "pictures" / "a.jpg").read_bytes(), CAT]


def test_one_image_in_memory_is_held_once_however_often_it_comes():
    rows = read([(bytes(bytearray(DOG)), f"caption {i}") for i in range(100)])
    assert len(rows) == 100
    assert rows["image"].nbytes < 2 * len(DOG) + 1_000
    part = rows.take([5, 50, 7])
    assert part.to_list("image") == [DOG] * 3
    assert part.to_list("caption") == ["caption 5", "caption 50", "caption 7"]
    assert (
        part.content_sha256() == read([(DOG, f"caption {i}") for i in (5, 50, 7)]).content_sha256()
    )
    other = read([(CAT, f"caption {i}") for i in (5, 50, 7)])
    assert part.content_sha256() != other.content_sha256()


def test_what_is_no_image_is_named():
    wrong = [(DOG, "x"), (b"text", "x"), (5, "x"), (None, "x"), (np.zeros((2, 2), "U1"), "x")]
    with pytest.raises(DataError) as caught:
        read(wrong)
    message = str(caught.value)
    assert message.startswith(
        "list of 5: 4 of 5 images cannot be used:\n  list of 5, row 1: image of 4 bytes: "
    )
    assert "row 2: image 5: int is neither a path, nor encoded bytes" in message
    assert "row 3: image None: it is missing" in message
    assert "row 4: image of shape (2, 2): it is <U1; pass uint8" in message
    with pytest.warns(UserWarning, match="4 of 5 images"):
        rows = read(wrong, bad_images="skip")
    assert rows_of(rows) == [(DOG, "x")]
    assert rows.dropped == {"that cannot be used": 4}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(DOG, "x"), (DOG, None)], r"row 1: caption is missing \(None\)"),
        ([(DOG, ["x", 5])], r"row 0: caption is 5 \(int\), not a string"),
        ([(DOG, "x"), DOG], r"row 1: b'.*is not a tuple of image, caption"),
        ([(DOG, [])], "no rows"),
    ],
)
def test_captions_that_are_none_are_refused(rows: list, words: str):
    with pytest.raises(DataError, match=words):
        read(rows)


def test_pipelines_of_tensorflow():
    pixels = np.arange(2 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 4, 5, 3)
    encoded = tf.data.Dataset.from_tensor_slices(([DOG, CAT], ["A dog .", "A cat ."]))
    assert rows_of(read(encoded)) == [ROWS[0], ROWS[2]]
    assert rows_of(read(encoded.batch(2))) == [ROWS[0], ROWS[2]]
    several = tf.ragged.constant([["A dog .", "It runs ."], ["A cat ."]])
    named = tf.data.Dataset.from_tensor_slices({"id": [1, 2], "img": [DOG, CAT], "text": several})
    assert rows_of(read(named)) == ROWS
    assert rows_of(read(named.ragged_batch(2))) == ROWS
    arrays = tf.data.Dataset.from_tensor_slices((pixels, several))
    for source in (arrays, arrays.ragged_batch(2)):
        rows = read(source)
        assert rows.to_list("caption") == [text for _, text in ROWS]
        decoded = tf.io.decode_image(rows.to_list("image")[2]).numpy()
        np.testing.assert_array_equal(decoded, pixels[1])
    many = tf.data.Dataset.from_tensor_slices(([DOG] * 150, [f"{i}" for i in range(150)]))
    assert read(many).to_list("caption") == [f"{i}" for i in range(150)]
    broken = tf.data.Dataset.from_tensor_slices(([DOG] * 99 + [b""], ["x"] * 100))
    with pytest.raises(DataError, match=r"tf.data.Dataset, row 99: image of 0 bytes"):
        read(broken)
