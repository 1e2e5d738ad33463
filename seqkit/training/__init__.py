"""Training: encoded batches, calibrated validation, checkpoints."""

from seqkit.training.calibration import fit_path_weights
from seqkit.training.captioner import fit_captioner
from seqkit.training.classifier import fit_classifier
from seqkit.training.encoded import EncodedTexts, TrainingBatches
from seqkit.training.encoded_captions import CaptionBatches, EncodedCaptions
from seqkit.training.encoded_lines import EncodedLines, LineBatches
from seqkit.training.encoded_pairs import EncodedPairs, PairBatches
from seqkit.training.encoded_sentences import EncodedSentences, TaggedBatches
from seqkit.training.encoded_stream import EncodedStream, StreamBatches
from seqkit.training.frame_batches import FrameBatches
from seqkit.training.frames import fit_frame_model
from seqkit.training.held_out import HeldOutText
from seqkit.training.language_model import fit_language_model
from seqkit.training.loop import TrainingState, train_core
from seqkit.training.preset import with_preset
from seqkit.training.schedule import epochs_within, warm_up_and_decay
from seqkit.training.tagger import fit_tagger
from seqkit.training.translator import fit_translator
from seqkit.training.validation import CalibratedValidation, predict_logits

__all__ = [
    "CalibratedValidation",
    "CaptionBatches",
    "EncodedCaptions",
    "EncodedLines",
    "EncodedPairs",
    "EncodedSentences",
    "EncodedStream",
    "EncodedTexts",
    "FrameBatches",
    "HeldOutText",
    "LineBatches",
    "PairBatches",
    "StreamBatches",
    "TaggedBatches",
    "TrainingBatches",
    "TrainingState",
    "epochs_within",
    "fit_captioner",
    "fit_classifier",
    "fit_frame_model",
    "fit_language_model",
    "fit_path_weights",
    "fit_tagger",
    "fit_translator",
    "predict_logits",
    "train_core",
    "warm_up_and_decay",
    "with_preset",
]
