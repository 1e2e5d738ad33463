"""How good a model is, beside a plain one."""

from seqkit.evaluation.baseline import bag_of_words
from seqkit.evaluation.classification import ClassificationScores, Mistake, score_classifier

__all__ = ["ClassificationScores", "Mistake", "bag_of_words", "score_classifier"]
