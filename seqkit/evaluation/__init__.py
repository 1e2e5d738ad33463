"""How good a model is, beside a plain one."""

from seqkit.evaluation.comparison import Comparison, beside, compare
from seqkit.evaluation.outcome import Outcome, Scored
from seqkit.evaluation.scores import Scores

__all__ = ["Comparison", "Outcome", "Scored", "Scores", "beside", "compare"]
