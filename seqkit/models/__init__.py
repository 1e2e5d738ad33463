"""One class a task: a core on ids and, around it, a shell on strings."""

from seqkit.models.text_classifier import Classification, TextClassifier

__all__ = ["Classification", "TextClassifier"]
