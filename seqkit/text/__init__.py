"""Text in and out of models: normalising, tokenizing, counting and the vocabulary."""

from seqkit.text.char import CharTokenizer
from seqkit.text.code_points import AlignedText, as_text_tensor
from seqkit.text.counting import count_tokens
from seqkit.text.dictionary import learn_dictionary, suggest_tokenizer
from seqkit.text.encoder import EncodedText, TextEncoder
from seqkit.text.jamo import JamoTokenizer
from seqkit.text.known_ngrams import KnownNGrams
from seqkit.text.ngrams import HashedNGrams
from seqkit.text.normalization import Normalizer
from seqkit.text.pretrained_vectors import PretrainedVectors
from seqkit.text.pretrained_words import VectorCoverage, vector_coverage, with_vectors
from seqkit.text.seen_words import SeenWords
from seqkit.text.subword import SubwordTokenizer
from seqkit.text.tokenizer import Tokenizer, Tokens, deserialize, get, serialize
from seqkit.text.vocabulary import (
    BOS,
    BOS_ID,
    EOS,
    EOS_ID,
    PAD,
    PAD_ID,
    UNK,
    UNK_ID,
    Coverage,
    Vocabulary,
)
from seqkit.text.word import WordTokenizer
from seqkit.text.word_encoder import EncodedWords, WordEncoder

__all__ = [
    "BOS",
    "BOS_ID",
    "EOS",
    "EOS_ID",
    "PAD",
    "PAD_ID",
    "UNK",
    "UNK_ID",
    "AlignedText",
    "CharTokenizer",
    "Coverage",
    "EncodedText",
    "EncodedWords",
    "HashedNGrams",
    "JamoTokenizer",
    "KnownNGrams",
    "Normalizer",
    "PretrainedVectors",
    "SeenWords",
    "SubwordTokenizer",
    "TextEncoder",
    "Tokenizer",
    "Tokens",
    "VectorCoverage",
    "Vocabulary",
    "WordEncoder",
    "WordTokenizer",
    "as_text_tensor",
    "count_tokens",
    "deserialize",
    "get",
    "learn_dictionary",
    "serialize",
    "suggest_tokenizer",
    "vector_coverage",
    "with_vectors",
]
