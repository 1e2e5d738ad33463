"""How good a model is, beside a plain one."""

from seqkit.evaluation.outcome import Outcome, Scored, beside
from seqkit.evaluation.scores import Scores

__all__ = ["Outcome", "Scored", "Scores", "beside"]
