"""Losses in keras.ops alone: they run on every Keras backend, with or without TensorFlow."""

from seqkit.losses.crf import CRFNegativeLogLikelihood

__all__ = ["CRFNegativeLogLikelihood"]
