"""One class a task: a core on ids and, around it, a shell on strings."""

from seqkit.models.tagging import Span, Tagging
from seqkit.models.text_classifier import Classification, TextClassifier
from seqkit.models.token_tagger import TokenTagger

__all__ = ["Classification", "Span", "Tagging", "TextClassifier", "TokenTagger"]
