"""Scores of a translator by sacreBLEU, and where it errs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from seqkit.data.dataset import Dataset
from seqkit.evaluation import Comparison, Scored, Scores, beside, compare
from seqkit.evaluation.comparison import right_rows, share
from seqkit.evaluation.script import script_of
from seqkit.evaluation.text_metrics import text_figure, text_rows
from seqkit.tasks.translation.answers import Translation
from seqkit.tasks.translation.baselines import plain_translations
from seqkit.tasks.translation.corpus_scores import CorpusScores, score_corpus

# Upper bounds: words of a source, and the share of its tokens that the dictionary lacks.
_LENGTHS = (0, 5, 10, 20, 40)
_RATES = (0.0, 0.1, 0.3)
_ROWS = 4096


class Translates(Protocol):
    """A model to score; `seqkit.Translator` is one."""

    def translate(self, texts: Sequence[str], batch_size: int = 64) -> Sequence[Translation]:
        """Translates texts."""


class TranslationBucket(NamedTuple):
    """The scores of sentences that have something in common.

    Attributes:
        label: what they have in common.
        sentences: their number.
        bleu: their BLEU in percent; 0 also where no answer has four words.
        chrf: their chrF in percent.
    """

    label: str
    sentences: int
    bleu: float
    chrf: float


class TranslatedSentence(NamedTuple):
    """A sentence with its reference and the model's translation.

    Attributes:
        source: the sentence.
        reference: the translation expected.
        answer: the model's translation.
        chrf: chrF of the answer in percent.
    """

    source: str
    reference: str
    answer: str
    chrf: float


@dataclass(frozen=True)
class TranslationScores(Scores):
    """The scores of a translator on data it was not trained on.

    They are compared by BLEU, which counts up to four words in a row. Of references with fewer
    than four on average it says nothing, and the share that is exactly right takes its place;
    where blanks do not part words, chrF does, of eight characters on average and more.

    Attributes:
        examples: number of sentences.
        bleu: BLEU in percent, cased.
        chrf: chrF in percent, cased.
        bleu_signature: how BLEU was computed, in sacreBLEU's notation.
        chrf_signature: how chrF was computed.
        exact_match: share of answers that are the reference, character by character.
        unknown_rate: mean share of a source's words that training never saw.
        unknown_token_rate: mean share of a source's tokens that the dictionary lacks.
        reference_words: mean number of words of a reference, split at white space; where blanks do
            not part words, half its characters.
        is_spaced: whether blanks part the words of the references.
        by_length: scores by the words of the source, split at white space.
        by_unknown_rate: scores by the share of the source's words that training never saw.
        worst: the sentences with the lowest chrF, without those answered exactly.
        baselines: scores of plain models on the same sentences, by their names.

    Source: BLEU, Papineni et al. 2002; chrF, Popović 2015; both as Post 2018 made them comparable.
    """

    examples: int
    bleu: float
    chrf: float
    bleu_signature: str
    chrf_signature: str
    exact_match: float
    unknown_rate: float
    unknown_token_rate: float
    reference_words: float
    is_spaced: bool
    by_length: tuple[TranslationBucket, ...]
    by_unknown_rate: tuple[TranslationBucket, ...]
    worst: tuple[TranslatedSentence, ...]
    baselines: Mapping[str, CorpusScores]

    details = ("reference_words", "is_spaced", "by_length", "by_unknown_rate", "worst", "baselines")

    @property
    def _main(self) -> tuple[str, str]:
        if self.reference_words < 4:
            return "exact match", "exact_match"
        return ("BLEU", "bleu") if self.is_spaced else ("chrF", "chrf")


def score_translator(
    model: Translates,
    test: Dataset,
    batch_size: int = 64,
    **options: Any,
) -> TranslationScores:
    """Scores a translator on sentences whose translations are known.

    Args:
        model: the translator.
        test: holds the columns `source` and `target`.
        batch_size: sentences translated at once.
        options: `baselines`, `bleu_tokenizer` and `num_worst` of `score_translations`.

    Returns:
        The scores.

    Raises:
        ValueError: the data set has no row, or an argument does not fit it.
    """
    answers = _translate(model, test, batch_size)
    return score_translations(test.to_list("source"), test.to_list("target"), answers, **options)


def _translate(model: Translates, test: Dataset, batch_size: int = 64) -> list[Translation]:
    if not len(test):
        raise ValueError(f"dataset {test.name!r} has no rows to score on")
    answers: list[Translation] = []
    for texts in test.batches("source", _ROWS):
        answers += model.translate(texts.to_pylist(), batch_size)
    return answers


def score_translations(
    sources: Sequence[str],
    references: Sequence[str],
    answers: Sequence[Translation],
    *,
    baselines: Mapping[str, Sequence[str]] | None = None,
    bleu_tokenizer: str | None = None,
    num_worst: int = 20,
) -> TranslationScores:
    """Scores translations against references.

    Args:
        sources: the sentences.
        references: their translations.
        answers: the translations given; of them `text`, `unknown_rate` and `unknown_token_rate`
            are read.
        baselines: the answers of plain models to the same sentences, by their names.
        bleu_tokenizer: how BLEU splits words, a name of sacreBLEU; None follows the script of the
            references, see `seqkit.evaluation.script`.
        num_worst: sentences to keep as the worst.

    Returns:
        The scores.

    Raises:
        ValueError: there is nothing to compare, numbers differ, or sacreBLEU has no such tokenizer.

    Example:
        >>> from types import SimpleNamespace
        >>> rates = {"unknown_rate": 0.0, "unknown_token_rate": 0.0}
        >>> answers = [SimpleNamespace(text="Das ist ein Haus.", **rates)]
        >>> scores = score_translations(["This is a house."], ["Das ist ein Haus."], answers)
        >>> round(scores.bleu), round(scores.chrf), scores.exact_match, scores.by_length[0].label
        (100, 100, 1.0, '1-5 words')
    """
    if not references:
        raise ValueError("references=[]: give at least one sentence to score on")
    if len(sources) != len(references):
        raise ValueError(f"{len(sources)} sources for {len(references)} references: give as many")
    texts = [answer.text for answer in answers]
    script = script_of(references)
    bleu_tokenizer = bleu_tokenizer or script.bleu_tokenizer
    # On the whole only, sacreBLEU may warn that the answers look as if words were still split.
    whole, bleu, chrf = score_corpus(references, texts, bleu_tokenizer, "answers", warn=True)
    rates = np.array([answer.unknown_rate for answer in answers], np.float64)
    lengths = np.array([len(source.split()) for source in sources])
    return TranslationScores(
        examples=len(texts),
        bleu=whole.bleu,
        chrf=whole.chrf,
        bleu_signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
        exact_match=whole.exact_match,
        unknown_rate=float(rates.mean()),
        unknown_token_rate=float(np.mean([answer.unknown_token_rate for answer in answers])),
        reference_words=_mean_words(references, script.is_spaced),
        is_spaced=script.is_spaced,
        by_length=_buckets(
            np.searchsorted(_LENGTHS, lengths), _length_label, references, texts, bleu_tokenizer
        ),
        # Rates are single precision: 0.3 of a model is a little more than 0.3.
        by_unknown_rate=_buckets(
            np.searchsorted(_RATES, rates - 1e-6), _rate_label, references, texts, bleu_tokenizer
        ),
        worst=_worst(sources, references, texts, num_worst),
        baselines={
            name: score_corpus(references, given, bleu_tokenizer, f"baselines[{name!r}]")[0]
            for name, given in (baselines or {}).items()
        },
    )


def score_beside_baselines(
    model: Translates, parts: Mapping[str, Dataset], *, what: str = "test pairs"
) -> Scored:
    """Scores a translator on the test data beside two plain models.

    Args:
        model: the translator.
        parts: `train`, which the plain models take answers from, and `test`.
        what: what the rows of the test data are called.

    Returns:
        The scores; those of the baselines are their BLEU.
    """
    test = parts["test"]
    plain = plain_translations(parts["train"], test)
    sources, references = test.to_list("source"), test.to_list("target")
    answers = _translate(model, test)
    scores = score_translations(sources, references, answers, baselines=plain)
    comparison = _compare(
        scores, references, [answer.text for answer in answers], plain, what.removeprefix("test ")
    )
    name, score = scores.main
    of = f"{name} on {scores.examples:,} {what}"
    other = f"BLEU {scores.bleu:.2f}" if name == "chrF" else f"chrF {scores.chrf:.2f}"
    return Scored(
        scores,
        {name: row.bleu for name, row in scores.baselines.items()},
        [
            *beside(of, score, scores.main_baselines, comparison),
            f"  {other}, exactly right {scores.exact_match:.1%}",
        ],
        comparison,
    )


def _compare(
    scores: TranslationScores,
    references: Sequence[str],
    answers: Sequence[str],
    plain: Mapping[str, Sequence[str]],
    unit: str,
) -> Comparison:
    """The translator beside plain ones by the main score; then chrF, BLEU and exact match count."""
    from sacrebleu.metrics import BLEU, CHRF

    name, _ = scores.main
    tokenizer = script_of(references).bleu_tokenizer
    metric = BLEU(tokenize=tokenizer, force=True) if name == "BLEU" else CHRF()

    def rows(texts: Sequence[str]) -> np.ndarray:
        if name == "exact match":
            return right_rows([a == r for a, r in zip(texts, references, strict=True)])
        return text_rows(metric, texts, [references])

    return compare(
        name,
        rows(answers),
        {plain_name: rows(texts) for plain_name, texts in plain.items()},
        share if name == "exact match" else text_figure(metric),
        unit=unit,
        next_scores={
            plain_name: (row.chrf, row.bleu, row.exact_match)
            for plain_name, row in scores.baselines.items()
        },
    )


def _mean_words(texts: Sequence[str], is_spaced: bool) -> float:
    if is_spaced:
        return float(np.mean([len(text.split()) for text in texts]))
    return float(np.mean([len("".join(text.split())) / 2 for text in texts]))


def _buckets(
    places: np.ndarray,
    label: Callable[[int], str],
    references: Sequence[str],
    texts: Sequence[str],
    bleu_tokenizer: str,
) -> tuple[TranslationBucket, ...]:
    """The scores of each bucket; `places` is the number of each sentence's bucket."""
    buckets = []
    for index in np.unique(places).tolist():
        rows = np.flatnonzero(places == index).tolist()
        expected, given = [references[i] for i in rows], [texts[i] for i in rows]
        scores = score_corpus(expected, given, bleu_tokenizer, "answers")[0]
        buckets.append(TranslationBucket(label(index), len(rows), scores.bleu, scores.chrf))
    return tuple(buckets)


def _length_label(index: int) -> str:
    if index == 0:
        return "no words"
    if index == len(_LENGTHS):
        return f"more than {_LENGTHS[-1]} words"
    return f"{_LENGTHS[index - 1] + 1}-{_LENGTHS[index]} words"


def _rate_label(index: int) -> str:
    if index == 0:
        return "0 %"
    return "more" if index == len(_RATES) else f"up to {100 * _RATES[index]:.0f} %"


def _worst(
    sources: Sequence[str], references: Sequence[str], answers: Sequence[str], number: int
) -> tuple[TranslatedSentence, ...]:
    from sacrebleu.metrics import CHRF

    metric = CHRF()
    # An answer without a letter is right where none was expected, and has a chrF of 0.
    sentences = [
        TranslatedSentence(source, reference, answer, float(score))
        for source, reference, answer in zip(sources, references, answers, strict=True)
        if answer != reference
        for score in (metric.sentence_score(answer, [reference]).score,)
    ]
    return tuple(sorted(sentences, key=lambda sentence: sentence.chrf)[:number])
