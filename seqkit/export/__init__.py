"""From a trained model to files that any TensorFlow process can serve, and the proof that it can.

`write` saves a model with everything that belongs to it, `verify` tells whether such a directory
still is what was exported, and `report` draws the page that goes with it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from seqkit.export.errors import ExportError
from seqkit.export.verify import Problem, VerifyResult, verify

if TYPE_CHECKING:
    from seqkit.export.artefact import Artefact, write
    from seqkit.export.saved_model import Servable

__all__ = ["Artefact", "ExportError", "Problem", "Servable", "VerifyResult", "verify", "write"]

# These need TensorFlow in this process; verifying does not, so that `seqkit verify` starts at once.
_LAZY = {
    "Artefact": "seqkit.export.artefact",
    "Servable": "seqkit.export.saved_model",
    "write": "seqkit.export.artefact",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
