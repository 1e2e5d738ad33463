"""Scores of a captioner against the references of each image, and how diverse its captions are."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple, Protocol

import numpy as np

from seqkit.evaluation import Comparison, Scores, compare
from seqkit.evaluation.comparison import right_rows, share
from seqkit.evaluation.script import script_of
from seqkit.evaluation.text_metrics import text_figure, text_rows
from seqkit.tasks.captioning.answers import Caption
from seqkit.tasks.captioning.cider import MOST_WORDS, SIGMA, caption_words, cider_d, word_splitter


class Captions(Protocol):
    """A model to score; `seqkit.ImageCaptioner` is one."""

    def caption(self, images: Sequence[Any]) -> Sequence[Caption]:
        """Gives a caption for each image."""


class CaptionedImage(NamedTuple):
    """An image with its references and the caption it was given.

    Attributes:
        position: number of the image, from 0.
        references: its own captions.
        answer: the caption given.
        cider_d: CIDEr-D of the answer, from 0 to 10.
    """

    position: int
    references: tuple[str, ...]
    answer: str
    cider_d: float


@dataclasses.dataclass(frozen=True)
class CaptionScores(Scores):
    """Scores of captions.

    Case does not count in any of them. Words are split by sacreBLEU's `tokenizer`; except in BLEU
    and chrF, punctuation around words is left out. Captioners are compared by BLEU-4, which counts
    four words in a row and says nothing of shorter references: for these, by the share that is
    exactly right; where blanks do not part words, by chrF.

    Attributes:
        examples: number of images.
        bleu: BLEU-1 to BLEU-4 in percent, BLEU-n of n-grams of up to n words.
        chrf: chrF in percent; of the references of an image the most similar one counts.
        cider_d: CIDEr-D from 0 to 10, mean over images; n-grams are counted in their references.
        exact_match: share of answers that are one of their references.
        errors: images that could not be read; their answers are empty.
        reference_words: mean number of words of a reference.
        answer_words: mean number of words of an answer.
        distinct_captions: number of different answers.
        distinct_words: number of different words in them.
        vocabulary_share: share of the known words that the answers use.
        tokenizer: how words were split, a name of sacreBLEU.
        is_spaced: whether blanks part the words of the references.
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
    tokenizer: str
    is_spaced: bool
    bleu_signature: str
    chrf_signature: str
    cider_signature: str
    images: tuple[CaptionedImage, ...]
    baselines: Mapping[str, CaptionScores]

    details = ("images", "baselines", "bleu", "tokenizer", "is_spaced")

    @property
    def bleu_4(self) -> float:
        """BLEU-4 in percent."""
        return self.bleu[-1]

    @property
    def _main(self) -> tuple[str, str]:
        if self.reference_words < 4:
            return "exact match", "exact_match"
        return ("BLEU-4", "bleu_4") if self.is_spaced else ("chrF", "chrf")

    @property
    def figures(self) -> dict[str, float]:
        """The scores where higher is better, by their names."""
        bleu = {f"BLEU-{n}": score for n, score in enumerate(self.bleu, 1)}
        rest = {"chrF": self.chrf, "CIDEr-D": self.cider_d, "exact match": self.exact_match}
        return bleu | rest

    def compare(self, name: str) -> Comparison:
        """Compares with the best plain model, over images; equal ones by CIDEr-D, then chrF.

        Args:
            name: one of the main scores, or "CIDEr-D".

        Returns:
            The comparison.

        Raises:
            ValueError: there is no plain model.
        """
        from sacrebleu.metrics import BLEU, CHRF

        metric = (
            CHRF(lowercase=True)
            if name == "chrF"
            else BLEU(lowercase=True, tokenize=self.tokenizer, force=True)
        )
        references = list(zip_longest(*(image.references for image in self.images)))

        def rows(scores: CaptionScores) -> np.ndarray:
            if name == "CIDEr-D":
                values = np.array([image.cider_d for image in scores.images])
                return np.stack([values, np.ones_like(values)], axis=1)  # [images, 2]
            if name == "exact match":
                return right_rows([_is_right(*image[1:3]) for image in scores.images])
            return text_rows(metric, [image.answer for image in scores.images], references)

        return compare(
            name,
            rows(self),
            {plain: rows(scores) for plain, scores in self.baselines.items()},
            text_figure(metric) if name in ("BLEU-4", "chrF") else share,
            unit="images",
            next_scores={
                plain: (scores.cider_d, scores.chrf) for plain, scores in self.baselines.items()
            },
        )

    @property
    def not_better(self) -> tuple[str, ...]:
        """Where it is no better than a plain model, by the main score or CIDEr-D, in sentences."""
        if not self.baselines:
            return ()
        names = dict.fromkeys((self.main[0], "CIDEr-D"))
        return tuple(
            comparison.sentence()
            for comparison in map(self.compare, names)
            if comparison.verdict != "better"
        )

    def summary(self) -> dict[str, Any]:
        """The numbers alone, and how they were computed."""
        bleu = {f"bleu_{n}": score for n, score in enumerate(self.bleu, 1)}
        return bleu | super().summary()


