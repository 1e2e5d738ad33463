"""The pure parts of the speed comparisons."""

from __future__ import annotations

import sys

import pytest

from benchmarks.comparisons import training_flops
from benchmarks.speed import interpreters, shown

SIZES = {"embedding_dim": 3, "hidden_dim": 2, "cell": "gru"}


def test_operations_are_those_of_the_weights():
    # Two directions of three gates: 2 * 3 * 2 * (3 + 2) weights; attention: 4 * 4.
    assert training_flops(SIZES) == 3 * 2 * (60 + 16)
    assert training_flops({**SIZES, "cell": "lstm"}) == 3 * 2 * (80 + 16)


def test_interpreters_are_given_by_name():
    assert interpreters((f"torch={sys.executable}",)) == {"torch": sys.executable}
    assert interpreters(()) == {}


@pytest.mark.parametrize("given", ["flair=python", "torch", "torch=no/such/python"])
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
