"""The words of a data set that training never saw, and the tokens that a dictionary lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from seqkit.data import Dataset
from seqkit.export import report
from seqkit.text import TextEncoder, count_tokens
from seqkit.text.word_encoder import WordEncoder


def unknown_words(encoder: WordEncoder, dataset: Dataset, most: int = 20) -> list[tuple[str, int]]:
    """The most frequent words that the dictionary lacks.

    Args:
        encoder: has the dictionary.
        dataset: holds the column `tokens`.
        most: the most words to give.

    Returns:
        Words with how often they come, the most frequent first.
    """
    counts: Counter[str] = Counter()
    for tokens in dataset.batches("tokens", 4096):
        distinct = tokens.flatten().value_counts()
        words = distinct.field(0).to_pylist()
        unknown = encoder.is_unknown(words).numpy()
        numbers = distinct.field(1).to_numpy()
        counts.update({words[i]: int(numbers[i]) for i in np.flatnonzero(unknown)})
    return counts.most_common(most)


def unknown_tokens(
    encoder: TextEncoder, dataset: Dataset, column: str = "text"
) -> list[tuple[str, int]]:
    """The most frequent tokens that the dictionary lacks.

    Args:
        encoder: has the tokenizer and the dictionary.
        dataset: has the texts.
        column: the column that holds them.

    Returns:
        Tokens with how often they come, the most frequent first.
    """
    counts = count_tokens(dataset.batches(column, 4096), encoder.tokenizer)
    return encoder.vocabulary.coverage(counts).most_common_unknown


def unseen_words(
    encoder: TextEncoder, dataset: Dataset, column: str = "text", most: int = 20
) -> list[tuple[str, int]]:
    """The most frequent words that training never saw.

    Args:
        encoder: has the words that training saw.
        dataset: has the texts.
        column: the column that holds them.
        most: the most words to give.

    Returns:
        Words with how often they come, the most frequent first.

    Raises:
        ValueError: the encoder does not have them.
    """
    if encoder.seen_words is None:
        raise ValueError("the encoder has no seen_words; give one made by with_words")
    counts = encoder.count_words(dataset.batches(column, 4096))
    words = list(counts)
    for start in range(0, len(words), 4096):
        part = words[start : start + 4096]
        for word, seen in zip(part, encoder.seen_words.is_seen(part).numpy(), strict=True):
            if seen:
                del counts[word]
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def unseen_words_table(
    encoder: TextEncoder, dataset: Dataset, column: str = "text", where: str = "the test data"
) -> report.Section:
    """The most frequent words that training never saw, for a report.

    Args:
        encoder: has the words that training saw; where it does not, the tokens that its dictionary
            lacks are shown.
        dataset: has the texts.
        column: the column that holds them.
        where: where they were counted.

    Returns:
        The section.
    """
    if encoder.seen_words is None:
        return unknown_table(unknown_tokens(encoder, dataset, column), where=where)
    return unknown_table(unseen_words(encoder, dataset, column), what="word", where=where)


def unknown_table(
    unknown: Sequence[tuple[str, int]], *, what: str = "token", where: str = "the test data"
) -> report.Section:
    """The most frequent unknown tokens, for a report.

    Args:
        unknown: tokens with how often they come.
        what: what they are called, `token` or `word`.
        where: where they were counted.

    Returns:
        The section.
    """
    rows = [list(pair) for pair in unknown]
    return report.table(f"Most frequent unknown {what}s", [what, f"count in {where}"], rows)
