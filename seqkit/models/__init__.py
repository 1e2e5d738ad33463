"""One class a task: a core on ids and, around it, a shell on strings."""

from seqkit.models.caption import Caption, CaptionAttention
from seqkit.models.frame_batches import PieceScore
from seqkit.models.frame_model import FrameModel
from seqkit.models.image_captioner import ImageCaptioner
from seqkit.models.language_answers import (
    Completion,
    Continuation,
    LikelyToken,
    Surprise,
    TextScore,
)
from seqkit.models.language_model import LanguageModel
from seqkit.models.tagging import Span, Tagging
from seqkit.models.text_classifier import Classification, TextClassifier
from seqkit.models.token_tagger import TokenTagger
from seqkit.models.translation import Alignment, Translation
from seqkit.models.translator import Translator

__all__ = [
    "Alignment",
    "Caption",
    "CaptionAttention",
    "Classification",
    "Completion",
    "Continuation",
    "FrameModel",
    "ImageCaptioner",
    "LanguageModel",
    "LikelyToken",
    "PieceScore",
    "Span",
    "Surprise",
    "Tagging",
    "TextClassifier",
    "TextScore",
    "TokenTagger",
    "Translation",
    "Translator",
]
