"""BLEU, chrF and exact match of a corpus of answers, by sacreBLEU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seqkit.evaluation.script import script_of

if TYPE_CHECKING:
    from sacrebleu.metrics import BLEU, CHRF


class CorpusScores(NamedTuple):
    """Scores of a corpus of answers.

    Attributes:
        bleu: BLEU in percent.
        chrf: chrF in percent.
        exact_match: share of answers that are the reference, character by character.
    """

    bleu: float
    chrf: float
    exact_match: float


def corpus_scores(
    references: Sequence[str], answers: Sequence[str], bleu_tokenizer: str | None = None
) -> CorpusScores:
    """Computes BLEU, chrF and exact match of answers.

    Args:
        references: the translations expected.
        answers: those given.
        bleu_tokenizer: how BLEU splits words, a name of sacreBLEU; None follows the script of the
            references.

    Returns:
        The scores.

    Raises:
        ValueError: there is nothing to compare, numbers differ, or sacreBLEU has no such tokenizer.

    Example:
        >>> corpus_scores(["a b c d", ""], ["a b c d", ""]).exact_match
        1.0
    """
    if not references:
        raise ValueError("references=[]: give at least one sentence to score on")
    bleu_tokenizer = bleu_tokenizer or script_of(references).bleu_tokenizer
    return score_corpus(references, answers, bleu_tokenizer, "answers")[0]


def score_corpus(
    references: Sequence[str],
    answers: Sequence[str],
    bleu_tokenizer: str,
    argument: str,
    warn: bool = False,
) -> tuple[CorpusScores, BLEU, CHRF]:
    """Computes the scores; gives the metrics too, which know their signatures then.

    Args:
        references: the translations expected.
        answers: those given.
        bleu_tokenizer: how BLEU splits words, a name of sacreBLEU.
        argument: what the answers are called in an error.
        warn: whether sacreBLEU may warn of answers that look as if words were still split.

    Returns:
        The scores, BLEU and chrF.

    Raises:
        ValueError: numbers differ, or sacreBLEU has no such tokenizer.
    """
    from sacrebleu.metrics import BLEU, CHRF

    if len(answers) != len(references):
        raise ValueError(
            f"{argument} has {len(answers)} translations for {len(references)} references: "
            "give one for each"
        )
    if bleu_tokenizer not in BLEU.TOKENIZERS:
        raise ValueError(
            f"bleu_tokenizer={bleu_tokenizer!r} is none of sacreBLEU's: {sorted(BLEU.TOKENIZERS)}"
        )
    bleu, chrf = BLEU(tokenize=bleu_tokenizer, force=not warn), CHRF()
    right = [a == r for a, r in zip(answers, references, strict=True)]
    scores = CorpusScores(
        bleu=float(bleu.corpus_score(answers, [references]).score),
        chrf=float(chrf.corpus_score(answers, [references]).score),
        exact_match=float(np.mean(right)),
    )
    return scores, bleu, chrf
