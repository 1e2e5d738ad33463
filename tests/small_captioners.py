"""Small untrained captioners, images for them, and what their Python methods answer."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from tests.small_models import by_name

SIZES = {"height": 32, "width": 48, "widths": (4, 6), "strides": (2, 2)}


def small_captioner(seed: int = 3, **arguments: Any) -> Any:
    """A captioner whose answers are arbitrary but fixed."""
    import seqkit
    from seqkit import text

    keras.utils.set_random_seed(4)
    words = text.Vocabulary.from_counts({"a": 5, "dog": 4, "cat": 3, "red": 2, "한국어": 1})
    encoder = text.TextEncoder(text.WordTokenizer(), words)
    sizes = SIZES | {"embedding_dim": 5, "hidden_dim": 4, "max_length": 6}
    model = seqkit.ImageCaptioner.build(encoder, **(sizes | arguments))
    rng = np.random.default_rng(seed)
    for weight in model.core.trainable_variables:
        weight.assign(rng.normal(size=weight.shape, scale=0.6))
    return model


def encoded(rows: int, columns: int, kind: str = "PNG", seed: int = 0) -> bytes:
    """An image of noise in large squares, encoded."""
    from PIL import Image

    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (4, 5, 3)).astype("uint8")
    file = io.BytesIO()
    Image.fromarray(pixels).resize((columns, rows), Image.Resampling.NEAREST).save(file, kind)
    return file.getvalue()


def small_images() -> list[bytes]:
    """Of different sizes and formats, one cut off, one that is no image, one of nothing."""
    return [
        encoded(40, 60),
        encoded(40, 60, "JPEG", seed=1)[:200],
        encoded(33, 20, "JPEG", seed=2),
        b"no image",
        b"",
        encoded(300, 100, "BMP", seed=3),
        encoded(9, 7, "GIF", seed=4),
    ]


UNREADABLE = (1, 3, 4)


def captioned(model: Any, inputs: Mapping[str, list]) -> Mapping[str, list]:
    return by_name(model.caption(inputs["image"]), "score", "error", caption="text")


def captioner_cases(case: Callable[..., Any]) -> list[Any]:
    """A `ServableCase` with greedy search and all else that is not default.

    Beam search is exported in `models/test_image_captioner.py`.
    """
    images = small_images()
    inputs = {name: {"image": images} for name in ("serving_default", "n_best", "attention")}
    other: dict[str, Any] = {"num_beams": 1, "num_best": 1, "tie_embeddings": False, "blocks": 2}
    other |= {"cell": "lstm", "decoder_layers": 2, "input_feeding": True}
    make = functools.partial(small_captioner, 8, **other)
    return [case("ImageCaptioner", make, inputs, captioned)]
