"""Searches over one step of a model, in keras.ops alone: greedy, sampling, beam search."""

from seqkit.decoding.beam_search import beam_search
from seqkit.decoding.greedy import greedy
from seqkit.decoding.result import SearchResult
from seqkit.decoding.sampling import sample
from seqkit.decoding.start import SearchOptions
from seqkit.decoding.step import Step, StepResult

__all__ = ["SearchOptions", "SearchResult", "Step", "StepResult", "beam_search", "greedy", "sample"]
