"""A small model whose next token depends on all tokens before it, and every sequence it can make.

Once in keras.ops, as a step function, and once in NumPy, prefix by prefix.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from seqkit.decoding import StepResult

DIM, SOURCE = 5, 4
EOS, BOS = 3, 2


class Weights(NamedTuple):
    """Random weights: `[vocabulary, dim]`, `[dim, dim]`, `[dim, vocabulary]`."""

    embedding: Any
    recurrent: Any
    output: Any


class Rows(NamedTuple):
    """What a batch is given: `[batch, dim]`, `[batch, source, dim]`, `[batch, source]`."""

    start: Any
    keys: Any
    source_mask: Any


class Sequence(NamedTuple):
    """A sequence with what a search should say of it."""

    tokens: tuple[int, ...]
    log_probability: float
    emitted: int
    attention: np.ndarray


def make(
    seed: int = 0, batch: int = 3, vocabulary: int = 6, scale: float = 1.5
) -> tuple[Weights, Rows]:
    rng = np.random.default_rng(seed)

    def drawn(*shape: int, scale: float = 1.0) -> np.ndarray:
        return rng.normal(scale=scale, size=shape).astype("float32")

    weights = Weights(drawn(vocabulary, DIM), drawn(DIM, DIM), drawn(DIM, vocabulary, scale=scale))
    source_mask = np.arange(SOURCE) < rng.integers(2, SOURCE + 1, (batch, 1))
    return weights, Rows(drawn(batch, DIM), drawn(batch, SOURCE, DIM), source_mask)


def first_state(rows: Rows) -> dict[str, Any]:
    start = ops.convert_to_tensor(rows.start)
    return {
        "hidden": ops.expand_dims(start, 1),
        "steps": [ops.zeros((ops.shape(start)[0], 1), "int32")],
    }


def step_function(weights: Weights, rows: Rows, attends: bool = True) -> Any:
    """The model as searches see it."""

    def step(token_ids: Any, state: Any) -> StepResult:
        hidden = ops.matmul(state["hidden"], weights.recurrent)
        hidden = ops.tanh(hidden + ops.take(weights.embedding, token_ids, axis=0))
        logits = ops.matmul(hidden, weights.output)
        state = {"hidden": hidden, "steps": [state["steps"][0] + 1]}
        if not attends:
            return StepResult(logits, state)
        scores = ops.matmul(hidden, ops.transpose(rows.keys, (0, 2, 1)))
        scores = ops.where(ops.expand_dims(rows.source_mask, 1), scores, -1e9)
        return StepResult(logits, state, ops.softmax(scores, axis=-1))

    return step


def every_sequence(
    weights: Weights,
    rows: Rows,
    row: int,
    max_length: int,
    min_length: int = 0,
    banned: tuple[int, ...] = (0, 1, 2),
    no_repeat_ngram: int = 0,
    bos_id: int = BOS,
    eos_id: int = EOS,
) -> Iterator[Sequence]:
    """Goes through all sequences that a row can have."""

    def grow(tokens: tuple[int, ...], total: float, seen: list[np.ndarray]) -> Iterator[Sequence]:
        gained, attention = after(weights, rows, row, tokens, bos_id)
        seen = [*seen, attention]
        for token in range(len(gained)):
            longer, emitted = (*tokens, token), len(tokens) + 1
            if token in banned:
                continue
            if token == eos_id:
                if len(tokens) >= min_length:
                    yield Sequence(tokens, total + gained[token], emitted, np.array(seen))
            elif repeats(longer, no_repeat_ngram):
                continue
            elif len(longer) == max_length:
                yield Sequence(longer, total + gained[token], emitted, np.array(seen))
            else:
                yield from grow(longer, total + gained[token], seen)

    yield from grow((), 0.0, [])


def after(
    weights: Weights, rows: Rows, row: int, tokens: tuple[int, ...], bos_id: int = BOS
) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities of the next token, `[vocabulary]`, and the attention, `[source]`."""
    embedding, recurrent, output = (w.astype("float64") for w in weights)
    hidden = rows.start[row].astype("float64")
    for token in (bos_id, *tokens):
        hidden = np.tanh(hidden @ recurrent + embedding[token])
    logits = hidden @ output
    scores = np.where(rows.source_mask[row], rows.keys[row].astype("float64") @ hidden, -np.inf)
    return logits - np.logaddexp.reduce(logits), np.exp(scores - np.logaddexp.reduce(scores))


def repeats(tokens: tuple[int, ...], size: int) -> bool:
    """Whether the last `size` tokens have been there before."""
    before = [tokens[i : i + size] for i in range(len(tokens) - size)]
    return size > 0 and tokens[len(tokens) - size :] in before


def score(sequence: Sequence, rows: Rows, row: int, alpha: float = 0.0, beta: float = 0.0) -> float:
    """Wu et al. (2016), equation 14."""
    coverage = sequence.attention.sum(axis=0)[rows.source_mask[row]]
    penalty = ((5 + sequence.emitted) / 6) ** alpha
    return sequence.log_probability / penalty + beta * np.log(np.minimum(coverage, 1)).sum()
