"""Training: encoded batches, calibrated validation, checkpoints."""

from seqkit.training.calibration import fit_path_weights
from seqkit.training.classifier import fit_classifier
from seqkit.training.encoded import EncodedTexts, TrainingBatches
from seqkit.training.loop import TrainingState, train_core
from seqkit.training.schedule import epochs_within, warm_up_and_decay
from seqkit.training.validation import CalibratedValidation, predict_logits

__all__ = [
    "CalibratedValidation",
    "EncodedTexts",
    "TrainingBatches",
    "TrainingState",
    "epochs_within",
    "fit_classifier",
    "fit_path_weights",
    "predict_logits",
    "train_core",
    "warm_up_and_decay",
]
