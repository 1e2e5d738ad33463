"""How good a model is, beside a plain one."""

from seqkit.evaluation.outcome import Outcome, Scored, beside

__all__ = ["Outcome", "Scored", "beside"]
