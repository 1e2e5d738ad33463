"""Losses in keras.ops alone: they run on every Keras backend, with or without TensorFlow."""

from seqkit.losses.crf import CRFNegativeLogLikelihood
from seqkit.losses.frame_cross_entropy import FrameCrossEntropy
from seqkit.losses.token_cross_entropy import TokenCrossEntropy

__all__ = ["CRFNegativeLogLikelihood", "FrameCrossEntropy", "TokenCrossEntropy"]
