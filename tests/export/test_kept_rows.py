"""Validation rows are kept with their labels, few and balanced, and come back as they were."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from seqkit import data
from seqkit.data import captions_by_image, pieces_of, read_piano_rolls, read_stream
from seqkit.export.kept_rows import MOST_CHARACTERS, MOST_ROWS, keep_rows, read_kept, without


def kept_of(tmp_path, validation, earlier=None, **arguments):
    """What is read again of rows that were kept."""
    kept = keep_rows(validation, earlier, **arguments)
    (tmp_path / "golden.json").write_text(json.dumps({"validation": kept}), encoding="utf-8")
    return read_kept(tmp_path)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([("gut\n\0", "ja"), ("좋다 👍", "nein")], ("text", "label")),
        ([("one", ["a", "b"]), ("none", ["b"])], ("text", "label")),
        ([(["Ann", "sleeps"], ["B-PER", "O"]), (["Go"], ["O"])], ("tokens", "tags")),
        ([("a dog", "ein Hund"), ("a cat", "eine Katze")], ("source", "target")),
        (["text alone", "another"], ("text",)),
    ],
)
def test_rows_come_back_as_they_were(tmp_path, rows, columns):
    validation = data.read(rows, columns=columns)
    kept = kept_of(tmp_path, validation)
    assert len(kept) == len(rows)
    for column in columns:
        assert kept.to_list(column) == validation.to_list(column)
        assert kept[column].type == validation[column].type


def test_pieces_come_back(tmp_path):
    pieces = [[[60, 64], [], [62]], [[70]]]
    parts = read_piano_rolls({"train": pieces, "valid": pieces, "test": pieces})
    kept = kept_of(tmp_path, parts["validation"])
    assert pieces_of(kept) == pieces_of(parts["validation"])


def test_an_image_comes_back_once_with_all_its_captions(tmp_path):
    images = [np.full((4, 4, 3), level, np.uint8) for level in (0, 90, 180)]
    rows = [(image, [f"caption {i}", f"other {i}"]) for i, image in enumerate(images)]
    validation = data.read(rows, columns=("image", "caption"))
    kept = kept_of(tmp_path, validation)
    assert captions_by_image(kept) == captions_by_image(validation)
    golden = json.loads((tmp_path / "golden.json").read_text())
    image = golden["validation"]["columns"]["image"]
    assert len(image["base64"]) == 3 and image["rows"] == [0, 0, 1, 1, 2, 2]


def test_of_a_stream_the_beginning_is_kept(tmp_path):
    stream = read_stream(["line after line\n" * 5_000])
    kept = kept_of(tmp_path, stream)
    assert kept.head(10**6) == stream.head(MOST_CHARACTERS)
    again = kept_of(tmp_path, read_stream(["new text\n" * 5_000]), kept)
    assert (again.characters, again.documents) == (MOST_CHARACTERS, 2)
    text = again.head(MOST_CHARACTERS)
    assert text.startswith("line after line\n") and "new" not in text[: MOST_CHARACTERS // 2]
    assert text.endswith("new text\nn")


def test_few_rows_are_kept_and_rare_labels_are_among_them(tmp_path):
    labels = ["common"] * 5_000 + ["usual"] * 500 + ["rare"] * 20
    validation = data.read([(f"text {i}", label) for i, label in enumerate(labels)])
    kept = kept_of(tmp_path, validation, seed=3)
    assert Counter(kept.to_list("label")) == {"common": 90, "usual": 90, "rare": 20}
    assert len(kept) == MOST_ROWS
    assert kept.to_list("text") == kept_of(tmp_path, validation, seed=3).to_list("text")


def test_rows_are_kept_in_some_kilobytes(tmp_path):
    validation = data.read([("word " * (i % 10) * 1_000, f"{i % 2}") for i in range(400)])
    kept = kept_of(tmp_path, validation)
    assert 10 < len(kept) < MOST_ROWS
    assert (tmp_path / "golden.json").stat().st_size < 250_000


def test_earlier_rows_keep_half_of_the_room_and_equal_ones_are_kept_once(tmp_path):
    old = data.read([(f"old {i}", "a") for i in range(MOST_ROWS)])
    new = data.read([(f"new {i}", "b") for i in range(5_000)] + [("old 0", "a")])
    kept = kept_of(tmp_path, new, old)
    assert Counter(text[:3] for text in kept.to_list("text")) == {"old": 101, "new": 99}
    assert len(set(kept.to_list("text"))) == len(kept)


def test_rows_of_one_label_and_of_several_can_stand_together(tmp_path):
    several = data.read([("one", ["a", "b"])], columns=("text", "label"))
    kept = kept_of(tmp_path, data.read([("two", "c")]), several)
    assert kept.to_list("label") == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    "golden",
    [
        None,
        "{}",
        "[]",
        "no JSON",
        '{"validation": 3}',
        '{"validation": {"columns": {}}}',
        '{"validation": {"columns": {"text": [1, 2]}}}',
        '{"validation": {"columns": {"text": ["a"], "label": []}}}',
        '{"validation": {"documents": []}}',
    ],
)
def test_an_export_without_such_rows_has_none(tmp_path, golden):
    if golden is not None:
        (tmp_path / "golden.json").write_text(golden)
    assert read_kept(tmp_path) is None
    assert read_kept(tmp_path / "model.keras") is None


def test_rows_are_compared_by_their_content():
    rows = data.read([(["A", "b"], ["X", "Y"]), (["c"], ["X"])], columns=("tokens", "tags"))
    other = data.read([(["a", "B"], ["Y", "Y"])], columns=("tokens", "tags"))
    assert without(rows, other).to_list("tokens") == [["c"]]
    assert len(without(rows, rows)) == 0
