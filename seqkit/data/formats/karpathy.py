"""Karpathy's splits of Flickr8k, Flickr30k and COCO: images with their sentences and their part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.objects import parse_text
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

_BEGINNING = re.compile(r'\s*\{\s*"(?:images|dataset)"\s*:')
_SENTENCES = re.compile(r'"sentences"\s*:\s*\[')
_ANNOTATIONS = re.compile(r'"annotations"\s*:\s*\[')


def read_karpathy(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the images of a file such as `dataset_flickr8k.json`, each with its sentences.

    A column `split` is the part that an image is of: `train`, `restval`, `val` or `test`.
    """
    whole = parse_text("".join(file.texts()), file.path, "Get the file again")
    yield from images_of(whole, str(file.path), request)


def images_of(whole: Any, path: str, request: Request) -> Iterator[RawRows]:
    """Yields the images of what a file holds."""
    images = whole.get("images") if isinstance(whole, Mapping) else None
    if not isinstance(images, list):
        raise DataError(f"{path}: no list 'images' in {shown(whole, 100)}.")
    unknown = [name for name in request.columns if name not in ("image", "caption", "split")]
    if unknown:
        raise DataError(f"{path}: no column {unknown[0]!r}; there are image, caption and split.")
    columns: dict[str, list[Any]] = {"image": [], "caption": [], "split": []}
    for number, image in enumerate(images):
        try:
            folder = image.get("filepath", "")
            columns["image"].append(
                f"{folder}/{image['filename']}" if folder else image["filename"]
            )
            columns["caption"].append([sentence["raw"] for sentence in image["sentences"]])
            columns["split"].append(image.get("split", "train"))
        except (AttributeError, KeyError, TypeError):
            raise DataError(
                f"{path}, images[{number}]: {shown(image, 100)} has no 'filename' and 'sentences' "
                "with 'raw'."
            ) from None
    picked = {name: columns[name] for name in request.columns}
    yield RawRows(picked, lambda row: f"{path}, images[{row}]")


def _recognize(head: str, request: Request) -> bool:
    """Whether a file begins as Karpathy's do."""
    return bool(_BEGINNING.match(head) and _SENTENCES.search(head)) and not _ANNOTATIONS.search(
        head
    )


KARPATHY = Format(
    "karpathy",
    kinds=("captions",),
    read=read_karpathy,
    suffixes_by_kind={"captions": (".json",)},
    recognize=_recognize,
    part_column="split",
)
