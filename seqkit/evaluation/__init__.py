"""How good a model is, beside a plain one."""

from seqkit.evaluation.acceptability import AcceptabilityScores, acceptability, normalised
from seqkit.evaluation.baseline import bag_of_words
from seqkit.evaluation.caption_baselines import (
    constant_caption,
    nearest_image,
    plain_captions,
    pooled_pixels,
    score_beside_plain,
)
from seqkit.evaluation.captioning import CaptionScores, score_captioner, score_captions
from seqkit.evaluation.classification import ClassificationScores, Mistake, score_classifier
from seqkit.evaluation.frames import FrameScores, plain_frames, score_frame_model
from seqkit.evaluation.language_model import (
    LanguageModelScores,
    SurprisingToken,
    language_model_scores,
    score_language_model,
)
from seqkit.evaluation.ngrams import WittenBell, choose_order, plain_language_model
from seqkit.evaluation.outcome import Outcome, beside
from seqkit.evaluation.tagging import TaggingScores, score_tagger
from seqkit.evaluation.translation import TranslationScores, score_translations, score_translator
from seqkit.evaluation.translation_baselines import (
    copy_source,
    nearest_sentence,
    plain_translations,
)

__all__ = [
    "AcceptabilityScores",
    "CaptionScores",
    "ClassificationScores",
    "FrameScores",
    "LanguageModelScores",
    "Mistake",
    "Outcome",
    "SurprisingToken",
    "TaggingScores",
    "TranslationScores",
    "WittenBell",
    "acceptability",
    "bag_of_words",
    "beside",
    "choose_order",
    "constant_caption",
    "copy_source",
    "language_model_scores",
    "nearest_image",
    "nearest_sentence",
    "normalised",
    "plain_captions",
    "plain_frames",
    "plain_language_model",
    "plain_translations",
    "pooled_pixels",
    "score_beside_plain",
    "score_captioner",
    "score_captions",
    "score_classifier",
    "score_frame_model",
    "score_language_model",
    "score_tagger",
    "score_translations",
    "score_translator",
]
