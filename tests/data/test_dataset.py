from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from seqkit import data
from seqkit.data import dataset as dataset_module
from seqkit.data.dataset import Dataset, content_sha256


def made(texts: list[list[str]], labels: list[list], **arguments) -> Dataset:
    columns = {"text": pa.chunked_array(texts), "label": pa.chunked_array(labels)}
    return Dataset(columns, name="n", source="s", sha256="0", **arguments)


@pytest.fixture
def rows() -> Dataset:
    texts = [f"text {i}" for i in range(10)]
    labels = [["a"] * (i % 3) for i in range(10)]
    return made([texts[:3], [], texts[3:9], texts[9:]], [labels[:5], labels[5:]], license="CC0",
                lines=np.arange(2, 12))  # fmt: skip


def test_columns_by_name(rows: Dataset):
    assert len(rows) == 10
    assert rows.column_names == ("text", "label")
    assert rows["text"][3].as_py() == "text 3"
    assert "label" in rows and "author" not in rows
    assert repr(rows) == "Dataset('n', 10 rows, columns ['text', 'label'])"
    with pytest.raises(KeyError, match="no column 'author'"):
        rows["author"]


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="one length"):
        made([["a"]], [["x", "y"]])
    with pytest.raises(ValueError, match="one length"):
        made([["a"]], [["x"]], lines=np.arange(2))


def test_batches_cross_chunks(rows: Dataset):
    batches = list(rows.batches("text", 4))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert [text for batch in batches for text in batch.to_pylist()] == rows.to_list("text")
    assert isinstance(batches[0], pa.Array)
    with pytest.raises(ValueError, match="size=0"):
        next(rows.batches("text", 0))


def test_take_gives_rows_in_the_order_asked(rows: Dataset, monkeypatch):
    monkeypatch.setattr(dataset_module, "_TAKE_ROWS", 4)
    wanted = [9, 0, 0, 5, 3, 2, 8, 1, 9, 4, 4]
    part = rows.take(wanted)
    assert part.to_list("text") == [f"text {i}" for i in wanted]
    assert part.to_list("label") == [["a"] * (i % 3) for i in wanted]
    assert part.lines.tolist() == [i + 2 for i in wanted]
    assert (part.name, part.source, part.sha256, part.license) == ("n", "s", "0", "CC0")


def test_take_of_many_rows(rows: Dataset):
    generator = np.random.default_rng(0)
    texts = [str(i) for i in range(200_000)]
    many = made([texts[:70_000], texts[70_000:]], [texts])
    order = generator.permutation(200_000)
    assert many.take(order).to_list("text") == [texts[i] for i in order]


def test_take_of_nothing(rows: Dataset):
    nothing = rows.take([])
    assert len(nothing) == 0
    assert nothing.to_list("text") == []
    assert nothing["label"].type == rows["label"].type


def test_wrong_indices_are_refused(rows: Dataset):
    with pytest.raises(IndexError, match="rows 0 to 9"):
        rows.take([10])
    with pytest.raises(IndexError, match="-1"):
        rows.take([-1])
    with pytest.raises(TypeError, match="flatnonzero"):
        rows.take(np.ones(10, bool))


def test_the_digest_is_of_content_however_it_is_chunked():
    one = made([["a", "bc", ""]], [[["x"], [], ["y", "z"]]])
    other = made([["a"], ["bc", ""]], [[["x"]], [[], ["y", "z"]]])
    assert one.content_sha256() == other.content_sha256()
    parts = {"text": one["text"].slice(1), "label": one["label"].slice(1)}
    whole = made([["bc", ""]], [[[], ["y", "z"]]])
    assert content_sha256(parts) == whole.content_sha256()


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["ab", "c"], [["x"], []]),
        (["a", "bc"], [["x"], ["y"]]),
        (["a", "bd"], [["x"], []]),
        (["a", "bc"], [[], ["x"]]),
        (["a", "bc", ""], [["x"], [], []]),
    ],
)
def test_the_digest_tells_contents_apart(texts: list, labels: list):
    assert (
        made([texts], [labels]).content_sha256()
        != made([["a", "bc"]], [pa.array([["x"], []])]).content_sha256()
    )


def test_the_digest_is_the_same_everywhere():
    rows = data.read([("a", "x"), ("한", "y")])
    assert rows.sha256 == "4ab996db3d137c81a2af1acda0b388d8841dbfe1bc2593cdd59a8aedebf4e91e"


@pytest.mark.parametrize("kind", [pa.string(), pa.large_binary()])
def test_the_digest_of_a_dictionary_is_that_of_its_rows(kind: pa.DataType):
    def digest(indices: list[int], values: list[str]) -> str:
        array = pa.DictionaryArray.from_arrays(indices, pa.array(values, kind))
        return content_sha256({"image": pa.chunked_array([array])})

    assert digest([0, 1, 0], ["a", "b"]) == digest([2, 0, 2], ["b", "unused", "a"])
    assert (
        len({digest([0, 1], ["a", "b"]), digest([1, 0], ["a", "b"]), digest([0, 1], ["a", "c"])})
        == 3
    )
