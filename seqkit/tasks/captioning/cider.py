"""CIDEr-D: how similar a caption is to its references, rare words weighing more than common ones.

For the same words it gives the figures of pycocoevalcap 1.2, whose `Cider` computes CIDEr-D.
There a tokenizer in Java splits words; here sacreBLEU does, so that nothing else is needed.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from sacrebleu.metrics import BLEU

MOST_WORDS = 4
SIGMA = 6.0
_SCALE = 10.0


class _Vector(NamedTuple):
    """Weights of n-grams by n - 1 and n-gram, their norms, and the number of bigrams."""

    weights: list[dict[tuple[str, ...], float]]
    norms: list[float]
    bigrams: int


class CiderD:
    """Compares captions with references; some captions tell which n-grams are rare.

    Both are put into lower case and split by `caption_words`. The weight of an n-gram is how often
    the caption has it, times the logarithm of the number of images over the number of those that
    have it in a caption. The similarity of a caption and a reference is the cosine of their
    weights, those of the caption clipped to those of the reference, and falls with the difference
    of their lengths. The mean over one to four words and over the references is multiplied by 10.

    Args:
        captions: the captions of each image, in which n-grams are counted.
        tokenizer: how words are split, a name of sacreBLEU.

    Raises:
        ValueError: sacreBLEU has no such tokenizer.

    Example:
        >>> metric = CiderD([["a black dog runs"], ["a white cat sleeps"]])
        >>> round(metric.score("A black dog runs.", ["a black dog runs"]), 6)
        10.0

    Source: Vedantam, Zitnick and Parikh 2015, "CIDEr: Consensus-based Image Description
    Evaluation", sections 3 and 7; sigma is 6. Length is the number of bigrams, as in pycocoevalcap:
    a caption of one word is as long as one of none.
    """

    def __init__(self, captions: Sequence[Sequence[str]], tokenizer: str = "13a") -> None:
        self._tokenizer = tokenizer
        self._images_with: Counter[tuple[str, ...]] = Counter()
        for of_image in captions:
            self._images_with.update(
                {gram for caption in of_image for gram in self._count(caption)}
            )
        self._log_images = math.log(max(1, len(captions)))

    def score(self, answer: str, references: Sequence[str]) -> float:
        """The similarity of a caption to its references.

        Args:
            answer: the caption.
            references: at least one.

        Returns:
            From 0 to 10. N-grams that every image has count nothing: with one image, it is 0.

        Raises:
            ValueError: there is no reference.
        """
        if not references:
            raise ValueError("references=[]: give at least one to compare the caption with")
        given = self._vector(answer)
        similar = [self._similarity(given, self._vector(reference)) for reference in references]
        return _SCALE * sum(similar) / len(similar)

    def _count(self, caption: str) -> Counter[tuple[str, ...]]:
        return count_ngrams(caption_words(caption, self._tokenizer))

    def _vector(self, caption: str) -> _Vector:
        weights: list[dict[tuple[str, ...], float]] = [{} for _ in range(MOST_WORDS)]
        bigrams = 0
        for gram, count in self._count(caption).items():
            rarity = self._log_images - math.log(max(1, self._images_with[gram]))
            weights[len(gram) - 1][gram] = count * rarity
            bigrams += count * (len(gram) == 2)
        norms = [math.sqrt(sum(weight**2 for weight in row.values())) for row in weights]
        return _Vector(weights, norms, bigrams)

    def _similarity(self, given: _Vector, wanted: _Vector) -> float:
        total = 0.0
        for n in range(MOST_WORDS):
            norm = given.norms[n] * wanted.norms[n]
            if norm:
                other = wanted.weights[n]
                products = (
                    min(weight, other[gram]) * other[gram]
                    for gram, weight in given.weights[n].items()
                    if gram in other
                )
                total += sum(products) / norm
        difference = given.bigrams - wanted.bigrams
        return total / MOST_WORDS * math.exp(-(difference**2) / (2 * SIGMA**2))


def cider_d(
    answers: Sequence[str], references: Sequence[Sequence[str]], tokenizer: str = "13a"
) -> np.ndarray:
    """CIDEr-D of each caption; that of all captions is the mean.

    Args:
        answers: a caption of each image.
        references: the references of each image, in which n-grams are counted.
        tokenizer: how words are split, a name of sacreBLEU.

    Returns:
        `<float64>[images]`, from 0 to 10.

    Raises:
        ValueError: there are not as many answers as images, an image has no reference, or
            sacreBLEU has no such tokenizer.

    Example:
        >>> cider_d(["a dog", "a dog"], [["a dog"], ["a cat"]]).round(3).tolist()
        [5.0, 0.0]
    """
    if len(answers) != len(references):
        raise ValueError(
            f"answers has {len(answers)} captions for {len(references)} images: give one for each"
        )
    metric = CiderD(references, tokenizer)
    scores = [metric.score(*pair) for pair in zip(answers, references, strict=True)]
    return np.array(scores, np.float64)


def caption_words(caption: str, tokenizer: str = "13a") -> list[str]:
    """The words of a caption, in lower case, without punctuation around them.

    Args:
        caption: the caption.
        tokenizer: how words are split, a name of sacreBLEU: `13a`, or `char` where words are not
            spaced.

    Returns:
        The words, without punctuation around them; within one, as in `t-shirt`, it stays.

    Raises:
        ValueError: sacreBLEU has no such tokenizer.

    Example:
        >>> caption_words("A dog, two cats -- and a T-shirt.")
        ['a', 'dog', 'two', 'cats', 'and', 'a', 't-shirt']
    """
    split = word_splitter(tokenizer).tokenizer(caption.lower().rstrip()).split()
    return [bare for word in split if (bare := _bare(word))]


def count_ngrams(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    """How often each n-gram of one to four words occurs among some words."""
    return Counter(
        tuple(words[start : start + n])
        for n in range(1, MOST_WORDS + 1)
        for start in range(len(words) - n + 1)
    )


@cache
def word_splitter(tokenizer: str) -> BLEU:
    """The BLEU that holds a tokenizer; use it to split words, not to score.

    Args:
        tokenizer: a name of sacreBLEU.

    Returns:
        The metric, the same object for the same name.

    Raises:
        ValueError: sacreBLEU has no such tokenizer.
    """
    from sacrebleu.metrics import BLEU

    if tokenizer not in BLEU.TOKENIZERS:
        raise ValueError(
            f"tokenizer={tokenizer!r} is none of sacreBLEU's: {sorted(BLEU.TOKENIZERS)}"
        )
    return BLEU(lowercase=True, tokenize=tokenizer)


def _bare(word: str) -> str:
    """A word without the punctuation around it."""
    start, end = 0, len(word)
    while start < end and _is_punctuation(word[start]):
        start += 1
    while start < end and _is_punctuation(word[end - 1]):
        end -= 1
    return word[start:end]


def _is_punctuation(sign: str) -> bool:
    return sign == "`" or unicodedata.category(sign).startswith("P")
