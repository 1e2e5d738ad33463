"""Sequence models in Keras 3, from raw text to a verified SavedModel.

Names are loaded when they are first used, so that `import seqkit` takes no time and the layers
can be used where TensorFlow is not installed.

Example:
    >>> import seqkit
    >>> seqkit.__version__
    '0.1.0'
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_MODULES = ("data", "decoding", "export", "layers", "losses", "optimizers", "text")
_NAMES = {
    "AlignedText": "seqkit.text",
    "Alignment": "seqkit.tasks.translation.answers",
    "Caption": "seqkit.tasks.captioning.answers",
    "CaptionAttention": "seqkit.tasks.captioning.answers",
    "CharTokenizer": "seqkit.text",
    "Classification": "seqkit.tasks.classification.model",
    "Completion": "seqkit.tasks.language_modeling.answers",
    "Continuation": "seqkit.tasks.language_modeling.answers",
    "Coverage": "seqkit.text",
    "DataError": "seqkit.data",
    "DataReport": "seqkit.data",
    "Dataset": "seqkit.data",
    "EncodedText": "seqkit.text",
    "EncodedWords": "seqkit.text",
    "ExportError": "seqkit.export",
    "FrameModel": "seqkit.tasks.music.model",
    "HashedNGrams": "seqkit.text",
    "ImageCaptioner": "seqkit.tasks.captioning.model",
    "JamoTokenizer": "seqkit.text",
    "KnownNGrams": "seqkit.text",
    "LanguageModel": "seqkit.tasks.language_modeling.model",
    "LikelyToken": "seqkit.tasks.language_modeling.answers",
    "Normalizer": "seqkit.text",
    "Piece": "seqkit.data",
    "PieceScore": "seqkit.tasks.music.piano_rolls",
    "PretrainedVectors": "seqkit.text",
    "SeenWords": "seqkit.text",
    "Span": "seqkit.tasks.tagging.answers",
    "SubwordTokenizer": "seqkit.text",
    "Surprise": "seqkit.tasks.language_modeling.answers",
    "Tagging": "seqkit.tasks.tagging.answers",
    "TextClassifier": "seqkit.tasks.classification.model",
    "TextEncoder": "seqkit.text",
    "TextScore": "seqkit.tasks.language_modeling.answers",
    "TextStream": "seqkit.data",
    "TokenTagger": "seqkit.tasks.tagging.model",
    "Tokenizer": "seqkit.text",
    "Tokens": "seqkit.text",
    "Translation": "seqkit.tasks.translation.answers",
    "Translator": "seqkit.tasks.translation.model",
    "VectorCoverage": "seqkit.text",
    "Vocabulary": "seqkit.text",
    "WordEncoder": "seqkit.text",
    "WordTokenizer": "seqkit.text",
    "read": "seqkit.data",
    "verify": "seqkit.export",
}

__all__ = ["__version__", *_MODULES, *_NAMES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"seqkit.{name}")
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'seqkit' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
