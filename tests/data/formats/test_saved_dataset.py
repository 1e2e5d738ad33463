"""Folders as `save_to_disk` of Hugging Face's `datasets` writes them, and Arrow files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pytest

from seqkit import data
from seqkit.data.errors import DataError

STRING = {"dtype": "string", "_type": "Value"}
LABEL = {"names": ["neg", "pos"], "_type": "ClassLabel"}
TAGS = {"feature": {"names": ["O", "B-PER"], "_type": "ClassLabel"}, "_type": "Sequence"}


def saved(folder: Path, features: dict, *shards: dict) -> Path:
    """A folder of `Dataset.save_to_disk`: streams of Arrow, their list, and what is in them."""
    folder.mkdir(parents=True)
    names = [f"data-{i:05}-of-{len(shards):05}.arrow" for i in range(len(shards))]
    for name, columns in zip(names, shards, strict=True):
        table = pa.table(columns)
        with (
            pa.OSFile(str(folder / name), "wb") as file,
            pa.ipc.new_stream(file, table.schema) as f,
        ):
            f.write_table(table)
    (folder / "dataset_info.json").write_text(
        json.dumps({"citation": "", "description": "", "features": features, "homepage": ""})
    )
    state = {
        "_data_files": [{"filename": name} for name in names],
        "_fingerprint": "4d7b8f1e2a1c0b9d",
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": "train",
    }
    (folder / "state.json").write_text(json.dumps(state, indent=2))
    return folder


def reviews(folder: Path) -> Path:
    features = {"text": STRING, "label": LABEL}
    shards = {"text": ["good", "bad"], "label": [1, 0]}, {"text": ["so"], "label": [0]}
    return saved(folder, features, *shards)


def test_a_data_set(tmp_path: Path):
    folder = reviews(tmp_path / "reviews")
    rows = data.read(folder)
    assert rows.to_list("text") == ["good", "bad", "so"]
    assert rows.to_list("label") == ["pos", "neg", "neg"] and rows.name == "reviews"
    assert data.read_stream(folder).head(10) == "goodbadso"
    one = data.read(folder / "data-00000-of-00002.arrow")
    assert one.to_list("label") == ["pos", "neg"]
    tagged = saved(
        tmp_path / "tagged",
        {"tokens": {"feature": STRING, "_type": "Sequence"}, "ner_tags": TAGS},
        {"tokens": [["Ada", "wrote"]], "ner_tags": [[1, 0]]},
    )
    assert data.read_tagged(tagged).to_list("tags") == [["B-PER", "O"]]
    pairs = saved(
        tmp_path / "pairs",
        {"translation": {"languages": ["en", "de"], "_type": "Translation"}},
        {"translation": [{"en": "Hello.", "de": "Hallo."}]},
    )
    names = {"source": "en", "target": "de"}
    assert data.read_pairs(pairs, names=names).to_list("target") == ["Hallo."]


def test_a_dict_of_data_sets(tmp_path: Path):
    for part in ("train", "validation", "test"):
        reviews(tmp_path / part)
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train", "validation", "test"]}')
    parts = data.read_parts(tmp_path)
    assert {part: len(rows) for part, rows in parts.items()} == dict.fromkeys(parts, 3)
    for read in (data.read, data.read_tagged, data.read_pairs, data.read_captions):
        with pytest.raises(DataError, match=r"has the parts 'train', .*/train'") as caught:
            read(tmp_path)
        assert str(tmp_path) in str(caught.value)


def test_what_is_damaged_is_named(tmp_path: Path):
    folder = reviews(tmp_path / "reviews")
    saved(tmp_path / "bad", {"text": STRING, "label": LABEL}, {"text": ["a"], "label": [-1]})
    with pytest.raises(DataError, match="bad, row 1: label is class number -1"):
        data.read(tmp_path / "bad")
    file = folder / "data-00001-of-00002.arrow"
    file.write_bytes(file.read_bytes()[:-60])
    with pytest.raises(DataError, match=r"00001-of-00002\.arrow: cannot be read as Arrow"):
        data.read(folder)
    file.unlink()
    with pytest.raises(DataError, match=r"no file 'data-00001-of-00002\.arrow'"):
        data.read(folder)
    (folder / "state.json").write_text("{")
    with pytest.raises(DataError, match=r"state\.json: not JSON"):
        data.read(folder)


def test_arrow_files_of_other_programs(tmp_path: Path):
    table = pa.table({"text": ["good", "bad"], "label": ["pos", "neg"]})
    path = tmp_path / "a.feather"
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    assert data.read(path).to_list("label") == ["pos", "neg"]
    packed = tmp_path / "a.feather.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert data.read(packed).to_list("label") == ["pos", "neg"]
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(DataError, match="broken gzip data"):
        data.read(packed)
