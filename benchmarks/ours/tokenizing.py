"""Turns texts into ids with seqkit's tokenizers, 1,024 at a time; variants `word`, `subword`."""

from __future__ import annotations

from functools import partial
from typing import Any

import tensorflow as tf

from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.texts import TextWorkload
from seqkit.text import Normalizer, TextEncoder, learn_dictionary

_BATCH = 1024


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Learns both dictionaries from the texts and traces both graphs."""
    config = read_config()
    texts = TextWorkload.read(config["workload"]).raw
    batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
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
        works[name] = partial(_encoded, encode, batches)
        _encoded(encode, batches[:1])
    return works, {"tensorflow": tf.__version__}


def _encoded(encode: Any, batches: list[list[str]]) -> dict[str, int]:
    tokens = 0
    for batch in batches:
        ids = encode(tf.constant(batch)).token_ids
        tokens += len(ids.values.numpy())
    return {"tokens": tokens, "texts": sum(map(len, batches))}


if __name__ == "__main__":
    serve(prepare)
