"""The images of a data set: found, read, checked, and each held once however often it is named."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seqkit.arguments import shown
from seqkit.data.errors import DataError

# The digest of each image's bytes, a column that reading adds.
IMAGE_SHA256 = "image_sha256"
BAD_IMAGES = ("error", "skip")
# What an image is that was left out, in the words of a report.
UNUSABLE = "that cannot be used"
# Images that are checked at a time, and their bytes; what is more than a whole is read alone.
_CHECKED = 64
_CHECKED_BYTES = 1 << 26
# Checking this many takes long enough to show how far it is.
_MANY = 1_000
_LISTED = 5
# The most that a pixel takes in a file that is not compressed, with some for what is around it.
_PIXEL_BYTES = 8
_AROUND = 1 << 20


@dataclass(frozen=True)
class ImageOptions:
    """How images are read; see `seqkit.data.read_captions`."""

    image_dir: str | os.PathLike[str] | None = None
    bad_images: str = "error"
    max_pixels: int = 50_000_000

    def __post_init__(self) -> None:
        if self.bad_images not in BAD_IMAGES:
            raise ValueError(f"bad_images={self.bad_images!r} must be 'error' or 'skip'.")
        if self.max_pixels < 1:
            raise ValueError(f"max_pixels={self.max_pixels} must be at least 1.")
        if self.image_dir is not None and not Path(self.image_dir).is_dir():
            raise FileNotFoundError(
                f"image_dir={os.fspath(self.image_dir)!r}: there is no such folder (looked in "
                f"{Path.cwd()})."
            )

    def folders(self, beside: Path | None) -> tuple[Path, ...]:
        """Where files are looked for that are named without a folder of their own, in order."""
        if self.image_dir is not None:
            return (Path(self.image_dir),)
        return (Path(),) if beside is None else (beside, beside / "images", beside / "Images")


class Images:
    """The images that the rows of a source name, each numbered when it first comes.

    Args:
        options: Where they lie and what is refused.
        folder: The folder of the file that names them, or None.
    """

    def __init__(self, options: ImageOptions, folder: Path | None) -> None:
        self.options = options
        self._folders = options.folders(folder)
        self._numbers: dict[object, int] = {}
        self._values: list[str | bytes] = []
        self._names: list[str] = []
        self._faults: dict[int, str] = {}

    def numbers(self, values: Sequence[Any]) -> list[int]:
        """The numbers of images; equal names, and equal bytes, have one.

        They are paths, encoded bytes, arrays of pixels, or mappings with `bytes` or `path`.
        """
        # Several captions of an image name one object, which is hashed or encoded once.
        known: dict[int, int] = {}
        for value in values:
            if id(value) not in known:
                known[id(value)] = self._number(value)
        return [known[id(value)] for value in values]

    def check(self) -> tuple[list[str], dict[int, str]]:
        """Reads and decodes each image once, few at a time.

        Returns:
            The SHA-256 of each one's bytes, and what is wrong with those that cannot be used.
        """
        # It needs TensorFlow, which readers of texts need not wait for.
        from seqkit.images import image_errors

        digests = [""] * len(self._values)
        faults = dict(self._faults)
        show = _progress(len(self._values) - len(faults))
        done = 0
        for numbers, contents in self._read(digests, faults):
            errors = image_errors(contents, max_pixels=self.options.max_pixels)
            faults |= {n: error for n, error in zip(numbers, errors, strict=True) if error}
            done += len(numbers)
            show(done)
        return digests, faults

    def column(self, numbers: np.ndarray) -> pa.ChunkedArray:
        """Images by their numbers, as a column that holds each of them once.

        It is a dictionary of paths (str), or of encoded images (bytes) where not all are in files.
        """
        used, indices = np.unique(numbers, return_inverse=True)
        values: list[Any] = [self._values[number] for number in used]
        kind = pa.string()
        if not all(isinstance(value, str) for value in values):
            kind = pa.large_binary()
            values = [Path(v).read_bytes() if isinstance(v, str) else v for v in values]
        column = pa.DictionaryArray.from_arrays(
            pa.array(indices.astype(np.int32)), pa.array(values, kind)
        )
        return pa.chunked_array([column])

    def describe(self, faults: Mapping[int, str], place: Callable[[int], str]) -> str:
        """Says which images cannot be used, the first of them by name and place."""
        listed = [
            f"  {place(number)}: image {self._names[number]}: {faults[number]}"
            for number in sorted(faults)[:_LISTED]
        ]
        more = len(faults) - len(listed)
        listed += [f"  and {more:,} more"] if more > 0 else []
        count = f"{len(faults):,} of {len(self._values):,} images cannot be used:"
        return "\n".join([count, *listed])

    def _number(self, value: Any) -> int:
        """The number of one image."""
        if isinstance(value, Mapping):
            value = value.get("bytes") or value.get("path")
        if isinstance(value, (str, os.PathLike)):
            return self._number_name(os.fspath(value))
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self._number_bytes(bytes(value))
        if value is None or isinstance(value, float):
            return self._unusable(str(value), "it is missing")
        if hasattr(value, "convert") and hasattr(value, "tobytes"):
            value = np.asarray(value.convert("RGB"))  # Pillow's, as Hugging Face data sets give it
        if not hasattr(value, "__array__"):
            kind = type(value).__name__
            return self._unusable(
                shown(value), f"{kind} is neither a path, nor encoded bytes, nor an array of pixels"
            )
        from seqkit.images import encode_images

        try:
            return self._number_bytes(encode_images([np.asarray(value)])[0])
        except (TypeError, ValueError) as error:
            shape = getattr(value, "shape", "")
            fault = str(error).removeprefix("images[0] ")
            return self._unusable(f"of shape {shape}", f"it {fault}")

    def _number_name(self, name: str) -> int:
        """The number of a named image, which is new where the name is."""
        if name not in self._numbers:
            path = self._find(name)
            if path is None:
                self._faults[len(self._values)] = self._absence(name)
            self._numbers[name] = self._new(path or "", repr(name))
        return self._numbers[name]

    def _unusable(self, name: str, fault: str) -> int:
        """The number of something that is not an image."""
        self._faults[len(self._values)] = fault
        return self._new("", name)

    def _number_bytes(self, content: bytes) -> int:
        """The number of an encoded image, which is new where the bytes are."""
        digest = hashlib.sha256(content).digest()
        if digest not in self._numbers:
            self._numbers[digest] = self._new(content, f"of {len(content):,} bytes")
        return self._numbers[digest]

    def _new(self, value: str | bytes, name: str) -> int:
        """The number of an image that is new."""
        self._values.append(value)
        self._names.append(name)
        return len(self._values) - 1

    def _find(self, name: str) -> str | None:
        """The path of a file, or None where there is none of this name."""
        try:
            name.encode()
        except UnicodeEncodeError:
            return None
        paths = (os.path.join(folder, name) for folder in self._folders)
        return next((path for path in paths if name.strip() and os.path.isfile(path)), None)

    def _absence(self, name: str) -> str:
        """Why no file was found."""
        if not name.strip():
            return "it has no name"
        folders = ", ".join(repr(str(folder)) for folder in self._folders)
        return f"there is no such file (looked in {folders}; say where with image_dir=…)"

    def _read(
        self, digests: list[str], faults: dict[int, str]
    ) -> Iterator[tuple[list[int], list[bytes]]]:
        """Yields the numbers and bytes of images, few at a time, and notes digests on the way."""
        most = self.options.max_pixels * _PIXEL_BYTES + _AROUND
        numbers: list[int] = []
        contents: list[bytes] = []
        size = 0
        for number, value in enumerate(self._values):
            if number in faults:
                continue
            try:
                content = value if isinstance(value, bytes) else _file_bytes(value, most)
            except (OSError, ValueError) as error:
                faults[number] = f"it cannot be read: {error}"
                continue
            digests[number] = hashlib.sha256(content).hexdigest()
            numbers.append(number)
            contents.append(content)
            size += len(content)
            if len(numbers) >= _CHECKED or size >= _CHECKED_BYTES:
                yield numbers, contents
                numbers, contents, size = [], [], 0
        if numbers:
            yield numbers, contents


def select_usable(
    images: Images, numbers: np.ndarray, source: str, place: Callable[..., str]
) -> tuple[np.ndarray, list[str], dict[str, int]]:
    """Finds the rows whose images can be used.

    Args:
        images: The images.
        numbers: `<int>[rows]` the image of each row.
        source: Words that name the source in a message.
        place: Row to the words that name it.

    Returns:
        `<int64>[kept]` the rows to keep, the SHA-256 of every image, and how many images are left
        out, in words.
    """
    digests, faults = images.check()
    present, first = np.unique(numbers, return_index=True)
    first_rows = dict(zip(present.tolist(), first.tolist(), strict=True))
    # An image without captions has no row.
    faults = {number: fault for number, fault in faults.items() if number in first_rows}
    if not faults:
        return np.arange(len(numbers)), digests, {}
    message = f"{source}: {images.describe(faults, lambda number: place(first_rows[number]))}"
    kept = np.flatnonzero(~np.isin(numbers, list(faults)))
    if images.options.bad_images == "error":
        raise DataError(
            f"{message}\nMend or remove them, or leave them out with bad_images='skip'."
        )
    if not len(kept):
        raise DataError(f"{message}\nNo image is left. Is image_dir right?")
    warnings.warn(f"{message}\nThey are left out, with their captions.", stacklevel=2)
    return kept, digests, {UNUSABLE: len(faults)}


def _file_bytes(path: str, most: int) -> bytes:
    """The bytes of a file that is not too large to be an image."""
    size = os.path.getsize(path)
    if size > most:
        raise ValueError(f"{size:,} bytes are more than an image of max_pixels takes")
    return Path(path).read_bytes()


def _progress(count: int) -> Callable[[int], None]:
    """What shows how many images are checked, where they are many."""
    if count < _MANY:
        return lambda done: None
    import keras

    return keras.utils.Progbar(count, unit_name="image").update
