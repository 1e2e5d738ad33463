"""Class numbers become the names that a source states, as Hugging Face data sets do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seqkit import data
from seqkit.data.errors import DataError

# As `datasets` writes its features into the metadata of an Arrow schema.
LABEL = {"names": ["neg", "pos"], "_type": "ClassLabel"}
TAG = {"names": ["O", "B-PER", "I-PER"], "_type": "ClassLabel"}
TEXT = {"dtype": "string", "_type": "Value"}


@dataclass
class ClassLabel:
    """Like `datasets.ClassLabel`."""

    names: list[str]


@dataclass
class Value:
    """Like `datasets.Value`."""

    dtype: str


@dataclass
class Sequence:
    """Like `datasets.Sequence`."""

    feature: ClassLabel | Value


@dataclass
class HuggingFace:
    """Like `datasets.Dataset`: rows as dictionaries, features beside them."""

    features: dict[str, object]
    rows: list[dict] = field(default_factory=list)

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def with_features(table: pa.Table, **features) -> pa.Table:
    stated = {"info": {"features": features}}
    return table.replace_schema_metadata({b"huggingface": json.dumps(stated).encode()})


def labelled(*labels: int | None) -> HuggingFace:
    features = {"text": Value("string"), "label": ClassLabel(["neg", "pos"])}
    rows = [{"text": f"text {n}", "label": label} for n, label in enumerate(labels)]
    return HuggingFace(features, rows)


def test_labels_in_memory():
    assert data.read(labelled(1, 0)).to_list("label") == ["pos", "neg"]
    renamed = HuggingFace(
        {"body": Value("string"), "stars": ClassLabel(["one", "two"])},
        [{"body": "a", "stars": 1}],
    )
    names = {"text": "body", "label": "stars"}
    assert data.read(renamed, names=names).to_list("label") == ["two"]


@pytest.mark.parametrize("wrong", [-1, 2])
def test_a_class_without_a_name_is_refused(wrong: int):
    with pytest.raises(DataError, match=f"row 1: label is class number {wrong}, which has no name"):
        data.read(labelled(1, wrong))
    with pytest.raises(DataError, match="row 1: label is missing"):
        data.read(labelled(1, None))


@pytest.mark.parametrize("listed", [lambda f: Sequence(f), lambda f: [f]])
def test_tags_in_memory(listed):
    tag = ClassLabel(TAG["names"])
    rows = [{"id": "0", "tokens": ["Ada", "Lovelace"], "ner_tags": [1, 2]}]
    source = HuggingFace({"tokens": Sequence(Value("string")), "ner_tags": listed(tag)}, rows)
    assert data.read(source, columns=("tokens", "tags")).to_list("tags") == [["B-PER", "I-PER"]]


@pytest.mark.parametrize("kind", ["Sequence", "List"])
def test_files_and_tables(tmp_path: Path, kind: str):
    table = pa.table(
        {
            "text": ["a", "b"],
            "label": [1, 0],
            "topics": [[0, 1], []],
            "tokens": [["Ada"], ["a", "b"]],
            "ner_tags": [[1], [0, 0]],
        }
    )
    table = with_features(
        table,
        text=TEXT,
        label=LABEL,
        topics={"feature": LABEL, "length": -1, "_type": kind},
        tokens={"feature": TEXT, "_type": kind},
        ner_tags=[TAG] if kind == "List" else {"feature": TAG, "_type": kind},
    )
    pq.write_table(table, tmp_path / "a.parquet")
    for source in (table, table.to_batches()[0], tmp_path / "a.parquet"):
        assert data.read(source).to_list("label") == ["pos", "neg"]
        several = data.read(source, names={"label": "topics"})
        assert several.to_list("label") == [["neg", "pos"], []]
        tags = data.read(source, columns=("tokens", "tags"), names={"tags": "ner_tags"})
        assert tags.to_list("tags") == [["B-PER"], ["O", "O"]]


@pytest.mark.parametrize(
    "metadata", [b"", b"{", b"[]", b'{"info": 5}', b'{"info": {"features": []}}']
)
def test_other_metadata_states_nothing(metadata: bytes):
    table = pa.table({"text": ["a"], "label": [1]}).replace_schema_metadata(
        {b"huggingface": metadata}
    )
    assert data.read(table).to_list("label") == ["1"]


def test_names_of_what_is_no_class_are_not_taken():
    @dataclass
    class Other:
        names: list[str]

    source = HuggingFace({"text": Value("string"), "label": Other(["x", "y"])}, labelled(1).rows)
    assert data.read(source).to_list("label") == ["1"]
