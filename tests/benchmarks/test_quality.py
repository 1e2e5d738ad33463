"""Quality goes on where it was stopped, and cross-validation tests on what nobody has seen."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from benchmarks import public_data, quality, quality_tables
from benchmarks.public_data import PublicData, Splitting
from benchmarks.settings import change_settings, read_settings
from recipes import sentiment
from seqkit import data
from seqkit.tasks.captioning.evaluation import score_captions

CONFIG = sentiment.DEFAULTS
RUN = {
    "fold": 0,
    "accuracy": 0.8,
    "baseline": 0.7,
    "examples": 50,
    "training_minutes": 1.0,
    "whole_minutes": 2.0,
    "code": "of then",
}


def some(sha256="aa", folds=2):
    return PublicData("mr", "MR, 2-fold", sha256, folds, lambda fold: {})


def test_folds_that_are_done_are_kept(capsys):
    rows: list = []
    row = quality.take_up(rows, some(), CONFIG)
    row["runs"].append(dict(RUN))
    assert rows == [row] and not quality.is_whole(row)
    assert quality.take_up(rows, some(), CONFIG) is row
    assert "other code" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        {"public": some(sha256="bb")},
        {"public": some(folds=3)},
        {"config": change_settings(CONFIG, dropout=0.4)},
        {"again": True},
    ],
    ids=["data", "folds", "config", "again"],
)
def test_other_settings_start_anew_in_the_same_row(change):
    rows: list = []
    given = {"public": some(), "config": CONFIG}
    quality.take_up(rows, **given)["runs"].append(dict(RUN))
    row = quality.take_up(rows, **given | change)
    assert row["runs"] == [] and rows == [row]


def kept_with(change):
    """A row as the file gives it back, with changed settings."""
    row = quality.take_up([], some(), CONFIG)
    return json.loads(json.dumps({**row, "config": change(row["config"]), "runs": [RUN]}))


def test_a_setting_that_is_new_leaves_rows_as_long_as_it_has_its_default():
    row = kept_with(lambda config: {k: v for k, v in config.items() if k != "dropout"})
    assert quality.is_current(row, some(), CONFIG)
    assert not quality.is_current(row, some(), change_settings(CONFIG, dropout=0.4))


@pytest.mark.parametrize(
    "change",
    [{"dropout": 0.4}, {"no_longer": 1}],
    ids=["a default that has changed", "a setting that is gone"],
)
def test_rows_of_other_settings_are_not_taken(change):
    assert not quality.is_current(kept_with(lambda config: config | change), some(), CONFIG)


def test_settings_come_back_from_the_file_as_they_were():
    assert isinstance(read_settings(CONFIG)["pooling"], tuple)
    assert quality.is_current(kept_with(lambda config: config), some(), CONFIG)


def test_another_seed_is_another_row():
    rows: list = []
    quality.take_up(rows, some(), CONFIG)["runs"].append(dict(RUN))
    quality.take_up(rows, some(), change_settings(CONFIG, seed=1))
    assert [(row["seed"], len(row["runs"])) for row in rows] == [(0, 1), (1, 0)]


def test_folds_become_a_mean_and_a_deviation():
    row = quality.take_up([], some(sha256="ab12"), CONFIG)
    row["runs"] += [dict(RUN), {**RUN, "fold": 1, "accuracy": 0.9, "training_minutes": 2.0}]
    assert quality.is_whole(row)
    assert quality_tables.make_row(row) == {
        "data": "MR, 2-fold",
        "accuracy, %": "85.00 ± 7.1",
        "best plain model, %": "70.00 ± 0.0",
        "test rows": 100,
        "training, min": 1.5,
        "with reading and scoring, min": 2.0,
        "seed": "0",
        "data, SHA-256": "`ab12`",
    }


def test_every_row_is_tested_once_with_the_whole_share_of_labels():
    labels = ["a"] * 60 + ["b"] * 30
    splits = list(public_data.cross_validation(labels, folds=10, seed=3))
    assert sorted(i for _, test in splits for i in test) == list(range(90))
    for train, test in splits:
        assert sorted(train + test) == list(range(90))
        assert [labels[i] for i in test].count("a") == 6
    assert splits == list(public_data.cross_validation(labels, 10, 3))
    assert splits != list(public_data.cross_validation(labels, 10, 4))


def test_cross_validation_takes_validation_from_the_other_parts(tmp_path):
    folder = tmp_path / "sentiment" / "mr_polarity"
    folder.mkdir(parents=True)
    for label in ("pos", "neg"):
        lines = "".join(f"caf\xe9 {label} {i} \x85 end\n" for i in range(40))
        (folder / f"rt-polarity.{label}").write_bytes(lines.encode("latin-1"))
    public = public_data.mr(tmp_path, Splitting(folds=4, fraction=0.2, seed=0))
    assert (public.folds, public.title) == (4, "MR, 4-fold")
    tested = []
    for fold in range(4):
        parts = public.parts(fold)
        texts = {name: set(part.to_list("text")) for name, part in parts.items()}
        assert {name: len(part) for name, part in texts.items()} == {
            **{"train": 48, "validation": 12, "test": 20},
        }
        assert len(set.union(*texts.values())) == 80
        tested += parts["test"].to_list("text")
    assert len(set(tested)) == 80 and all("caf\xe9" in text for text in tested)
    for text, label in zip(*(parts["test"].to_list(c) for c in ("text", "label")), strict=True):
        assert label in text


def test_data_that_needs_a_directory_is_not_looked_for_elsewhere():
    with pytest.raises(SystemExit, match="--data DIR"):
        quality.main(None, only=("mr",))


TRANSLATED = {
    "examples": 1000,
    "bleu": 35.26,
    "chrf": 60.0,
    "bleu_signature": "nrefs:1|tok:13a",
    "exact_match": 0.042,
    "unknown_token_rate": 0.0123,
}


def translation_row():
    more = {"Multi30k, 2017": {**TRANSLATED, "bleu": 28.0, "examples": 900}}
    run = {**RUN, **TRANSLATED, "baseline": 8.0, "more_tests": more}
    about = {"data": "multi30k", "title": "Multi30k, 2016", "seed": 0, "sha256": "ab12"}
    return {**about, "folds": 1, "runs": [run]}


def test_a_translator_has_a_row_for_each_of_its_tests():
    lines = quality_tables.make_tables([translation_row()]).splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[:4]]
    assert cells[0][:6] == [
        *("data", "BLEU", "best plain model, BLEU", "chrF", "exact, %", "unknown tokens, %")
    ]
    assert cells[2][:8] == [
        *("Multi30k, 2016", "35.3", "8.0", "60.0", "4.2", "1.23"),
        "1,000",
        "1.00",
    ]
    assert cells[3][:8] == [*("Multi30k, 2017", "28.0", "–", "60.0", "4.2", "1.23"), "900", "–"]
    assert lines[4:] == ["", "BLEU as sacreBLEU signs it: `nrefs:1|tok:13a`."]


def test_a_recipe_without_translations_signs_no_bleu():
    row = quality.take_up([], some(folds=1), CONFIG)
    row["runs"].append(dict(RUN))
    assert len(quality_tables.make_tables([row]).splitlines()) == 3


def test_a_captioner_stands_beside_the_best_plain_model_of_each_score():
    plain = {
        "constant": {"BLEU-4": 5.04, "CIDEr-D": 0.06, "exact match": 0.0},
        "nearest": {"BLEU-4": 3.0, "CIDEr-D": 0.126, "exact match": 0.0},
    }
    run = {**RUN, "examples": 500, "bleu_4": 12.34, "cider_d": 0.3456, "exact_match": 0.002}
    run |= {"distinct_captions": 321, "bleu_signature": "nrefs:5|tok:13a", "plain": plain}
    about = {"data": "flickr8k", "title": "Flickr8k", "seed": 0, "sha256": "ab12"}
    lines = quality_tables.make_tables([{**about, "folds": 1, "runs": [run]}]).splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in (lines[0], lines[2])]
    assert dict(zip(*cells, strict=True)) == {
        "data": "Flickr8k",
        "BLEU-4": "12.3",
        "best plain model, BLEU-4": "5.0",
        "CIDEr-D": "0.35",
        "best plain model, CIDEr-D": "0.13",
        "distinct captions": "321",
        "exact, %": "0.2",
        "test rows": "500",
        "training, min": "1.00",
        "with reading and scoring, min": "2.00",
        "seed": "0",
        "data, SHA-256": "`ab12`",
    }
    assert lines[-1] == "BLEU as sacreBLEU signs it: `nrefs:5|tok:13a`."


def test_scores_of_plain_captioners_are_kept(monkeypatch):
    known = [["a dog runs on the grass"], ["two cats sleep in the sun"]]
    plain = {"constant": ["a dog runs on the sun"] * 2, "nearest": [row[0] for row in known]}
    scores = score_captions(["a dog"] * 2, known, baselines=plain)
    outcome = SimpleNamespace(
        model=None, scores=scores, baselines=scores.main_baselines, history=[{}], minutes=1.0
    )
    recipe = SimpleNamespace(train_and_score=lambda parts, config, **more: outcome)
    monkeypatch.setattr(quality, "_recipe", lambda name: recipe)
    public = some()._replace(name="digit_scenes")
    run = json.loads(json.dumps(quality.measure_fold(public, 0, CONFIG, quick=True)))
    assert run["plain"]["nearest"]["BLEU-4"] == pytest.approx(100)
    assert 0 < run["plain"]["constant"]["CIDEr-D"] < run["plain"]["nearest"]["CIDEr-D"]
    assert run["distinct_captions"] == 1 and run["baseline"] == pytest.approx(100)


@pytest.mark.parametrize("quick", [False, True])
def test_the_model_is_scored_on_further_tests_too(monkeypatch, quick):
    rows = [(f"word {i}", f"Wort {i}") for i in range(400)]
    given = data.read(rows, columns=("source", "target"))
    seen = []

    def scored(name):
        return SimpleNamespace(summary=lambda: {"examples": name})

    def train_and_score(parts, config, *, checkpoints, resume):
        assert resume == (checkpoints is not None) == (not quick)
        seen.append({name: len(part) for name, part in parts.items()})
        plain = {"copy": 1.0, "word for word": 5.0}
        return SimpleNamespace(
            model="model", scores=scored("first"), baselines=plain, history=[{}, {}], minutes=3.0
        )

    def score_translator(model, test):
        seen.append((model, len(test)))
        return scored("second")

    recipe = SimpleNamespace(train_and_score=train_and_score)
    monkeypatch.setattr(quality, "_recipe", lambda name: recipe)
    monkeypatch.setattr(quality, "score_translator", score_translator)
    public = some()._replace(
        parts=lambda fold: {"test": given}, more_tests=lambda: {"another": given}
    )
    run = quality.measure_fold(public, 0, CONFIG, quick=quick)
    rows_used = 300 if quick else 400
    assert seen == [{"test": rows_used}, ("model", rows_used)]
    assert run["examples"] == "first" and run["more_tests"] == {"another": {"examples": "second"}}
    assert (run["baseline"], run["epochs"]) == (5.0, 2)


def test_without_further_tests_nothing_is_said_of_them(monkeypatch):
    outcome = SimpleNamespace(
        scores=SimpleNamespace(summary=dict), baselines={"plain": 0.5}, history=[], minutes=1.0
    )
    recipe = SimpleNamespace(train_and_score=lambda parts, config, **more: outcome)
    monkeypatch.setattr(quality, "_recipe", lambda name: recipe)
    assert "more_tests" not in quality.measure_fold(some(), 0, CONFIG)


@pytest.fixture
def foretold(monkeypatch):
    """What is kept of a language model that was tested on 1,000 characters."""
    figures = {"nats_per_character": 1.5, "perplexity": 4.5, "bits_per_character": 2.164}
    figures |= {"characters": 1000, "unknown_token_rate": 0.0012}
    scores = SimpleNamespace(main=("nats per character", 1.5), summary=lambda: figures)
    outcome = SimpleNamespace(
        model="model", scores=scores, baselines={"6-gram": 1.7}, history=[{}], minutes=3.0
    )
    recipe = SimpleNamespace(train_and_score=lambda parts, config, **more: outcome)
    monkeypatch.setattr(quality, "_recipe", lambda name: recipe)
    row = {"roc_auc": 0.6, "mcc": 0.1, "accuracy": 0.71, "majority": 0.69, "examples": 527}
    public = some(folds=1)._replace(name="cola", judge=lambda model: {model: {"slor": row}})
    run = json.loads(json.dumps(quality.measure_fold(public, 0, CONFIG, quick=True)))
    about = {"data": "cola", "title": "CoLA", "seed": 0, "sha256": "ab12", "folds": 1}
    return {**about, "runs": [run]}


def test_a_language_model_stands_beside_the_ngrams(foretold):
    (run,) = foretold["runs"]
    assert run["baseline"] == 1.7 and run["judged"].keys() == {"model"}
    lines = quality_tables.make_tables([foretold]).splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in (lines[0], lines[2])]
    shown = dict(zip(*cells, strict=True))
    assert shown.pop("with reading and scoring, min")
    assert shown == {
        "data": "CoLA",
        "score": "nats per character",
        "model": "1.500",
        "n-grams": "1.700 (6-gram)",
        "bits per character": "2.164",
        "unknown tokens, %": "0.12",
        "test characters": "1,000",
        "training, min": "3.00",
        "seed": "0",
        "data, SHA-256": "`ab12`",
    }
    assert lines[-1] == "| model | SLOR | 0.600 | 0.100 | 71.0 | 69.0 | 527 |"


def test_of_ngrams_that_are_less_surprised_is_the_best(foretold, monkeypatch):
    scores = SimpleNamespace(main=("perplexity", 90.0), summary=dict)
    outcome = SimpleNamespace(
        scores=scores, baselines={"2-gram": 120.0, "3-gram": 110.0}, history=[], minutes=1.0
    )
    recipe = SimpleNamespace(train_and_score=lambda parts, config, **more: outcome)
    monkeypatch.setattr(quality, "_recipe", lambda name: recipe)
    assert quality.measure_fold(some()._replace(name="pydoc"), 0, CONFIG)["baseline"] == 110
    more = {"score": "perplexity", "perplexity": 90.0, "baselines": {"2-gram": 120.0}}
    row = {**foretold, "runs": [{**foretold["runs"][0], **more}]}
    assert "| perplexity | 90.0 | 120.0 (2-gram) |" in quality_tables.make_tables([row])


def test_of_a_stream_its_beginning_is_quickly_measured():
    parts = quality._take_few(
        {"train": data.read_stream(["a" * 20_000]), "test": data.read_stream(["b"])}
    )
    assert [parts[name].characters for name in ("train", "test")] == [10_000, 1]
