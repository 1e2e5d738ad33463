"""The pure parts of the speed comparisons."""

from __future__ import annotations

import sys

import pytest

from benchmarks import tagged_workload, workload
from benchmarks.comparisons import training_flops
from benchmarks.speed import COMPARISONS, Options, interpreters, of_sentences, of_texts, shown
from recipes.tagging import DEFAULTS

SIZES = {"embedding_dim": 3, "hidden_dim": 2, "cell": "gru"}


def test_operations_are_those_of_the_weights():
    # Two directions of three gates: 2 * 3 * 2 * (3 + 2) weights; attention: 4 * 4.
    assert training_flops(SIZES) == 3 * 2 * (60 + 16)
    assert training_flops({**SIZES, "cell": "lstm"}) == 3 * 2 * (80 + 16)


def test_interpreters_are_given_by_name():
    assert interpreters((f"torch={sys.executable}",)) == {"torch": sys.executable}
    assert interpreters(()) == {}


@pytest.mark.parametrize(
    "given", [f"sklearn={sys.executable}", "torch", "torch=no/such/python", "flair=python"]
)
def test_an_interpreter_that_is_not_there_is_refused(given):
    with pytest.raises(SystemExit, match="give NAME=PATH"):
        interpreters((given,))


def test_a_comparison_is_shown_with_what_it_depends_on():
    facts = {"data": "NSMC", "sha256": "ab", "texts": 20000, "threads": 2, "rounds": 5}
    workers = {"a": {"keras": "3", "prepared_in": 1.0}, "b": {"keras": "3", "torch": "2"}}
    result = {"facts": {**facts, "workers": workers}, "rows": [{"who": "seqkit", "x": 2.0}]}
    assert shown(result).splitlines() == [
        "| who | x |",
        "|---|---:|",
        "| seqkit | 2.00 |",
        "",
        "NSMC, 20,000 texts (SHA-256 `ab`), 2 threads, medians of 5 rounds; keras 3, torch 2.",
    ]
    result["facts"] |= {"train texts": 150000, "test texts": 50000}
    assert "NSMC, 150,000 texts for training, 50,000 for testing, 2" in shown(result)


def test_a_comparison_of_taggers_is_shown_with_its_sentences():
    facts = {"data": "EWT", "sha256": "ab", "threads": 2, "rounds": 5}
    facts |= {"train sentences": 2000, "test sentences": 2077}
    workers = {"a": {"flair": "0.15.1", "torch": "2"}, "b": {"spacy": "3.8"}}
    result = {"facts": {**facts, "workers": workers}, "rows": [{"who": "seqkit", "x": 2.0}]}
    assert shown(result).splitlines()[-1] == (
        "EWT, 2,000 sentences trained on and 2,077 tagged (SHA-256 `ab`), 2 threads, "
        "medians of 5 rounds; flair 0.15.1, spacy 3.8, torch 2."
    )


def test_texts_and_sentences_are_written_apart(tmp_path):
    options = Options(quick=True)
    texts, sentences = of_texts(options, {}, tmp_path), of_sentences(options, {}, tmp_path)
    assert texts.config()["workload"] != sentences.config()["workload"]
    assert workload.read(texts.config()["workload"]) == texts.work
    assert tagged_workload.read(sentences.config()["workload"]) == sentences.work
    assert {make for make, _ in COMPARISONS.values()} == {of_texts, of_sentences}


def test_a_tagger_has_the_sizes_of_the_recipe(tmp_path):
    setup = of_sentences(Options(sentences=20), {}, tmp_path)
    assert setup.sizes["hidden_dim"] == DEFAULTS.hidden_dim == 128
    assert setup.sizes["batch_size"] == DEFAULTS.batch_size == 32
    assert setup.work.rows == 20 and setup.rounds == 5
