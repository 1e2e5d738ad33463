"""One class a task: a core on ids and, around it, a shell on strings."""

from seqkit.models.frame_model.batches import PieceScore
from seqkit.models.frame_model.model import FrameModel
from seqkit.models.image_captioner.answers import Caption, CaptionAttention
from seqkit.models.image_captioner.model import ImageCaptioner
from seqkit.models.language_model.answers import (
    Completion,
    Continuation,
    LikelyToken,
    Surprise,
    TextScore,
)
from seqkit.models.language_model.model import LanguageModel
from seqkit.models.text_classifier.model import Classification, TextClassifier
from seqkit.models.token_tagger.answers import Span, Tagging
from seqkit.models.token_tagger.model import TokenTagger
from seqkit.models.translator.answers import Alignment, Translation
from seqkit.models.translator.model import Translator

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
