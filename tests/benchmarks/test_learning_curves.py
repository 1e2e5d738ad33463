"""Learning curves: what is drawn, what stands beside, and that nothing is measured twice."""

import json

import pytest

from benchmarks import learning_curves, tagging_points, text_points
from benchmarks.learning_curves import OURS, Point

TRAIN = [
    (f"{word} film {i}", label) for i in range(30) for word, label in (("good", "p"), ("bad", "n"))
]
TEST = [("good film", "p"), ("bad book", "n"), ("so good", "p")]


def row(name="sst2", size=100, draw=0, ours=0.8, plain=0.7):
    return {
        "data": name,
        "rows": size,
        "draw": draw,
        "part": "test",
        "score": {OURS: ours, "naive Bayes": plain, "regression": plain - 0.1},
        "calibration_error": 0.02,
        "minutes": 0.5,
    }


def test_plain_models_learn_from_all_rows():
    found = text_points.score_plain(TRAIN, TEST)
    assert len(found) == 3 and set(found.values()) == {1.0}


def test_the_field_reads_neighbours_and_endings():
    """An unseen word is told by its ending, and a known one by the word before."""
    train = [
        (["the", f"{stem}ing", "is", f"{stem}ed"], ["D", "N", "V", "P"])
        for stem in ("walk", "jump", "call", "help", "work", "play")
    ] * 3
    test = [(["the", "talking", "is", "talked"], ["D", "N", "V", "P"])]
    found = tagging_points.score_plain(train, test)
    assert found[tagging_points.CRF] == 1 > found[tagging_points.MOST_FREQUENT]


def test_a_field_that_marks_spans_is_scored_by_them():
    train = [(["in", city, "now"], ["O", "B-city", "O"]) for city in ("rome", "bonn", "oslo")] * 3
    test = [(["in", "rome", "now"], ["O", "B-city", "O"]), (["in", "now"], ["O", "B-city"])]
    assert tagging_points.score_plain(train, test)[tagging_points.CRF] == pytest.approx(2 / 3)


def test_tagged_sentences_are_points_too(monkeypatch):
    small = tagging_points.tagging.DEFAULTS.replace(
        epochs=1, hidden_dim=3, embedding_dim=3, character_filters=4, affix_dim=0, min_steps=0
    )
    monkeypatch.setattr(tagging_points.tagging, "DEFAULTS", small)
    rows = [(["good", "day"], ["A", "N"]), (["day"], ["N"])] * 10
    point = learning_curves.measure(Point("ewt", 15, 0), rows, rows[:4])
    assert set(point["score"]) == {OURS, tagging_points.CRF, tagging_points.MOST_FREQUENT}
    assert 0 <= point["score"][OURS] <= 1 == point["score"][tagging_points.CRF]


def test_a_point_is_measured_once_and_scored_by_the_recipe(tmp_path, monkeypatch, capsys):
    small = text_points.sentiment.DEFAULTS.replace(
        epochs=1, hidden_dim=3, embedding_dim=3, folds=0, tokenizer="word"
    )
    monkeypatch.setattr(text_points.sentiment, "DEFAULTS", small)
    monkeypatch.setattr(learning_curves, "use_cores", lambda count: None)
    monkeypatch.setitem(learning_curves.ROWS, "sst2", lambda root, part: (TRAIN, TEST))
    asked = {"only": ("sst2",), "sizes": (40, 1000), "draws": 1, "results": tmp_path / "kept.json"}
    learning_curves.main(tmp_path, **asked)
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert [(one["rows"], one["draw"], one["part"]) for one in kept] == [
        (40, 0, "test"),
        (60, 0, "test"),
    ]
    assert all(len(one["score"]) == 4 and 0 <= one["score"][OURS] <= 1 for one in kept)
    monkeypatch.setattr(learning_curves, "measure", lambda *given: pytest.fail("measured again"))
    learning_curves.main(tmp_path, **asked)
    assert "| sst2 | 40 | 1 |" in capsys.readouterr().out


def test_the_draw_decides_the_rows(monkeypatch):
    class Drawn(Exception):
        pass

    drawn = []

    def read_parts(self, train, **given):
        drawn.append(train)
        raise Drawn

    monkeypatch.setattr(type(text_points.sentiment.recipe), "read_parts", read_parts)
    for draw in (0, 0, 1):
        with pytest.raises(Drawn):
            learning_curves.measure(Point("sst2", 9, draw), TRAIN, TEST)
    assert drawn[0] == drawn[1] != drawn[2] and all(len(one) == 9 for one in drawn)


def test_means_stand_beside_the_best_plain_model():
    rows = [row(draw=0), row(draw=1, ours=0.9), row(size=300)]
    first, second = learning_curves.summary(rows)
    assert first["rows"] == 100 and first["draws"] == 2 and first["seqkit, %"] == "85.0"
    assert first["above it"] == "+15.0" and first["which it is"] == "naive Bayes"
    assert second["above it"] == "+10.0" and second["best plain model, %"] == "70.0"


def test_the_picture_has_a_chart_for_each_data_set_and_is_always_the_same(tmp_path):
    rows = [row(), row(draw=1, ours=0.9), row(size=300), row(name="subj")]
    rows += [row(name="mr", size=size) for size in (300, 1000)]
    for name in ("one.svg", "other.svg"):
        learning_curves.draw_curves(rows, tmp_path / name)
    one, other = ((tmp_path / name).read_text() for name in ("one.svg", "other.svg"))
    assert one == other
    assert ">sst2</text>" in one and ">mr</text>" in one and ">naive Bayes</text>" in one
    assert ">subj</text>" not in one and ">1,000</text>" in one