def score_captioner(
    model: Captions, images: Sequence[Any], references: Sequence[Sequence[str]], **options: Any
) -> CaptionScores:
    """Lets a captioner caption images and compares with their references.

    Args:
        model: the captioner.
        images: paths, encoded bytes or arrays.
        references: the captions of each image.
        options: `baselines`, `tokenizer` and `vocabulary` of `score_captions`.

    Returns:
        The scores.

    Raises:
        ValueError: as `score_captions`.
    """
    given = model.caption(images)
    scores = score_captions([answer.text for answer in given], references, **options)
    return dataclasses.replace(scores, errors=sum(bool(answer.error) for answer in given))


def score_captions(
    answers: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    baselines: Mapping[str, Sequence[str]] | None = None,
    tokenizer: str | None = None,
    vocabulary: Collection[str] | None = None,
) -> CaptionScores:
    """Compares captions with references.

    Args:
        answers: a caption of each image.
        references: the captions of each image, one or more.
        baselines: the answers of plain models to the same images, by their names.
        tokenizer: how words are split, a name of sacreBLEU; None follows the script of the
            references, see `seqkit.evaluation.script`.
        vocabulary: the known words, which could be written; None takes those of the references.

    Returns:
        The scores.

    Raises:
        ValueError: there is nothing to compare, there are not as many answers as images, an image
            has no reference, or sacreBLEU has no such tokenizer.

    Example:
        >>> references = [["A dog runs on grass.", "A brown dog runs."], ["Two cats sleep."]]
        >>> scores = score_captions(["a brown dog runs on grass", "two cats sleep."], references)
        >>> [round(score, 1) for score in scores.bleu], scores.exact_match, scores.distinct_words
        ([100.0, 100.0, 100.0, 93.1], 0.5, 9)
    """
    from sacrebleu.metrics import BLEU, CHRF

    _check(answers, references, "answers")
    script = script_of(text for row in references for text in row)
    tokenizer = tokenizer or script.bleu_tokenizer
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
    # sacreBLEU wants equally many references for each image and skips None; an empty string would
    # be a reference without a word, the nearest in length to a short answer.
    streams = list(zip_longest(*references))
    bleu, chrf = BLEU(lowercase=True, tokenize=tokenizer, force=True), CHRF(lowercase=True)
    whole = bleu.corpus_score(answers, streams)
    sentences = cider_d(answers, references, tokenizer)
    right = [_is_right(row, answer) for row, answer in zip(references, answers, strict=True)]
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
        tokenizer=tokenizer,
        is_spaced=script.is_spaced,
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


def _is_right(references: Sequence[str], answer: str) -> bool:
    return answer.lower() in {reference.lower() for reference in references}


def bleu_by_words(
    matches: Sequence[int], totals: Sequence[int], answer_words: int, reference_words: int
) -> tuple[float, float, float, float]:
    """BLEU-1 to BLEU-4 from what sacreBLEU counted, smoothed as it does by default.

    Args:
        matches: number of n-grams of the answers that the references have, of one to four words.
        totals: number of n-grams of the answers, of one to four words.
        answer_words: number of words of the answers.
        reference_words: number of words of the references nearest in length.

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
    check_captions(references, "references")


def check_captions(captions: Sequence[Sequence[str]], argument: str) -> None:
    """Raises ValueError, naming the argument, where an image has no list of captions."""
    for index, row in enumerate(captions):
        if isinstance(row, str) or not row:
            raise ValueError(
                f"{argument}[{index}] is {row!r}: give a list of at least one caption an image"
            )
