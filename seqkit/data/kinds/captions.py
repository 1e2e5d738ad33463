"""Images with captions: their columns, how they are read, one caption a row, and by image."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.data.collected import Collected, Places, collect_columns
from seqkit.data.dataset import Dataset
from seqkit.data.formats.image_folder import captions_file
from seqkit.data.kinds.caption_report import caption_keys, caption_report, named_captions
from seqkit.data.kinds.image_column import IMAGE_SHA256, ImageOptions, Images, select_usable
from seqkit.data.kinds.kind import Kind, Words
from seqkit.data.kinds.labels import LABEL, LABELS, with_labels
from seqkit.data.kinds.values import python_values, text_array
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request, SourceOptions
from seqkit.data.sources import read_source

CAPTIONED = ("image", "caption")
# What an image is that a row names without any caption, in the words of a report.
WITHOUT_CAPTION = "without a caption"
# A table with a row for each image has its captions side by side.
_NUMBERED = re.compile(r"(?:captions?|sentences?|comments?|text)[ _-]?\d+", re.IGNORECASE)
_SIDE_BY_SIDE = re.compile(r"caption_\d+")


def read_captions(
    source: Any,
    *,
    columns: Sequence[str] = CAPTIONED,
    image_dir: str | os.PathLike[str] | None = None,
    bad_images: str = "error",
    max_pixels: int = 50_000_000,
    **source_options: Unpack[SourceOptions],
) -> Dataset:
    """Reads images with their captions.

    They come from tables with a row for each caption, or for each image with several, from COCO's
    JSON, Flickr's text files, and folders of images. Every image is decoded once, so that what
    cannot be used is known before training.

    Args:
        source: A path (`.csv`, `.tsv`, `.xlsx`, `.jsonl`, `.json`, `.parquet`, COCO's and
            Karpathy's `.json`, Flickr's `.txt` and `.token`, each also packed); a folder of images
            with a file `captions.csv` (or another of these) in it, or with a text beside every
            image (`a.jpg`, `a.txt`) that has a caption on
            every line; a list of `(image, caption)` or `(image, captions)` tuples, where images are
            paths, encoded bytes or arrays `<uint8>[height, width, channels]`; or what `read_texts`
            takes beside files.
        columns: `image` and `caption`, with or without further columns, such as `split`, whose
            values are texts too. Tuples are in this order.
        image_dir: The folder that image files are in; None is that of the source, or `images` in
            it, and for a source in memory the current one.
        bad_images: What happens where images are missing, broken or too large: `"error"` names
            them, `"skip"` leaves them out with a warning that does, and counts them in `dropped`.
        max_pixels: Height times width beyond which an image is refused, before it is decoded.
        source_options: See `seqkit.data.request.SourceOptions`.

    Returns:
        A caption (str) in each row, its image as a path (str), or as encoded bytes where it is in
        memory; a column `image_sha256` tells which images are the same.

    Raises:
        DataError, FileNotFoundError, TypeError, ValueError: As `read_texts`.

    Example:
        >>> grey = np.full((2, 2, 3), 128, np.uint8)
        >>> rows = read_captions([(grey, ["grey", "not white"])])
        >>> rows.to_list("caption"), rows.column_names
        (['grey', 'not white'], ('image', 'caption', 'image_sha256'))
    """
    options = ImageOptions(image_dir, bad_images, max_pixels)
    return read_source(source, CAPTIONS, columns, options, **source_options)


def split_captions(raw: RawRows) -> tuple[RawRows, int]:
    """Makes rows of an image and a caption of rows that may hold several captions.

    They have `caption`, texts or lists of texts, or `caption_1` and so on, of which the empty ones
    do not count. Rows that have none at all are counted.

    Example:
        >>> raw = RawRows({"image": ["a", "b"], "caption": [["x", "y"], []]}, lambda row: f"{row}")
        >>> rows, without = split_captions(raw)
        >>> dict(rows.columns), without
        ({'image': ['a', 'a'], 'caption': ['x', 'y']}, 1)
    """
    columns = {name: python_values(values) for name, values in raw.columns.items()}
    beside = [columns.pop(name) for name in raw.columns if _SIDE_BY_SIDE.fullmatch(name)]
    if beside:
        columns["caption"] = [
            [text for text in row if text is not None and str(text).strip()]
            for row in zip(*beside, strict=True)
        ]
    captions: list[object] = []
    rows = array("q")
    without = 0
    for row, value in enumerate(columns["caption"]):
        several = list(value) if isinstance(value, (list, tuple, np.ndarray)) else [value]
        captions += several
        rows.extend([row] * len(several))
        without += not several
    made = {name: [values[row] for row in rows] for name, values in columns.items()}
    made["caption"] = captions
    lines = None if raw.lines is None else [raw.lines[row] for row in rows]
    place = raw.place
    return RawRows(made, lambda row: place(rows[row]), lines), without


def captions_by_image(dataset: Dataset) -> tuple[list[str | bytes], list[list[str]]]:
    """Each image once, with all its captions.

    Images of the same bytes are one, whatever their names.

    Args:
        dataset: With `image` and `caption`, as `seqkit.data.read` gives it.

    Returns:
        Images, as paths or encoded bytes, in the order in which they first come, and for each its
        captions in their order.

    Raises:
        ValueError: There are no such columns.

    Example:
        >>> import numpy as np
        >>> from seqkit import data
        >>> grey, white = (np.full((2, 2, 3), level, np.uint8) for level in (128, 255))
        >>> rows = data.read(
        ...     [(grey, ["grey", "not white"]), (white, "white")], columns=("image", "caption")
        ... )
        >>> images, captions = captions_by_image(rows)
        >>> len(images), captions
        (2, [['grey', 'not white'], ['white']])
    """
    missing = [column for column in CAPTIONED if column not in dataset]
    if missing:
        raise ValueError(
            f"{dataset!r} has no {missing[0]!r}; read it with columns=('image', 'caption')."
        )
    key = IMAGE_SHA256 if IMAGE_SHA256 in dataset else "image"
    numbers: dict[str | bytes, int] = {}
    first_rows: list[int] = []
    captions: list[list[str]] = []
    for row, (name, caption) in enumerate(
        zip(dataset.to_list(key), dataset.to_list("caption"), strict=True)
    ):
        number = numbers.setdefault(name, len(captions))
        if number == len(captions):
            first_rows.append(row)
            captions.append([])
        captions[number].append(caption)
    return dataset.take(np.array(first_rows, np.int64)).to_list("image"), captions


def _collect(
    batches: Iterable[RawRows], request: Request, place: str, folder: Path | None
) -> Collected:
    """Columns of images and captions, each image read once, without those that are bad."""
    images, places = Images(request.options, folder), Places()
    without = 0

    def single() -> Iterator[RawRows]:
        nonlocal without
        for raw in batches:
            rows, empty = split_captions(raw)
            without += empty
            yield rows

    def to_arrays(rows: RawRows) -> dict[str, pa.Array]:
        arrays: dict[str, pa.Array] = {}
        for name, values in rows.columns.items():
            if name == "image":
                arrays[name] = pa.array(images.numbers(values), pa.int32())
            else:
                arrays[name] = text_array(values, rows.place, name)
        return arrays | {"caption": pc.utf8_trim_whitespace(arrays["caption"])}

    convert = with_labels(to_arrays, None)
    collected = collect_columns(single(), request.columns, place, convert, places)
    numbers = collected.columns["image"].to_numpy()
    kept, digests, dropped = select_usable(images, numbers, place, places.of)
    dropped |= {WITHOUT_CAPTION: without} if without else {}
    collected = collected.select(kept, dropped)
    collected.columns["image"] = images.column(numbers[kept])
    collected.columns[IMAGE_SHA256] = pa.chunked_array([[digests[n] for n in numbers[kept]]])
    return collected


def _find_side_by_side(
    available: Sequence[str], request: Request, place: str
) -> dict[str, int] | None:
    """Where captions are that stand side by side in numbered columns, if no other is there."""
    if "caption" in (request.names or {}) or CAPTIONS.candidates(available, "caption"):
        return None
    numbered = [i for i, name in enumerate(available) if _NUMBERED.fullmatch(str(name).strip())]
    if not numbered:
        return None
    others = [name for name in request.columns if name != "caption"]
    beside = {f"caption_{n}": position for n, position in enumerate(numbered, 1)}
    return CAPTIONS.resolve(available, others, request.names, place) | beside


CAPTIONS = Kind(
    name="captions",
    columns=CAPTIONED,
    content=IMAGE_SHA256,
    words=Words(
        "{images:,} images, {rows:,} captions, {empty:,} empty, {duplicates:,} duplicates",
        unit="image",
        leaks=("images", "has the image of"),
    ),
    needed=CAPTIONED,
    more=True,
    apart=("text", "tokens", "tags", "source", "target"),
    adds=(IMAGE_SHA256,),
    aliases={
        "image": ("file", "filename", "file_name", "path", "image_path", "image_name", "img"),
        "caption": ("captions", "text", "sentence", "sentences", "comment", "description"),
        "label": LABELS.aliases["label"],
    },
    reader=read_captions,
    options=ImageOptions,
    collect=_collect,
    find_stand_ins=_find_side_by_side,
    media=True,
    file_in_folder=captions_file,
    digest=("caption", IMAGE_SHA256),
    # Images may be read with a label beside their captions.
    answer=LABEL,
    measured="caption",
    duplicate_keys=caption_keys,
    leaks_once=True,
    shown=named_captions,
    describe=caption_report,
)
