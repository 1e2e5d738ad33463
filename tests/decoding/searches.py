"""Every search over the small model, as a function of a batch; imports no TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seqkit.decoding import beam_search, greedy, sample
from tests.decoding import prefix_model

WEIGHTS, ROWS = prefix_model.make(seed=5, batch=4, vocabulary=9)
MAX_LENGTH = 7


def searches(weights: prefix_model.Weights) -> dict[str, Callable[..., Any]]:
    """Gives each search by name; they return the fields of the result by name."""

    def with_model(search: Callable[..., Any]) -> Callable[..., Any]:
        def run(rows: prefix_model.Rows, *given: Any) -> dict[str, Any]:
            step, state = prefix_model.step_function(weights, rows), prefix_model.first_state(rows)
            return search(step, state, rows, *given)

        return run

    def run_greedy(step, state, rows, max_length=MAX_LENGTH):
        return greedy(step, state, max_length=max_length, no_repeat_ngram=2)._asdict()

    def run_sample(
        step, state, rows, seed=3, temperature=1.5, top_k=6, top_p=0.95, max_length=MAX_LENGTH
    ):
        return sample(
            step,
            state,
            seed=seed,
            max_length=max_length,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
        )._asdict()

    def run_beam_search(step, state, rows, max_length=MAX_LENGTH):
        return beam_search(
            step,
            state,
            max_length=max_length,
            num_beams=3,
            num_best=2,
            length_penalty=0.6,
            coverage_penalty=0.2,
            source_mask=rows.source_mask,
            min_length=1,
            no_repeat_ngram=3,
        )._asdict()

    return {
        name: with_model(search)
        for name, search in {
            "greedy": run_greedy,
            "sample": run_sample,
            "beam_search": run_beam_search,
        }.items()
    }
