"""The words and tokens of a data set that a dictionary lacks."""

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
