"""Beam search: several sequences side by side, of which the best are followed up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from seqkit.decoding.constraints import Constraints, constraints
from seqkit.decoding.finished import Finished, Paths
from seqkit.decoding.limits import Limits, limits
from seqkit.decoding.penalties import coverage_penalty as penalty_of_coverage
from seqkit.decoding.penalties import length_penalty as penalty_of_length
from seqkit.decoding.result import (
    SearchResult,
    attention_along,
    no_attention,
    no_tokens,
    put,
    put_attention,
)
from seqkit.decoding.step import (
    BOS_ID,
    EOS_ID,
    NEVER_PRODUCED,
    Step,
    StepResult,
    batch_size,
    first_state,
    first_tokens,
    log_normaliser,
    take_beams,
    take_step,
)
from seqkit.decoding.top_tokens import top_tokens

Tensor = Any


def beam_search(
    step: Step,
    state: Any,
    *,
    max_length: int | Tensor,
    num_beams: int = 4,
    num_best: int = 1,
    length_penalty: float | Tensor = 0.0,
    coverage_penalty: float | Tensor = 0.0,
    source_mask: Tensor | None = None,
    min_length: int | Tensor = 0,
    bos_id: int | Tensor = BOS_ID,
    eos_id: int = EOS_ID,
    banned: Sequence[int] = NEVER_PRODUCED,
    no_repeat_ngram: int = 0,
) -> SearchResult:
    """Looks for the sequences of the best score, following the `num_beams` most probable ones.

    The score is `log_probability / ((5 + n) / 6) ** length_penalty`, where `n` counts the tokens
    and EOS, plus `coverage_penalty * sum(log(min(coverage, 1)))` over the source positions, where
    coverage is the attention on a position, summed over the tokens and EOS. Which sequences are
    followed is decided by the log-probability alone; the score ranks those that have come to an
    end. A sequence ends

    - with EOS, if that is among the `num_beams` best continuations of its row. It does not take
      the place of one that goes on, so that `num_beams` are followed throughout;
    - by being cut at `max_length`, where it is ranked by its score as any other.

    A row is done when no sequence that goes on can get a better score than the last of its
    `num_best` by any continuation; this changes nothing in the result. With one beam and without
    penalties this is greedy search.

    Args:
        step: the step function, see `seqkit.decoding.step`.
        state: the first state, tensors `[batch, 1, ...]`, nested in any way.
        max_length: as for `greedy`.
        num_beams: how many sequences are followed.
        num_best: how many are returned, at most `num_beams`.
        length_penalty: 0 or more. Long sequences have low probabilities; this makes up for it.
        coverage_penalty: 0 or more. Prefers sequences that have looked at the whole source; the
            step must give attention for it.
        source_mask: `<bool>[batch, source]`, which positions must be covered; None for all.
        min_length: as for `greedy`, and so the arguments below.
        bos_id: what sequences begin with.
        eos_id: what ends a sequence.
        banned: tokens that never come.
        no_repeat_ngram: how many tokens in a row must not come twice; 0 allows all. A sequence
            after which nothing is allowed is dropped.

    Returns:
        A `SearchResult` with `num_best` different sequences for each row, by descending score.

    Raises:
        ValueError: an argument is out of its range, or the state or what the step returns has
            another shape than it should.

    Example:
        >>> import numpy as np
        >>> from keras import ops
        >>> from seqkit.decoding import StepResult
        >>> following = np.log(np.full((6, 6), 1e-9))
        >>> following[2, 4:] = np.log([0.6, 0.4])  # 4 comes first more often
        >>> following[4, 3:] = np.log([0.4, 0.3, 0.3])  # but nobody knows what follows it
        >>> following[5, 3] = np.log(1.0)
        >>> def step(token_ids, state):
        ...     return StepResult(ops.take(following, token_ids, axis=0), state)
        >>> found = beam_search(step, np.zeros((1, 1)), max_length=5, num_beams=2, num_best=2)
        >>> np.asarray(found.token_ids[0]).tolist()
        [[5, 0, 0, 0, 0], [4, 0, 0, 0, 0]]
        >>> [round(float(p), 4) for p in np.exp(found.score[0])]
        [0.4, 0.24]

    Sources: Wu et al. (2016), arXiv:1609.08144, section 7 (scores); a place of their own for
    finished sequences, and twice as many candidates as beams, as in Tensor2Tensor
    (`beam_search.py`); EOS only from among the first half of them, as in fairseq.
    """
    if num_beams < 1:
        raise ValueError(f"num_beams is {num_beams}; give at least 1")
    if not 1 <= num_best <= num_beams:
        raise ValueError(
            f"num_best is {num_best} and num_beams {num_beams}; give from 1 to {num_beams}, or "
            "more beams"
        )
    for name, value in (("length_penalty", length_penalty), ("coverage_penalty", coverage_penalty)):
        if isinstance(value, int | float) and not value >= 0:
            raise ValueError(f"{name} is {value}; give 0 or more")
    state = first_state(state)
    batch = batch_size(state)
    search = _Search(
        step,
        limits(max_length, batch),
        constraints(min_length, max_length, eos_id, banned, no_repeat_ngram),
        num_beams,
        num_best,
        length_penalty,
        coverage_penalty,
        source_mask,
    )
    beams = search.begin(state, first_tokens(bos_id, batch, 1))
    beams = ops.while_loop(
        lambda *beams: ops.logical_not(ops.all(_Beams(*beams).done)),
        lambda *beams: search.go_on(_Beams(*beams)),
        beams,
    )
    return search.result(_Beams(*beams))


class _Beams(NamedTuple):
    """What the loop carries: the sequences that go on, and the best of those that have ended.

    Attention and coverage are empty tuples where they are not wanted.
    """

    time: Tensor
    last: Tensor
    state: Any
    log_probability: Tensor
    paths: Paths
    coverage: Any
    attention: Any
    finished: Finished
    done: Tensor


class _Continuations(NamedTuple):
    """Tokens and the beams they continue, each `[batch, some]`, the most probable first."""

    log_probability: Tensor
    beams: Tensor
    token_ids: Tensor


class _Search(NamedTuple):
    """The arguments of a search, and its steps."""

    step: Step
    limits: Limits
    constraints: Constraints
    num_beams: int
    num_best: int
    length_penalty: Any
    coverage_penalty: Any
    source_mask: Tensor | None

    def begin(self, state: Any, token_ids: Tensor) -> _Beams:
        """Takes the first step with one beam, and makes all the others of it."""
        result = take_step(self.step, token_ids, state)
        batch, dtype, attention = batch_size(state), result.logits.dtype, result.attention
        covers = not (isinstance(self.coverage_penalty, int | float) and self.coverage_penalty == 0)
        if covers and attention is None:
            raise ValueError(
                f"coverage_penalty is {self.coverage_penalty} and the step returned no attention; "
                "return it, or give no coverage_penalty"
            )

        def empty_paths(sequences: int) -> Paths:
            tokens = no_tokens(batch, sequences, self.limits.size)
            return Paths(tokens, () if attention is None else ops.zeros_like(tokens))

        beams = _Beams(
            ops.zeros((), "int32"),
            token_ids,
            state,
            ops.zeros((batch, 1), dtype),
            empty_paths(1),
            ops.zeros_like(attention) if covers else (),
            () if attention is None else no_attention(self._of_all(attention), self.limits.size),
            Finished.none(batch, self.num_best, dtype, empty_paths(self.num_best)),
            ops.zeros((batch,), "bool"),
        )
        return self._advance(beams, result)

    def go_on(self, beams: _Beams) -> _Beams:
        """Takes a step with all beams."""
        return self._advance(beams, take_step(self.step, beams.last, beams.state))

    def result(self, beams: _Beams) -> SearchResult:
        """Gives the best of those that have ended."""
        found = beams.finished
        attention = None
        if not isinstance(beams.attention, tuple):
            attention = attention_along(beams.attention, found.paths.origins, found.lengths)
        return SearchResult(
            found.paths.token_ids,
            found.lengths,
            ops.cast(found.log_probability, "float32"),
            ops.cast(found.score, "float32"),
            attention,
        )

    def _advance(self, beams: _Beams, result: StepResult) -> _Beams:
        """Chooses what to follow up and what to keep, once the step has been taken."""
        time, paths, coverage, attention = beams.time, beams.paths, beams.coverage, beams.attention
        if result.attention is not None:
            here = ops.broadcast_to(
                ops.arange(paths.origins.shape[1], dtype="int32"), ops.shape(beams.last)
            )
            paths = Paths(paths.token_ids, put(paths.origins, time, here))
            attention = put_attention(attention, time, self._of_all(result.attention))
        if not isinstance(coverage, tuple):
            coverage = coverage + result.attention
        found = self._continuations(beams, result)
        on = self._going_on(found)
        # The state and all else of each beam, moved to where its continuation is.
        moved = take_beams((result.state, paths, coverage), on.beams)
        state, on_paths, on_coverage = moved
        on_paths = Paths(put(on_paths.token_ids, time, on.token_ids), on_paths.origins)
        finished = self._finished(beams, coverage, found, on, paths, on_paths)
        return _Beams(
            time + 1,
            on.token_ids,
            state,
            on.log_probability,
            on_paths,
            on_coverage,
            attention,
            finished,
            self._done(beams, finished, on.log_probability[:, 0]),
        )

    def _continuations(self, beams: _Beams, result: StepResult) -> _Continuations:
        """Gives twice as many as there are beams, so that enough of them go on."""
        logits = self.constraints.of_now(result.logits, beams.paths.token_ids, beams.time)
        count, vocabulary = logits.shape[1:]
        wanted = 2 * self.num_beams
        # What never comes is struck from these few, and not from the whole vocabulary.
        each = min(wanted + len(self.constraints.banned), vocabulary)
        best, token_ids = top_tokens(logits, each)
        greatest = best[..., 0] if logits is result.logits else None
        before = beams.log_probability - log_normaliser(result.logits, greatest)
        best = best + ops.take(self.constraints.never(vocabulary, best.dtype), token_ids)
        best = ops.reshape(best + ops.expand_dims(before, -1), (-1, count * each))
        best, places = ops.top_k(best, min(wanted, count * each))
        token_ids = take_beams(ops.reshape(token_ids, (-1, count * each)), places)
        # The first step may have fewer.
        lacking = ((0, 0), (0, wanted - places.shape[1]))
        return _Continuations(
            ops.pad(best, lacking, constant_values=-np.inf),
            ops.pad(places // each, lacking),
            ops.pad(token_ids, lacking),
        )

    def _going_on(self, found: _Continuations) -> _Continuations:
        """Gives the best that do not end."""
        ends = ops.equal(found.token_ids, self.constraints.eos_id)
        best, places = ops.top_k(ops.where(ends, -np.inf, found.log_probability), self.num_beams)
        return _Continuations(best, *take_beams(found[1:], places))

    def _finished(
        self,
        beams: _Beams,
        coverage: Any,
        found: _Continuations,
        on: _Continuations,
        paths: Paths,
        on_paths: Paths,
    ) -> Finished:
        """Adds what ends with this step: by EOS, and by being cut."""
        found = _Continuations(*(values[:, : self.num_beams] for values in found))
        ends = ops.equal(found.token_ids, self.constraints.eos_id)
        cut = ops.broadcast_to(
            ops.expand_dims(self.limits.reached(beams.time), -1), ops.shape(on.beams)
        )
        ending = ops.concatenate([ends, cut], axis=1)
        ending = ops.logical_and(ending, ops.logical_not(ops.expand_dims(beams.done, -1)))
        log_probability = ops.concatenate([found.log_probability, on.log_probability], axis=1)
        log_probability = ops.where(ending, log_probability, -np.inf)
        score = log_probability / self._penalty(beams.time + 1, log_probability.dtype)
        if not isinstance(coverage, tuple):
            penalty = penalty_of_coverage(coverage, self.source_mask, self.coverage_penalty)
            score = score + take_beams(penalty, ops.concatenate([found.beams, on.beams], axis=1))
        count = paths.token_ids.shape[1]
        after = ops.arange(count, count + self.num_beams, dtype="int32")
        return beams.finished.joined_by(
            Finished(
                score,
                log_probability,
                beams.time + ops.concatenate([0 * found.beams, 0 * on.beams + 1], axis=1),
                keras.tree.map_structure(lambda *x: ops.concatenate(x, axis=1), paths, on_paths),
            ),
            ops.concatenate([found.beams, 0 * on.beams + after], axis=1),
        )

    def _done(self, beams: _Beams, finished: Finished, best: Tensor) -> Tensor:
        """Tells of which rows nothing that goes on can become better than the last that is kept.

        Log-probabilities only fall, and the divisor grows up to that of the row's `max_length`;
        what coverage takes off can fall to nothing.
        """
        highest = best / self._penalty(self.limits.of_rows, best.dtype)
        hopeless = ops.greater_equal(finished.score[:, -1], highest)
        at_end = self.limits.reached(beams.time)
        return ops.logical_or(beams.done, ops.logical_or(hopeless, at_end))

    def _penalty(self, length: Tensor, dtype: Any) -> Tensor:
        return ops.cast(penalty_of_length(length, self.length_penalty), dtype)

    def _of_all(self, attention: Tensor) -> Tensor:
        """Repeats the first step's attention; it had one beam."""
        repeats = self.num_beams if attention.shape[1] == 1 else 1
        return ops.repeat(attention, repeats, axis=1)
