"""Confidence of tags that means what it says: a temperature fitted on held-out sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from scipy.optimize import minimize_scalar

from seqkit.tasks.tagging.batches import NO_TAG, EncodedSentences, emissions_of
from seqkit.tasks.tagging.network import CRF, EMISSIONS

# Words are enough that say it to a hundredth.
_MOST_WORDS = 8_000
_BOUNDS = (-3.0, 3.0)
# Pulls the temperature towards 1; felt only where there are very few words.
_PRIOR = 2.0


def calibrate(core: keras.Model, sentences: EncodedSentences, tag_ids: np.ndarray) -> float:
    """Divides what a tagger's core scores by a temperature; its answers stay the same.

    Of the probabilities of tags, those are taken under which the tags of held-out words are most
    likely. All scores of a sequence are divided, so that the best one stays the best.

    Args:
        core: made with `build_tagger_core`, trained; its last weights are changed in place.
        sentences: held-out sentences.
        tag_ids: `<int32>[words]`, the tag of each of their words; -1 for a tag that is not known.

    Returns:
        The temperature; above 1 for a core that was too sure.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2; here of the
    marginals of a conditional random field.
    """
    crf = core.get_layer(CRF)
    scored = list(_score(core, sentences, tag_ids))
    learned = [ops.convert_to_numpy(weight) for weight in crf.weights]
    shapes = [tf.TensorSpec([None, None, crf.num_tags]), tf.TensorSpec([None, None], tf.bool)]
    marginals = tf.function(crf.marginals, input_signature=shapes, autograph=False)

    def loss(log_temperature: float) -> float:
        scale = float(np.exp(-log_temperature))
        for weight, value in zip(crf.weights, learned, strict=True):
            weight.assign(value * scale)
        likely = np.concatenate([one.chances(marginals, scale) for one in scored])
        penalty = _PRIOR * log_temperature**2 / max(1, len(likely))
        return float(-np.log(np.maximum(likely, 1e-9)).sum() / max(1, len(likely)) + penalty)

    best = minimize_scalar(loss, bounds=_BOUNDS, method="bounded", options={"xatol": 0.01}).x
    scale = float(np.exp(-best))
    for weight, value in zip(crf.weights, learned, strict=True):
        weight.assign(value * scale)
    for weight in core.get_layer(EMISSIONS).weights:
        weight.assign(weight * scale)
    return 1 / scale


class _Scored(NamedTuple):
    """What the core says of some sentences, and the tags they have.

    Attributes:
        emissions: `<float32>[rows, length, tags]`.
        is_word: `<bool>[rows, length]`.
        tags: `<int32>[rows, length]`, -1 at padding and at tags that are not known.
    """

    emissions: np.ndarray
    is_word: np.ndarray
    tags: np.ndarray

    def chances(self, marginals: Callable[..., Any], scale: float) -> np.ndarray:
        """`<float32>[words]`: the probabilities of the tags they have."""
        by_tag = ops.convert_to_numpy(marginals(self.emissions * scale, self.is_word))
        known = self.tags >= 0
        return by_tag[known, self.tags[known]]


def _score(
    core: keras.Model, sentences: EncodedSentences, tag_ids: np.ndarray
) -> Iterator[_Scored]:
    """Batch by batch, until there are words enough."""
    tags = np.append(tag_ids, NO_TAG)
    words = 0
    for places, emissions in emissions_of(core, sentences, shuffle=True):
        yield _Scored(ops.convert_to_numpy(emissions), places >= 0, tags[places])
        words += int((places >= 0).sum())
        if words >= _MOST_WORDS:
            return
