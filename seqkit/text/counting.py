"""Counting the tokens of a corpus of any size, with the tokenizer's own graph."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from seqkit.arguments import check_batch_size
from seqkit.text.code_points import as_text_tensor

if TYPE_CHECKING:
    from seqkit.text.tokenizer import Tokenizer

# The most bytes that are counted at once: to make a pipeline takes longer than to split them.
_FEW = 1 << 16
# So large that most tokens of a batch repeat and few counts must be merged; so small that a few
# batches in flight take only some megabytes.
_TEXTS_PER_BATCH = 4096


def count_tokens(
    batches: Iterable[Any] | tf.data.Dataset,
    tokenizer: Tokenizer,
    *,
    batch_size: int = _TEXTS_PER_BATCH,
) -> Counter[str]:
    """Counts the tokens of texts that need not fit into memory.

    Texts stream through the tokenizer's graph in parallel batches; each batch is counted in the
    graph, and only its distinct tokens are merged in Python. A few texts are counted at once.

    Args:
        batches: a `tf.data.Dataset` of `<string>[batch]`, or an iterable of batches, each a list,
            array or tensor of texts. Batches may have any size, also 0.
        tokenizer: splits the texts into tokens.
        batch_size: how many texts are counted together; batches are joined or split to this size.

    Returns:
        The number of occurrences of each token.

    Raises:
        TypeError: a batch is one string, or a dataset's elements are not `<string>[batch]`.
        ValueError: a text is not text, or `batch_size` is below 1.

    Example:
        >>> from seqkit.text import WordTokenizer, count_tokens
        >>> counts = count_tokens([["a cat"], ["a dog", ""]], WordTokenizer())
        >>> sorted(counts.items())
        [('a', 2), ('cat', 1), ('dog', 1)]
    """
    return count_tokens_of_each(batches, [tokenizer], batch_size=batch_size)[0]


def count_tokens_of_each(
    batches: Iterable[Any] | tf.data.Dataset,
    tokenizers: Sequence[Tokenizer],
    *,
    batch_size: int = _TEXTS_PER_BATCH,
) -> list[Counter[str]]:
    """Counts the tokens of texts as several tokenizers split them, reading the texts once.

    Args:
        batches: see `count_tokens`.
        tokenizers: split the texts into tokens.
        batch_size: see `count_tokens`.

    Returns:
        For each tokenizer, the number of occurrences of each token.

    Raises:
        TypeError, ValueError: see `count_tokens`.

    Example:
        >>> from seqkit.text import CharTokenizer, WordTokenizer
        >>> words, letters = count_tokens_of_each([["aa"]], [WordTokenizer(), CharTokenizer()])
        >>> words["aa"], letters["a"]
        (1, 2)
    """
    check_batch_size(batch_size)

    def count(texts: tf.Tensor) -> tuple[tuple[tf.Tensor, tf.Tensor], ...]:
        split = (tokenizer.tokenize(texts).values.flat_values for tokenizer in tokenizers)
        counted = (tf.unique_with_counts(tokens) for tokens in split)
        return tuple((tokens, counts) for tokens, _, counts in counted)

    few, left = _take_few(batches, batch_size)
    totals: list[Counter[bytes]] = [Counter() for _ in tokenizers]
    for parts in _counted(left, count, batch_size) if few is None else [count(few)]:
        for total, (tokens, counts) in zip(totals, parts, strict=True):
            counted = zip(np.array(tokens).tolist(), np.array(counts).tolist(), strict=True)
            total.update(dict(counted))
    return [Counter({token.decode(): count for token, count in total.items()}) for total in totals]


def _take_few(
    batches: Iterable[Any] | tf.data.Dataset, most: int
) -> tuple[tf.Tensor | None, Iterable[Any] | tf.data.Dataset]:
    """Gives all texts at once, `<string>[texts]`, where they are few; and what is left to count."""
    if isinstance(batches, tf.data.Dataset | str | bytes):
        return None, batches
    first, left, texts, size = [tf.constant([], tf.string)], iter(batches), 0, 0
    for batch in left:
        first.append(as_text_tensor(batch))
        texts += len(first[-1])
        size += int(tf.reduce_sum(tf.strings.length(first[-1])))
        if texts > most or size > _FEW:
            return None, itertools.chain(first, left)
    return tf.concat(first, 0), left


def _counted(
    batches: Iterable[Any] | tf.data.Dataset, count: Callable[[tf.Tensor], Any], batch_size: int
) -> Iterator[Any]:
    """Gives what `count` gives of batches of that size, as arrays."""
    failures: list[Exception] = []
    dataset = _dataset(batches, failures).rebatch(batch_size)
    counted = dataset.map(count, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    try:
        yield from counted.as_numpy_iterator()
    except tf.errors.OpError:
        if failures:  # the original error says more than tf.data's report of it
            raise failures[0] from None
        raise


def _dataset(
    batches: Iterable[Any] | tf.data.Dataset, failures: list[Exception]
) -> tf.data.Dataset:
    """Converts batches to a dataset of `<string>[batch]`; their errors are put in `failures`."""
    wanted = tf.TensorSpec([None], tf.string)
    if isinstance(batches, tf.data.Dataset):
        if not wanted.is_compatible_with(batches.element_spec):
            raise TypeError(
                f"batches has elements of {batches.element_spec}, not batches of texts "
                "(<string>[batch]): map it to the text column and batch it."
            )
        return batches
    if isinstance(batches, str | bytes):
        raise TypeError(f"batches={batches!r} is one string: pass a list of lists of texts.")

    def texts() -> Iterator[tf.Tensor]:
        try:
            for batch in batches:
                yield as_text_tensor(batch)
        except Exception as error:
            failures.append(error)
            raise

    return tf.data.Dataset.from_generator(texts, output_signature=wanted)
