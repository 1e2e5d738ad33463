"""Captioned images for the report, and where the model looked for each word."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup

from seqkit.export.report import Section

# Words shown of a caption.
MOST_WORDS = 30
_MOST_REFERENCES = 5
# How dark the picture is where the model did not look for a word.
_SHADE = 0.8


class CaptionedPicture(NamedTuple):
    """A picture and its caption, as the report shows them.

    Attributes:
        picture: `<uint8>[height, width, 3]`, small; None where the image cannot be read.
        answer: the caption given.
        references: its own captions.
        score: the score of the answer.
        words: the words of the answer, or parts of them, as they were written.
        attention: `<float>[words, rows, columns]`: attention of each word to each cell of a grid
            over the whole picture; a word's cells sum to 1.
    """

    picture: np.ndarray | None
    answer: str
    references: Sequence[str]
    score: float
    words: Sequence[str] = ()
    attention: Any = ()


def caption_sheet(
    title: str, pictures: Iterable[CaptionedPicture], score_name: str = "CIDEr-D", note: str = ""
) -> Section:
    """Shows pictures with their captions, and below each, word by word, where the model looked.

    The page holds the picture once, however many words there are: the shade over it for a word is
    a picture of the grid's own size, some hundred bytes, which the browser enlarges.

    Args:
        title: the heading.
        pictures: the pictures, in order.
        score_name: the name of the score.
        note: a sentence below the heading.

    Returns:
        A section with a figure for each picture.

    Raises:
        ValueError: a picture has another shape, or the attention does not fit the words.

    Example:
        >>> grey = np.full([4, 6, 3], 128, np.uint8)
        >>> attention = [[[0.1, 0.9]], [[0.5, 0.5]]]
        >>> shown = CaptionedPicture(grey, "a <cat>", ["a cat"], 2.5, ["a", "<cat>"], attention)
        >>> [figure] = caption_sheet("Captions", [shown]).draw("a")
        >>> figure.count("data:image/jpeg"), figure.count("data:image/png"), "&lt;cat&gt;" in figure
        (1, 2, True)
    """
    drawn = [_draw_figure(picture, score_name) for picture in pictures]
    return Section(title, note=note, draw=lambda identity: drawn)


def _draw_figure(shown: CaptionedPicture, score_name: str) -> Markup:
    attention = np.asarray(shown.attention, np.float64)
    if len(shown.words) and (attention.ndim != 3 or len(attention) != len(shown.words)):
        raise ValueError(
            f"attention has shape {attention.shape} for {len(shown.words)} words: give [words, "
            "rows, columns]"
        )
    references = Markup("").join(
        Markup('<li dir="auto">{}</li>').format(text)
        for text in shown.references[:_MOST_REFERENCES]
    )
    if len(shown.references) > _MOST_REFERENCES:
        more = len(shown.references) - _MOST_REFERENCES
        references += Markup("<li>and {} more</li>").format(more)
    score = f"{shown.score:.2f}" if math.isfinite(shown.score) else "—"
    told = Markup('<div><p dir="auto"><strong>{}</strong></p><p>{} {}</p><ul>{}</ul></div>').format(
        shown.answer or "(nothing)", score_name, score, references
    )
    if shown.picture is None:
        return Markup('<div class="captioned"><p>(cannot be read)</p>{}</div>').format(told)
    words = Markup("").join(
        _glimpse(word, np.clip(np.nan_to_num(shares), 0, 1))
        for word, shares in zip(shown.words[:MOST_WORDS], attention, strict=False)
    )
    if len(shown.words) > MOST_WORDS:
        words += Markup("<div>…</div>")
    height, width = shown.picture.shape[:2]
    return Markup(
        '<div class="captioned" style="--picture: url({}); --ratio: {} / {}">'
        '<div class="picture" role="img" aria-label="{}"></div>{}'
        '<div class="glimpses">{}</div></div>'
    ).format(_url_of(shown.picture), width, height, shown.answer, told, words)


def _glimpse(word: str, shares: np.ndarray) -> Markup:
    """The picture, dark where the model did not look, and the share of its brightest cell."""
    row, column = np.unravel_index(shares.argmax(), shares.shape)
    most = shares[row, column]
    rows, columns = shares.shape
    place = f"most in row {row + 1} of {rows}, column {column + 1} of {columns}"
    return Markup(
        '<div><div class="picture" role="img" aria-label="{}" style="--shade: url({})"></div>'
        "<bdi>{}</bdi> <small>{}</small></div>"
    ).format(place, _shade(shares), word.strip() or "␣", f"{100 * most:.0f} %")


def _shade(shares: np.ndarray) -> str:
    """Black of varying opacity: none where the model looked most."""
    seen = shares / max(shares.max(), 1e-9)
    black = np.zeros([*shares.shape, 4], np.uint8)
    black[:, :, 3] = np.round(255 * _SHADE * (1 - seen))
    return _url(black, "png", metadata={"Software": None})


def _url_of(picture: np.ndarray) -> str:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(
            f"picture is {picture.dtype} of shape {picture.shape}: give <uint8>[height, width, 3]"
        )
    return _url(picture, "jpeg", pil_kwargs={"quality": 80})


def _url(pixels: np.ndarray, format: str, **arguments: Any) -> str:
    import matplotlib.image

    with io.BytesIO() as file:
        matplotlib.image.imsave(file, pixels, format=format, origin="upper", **arguments)
        return f"data:image/{format};base64,{base64.b64encode(file.getvalue()).decode()}"
