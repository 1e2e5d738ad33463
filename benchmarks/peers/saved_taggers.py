"""Tags sentences with a SavedModel, as any server does: neither seqkit nor Keras is here.

Variants: what is given and a batch size: `words 32`, lists of words; `text 32`, sentences as they
were written, which the model splits itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import tensorflow as tf

from benchmarks.measuring import split_into_batches
from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.sentences import TaggedWorkload

SIGNATURES = {"words": "tokens", "text": "serving_default"}


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Loads the model at `model` and answers a batch of each size."""
    config = read_config()
    work = TaggedWorkload.read(config["workload"])
    loaded = tf.saved_model.load(config["model"])
    works: dict[str, Work] = {}
    for batch_size, count in config["batches"]:
        given = {"words": work.test_tokens[:count], "text": work.test_texts[:count]}
        # Of texts too, the words of the data are counted, so that all count the same.
        words = sum(map(len, given["words"]))
        for kind, signature in SIGNATURES.items():
            answer = loaded.signatures[signature]
            tag(answer, given[kind], batch_size, most=2)
            run = partial(_tag_and_count, answer, given[kind], batch_size, words)
            works[f"{kind} {batch_size}"] = run
    return works, {"tensorflow": tf.__version__}


def tag(
    answer: Any, given: Sequence[Any], batch_size: int, most: int | None = None
) -> list[dict[str, Any]]:
    """Tags all sentences, or the first batches of them.

    Args:
        answer: a signature of the model.
        given: texts, or lists of words.
        batch_size: sentences of a batch.
        most: how many batches; None for all.

    Returns:
        What the model gave for each batch, as NumPy arrays.
    """
    ((key, spec),) = answer.structured_input_signature[1].items()
    answers = []
    for batch in split_into_batches(given, batch_size, most):
        rows = pad(batch) if spec.shape.rank == 2 else batch
        tensors = answer(**{key: tf.constant(rows)})
        answers.append({name: tensor.numpy() for name, tensor in tensors.items()})
    return answers


def pad(sentences: Sequence[list[str]]) -> list[list[str]]:
    """Makes sentences equally long with empty words at their ends.

    Args:
        sentences: words of each.

    Returns:
        As many rows.

    Example:
        >>> pad([["a"], ["b", "c"]])
        [['a', ''], ['b', 'c']]
    """
    longest = max(map(len, sentences))
    return [words + [""] * (longest - len(words)) for words in sentences]


def _tag_and_count(
    answer: Any, given: Sequence[Any], batch_size: int, words: int
) -> dict[str, int]:
    answers = tag(answer, given, batch_size)
    return {"sentences": sum(len(batch["tags"]) for batch in answers), "words": words}


if __name__ == "__main__":
    serve(prepare)
