"""COCO's JSON: a list of images, and a list of annotations that name the images by number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.karpathy import images_of
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request


def read_coco(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the captioned images of a COCO file, in the order of its images.

    The file is an object with `images` (of `id` and `file_name`) and `annotations` (of `image_id`
    and `caption`); the captions of an image are a list, empty where it has no annotation.
    """
    whole = _whole(file)
    if isinstance(whole, Mapping) and "annotations" not in whole and _has_sentences(whole):
        # Written over many lines, the two cannot be told apart by their beginning.
        yield from images_of(whole, str(file.path), request)
        return
    images, annotations = _parts(file, whole)
    names: dict[object, str] = {}
    captions: dict[object, list[object]] = {}
    for position, image in enumerate(images):
        number, name = _fields(image, ("id", "file_name"), f"{file.path}, images[{position}]")
        if number in names:
            raise DataError(
                f"{file.path}, images[{position}]: id {number!r} is that of {names[number]!r} too. "
                "Give every image an id of its own."
            )
        names[number], captions[number] = str(name), []
    for position, annotation in enumerate(annotations):
        place = f"{file.path}, annotations[{position}]"
        number, caption = _fields(annotation, ("image_id", "caption"), place)
        if number not in captions:
            raise DataError(
                f"{place}: image_id {number!r} is that of no image among {len(images):,}. Add the "
                "image to images, or remove the annotation."
            )
        if not isinstance(caption, str):
            raise DataError(f"{place}: caption is {shown(caption)}, not a string.")
        captions[number].append(caption)
    columns = {"image": list(names.values()), "caption": list(captions.values())}
    yield RawRows(columns, lambda row: f"{file.path}, images[{row}]")


def _has_sentences(whole: Mapping[str, Any]) -> bool:
    """Whether images have their captions in them, as in Karpathy's splits."""
    images = whole.get("images")
    if not isinstance(images, list) or not images:
        return False
    return isinstance(images[0], Mapping) and "sentences" in images[0]


def _whole(file: TextFile) -> Any:
    """What a file holds."""
    try:
        return json.loads(b"".join(file.blocks()).decode(file.encoding))
    except UnicodeDecodeError as error:
        raise DataError(
            f"{file.path}: byte 0x{error.object[error.start]:02x} at offset {error.start:,} is not "
            f"{error.encoding}. Read it with the encoding it was written in: encoding=…."
        ) from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"{file.path}, line {error.lineno}, column {error.colno}: not JSON ({error.msg}). A "
            "COCO file is one JSON object; for an object on every line: format='jsonl'."
        ) from None
    except RecursionError:
        raise DataError(f"{file.path}: nested too deeply.") from None


def _parts(file: TextFile, whole: Any) -> tuple[list[Any], list[Any]]:
    """The images and the annotations of a file."""
    parts = []
    for key in ("images", "annotations"):
        part = whole.get(key) if isinstance(whole, Mapping) else None
        if not isinstance(part, list):
            keys = list(whole) if isinstance(whole, Mapping) else whole
            raise DataError(
                f"{file.path}: no list {key!r} in {shown(keys)}. A COCO file of captions is an "
                "object with 'images' and 'annotations'; for an object on every line: "
                "format='jsonl'."
            )
        parts.append(part)
    return parts[0], parts[1]


def _fields(entry: object, keys: tuple[str, str], place: str) -> tuple[Any, Any]:
    """Two values of one entry; the first is a number or a name."""
    if not isinstance(entry, Mapping) or any(key not in entry for key in keys):
        raise DataError(f"{place}: {shown(entry, 100)} has no {keys[0]!r} and {keys[1]!r}.")
    number, value = (entry[key] for key in keys)
    if not isinstance(number, (int, str)):
        raise DataError(f"{place}: {keys[0]} is {shown(number)}, not a number.")
    return number, value


def _is_coco(head: str, request: Request) -> bool:
    """Whether a file begins as COCO's do: one object, on one line or over many."""
    try:
        whole = json.loads(head)
    except ValueError:
        return head.lstrip().startswith("{")
    return isinstance(whole, dict) and "annotations" in whole


COCO = Format(
    "coco",
    kinds=("captions",),
    read=read_coco,
    suffixes_by_kind={"captions": (".json",)},
    recognize=_is_coco,
    columns=("image", "caption"),
)
