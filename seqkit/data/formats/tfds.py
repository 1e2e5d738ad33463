"""Data sets of TensorFlow Datasets that lie prepared on disk, as raw rows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from seqkit.data.errors import DataError
from seqkit.data.formats.tf_data import read_tf_data
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

SCHEME = "tfds:"
_ADDRESS = re.compile(
    r"tfds:(?P<name>[\w/.\-]+)(?P<version>:\d+\.(?:\d+|\*)\.(?:\d+|\*))?(?::(?P<split>.+))?"
)


class Prepared(NamedTuple):
    """A prepared data set, opened.

    Attributes:
        name: Full name with configuration and version.
        split: The split read.
        license: Its licence as the data set states it, or None.
        rows: Its rows.
    """

    name: str
    split: str
    license: str | None
    rows: Iterator[RawRows]


def parse_address(address: str) -> tuple[str, str]:
    """Splits an address into what `tfds.load` takes: the name and the split.

    The name comes with configuration and version; the split may be a slice, and is `train` where
    none is given.

    Example:
        >>> parse_address("tfds:glue/sst2:validation")
        ('glue/sst2', 'validation')
        >>> parse_address("tfds:imdb_reviews:1.0.0:train[:10%]")
        ('imdb_reviews:1.0.0', 'train[:10%]')
    """
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError(
            f"{address!r} is not of the form 'tfds:NAME[/config][:version][:split]', such as "
            "'tfds:imdb_reviews:test'."
        )
    return match["name"] + (match["version"] or ""), match["split"] or "train"


def open_tfds(address: str, request: Request, data_dir: str | None) -> Prepared:
    """Opens a prepared data set; nothing is downloaded, and class numbers become names of classes.

    Raises:
        DataError: The data set is not prepared there, or the split or a feature is missing.
        ImportError: TensorFlow Datasets is not installed.
    """
    name, split = parse_address(address)
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ImportError(
            f"{address!r} needs TensorFlow Datasets: pip install tensorflow-datasets"
        ) from error
    try:
        dataset, info = tfds.load(
            name, split=split, data_dir=data_dir, download=False, with_info=True
        )
        if request.kind.media:
            # Images as they lie on disk: what is broken is found later, and named.
            encoded = {
                key: tfds.decode.SkipDecoding()
                for key, feature in info.features.items()
                if isinstance(feature, tfds.features.Image)
            }
            dataset = tfds.load(
                name, split=split, data_dir=data_dir, download=False, decoders=encoded
            )
    except (AssertionError, FileNotFoundError):
        raise _not_prepared(address, name, data_dir) from None
    except tfds.core.DatasetNotFoundError:
        close = difflib.get_close_matches(name.split("/")[0], tfds.list_builders(), n=3)
        hint = f" Near names: {', '.join(close)}." if close else ""
        raise DataError(
            f"{address}: TensorFlow Datasets knows no {name!r}, and none lies in "
            f"data_dir={data_dir!r}.{hint}"
        ) from None
    except (KeyError, ValueError) as error:
        raise DataError(f"{address}: split {split!r} cannot be read: {error}.") from None
    convert = {
        key: change
        for key, feature in info.features.items()
        if (change := _class_names(tfds, feature, address)) is not None
    }
    license_text = getattr(info.redistribution_info, "license", "") or None
    rows = read_tf_data(dataset, request, address, convert)
    return Prepared(info.full_name, split, license_text, rows)


def _class_names(tfds: Any, feature: Any, address: str) -> Callable[[Any], Any] | None:
    """What turns a feature's class numbers into names, or None for other features."""
    inner = getattr(feature, "feature", None)
    label = inner if isinstance(inner, tfds.features.ClassLabel) else feature
    if not isinstance(label, tfds.features.ClassLabel):
        return None

    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(item) for item in value]
        if not 0 <= value < label.num_classes:
            raise DataError(
                f"{address}: class number {value} has no name among {label.num_classes} classes; "
                "TFDS writes -1 where a split has no labels. Read another split, or "
                "columns=('text',)."
            )
        return label.int2str(value)

    return named


def _not_prepared(address: str, name: str, data_dir: str | None) -> DataError:
    """The error for a data set that is known but not on disk."""
    where = "TFDS's default folder" if data_dir is None else f"data_dir={data_dir!r}"
    folder = "" if data_dir is None else f", data_dir={data_dir!r}"
    return DataError(
        f"{address}: not prepared in {where}, and nothing is downloaded while reading. Prepare it "
        f"once with tfds.builder({name!r}{folder}).download_and_prepare(), or name the folder it "
        "lies in: data_dir=…."
    )
