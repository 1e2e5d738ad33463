from __future__ import annotations

import pytest

from seqkit import data
from seqkit.data import tf_data
from seqkit.data.errors import DataError

tf = pytest.importorskip("tensorflow")

TEXTS = ["good", "", "한국어", "bad"]


def slices(*parts) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(parts if len(parts) > 1 else parts[0])


@pytest.mark.parametrize(
    "source",
    [
        slices(TEXTS, [1, 0, 1, 0]),
        slices(TEXTS, ["1", "0", "1", "0"]).batch(3),
        slices({"label": [1, 0, 1, 0], "sentence": TEXTS, "idx": [0, 1, 2, 3]}),
        slices({"label": [1, 0, 1, 0], "text": TEXTS}).batch(3),
    ],
    ids=["tuples", "batches", "dictionaries", "batches of dictionaries"],
)
def test_every_structure(monkeypatch, source):
    monkeypatch.setattr(tf_data, "_ROWS", 2)
    rows = data.read(source)
    assert rows.to_list("text") == TEXTS
    assert rows.to_list("label") == ["1", "0", "1", "0"]


def test_texts_alone():
    assert data.read(slices(TEXTS), columns=("text",)).to_list("text") == TEXTS


@pytest.mark.parametrize("batched", [False, True])
def test_several_labels(batched: bool):
    labels = tf.ragged.constant([["a", "b"], [], ["b"], ["a"]])
    source = slices(tf.constant(TEXTS), labels)
    expected = [["a", "b"], [], ["b"], ["a"]]
    assert data.read(source.batch(3) if batched else source).to_list("label") == expected


def test_labels_of_unknown_number():
    signature = (tf.TensorSpec((), tf.string), tf.TensorSpec((None,), tf.string))
    pairs = [("x", ["a", "b"]), ("y", [])]
    source = tf.data.Dataset.from_generator(lambda: iter(pairs), output_signature=signature)
    assert data.read(source).to_list("label") == [["a", "b"], []]


def test_wrong_pipelines_are_refused():
    with pytest.raises(ValueError, match="never ends"):
        data.read(slices(TEXTS, TEXTS).repeat())
    with pytest.raises(DataError, match="not tuples of text, label"):
        data.read(slices(TEXTS))
    with pytest.raises(DataError, match="row 1: label is empty"):
        data.read(slices(["a", "b"], ["x", ""]))
    with pytest.raises(DataError, match="row 1: text has byte 0xff"):
        data.read(slices([b"a", b"\xff"], ["x", "y"]))
    with pytest.raises(DataError, match="unequal numbers"):
        data.read(slices([["a", "b"]], [["x"]]))


@pytest.mark.parametrize("batched", [False, True])
def test_pairs(batched: bool):
    sources, targets = ["Hello.", "Go!", "é"], ["Hallo.", "Geh!", "가"]
    nested = {"id": [1, 2, 3], "translation": {"en": sources, "de": targets}}
    given = {"source": "en", "target": "de"}
    for columns, names in (
        ((sources, targets), None),
        ({"tgt": targets, "src": sources}, None),
        (nested["translation"], given),
        (nested, given),
    ):
        dataset = tf.data.Dataset.from_tensor_slices(columns)
        dataset = dataset.batch(2) if batched else dataset
        rows = data.read(dataset, columns=("source", "target"), names=names)
        assert rows.to_list("source") == sources
        assert rows.to_list("target") == targets


def test_a_translation_that_is_none_is_refused():
    dataset = tf.data.Dataset.from_tensor_slices({"translation": ["a"]})
    with pytest.raises(DataError, match=r"'translation' holds .*not texts by language"):
        data.read(dataset, columns=("source", "target"), names={"source": "en", "target": "de"})
