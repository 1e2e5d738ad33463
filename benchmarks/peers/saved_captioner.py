"""Captions images with SavedModels, as any server does: neither seqkit nor Keras is here.

Variants have a search and a batch size: `greedy 1`, `beams 16`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf

from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.images import CaptionWorkload
from benchmarks.workloads.words import count_written_tokens

_SIGNATURE = "serving_default"


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Loads the models at `models` and captions two batches of each size."""
    config = read_config()
    work = CaptionWorkload.read(config["workload"])
    images = [Path(path).read_bytes() for path in work.test_images]
    works: dict[str, Work] = {}
    for search, directory in config["models"].items():
        loaded = tf.saved_model.load(directory)
        for batch_size, count in config["batches"]:
            caption(loaded, images[: 2 * batch_size], batch_size)
            works[f"{search} {batch_size}"] = partial(caption, loaded, images[:count], batch_size)
    return works, {"tensorflow": tf.__version__}


def caption(loaded: Any, images: Sequence[bytes], batch_size: int) -> dict[str, Any]:
    """Captions all images.

    Args:
        loaded: a model whose signature has `image` and `caption`.
        images: encoded.
        batch_size: images of a batch.

    Returns:
        `seconds`, `captions`, `tokens` and the `first` caption.
    """
    answer = loaded.signatures[_SIGNATURE]
    start = time.perf_counter()
    found: list[bytes] = []
    for first in range(0, len(images), batch_size):
        batch = tf.constant(images[first : first + batch_size])
        found += answer(image=batch)["caption"].numpy().tolist()
    seconds = time.perf_counter() - start
    captions = [text.decode() for text in found]
    return {
        "seconds": seconds,
        "captions": len(captions),
        "tokens": count_written_tokens(captions),
        "first": captions[0],
    }


if __name__ == "__main__":
    serve(prepare)
