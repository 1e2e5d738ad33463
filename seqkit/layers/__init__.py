"""Layers in keras.ops alone: they run on every Keras backend, with or without TensorFlow."""

from seqkit.layers.attention import SourceAttention
from seqkit.layers.bag_of_ngrams import BagOfNGrams, log_count_ratios
from seqkit.layers.characters import CharacterConvolution
from seqkit.layers.crf import LinearChainCRF
from seqkit.layers.decoder import DecoderState, RecurrentDecoder, Source
from seqkit.layers.grid_positions import GridPositions
from seqkit.layers.pitches_below import PitchesBelow
from seqkit.layers.pooling import Pooling
from seqkit.layers.recurrent import RecurrentEncoder
from seqkit.layers.recurrent_stack import RecurrentStack
from seqkit.layers.scheduled_dropout import ScheduledDropout
from seqkit.layers.tfidf_ngrams import TfidfNGrams
from seqkit.layers.token_output import TokenOutput, token_logits
from seqkit.layers.word_dropout import WordDropout

__all__ = [
    "BagOfNGrams",
    "CharacterConvolution",
    "DecoderState",
    "GridPositions",
    "LinearChainCRF",
    "PitchesBelow",
    "Pooling",
    "RecurrentDecoder",
    "RecurrentEncoder",
    "RecurrentStack",
    "ScheduledDropout",
    "Source",
    "SourceAttention",
    "TfidfNGrams",
    "TokenOutput",
    "WordDropout",
    "log_count_ratios",
    "token_logits",
]
