"""What to know about captioned images before training: captions an image, images of two names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from seqkit.data.dataset import Dataset
from seqkit.data.grouping import EMPTY, text_keys
from seqkit.data.kinds.image_column import IMAGE_SHA256

_MIXING = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class CaptionReport:
    """The images of one part of the data.

    Attributes:
        images: Different images, told by their bytes.
        distinct: Different captions, whatever their case and white space.
        fewest: Captions of the image that has the fewest.
        mean: Captions of an image in the mean.
        most: Captions of the image that has the most.
        renamed: Names of images that are there under another name already.
        examples: The first of them, in words.
    """

    images: int
    distinct: int
    fewest: int
    mean: float
    most: int
    renamed: int = 0
    examples: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The report as lines of plain text."""
        lines = [
            f"  captions of an image: fewest {self.fewest:,}, mean {self.mean:.1f}, most "
            f"{self.most:,}; {self.distinct:,} different captions"
        ]
        if self.renamed:
            lines.append(f"  images that are there under another name: {self.renamed:,}")
            lines += [f"  {example}" for example in self.examples[:3]]
        return lines


def caption_keys(dataset: Dataset) -> np.ndarray:
    """`<uint64>[rows]`, equal where image and caption are; `EMPTY` where the caption is empty."""
    images, captions = text_keys(dataset[IMAGE_SHA256]), text_keys(dataset["caption"])
    return np.where(captions == EMPTY, EMPTY, images * _MIXING ^ captions)


def caption_report(dataset: Dataset, train: Dataset, most: int) -> CaptionReport:
    """Counts images and captions of a part, and names images that are there twice."""
    counts = np.unique(text_keys(dataset[IMAGE_SHA256]), return_counts=True)[1]
    captions = text_keys(dataset["caption"])
    renamed = _find_renamed(dataset)
    examples = (
        f"{dataset.place(row)} and {dataset.place(first)} have the same image: {name!r}, {other!r}"
        for row, name, first, other in renamed[:most]
    )
    return CaptionReport(
        images=len(counts),
        distinct=len(np.unique(captions[captions != EMPTY])),
        fewest=int(counts.min(initial=len(dataset))),
        mean=len(dataset) / max(len(counts), 1),
        most=int(counts.max(initial=0)),
        renamed=len(renamed),
        examples=tuple(examples),
    )


def named_captions(dataset: Dataset) -> list[str]:
    """Captions with the names of their images, where these have names."""
    captions = dataset.to_list("caption")
    if not _are_files(dataset):
        return captions
    images = dataset.to_list("image")
    return [f"{image}: {caption}" for image, caption in zip(images, captions, strict=True)]


def _find_renamed(dataset: Dataset) -> list[tuple[int, str, int, str]]:
    """Row and name of each image whose bytes came before by another name, and where and which."""
    if not _are_files(dataset):
        return []
    first: dict[str, tuple[int, str]] = {}
    seen: set[str] = set()
    renamed = []
    digests, names = dataset.to_list(IMAGE_SHA256), dataset.to_list("image")
    for row, (digest, name) in enumerate(zip(digests, names, strict=True)):
        earlier, other = first.setdefault(digest, (row, name))
        if name != other and name not in seen:
            renamed.append((row, name, earlier, other))
        seen.add(name)
    return renamed


def _are_files(dataset: Dataset) -> bool:
    """Whether images are paths."""
    kind = dataset["image"].type
    return pa.types.is_string(kind.value_type if pa.types.is_dictionary(kind) else kind)
