"""Rows that an annotator rejected or passed over are left out, counted and told."""

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

ROWS = [
    {"text": "good", "label": "pos", "answer": "accept"},
    {"text": "wrong", "label": "pos", "answer": "reject"},
    {"text": "unclear", "label": "neg", "answer": "ignore"},
    {"text": "bad", "label": "neg", "answer": "accept"},
]
LEFT_OUT = {"rejected": 1, "ignored": 1}


def columns(rows: list[dict]) -> dict[str, list]:
    return {key: [row[key] for row in rows] for key in rows[0]}


def sources(folder: Path) -> list:
    lines = "\n".join(map(json.dumps, ROWS))
    (folder / "a.jsonl").write_text(lines)
    (folder / "a.csv").write_text(
        "text,label,answer\n" + "".join(",".join(row.values()) + "\n" for row in ROWS)
    )
    table = pa.table(columns(ROWS))
    pq.write_table(table, folder / "a.parquet")
    files = [folder / name for name in ("a.jsonl", "a.csv", "a.parquet")]
    return [*files, ROWS, columns(ROWS), table, pd.DataFrame(ROWS), iter(ROWS)]


def test_rejected_rows_of_every_source(tmp_path: Path):
    for source in sources(tmp_path):
        rows = data.read(source)
        assert rows.to_list("text") == ["good", "bad"], source
        assert rows.column_names == ("text", "label")
        assert rows.dropped == LEFT_OUT
    assert data.read(tmp_path / "a.jsonl").lines.tolist() == [1, 4]
    assert "  2 rows dropped: 1 rejected, 1 ignored" in data.check(rows).lines()


def test_a_row_without_an_answer_is_kept():
    rows = [ROWS[0], {"text": "more", "label": "pos"}, ROWS[1]]
    assert data.read(rows).to_list("text") == ["good", "more"]


def test_rejected_spans(tmp_path: Path):
    # As `prodigy db-out` writes it for ner.manual.
    def task(text: str, *spans: tuple[int, int, str], answer: str) -> dict:
        tokens, start = [], 0
        for number, word in enumerate(text.split()):
            end = start + len(word)
            tokens.append({"text": word, "start": start, "end": end, "id": number, "ws": True})
            start = end + 1
        marked = [{"start": a, "end": b, "label": name, "token_start": 0} for a, b, name in spans]
        return {
            "text": text,
            "_input_hash": 1,
            "_task_hash": 2,
            "tokens": tokens,
            "_view_id": "ner_manual",
            "spans": marked,
            "answer": answer,
        }

    tasks = [
        task("Ada wrote", (0, 3, "PERSON"), answer="accept"),
        task("Ada slept", (4, 9, "PERSON"), answer="reject"),
        task("Nobody", answer="accept"),
    ]
    path = tmp_path / "ner.jsonl"
    path.write_text("\n".join(map(json.dumps, tasks)))
    rows = data.read(path, columns=("tokens", "tags"))
    assert rows.to_list("tokens") == [["Ada", "wrote"], ["Nobody"]]
    assert rows.to_list("tags") == [["B-PERSON", "O"], ["O"]]
    assert rows.dropped == {"rejected": 1} and rows.lines.tolist() == [1, 3]


def test_nothing_left_is_an_error():
    with pytest.raises(DataError, match=r"no row is left; 2 rows dropped: 1 rejected, 1 ignored\."):
        data.read(ROWS[1:3])


def test_answers_that_are_wanted_stay():
    pairs = [{"question": "May I?", "answer": "reject"}, {"question": "Now?", "answer": "accept"}]
    rows = data.read(pairs, columns=("source", "target"))
    assert rows.to_list("target") == ["reject", "accept"] and not rows.dropped
    named = data.read(ROWS, names={"label": "answer"})
    assert named.to_list("label") == [row["answer"] for row in ROWS]
    other = [{"text": "a", "label": "x", "answer": "yes"}, {**ROWS[1]}]
    assert len(data.read(other)) == 2


def test_a_pipeline_and_batches(monkeypatch):
    from seqkit.data.formats import in_memory

    monkeypatch.setattr(in_memory, "_ROWS", 2)
    rows = [dict(row, answer="reject") for row in ROWS[:2]] + ROWS
    assert data.read(rows).to_list("text") == ["good", "bad"]
    assert data.read(rows).dropped == {"rejected": 3, "ignored": 1}
    frame = pd.DataFrame([*ROWS, {"text": "x", "label": "pos", "answer": np.nan}])
    assert data.read(frame).to_list("text") == ["good", "bad", "x"]
