"""Training: encoded batches, calibrated validation, checkpoints."""

from seqkit.training.calibration import fit_path_weights
from seqkit.training.encoded import EncodedTexts, TrainingBatches
from seqkit.training.loop import TrainingState, train_core
from seqkit.training.validation import CalibratedValidation, predict_logits

__all__ = [
    "CalibratedValidation",
    "EncodedTexts",
    "TrainingBatches",
    "TrainingState",
    "fit_path_weights",
    "predict_logits",
    "train_core",
]
