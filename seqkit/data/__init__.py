"""Rows of text and labels or of images and captions, and long texts: read, checked and split."""

from seqkit.data.batching import Batch, bucket_batches, default_boundaries
from seqkit.data.checks import DataReport, check
from seqkit.data.dataset import Dataset
from seqkit.data.errors import DataError
from seqkit.data.formats.tunes import is_tunes, read_tunes
from seqkit.data.kinds.captions import captions_by_image, read_captions
from seqkit.data.kinds.labels import read_texts
from seqkit.data.kinds.pairs import read_pairs
from seqkit.data.kinds.piano_rolls import check_piece, pieces_of
from seqkit.data.kinds.tags import read_tagged
from seqkit.data.kinds.turns import join_turns, read_turns
from seqkit.data.parts import read_parts, read_piano_rolls, read_tune_parts
from seqkit.data.read import read
from seqkit.data.split import split
from seqkit.data.streams.read_stream import read_stream, read_stream_parts
from seqkit.data.streams.text_pieces import Piece
from seqkit.data.streams.text_stream import TextStream, split_stream

__all__ = [
    "Batch",
    "DataError",
    "DataReport",
    "Dataset",
    "Piece",
    "TextStream",
    "bucket_batches",
    "captions_by_image",
    "check",
    "check_piece",
    "default_boundaries",
    "is_tunes",
    "join_turns",
    "pieces_of",
    "read",
    "read_captions",
    "read_pairs",
    "read_parts",
    "read_piano_rolls",
    "read_stream",
    "read_stream_parts",
    "read_tagged",
    "read_texts",
    "read_tune_parts",
    "read_tunes",
    "read_turns",
    "split",
    "split_stream",
]
