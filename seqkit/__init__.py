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

_MODULES = ("data", "decoding", "export", "layers", "losses", "models", "optimizers", "text")
_NAMES = {
    "CharTokenizer": "seqkit.text",
    "ImageCaptioner": "seqkit.models",
    "JamoTokenizer": "seqkit.text",
    "LanguageModel": "seqkit.models",
    "SubwordTokenizer": "seqkit.text",
    "TextClassifier": "seqkit.models",
    "TokenTagger": "seqkit.models",
    "Translator": "seqkit.models",
    "Vocabulary": "seqkit.text",
    "WordTokenizer": "seqkit.text",
    "read": "seqkit.data",
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
