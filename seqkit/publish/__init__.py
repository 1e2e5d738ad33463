"""From a trained model and its scores to a verified artefact: card, golden answers, report."""

from seqkit.publish.captioning import publish_captioner
from seqkit.publish.classification import publish_classifier
from seqkit.publish.frames import publish_frame_model
from seqkit.publish.language_model import publish_language_model
from seqkit.publish.tagging import publish_tagger
from seqkit.publish.translation import publish_translator

__all__ = [
    "publish_captioner",
    "publish_classifier",
    "publish_frame_model",
    "publish_language_model",
    "publish_tagger",
    "publish_translator",
]
