"""How good a model is, beside a plain one."""

from seqkit.evaluation.baseline import bag_of_words
from seqkit.evaluation.classification import ClassificationScores, Mistake, score_classifier
from seqkit.evaluation.outcome import Outcome, beside
from seqkit.evaluation.tagging import TaggingScores, score_tagger
from seqkit.evaluation.translation import TranslationScores, score_translations, score_translator
from seqkit.evaluation.translation_baselines import (
    copy_source,
    nearest_sentence,
    plain_translations,
)

__all__ = [
    "ClassificationScores",
    "Mistake",
    "Outcome",
    "TaggingScores",
    "TranslationScores",
    "bag_of_words",
    "beside",
    "copy_source",
    "nearest_sentence",
    "plain_translations",
    "score_classifier",
    "score_tagger",
    "score_translations",
    "score_translator",
]
