"""Turns texts into ids with seqkit's tokenizers, 1,024 at a time; variants `word`, `subword`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import tensorflow as tf

from benchmarks.measuring import count_ids, split_into_batches
from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.texts import TextWorkload
from seqkit.text import Normalizer, TextEncoder, learn_dictionary

_BATCH = 1024


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Learns both dictionaries from the texts and traces both graphs."""
    config = read_config()
    texts = TextWorkload.read(config["workload"]).raw
    batches = split_into_batches(texts, _BATCH)
    works: dict[str, Work] = {}
    for name in ("word", "subword"):
        tokenizer, vocabulary = learn_dictionary(
            batches,
            name,
            normalizer=Normalizer("NFC", lowercase=True),
            vocabulary_size=config["sizes"][name],
            seed=config["seed"],
        )
        encode = tf.function(
            TextEncoder(tokenizer, vocabulary), input_signature=[tf.TensorSpec([None], tf.string)]
        )
        works[name] = partial(count_ids, partial(_encode, encode), batches)
        _encode(encode, batches[0])
    return works, {"tensorflow": tf.__version__}


def _encode(encode: Any, texts: Sequence[str]) -> int:
    """Turns texts into ids, and counts these."""
    return len(encode(tf.constant(texts)).token_ids.values.numpy())


if __name__ == "__main__":
    serve(prepare)
