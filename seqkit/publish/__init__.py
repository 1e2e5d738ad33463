"""From a trained model and its scores to a verified artefact: card, golden answers, report."""

from seqkit.publish.classification import publish_classifier

__all__ = ["publish_classifier"]
