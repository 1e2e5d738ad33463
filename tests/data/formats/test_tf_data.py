from __future__ import annotations

import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.formats import tf_data

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


SENTENCES = [["Ada", "wrote"], ["새", "글", "👍🏽", "."], ["Yes"]]
TAGS = [["B-PER", "O"], ["O", "O", "O", "O"], ["O"]]
COLUMNS = ("tokens", "tags")


def ragged() -> tuple[tf.RaggedTensor, tf.RaggedTensor]:
    return tf.ragged.constant(SENTENCES), tf.ragged.constant(TAGS)


def generated() -> tf.data.Dataset:
    """Elements of two vectors each, whose lengths the pipeline does not know."""
    signature = (tf.TensorSpec((None,), tf.string),) * 2
    pairs = list(zip(SENTENCES, TAGS, strict=True))
    return tf.data.Dataset.from_generator(lambda: iter(pairs), output_signature=signature)


@pytest.mark.parametrize(
    "source",
    [
        slices(*ragged()),
        slices(*ragged()).batch(2),
        slices(dict(zip(("ner_tags", "words"), reversed(ragged()), strict=True))),
        generated(),
        generated().ragged_batch(2),
        generated().map(lambda tokens, tags: {"id": 7, "tags": tags, "tokens": tokens}),
    ],
    ids=["ragged", "ragged batches", "dictionaries", "vectors", "their batches", "an id beside"],
)
def test_tagged_tokens(monkeypatch, source):
    monkeypatch.setattr(tf_data, "_ROWS", 2)
    rows = data.read(source, columns=COLUMNS)
    assert rows.to_list("tokens") == SENTENCES
    assert rows.to_list("tags") == TAGS


def test_tokens_alone_and_tags_as_numbers():
    tokens, _ = ragged()
    assert data.read(slices(tokens), columns=("tokens",)).to_list("tokens") == SENTENCES
    numbers = tf.ragged.constant([[1, 0], [0, 0, 0, 2], [0]])
    rows = data.read(slices(tokens, numbers), columns=COLUMNS)
    assert rows.to_list("tags") == [["1", "0"], ["0", "0", "0", "2"], ["0"]]


def test_sentences_of_one_length_are_not_taken_for_a_batch():
    source = slices([["a", "b"], ["c", "d"]], [["X", "Y"], ["Y", "X"]])
    for pipeline in (source, source.batch(2)):
        rows = data.read(pipeline, columns=COLUMNS)
        assert rows.to_list("tokens") == [["a", "b"], ["c", "d"]]


@pytest.mark.parametrize(
    ("tokens", "tags", "words"),
    [
        ([["a"], ["b", "c"]], [["X"], ["X"]], "row 1: 2 tokens but 1 tags"),
        ([["a"], []], [["X"], []], "row 1: tokens is an empty list"),
        ([["a"], ["", "b"]], [["X"], ["X", "X"]], "row 1, token 0: the token is empty"),
        ([["a"], ["b", "c"]], [["O"], ["B-P", "I-Q"]], "row 1, token 1: tag 'I-Q' follows 'B-P'"),
    ],
)
def test_wrong_sentences_are_named(tokens, tags, words):
    source = slices(tf.ragged.constant(tokens), tf.ragged.constant(tags))
    with pytest.raises(DataError, match=words):
        data.read(source, columns=COLUMNS)


def test_a_padded_batch_is_refused_with_the_remedy():
    with pytest.raises(DataError, match=r"after row 0: sentences end in empty.*\.ragged_batch"):
        data.read(generated().padded_batch(3), columns=COLUMNS)
