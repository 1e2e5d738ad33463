"""How good a model is, beside a plain one."""

from seqkit.evaluation.baseline import bag_of_words
from seqkit.evaluation.classification import ClassificationScores, Mistake, score_classifier
from seqkit.evaluation.outcome import Outcome, beside
from seqkit.evaluation.tagging import TaggingScores, score_tagger

__all__ = [
    "ClassificationScores",
    "Mistake",
    "Outcome",
    "TaggingScores",
    "bag_of_words",
    "beside",
    "score_classifier",
    "score_tagger",
]
