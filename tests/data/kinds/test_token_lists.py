from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seqkit import data
from seqkit.data.errors import DataError

TAGGED = ("tokens", "tags")
TOKENS = [["Ada", "wrote"], ["a b"]]
TAGS = [["B-PER", "O"], ["O"]]
STRINGS = pa.list_(pa.string())


def pairs() -> list[list[tuple[str, str]]]:
    return [list(zip(*row, strict=True)) for row in zip(TOKENS, TAGS, strict=True)]


@pytest.mark.parametrize(
    "source",
    [
        list(zip(TOKENS, TAGS, strict=True)),
        [[tokens, tags] for tokens, tags in zip(TOKENS, TAGS, strict=True)],
        [(tuple(tokens), tuple(tags)) for tokens, tags in zip(TOKENS, TAGS, strict=True)],
        pairs(),
        iter(pairs()),
        [{"tags": tags, "tokens": tokens} for tokens, tags in zip(TOKENS, TAGS, strict=True)],
        {"words": TOKENS, "ner_tags": TAGS},
        {"forms": [np.array(row) for row in TOKENS], "labels": TAGS},
        {"tokens": [[token.encode() for token in row] for row in TOKENS], "upos": TAGS},
        pd.DataFrame({"tokens": TOKENS, "pos_tags": TAGS}),
        pa.table({"tokens": TOKENS, "tags": TAGS}),
        pa.table({"tokens": pa.array(TOKENS, pa.large_list(pa.large_string())), "tags": TAGS}),
    ],
)
def test_every_kind_of_source(source):
    rows = data.read(source, columns=TAGGED)
    assert rows.to_list("tokens") == TOKENS
    assert rows.to_list("tags") == TAGS
    assert rows["tokens"].type == rows["tags"].type == STRINGS
    assert rows.sha256 == data.read(pairs(), columns=TAGGED).sha256
    assert data.read(rows, columns=TAGGED) is rows


def test_two_pairs_are_not_two_lists():
    rows = data.read([[("a", "X"), ("b", "Y")], [("c", "X")]], columns=TAGGED)
    assert rows.to_list("tokens") == [["a", "b"], ["c"]]
    rows = data.read([(("a", "X"), ("b", "Y"))], columns=TAGGED)
    assert rows.to_list("tokens") == [["a", "X"]]


def test_jsonl_and_parquet(tmp_path: Path):
    path = tmp_path / "a.jsonl"
    lines = [{"tokens": t, "tags": g} for t, g in zip(TOKENS, TAGS, strict=True)]
    path.write_text("\n\n".join(map(json.dumps, lines)))
    rows = data.read(path, columns=TAGGED)
    assert (rows.to_list("tokens"), rows.lines.tolist()) == (TOKENS, [1, 3])
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"tokens": TOKENS, "tags": TAGS}).slice(1), path)
    assert data.read(path, columns=TAGGED).to_list("tags") == TAGS[1:]


def test_tf_data():
    tf = pytest.importorskip("tensorflow")
    sentences = tf.data.Dataset.from_generator(
        lambda: iter(zip(TOKENS, TAGS, strict=True)),
        output_signature=(tf.TensorSpec([None], tf.string), tf.TensorSpec([None], tf.string)),
    )
    assert data.read(sentences, columns=TAGGED).to_list("tokens") == TOKENS
    batched = sentences.ragged_batch(2)
    assert data.read(batched, columns=TAGGED).to_list("tags") == TAGS


def test_tokens_alone():
    rows = data.read(TOKENS, columns=("tokens",))
    assert rows.to_list("tokens") == TOKENS
    assert rows.column_names == ("tokens",)


def test_numbers_become_tags():
    assert data.read([(["a", "b"], [3, True])], columns=TAGGED).to_list("tags") == [["3", "True"]]


def test_slices_of_arrow_lists_keep_their_values():
    table = pa.table({"tokens": [["x"], ["a", "b"], ["c"]], "tags": [["1"], ["2", "3"], ["4"]]})
    assert data.read(table.slice(1, 1), columns=TAGGED).to_list("tags") == [["2", "3"]]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((["a", "b"], ["X"]), r"row 1: 2 tokens but 1 tags: \['a', 'b'\], \['X'\]"),
        (([], []), "row 1: tokens is an empty list. Remove the row"),
        (("a b", ["X", "Y"]), "row 1: .* is not a tuple of two lists"),
        ([("a", "X"), ("b",)], "row 1: .* or a list of pairs"),
        ([["a", "X"], ["b", "Y"], ["c", "Z"]], "row 1: .* list of pairs"),
        ("a", "row 1: 'a' is not"),
        ([], r"row 1: \[\] is not"),
        ((["a", None], ["X", "Y"]), r"row 1, token 1: the token is missing \(None\)"),
        ((["a", ""], ["X", "Y"]), "row 1, token 1: the token is empty"),
        ((["a", 5], ["X", "Y"]), r"row 1, token 1: token is 5 \(int\), not a string"),
        ((["a", "\ud800"], ["X", "Y"]), "row 1, token 1: token has the lone surrogate"),
        ((["a", "b"], ["X", ""]), "row 1, token 1: the tag is empty"),
        ((["a", "b"], ["X", None]), r"row 1, token 1: the tag is missing \(None\)"),
        ((["a", "b"], ["X", 0.5]), r"row 1, token 1: tag is 0\.5 \(float\)"),
        ((["a", "b"], [["X"], ["Y"]]), r"row 1, token 0: tag is \['X'\]"),
    ],
)
def test_a_wrong_row_is_named(row, words: str):
    with pytest.raises(DataError, match=f"list of 2, {words}"):
        data.read([(["a"], ["X"]), row], columns=TAGGED)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["a b"], r"row 0: tokens is 'a b' \(str\), not a list"),
        ([None], "row 0: tokens is None"),
        (pa.array([["a"], None]), "row 1: tokens is None"),
        (pa.array([["a"], ["b", None]]), "row 1, token 1: the token is missing"),
        (pa.array([["a"], []], STRINGS), "row 1: tokens is an empty list"),
        (pa.array([["a"], ["b", ""]]), "row 1, token 1: the token is empty"),
    ],
)
def test_a_wrong_row_of_a_column_is_named(values, words: str):
    with pytest.raises(DataError, match=f"dict, {words}"):
        data.read({"tokens": values, "tags": [["X"], ["Y", "Z"]][: len(values)]}, columns=TAGGED)


def test_lists_of_tags_for_every_token_are_refused():
    with pytest.raises(DataError, match=r"list of 1, row 0, token 0: tag is \['X'\], a list"):
        data.read([(["a"], [["X"]])], columns=TAGGED)
