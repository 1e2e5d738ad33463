"""Layers in keras.ops alone: they run on every Keras backend, with or without TensorFlow."""

from seqkit.layers.bag_of_ngrams import BagOfNGrams, log_count_ratios
from seqkit.layers.characters import CharacterConvolution
from seqkit.layers.crf import LinearChainCRF
from seqkit.layers.pooling import Pooling
from seqkit.layers.recurrent import RecurrentEncoder
from seqkit.layers.word_dropout import WordDropout

__all__ = [
    "BagOfNGrams",
    "CharacterConvolution",
    "LinearChainCRF",
    "Pooling",
    "RecurrentEncoder",
    "WordDropout",
    "log_count_ratios",
]
