"""Cards keep facts and show them as they are."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.export.card import check, dump, page, plain


@dataclasses.dataclass(frozen=True)
class Config:
    """Settings."""

    hidden_dim: int = 4
    path: Path = Path("a/b")


def test_facts_become_plain():
    facts = {
        "config": Config(),
        "scores": {"accuracy": np.float32(0.5), "loss": float("nan"), 3: np.int64(7)},
        "labels": ("no", None, True),
        "matrix": np.array([[1.5, np.inf]]),
        "day": datetime.date(2024, 1, 2),
        "broken": "a\ud800",
    }
    assert plain(facts) == {
        "config": {"hidden_dim": 4, "path": "a/b"},
        "scores": {"accuracy": 0.5, "loss": "NaN", "3": 7},
        "labels": ["no", None, True],
        "matrix": [[1.5, "Infinity"]],
        "day": "2024-01-02",
        "broken": "a\\ud800",
    }
    json.loads(dump(plain(facts)).encode())


def test_what_json_cannot_hold_is_named():
    with pytest.raises(TypeError, match=r"card\['data'\]\['rows'\]\[1\] is a set"):
        check({"data": {"rows": [1, {2}]}})


def test_the_card_of_an_export(exported, card):
    written = exported.read_card()
    assert list(written)[:3] == ["format", "name", "task"]
    assert {key: written[key] for key in card} == card
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", written["created"])
    created = datetime.datetime.fromisoformat(written["created"])
    assert abs(datetime.datetime.now(datetime.UTC) - created) < datetime.timedelta(hours=1)
    assert written["versions"]["tensorflow"] == tf.__version__
    assert written["versions"]["keras"] == keras.__version__
    assert {"python", "seqkit"} <= set(written["versions"])
    assert written["serving"] == {"version": 1, "path": "serving/1"}
    files = {p: p.stat().st_size for p in exported.serving.rglob("*") if p.is_file()}
    # The manifest has the hash of the card, and comes after it.
    del files[exported.serving / "assets.extra" / "manifest.json"]
    assert written["sizes"] == {
        "model.keras": exported.model.stat().st_size,
        "serving/1": sum(files.values()),
    }
    recorded = {name for name in written["files"] if name.startswith("serving/")}
    assert recorded == {path.relative_to(exported.path).as_posix() for path in files}
    assert written["signatures"]["serving_default"] == {
        "doc": "Labels texts.",
        "inputs": {"text": "<string>[?]"},
        "outputs": {
            "confidence": "<float32>[?]",
            "label": "<string>[?]",
            "scores": "<float32>[?, 3]",
            "unknown_rate": "<float32>[?]",
        },
    }


def test_the_page_shows_scores_beside_the_baseline(exported):
    shown = (exported.path / "card.md").read_text()
    assert shown == page(exported.read_card())
    assert "# reviews \\| of &lt;films>\n" in shown
    assert "| | model | baseline |\n| --- | --- | --- |\n| accuracy | 0.98 | 0.75 |" in shown
    assert "| train | built-in |" in shown


def test_what_a_user_wrote_stays_text():
    shown = page({"labels": {"a|b": "<script>", "x\ny": "*[link](http://x)* `c` & # ~"}})
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    assert rows[2] == "| a\\|b | &lt;script> |"
    assert rows[3] == "| x y | \\*\\[link\\](http://x)\\* \\`c\\` &amp; \\# \\~ |"


def test_all_kinds_of_sections():
    shown = page(
        {
            "seed": 0,
            "notes": ["one", {"a": 1.23456, "b": [True, None]}],
            "unknown_rate": {"train": 0.0, "test": {"words": 0.5}},
            "nothing": {},
        }
    )
    assert "## Seed\n\n0\n" in shown
    assert "- one\n- a: 1.235; b: yes, —\n" in shown
    assert (
        "## Unknown rate\n\n| | |\n| --- | --- |\n| train | 0 |\n| test | words: 0.5 |\n" in shown
    )
    assert "## Nothing\n" in shown
