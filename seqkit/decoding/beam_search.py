"""Beam search: several sequences side by side, of which the best are continued."""

from __future__ import annotations

from typing import Any, NamedTuple, Unpack

import keras
import numpy as np
from keras import ops

from seqkit.decoding.constraints import Constraints
from seqkit.decoding.finished import Finished, Paths
from seqkit.decoding.limits import Limits
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
from seqkit.decoding.start import SearchOptions, Start, begin_search
from seqkit.decoding.step import Step, StepResult, batch_size, log_normaliser, take_beams, take_step
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
    **options: Unpack[SearchOptions],
) -> SearchResult:
    """Searches for the sequences with the best scores among continuations of the most probable.

    The score is `log_probability / ((5 + n) / 6) ** length_penalty`, where `n` counts the tokens
    and EOS, plus `coverage_penalty * sum(log(min(coverage, 1)))` over the source positions, where
    coverage is the attention on a position, summed over the tokens and EOS. The log-probability
    alone decides which sequences are continued; the score ranks those that have ended. A sequence
    ends

    - with EOS, if that is among the `num_beams` best continuations of its row. It takes no beam
      from the sequences that continue: there are always `num_beams` of them;
    - by being cut at `max_length`; its score then ranks it like any other.

    A row is done when no continuation of any beam can have a better score than the last of its
    `num_best`; stopping there does not change the result. With one beam and no penalties this is
    greedy search.

    Args:
        step: the step function, see `seqkit.decoding.step`.
        state: the first state, tensors `[batch, 1, ...]`, nested in any way.
        max_length: as for `greedy`.
        num_beams: the number of sequences that are continued.
        num_best: the number of sequences returned, at most `num_beams`.
        length_penalty: 0 or more; makes up for the low probabilities of long sequences.
        coverage_penalty: 0 or more; prefers sequences that attend to the whole source. The step
            must return attention for it.
        source_mask: `<bool>[batch, source]`, which positions must be covered; None for all.
        options: `min_length`, `bos_id`, `eos_id`, `banned`, `no_repeat_ngram`; see `SearchOptions`.

    Returns:
        A `SearchResult` with `num_best` different sequences for each row, by descending score.

    Raises:
        ValueError: as `greedy`, or a number of sequences or a penalty is out of range.

    Example:
        >>> import numpy as np
        >>> from keras import ops
        >>> from seqkit.decoding import StepResult
        >>> following = np.log(np.full((6, 6), 1e-9))
        >>> following[2, 4:] = np.log([0.6, 0.4])  # 4 is the more probable first token
        >>> following[4, 3:] = np.log([0.4, 0.3, 0.3])  # but what follows it is uncertain
        >>> following[5, 3] = np.log(1.0)
        >>> def step(token_ids, state):
        ...     return StepResult(ops.take(following, token_ids, axis=0), state)
        >>> result = beam_search(step, np.zeros((1, 1)), max_length=5, num_beams=2, num_best=2)
        >>> np.asarray(result.token_ids[0]).tolist()
        [[5, 0, 0, 0, 0], [4, 0, 0, 0, 0]]
        >>> [round(float(p), 4) for p in np.exp(result.score[0])]
        [0.4, 0.24]

    Sources: Wu et al. (2016), arXiv:1609.08144, section 7 (scores); finished sequences kept apart
    and twice as many candidates as beams: Tensor2Tensor (`beam_search.py`); EOS only from the
    first half of the candidates: fairseq.
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
    start = begin_search(state, max_length, **options)
    search = _Search(
        step,
        start.limits,
        start.constraints,
        num_beams,
        num_best,
        length_penalty,
        coverage_penalty,
        source_mask,
    )
    beams = ops.while_loop(
        lambda *beams: ops.logical_not(ops.all(_Beams(*beams).done)),
        lambda *beams: search.go_on(_Beams(*beams)),
        search.begin(start),
    )
    return search.result(_Beams(*beams))


class _Beams(NamedTuple):
    """What the loop carries: the sequences that continue, and the best of those that have ended.

    Attention and coverage are empty tuples where they are not needed.
    """

    time: Tensor  # []
    last: Tensor  # [batch, beams]
    state: Any  # [batch, beams, ...]
    log_probability: Tensor  # [batch, beams]
    paths: Paths
    coverage: Any  # [batch, beams, source]
    attention: Any  # [length, batch, beams, source]
    finished: Finished
    done: Tensor  # [batch]


class _Continuations(NamedTuple):
    """Tokens and the beams they continue, each `[batch, candidates]`, the most probable first."""

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

    def begin(self, start: Start) -> _Beams:
        """Takes the first step with one beam, and makes all beams from it."""
        result = take_step(self.step, start.token_ids, start.state)
        batch, dtype, attention = batch_size(start.state), result.logits.dtype, result.attention
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
            start.token_ids,
            start.state,
            ops.zeros((batch, 1), dtype),
            empty_paths(1),
            ops.zeros_like(attention) if covers else (),
            () if attention is None else no_attention(self._of_beams(attention), self.limits.size),
            Finished.none(batch, self.num_best, dtype, empty_paths(self.num_best)),
            ops.zeros((batch,), "bool"),
        )
        return self._advance(beams, result)

    def go_on(self, beams: _Beams) -> _Beams:
        """Takes a step with all beams."""
        return self._advance(beams, take_step(self.step, beams.last, beams.state))

    def result(self, beams: _Beams) -> SearchResult:
        """Gives the best of the sequences that have ended."""
        best = beams.finished
        attention = None
        if not isinstance(beams.attention, tuple):
            attention = attention_along(beams.attention, best.paths.origins, best.lengths)
        return SearchResult(
            best.paths.token_ids,
            best.lengths,
            ops.cast(best.log_probability, "float32"),
            ops.cast(best.score, "float32"),
            attention,
        )

    def _advance(self, beams: _Beams, result: StepResult) -> _Beams:
        """Chooses what to continue and what to keep, once the step has been taken."""
        time, paths, coverage, attention = beams.time, beams.paths, beams.coverage, beams.attention
        if result.attention is not None:
            here = ops.broadcast_to(
                ops.arange(paths.origins.shape[1], dtype="int32"), ops.shape(beams.last)
            )  # [batch, beams]
            paths = Paths(paths.token_ids, put(paths.origins, time, here))
            attention = put_attention(attention, time, self._of_beams(result.attention))
        if not isinstance(coverage, tuple):
            coverage = coverage + result.attention
        candidates = self._continuations(beams, result)
        on = self._without_end(candidates)
        # The state, path and coverage of each beam, moved to the beam that continues it.
        moved = take_beams((result.state, paths, coverage), on.beams)
        state, on_paths, on_coverage = moved
        on_paths = Paths(put(on_paths.token_ids, time, on.token_ids), on_paths.origins)
        finished = self._finish(beams, coverage, candidates, on, paths, on_paths)
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
        """Gives twice as many continuations as beams: at most half of them end with EOS."""
        logits = self.constraints.apply_now(result.logits, beams.paths.token_ids, beams.time)
        count, vocabulary = logits.shape[1:]
        wanted = 2 * self.num_beams
        # Banned tokens are struck from these few instead of from the whole vocabulary.
        each = min(wanted + len(self.constraints.banned), vocabulary)
        best, token_ids = top_tokens(logits, each)  # [batch, beams, each]
        greatest = best[..., 0] if logits is result.logits else None
        before = beams.log_probability - log_normaliser(result.logits, greatest)  # [batch, beams]
        best = best + ops.take(self.constraints.ban(vocabulary, best.dtype), token_ids)
        best = best + ops.expand_dims(before, -1)
        best = ops.reshape(best, (-1, count * each))  # [batch, beams * each]
        best, places = ops.top_k(best, min(wanted, count * each))  # [batch, wanted or fewer]
        token_ids = take_beams(ops.reshape(token_ids, (-1, count * each)), places)
        # The first step may have fewer.
        lacking = ((0, 0), (0, wanted - places.shape[1]))
        return _Continuations(
            ops.pad(best, lacking, constant_values=-np.inf),  # [batch, wanted]
            ops.pad(places // each, lacking),
            ops.pad(token_ids, lacking),
        )

    def _without_end(self, candidates: _Continuations) -> _Continuations:
        """Gives the best `num_beams` continuations that do not end, `[batch, num_beams]`."""
        ends = ops.equal(candidates.token_ids, self.constraints.eos_id)
        open_ones = ops.where(ends, -np.inf, candidates.log_probability)
        best, places = ops.top_k(open_ones, self.num_beams)
        return _Continuations(best, *take_beams(candidates[1:], places))

    def _finish(
        self,
        beams: _Beams,
        coverage: Any,
        candidates: _Continuations,
        on: _Continuations,
        paths: Paths,
        on_paths: Paths,
    ) -> Finished:
        """Adds the sequences that end with this step: with EOS, or cut."""
        # All tensors here are `[batch, 2 * num_beams]`: candidates for EOS, then those for a cut.
        first = _Continuations(*(values[:, : self.num_beams] for values in candidates))
        ends = ops.equal(first.token_ids, self.constraints.eos_id)
        cut = ops.broadcast_to(
            ops.expand_dims(self.limits.reached(beams.time), -1), ops.shape(on.beams)
        )
        ending = ops.concatenate([ends, cut], axis=1)
        ending = ops.logical_and(ending, ops.logical_not(ops.expand_dims(beams.done, -1)))
        log_probability = ops.concatenate([first.log_probability, on.log_probability], axis=1)
        log_probability = ops.where(ending, log_probability, -np.inf)
        score = log_probability / self._penalty(beams.time + 1, log_probability.dtype)
        if not isinstance(coverage, tuple):
            penalty = penalty_of_coverage(coverage, self.source_mask, self.coverage_penalty)
            score = score + take_beams(penalty, ops.concatenate([first.beams, on.beams], axis=1))
        count = paths.token_ids.shape[1]
        after = ops.arange(count, count + self.num_beams, dtype="int32")
        return beams.finished.keep_best(
            Finished(
                score,
                log_probability,
                beams.time + ops.concatenate([0 * first.beams, 0 * on.beams + 1], axis=1),
                keras.tree.map_structure(lambda *x: ops.concatenate(x, axis=1), paths, on_paths),
            ),
            ops.concatenate([first.beams, 0 * on.beams + after], axis=1),
        )

    def _done(self, beams: _Beams, finished: Finished, best: Tensor) -> Tensor:
        """Gives `<bool>[batch]`: whether no continuation can still be among a row's `num_best`.

        Log-probabilities only fall, the divisor grows to that of the row's `max_length` at most,
        and the coverage penalty can fall to zero.
        """
        highest = best / self._penalty(self.limits.of_rows, best.dtype)
        hopeless = ops.greater_equal(finished.score[:, -1], highest)
        at_end = self.limits.reached(beams.time)
        return ops.logical_or(beams.done, ops.logical_or(hopeless, at_end))

    def _penalty(self, length: Tensor, dtype: Any) -> Tensor:
        return ops.cast(penalty_of_length(length, self.length_penalty), dtype)

    def _of_beams(self, attention: Tensor) -> Tensor:
        """Repeats the attention of the first step, which has one beam, for all beams."""
        repeats = self.num_beams if attention.shape[1] == 1 else 1
        return ops.repeat(attention, repeats, axis=1)  # [batch, num_beams, source]
