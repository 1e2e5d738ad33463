"""From a trained model and its scores to a verified artefact: card, golden answers, report."""

from seqkit.publish.captioning import publish_captioner
from seqkit.publish.classification import publish_classifier
from seqkit.publish.tagging import publish_tagger
from seqkit.publish.translation import publish_translator

__all__ = ["publish_captioner", "publish_classifier", "publish_tagger", "publish_translator"]
