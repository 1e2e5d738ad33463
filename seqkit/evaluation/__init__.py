"""How good a model is, beside a plain one."""

from seqkit.evaluation.outcome import Outcome, beside

__all__ = ["Outcome", "beside"]
