"""Scores of a captioner against several references an image, and how various its captions are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple, Protocol

import numpy as np

from seqkit.tasks.captioning.cider import MOST_WORDS, SIGMA, caption_words, cider_d, word_splitter


class CaptionAnswer(Protocol):
    """A caption as it is scored; `seqkit.Caption` is one."""

    @property
    def text(self) -> str:
        """The caption."""

    @property
    def error(self) -> str:
        """Why the image could not be read; empty where it could."""


class Captions(Protocol):
    """What can be scored; `seqkit.ImageCaptioner` is one."""

    def caption(self, images: Sequence[Any]) -> Sequence[CaptionAnswer]:
        """Captions images."""


class CaptionedImage(NamedTuple):
    """An image with the captions it has and the one it was given.

    Attributes:
        position: which image it is, from 0.
        references: its captions.
        answer: the caption given.
        cider_d: CIDEr-D of the answer, from 0 to 10.
    """

    position: int
    references: tuple[str, ...]
    answer: str
    cider_d: float


class CaptionScores(NamedTuple):
    """What captions are worth.

    Case does not count in any of them. Words are split by sacreBLEU's `tokenizer`; but for BLEU and
    chrF, punctuation around words is left out.

    Attributes:
        examples: number of images.
        bleu: BLEU-1 to BLEU-4 in percent, each of up to so many words in a row.
        chrf: chrF in percent, of each image that of the reference most like the answer.
        cider_d: CIDEr-D from 0 to 10, mean over images; n-grams are counted in their references.
        exact_match: share of answers that are one of their references.
        errors: images that could not be read, answered with nothing.
        reference_words: mean number of words of a reference.
        answer_words: mean number of words of an answer.
        distinct_captions: how many different answers there are.
        distinct_words: how many different words these are made of.
        vocabulary_share: share of the words known that the answers use.
        bleu_signature: how BLEU was computed, as sacreBLEU writes it.
        chrf_signature: how chrF was computed.
        cider_signature: how CIDEr-D was computed.
        images: every image with its answer.
        baselines: scores of plain models on the same images, by their names.

    Source: BLEU, Papineni et al. 2002; chrF, Popović 2015; CIDEr-D, Vedantam et al. 2015.
    """

    examples: int
    bleu: tuple[float, float, float, float]
    chrf: float
    cider_d: float
    exact_match: float
    errors: int
    reference_words: float
    answer_words: float
    distinct_captions: int
    distinct_words: int
    vocabulary_share: float
    bleu_signature: str
    chrf_signature: str
    cider_signature: str
    images: tuple[CaptionedImage, ...]
    baselines: Mapping[str, CaptionScores]

    @property
    def main(self) -> tuple[str, float]:
        """The score by which captioners are compared, and its name.

        BLEU-4 counts four words in a row: of shorter references it says nothing, and the share that
        is exactly right is taken.
        """
        return self._main_name, self.figures[self._main_name]

    @property
    def main_baselines(self) -> dict[str, float]:
        """The same score of each plain model, by its name."""
        return {name: row.figures[self._main_name] for name, row in self.baselines.items()}

    @property
    def figures(self) -> dict[str, float]:
        """The scores of which more is better, by their names."""
        bleu = {f"BLEU-{n}": score for n, score in enumerate(self.bleu, 1)}
        rest = {"chrF": self.chrf, "CIDEr-D": self.cider_d, "exact match": self.exact_match}
        return bleu | rest

    @property
    def baseline_wins(self) -> tuple[str, ...]:
        """What is to be told: where a plain model is as good or better, by the main and CIDEr-D."""
        return tuple(
            f"{plain} wins by {name}: {row.figures[name]:.4g} to {self.figures[name]:.4g}"
            for name in (self._main_name, "CIDEr-D")
            for plain, row in self.baselines.items()
            if row.figures[name] >= self.figures[name]
        )

    @property
    def _main_name(self) -> str:
        return "BLEU-4" if self.reference_words >= 4 else "exact match"

    def summary(self) -> dict[str, Any]:
        """The numbers alone, with how they were computed."""
        left_out = ("images", "baselines", "bleu")
        numbers = {name: value for name, value in self._asdict().items() if name not in left_out}
        return {**{f"bleu_{n}": score for n, score in enumerate(self.bleu, 1)}, **numbers}


def score_captioner(
    model: Captions,
    images: Sequence[Any],
    references: Sequence[Sequence[str]],
    *,
    baselines: Mapping[str, Sequence[str]] | None = None,
    tokenizer: str = "13a",
    vocabulary: Collection[str] | None = None,
) -> CaptionScores:
    """Lets a captioner caption images whose captions are known and compares.

    Args:
        model: the captioner.
        images: what it takes: paths, bytes or arrays.
        references: of each image, its captions.
        baselines: what plain models answered to the same images, by their names.
        tokenizer: how words are split, a name of sacreBLEU.
        vocabulary: see `score_captions`.

    Returns:
        The scores.

    Raises:
        ValueError: as `score_captions`.
    """
    given = model.caption(images)
    scores = score_captions(
        [answer.text for answer in given],
        references,
        baselines=baselines,
        tokenizer=tokenizer,
        vocabulary=vocabulary,
    )
    return scores._replace(errors=sum(bool(answer.error) for answer in given))


def score_captions(
    answers: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    baselines: Mapping[str, Sequence[str]] | None = None,
    tokenizer: str = "13a",
    vocabulary: Collection[str] | None = None,
) -> CaptionScores:
    """Compares captions with those that were expected.

    Args:
        answers: a caption of each image.
        references: of each image, its captions, as many as it has.
        baselines: what plain models answered to the same images, by their names.
        tokenizer: how words are split, a name of sacreBLEU: `13a`, or `char` where words are not
            spaced.
        vocabulary: the words that could be written; by default those of the references.

    Returns:
        The scores.

    Raises:
        ValueError: there is nothing to compare, numbers differ, an image has no reference, or
            sacreBLEU has no such tokenizer.

    Example:
        >>> references = [["A dog runs on grass.", "A brown dog runs."], ["Two cats sleep."]]
        >>> scores = score_captions(["a brown dog runs on grass", "two cats sleep."], references)
        >>> [round(score, 1) for score in scores.bleu], scores.exact_match, scores.distinct_words
        ([100.0, 100.0, 100.0, 93.1], 0.5, 9)
    """
    from sacrebleu.metrics import BLEU, CHRF

    _check(answers, references, "answers")
    word_splitter(tokenizer)
    for name, given in (baselines or {}).items():
        _check(given, references, f"baselines[{name!r}]")
    words = [caption_words(answer, tokenizer) for answer in answers]
    of_references = [caption_words(text, tokenizer) for row in references for text in row]
    if vocabulary is None:
        known = {word for row in of_references for word in row}
    else:
        known = {word.lower() for word in vocabulary}
    used = {word for row in words for word in row}
    # sacreBLEU wants as many references of each image, and passes over what is None: an empty
    # string would be a reference without a word, to which a short answer would be nearest.
    streams = list(zip_longest(*references))
    bleu, chrf = BLEU(lowercase=True, tokenize=tokenizer, force=True), CHRF(lowercase=True)
    whole = bleu.corpus_score(answers, streams)
    sentences = cider_d(answers, references, tokenizer)
    right = [
        answer.lower() in {reference.lower() for reference in row}
        for answer, row in zip(answers, references, strict=True)
    ]
    return CaptionScores(
        examples=len(answers),
        bleu=bleu_by_words(whole.counts, whole.totals, whole.sys_len, whole.ref_len),
        chrf=float(chrf.corpus_score(answers, streams).score),
        cider_d=float(sentences.mean()),
        exact_match=float(np.mean(right)),
        errors=0,
        reference_words=float(np.mean([len(row) for row in of_references])),
        answer_words=float(np.mean([len(row) for row in words])),
        distinct_captions=len({answer.lower() for answer in answers}),
        distinct_words=len(used),
        vocabulary_share=len(used & known) / max(1, len(known)),
        bleu_signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
        cider_signature=(
            f"nimgs:{len(answers)}|case:lc|tok:{tokenizer}|punct:no|n:{MOST_WORDS}|sigma:{SIGMA:g}"
        ),
        images=tuple(
            CaptionedImage(position, tuple(row), answer, score)
            for position, (row, answer, score) in enumerate(
                zip(references, answers, sentences.tolist(), strict=True)
            )
        ),
        baselines={
            name: score_captions(given, references, tokenizer=tokenizer, vocabulary=vocabulary)
            for name, given in (baselines or {}).items()
        },
    )


def bleu_by_words(
    matches: Sequence[int], totals: Sequence[int], answer_words: int, reference_words: int
) -> tuple[float, float, float, float]:
    """BLEU-1 to BLEU-4 from what sacreBLEU counted, smoothed as it does by default.

    Args:
        matches: n-grams of the answers that the references have, of one to four words.
        totals: n-grams of the answers.
        answer_words: words of the answers.
        reference_words: words of the references nearest to them in length.

    Returns:
        The scores in percent.

    Example:
        >>> [round(score, 1) for score in bleu_by_words([4, 2, 1, 0], [4, 3, 2, 1], 4, 4)]
        [100.0, 81.6, 69.3, 63.9]
    """
    from sacrebleu.metrics import BLEU

    one, two, three, four = (
        float(
            BLEU.compute_bleu(
                list(matches[:n]),
                list(totals[:n]),
                answer_words,
                reference_words,
                smooth_method="exp",
                max_ngram_order=n,
            ).score
        )
        for n in range(1, 5)
    )
    return one, two, three, four


def _check(answers: Sequence[str], references: Sequence[Sequence[str]], argument: str) -> None:
    if not references:
        raise ValueError("references=[]: give at least one image to score on")
    if len(answers) != len(references):
        raise ValueError(
            f"{argument} has {len(answers)} captions for {len(references)} images: "
            "give one for each"
        )
    for index, row in enumerate(references):
        if isinstance(row, str) or not row:
            raise ValueError(
                f"references[{index}] is {row!r}: give a list of at least one caption an image"
            )
