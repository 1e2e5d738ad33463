"""Captions images with SavedModels, as any server does: neither seqkit nor Keras is here.

Variants have a search and a batch size: `greedy 1`, `beams 16`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf

from benchmarks.measuring import measure_writing, split_into_batches
from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.images import CaptionWorkload


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
    answer = loaded.signatures["serving_default"]

    def write(batch: Sequence[bytes]) -> list[bytes]:
        return answer(image=tf.constant(batch))["caption"].numpy().tolist()

    return measure_writing(write, split_into_batches(images, batch_size), "captions")


if __name__ == "__main__":
    serve(prepare)
