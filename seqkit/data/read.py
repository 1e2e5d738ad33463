"""`read`: whatever people have, made into a `Dataset`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from seqkit.data import columns as column_names
from seqkit.data.assembly import Assembled, Reading, assembled
from seqkit.data.dataset import Dataset, content_sha256
from seqkit.data.formats import in_memory, parquet, tf_data, tfds
from seqkit.data.formats.by_name import FORMATS, format_of, stem
from seqkit.data.formats.coco import read_coco
from seqkit.data.formats.conll import read_conll
from seqkit.data.formats.conllu import read_conllu
from seqkit.data.formats.delimited import read_delimited
from seqkit.data.formats.flickr import read_flickr
from seqkit.data.formats.image_folder import captions_file, read_image_folder
from seqkit.data.formats.jsonl import read_jsonl
from seqkit.data.formats.labelled_lines import read_labelled_lines
from seqkit.data.formats.parallel import pair_name, pair_sha256, parallel_paths, read_parallel
from seqkit.data.formats.text_file import TextFile
from seqkit.data.formats.tmx import read_tmx
from seqkit.data.kinds.captions import IMAGE_SHA256
from seqkit.data.kinds.image_column import ImageReading
from seqkit.data.raw_rows import RawRows

if TYPE_CHECKING:
    from seqkit.text import Tokenizer


class _Options(NamedTuple):
    """What the caller said about a source."""

    wanted: tuple[str, ...]
    names: Mapping[str, str | int] | None
    format: str | None
    encoding: str
    separator: str | None
    quoting: bool | None
    reading: Reading
    name: str | None
    license: str | None
    data_dir: str | None


def read(
    source: Any,
    *,
    columns: Sequence[str] = ("text", "label"),
    names: Mapping[str, str | int] | None = None,
    format: str | None = None,
    encoding: str = "utf-8",
    separator: str | None = None,
    quoting: bool | None = None,
    label_separator: str | None = None,
    tag_scheme: str | None = None,
    tokenizer: Tokenizer | None = None,
    misaligned: str = "error",
    bad_pairs: str = "error",
    max_length_ratio: float | None = None,
    image_dir: str | os.PathLike[str] | None = None,
    bad_images: str = "error",
    max_pixels: int = 50_000_000,
    name: str | None = None,
    license: str | None = None,
    data_dir: str | None = None,
) -> Dataset:
    """Reads texts with labels, tagged tokens, pairs or captions from files, memory or collections.

    Tagged tokens (`columns=("tokens", "tags")`) come from CoNLL and CoNLL-U files, from lists of
    tokens and tags, or from texts with marked spans; `seqkit.data.kinds.tag_scheme` says what tags
    may mean. Span tags that break the rules of their scheme are refused.

    Pairs (`columns=("source", "target")`) come from two files with one sentence on every line, or
    from tables, JSON Lines, TMX and the rest. A pair is bad where a side is empty, or where
    `max_length_ratio` is given and the lengths are unlike; `check` tells what was left out.

    Captioned images (`columns=("image", "caption")`) come from tables with a row for each caption,
    or for each image with several, from COCO's JSON, Flickr's text files, and folders of images.
    Every image is decoded once, so that what cannot be used is known before training.

    Args:
        source: A path (`.csv`, `.tsv`, `.txt` with tabs, `.jsonl`, `.parquet`; for tokens
            `.conll`, `.bio`, `.iob`, `.iob2`, `.conllu`; for pairs `.tmx`; for captions COCO's
            `.json` and Flickr's `.txt`, `.token`; each also `.gz`); for captions a folder of
            images with a file `captions.csv` (or another of these) in it, or with a text beside
            every image (`a.jpg`, `a.txt`) that has a caption on every line;
            for pairs two paths, `("train.en", "train.de")`, or `"train.{en,de}"` for the same
            (in quotes on a command line);
            `"tfds:NAME[/config][:split]"`; a list of `(text, label)` tuples or of dictionaries;
            for tokens a list of `(tokens, tags)` tuples or of lists of `(token, tag)` tuples;
            for captions a list of `(image, caption)` or `(image, captions)` tuples, where images
            are paths, encoded bytes or arrays `<uint8>[height, width, channels]`;
            a dictionary of lists; a pandas or Polars frame; an Arrow table; a
            `tf.data.Dataset`; or a `Dataset`, which is given back.
        columns: Standard names to read: `text` and `label`, `tokens` and `tags`, `source` and
            `target`, or `image` and `caption`; `("text",)` and `("tokens",)` read these alone.
            Tuples, and files of a pair, are in this order. Texts and captions may have more
            columns with them, such as `split`, whose values are texts too.
        names: Standard name to the source's own column name, where it is not found by itself;
            for a CoNLL file, or a delimited file without a header line, to the position, counted
            from 0; for a CoNLL-U file to the field (`{"tags": "xpos"}`). Texts with marked spans
            have `text` and `spans` in place of `tokens` and `tags`. Where the sides of a pair go by
            language (`{"translation": {"en": …, "de": …}}`, TFDS, TMX, `"train.{en,de}"`), to the
            language: `{"source": "en", "target": "de"}`.
        format: `"csv"`, `"tsv"`, `"jsonl"`, `"parquet"`, `"lines"` (a label, a space and the
            text on each line; fastText's `__label__x` too), `"conll"` (a token and its tag on each
            line, a blank line between sentences), `"conllu"`, `"tmx"`, `"coco"` or `"flickr"`
            (`name.jpg#0`, a tab, the caption); None goes by the file's name.
        encoding: Character encoding of a text file; that of a TMX file is the one it states.
        separator: What parts the fields of a delimited file; None finds it in the first line.
        quoting: Whether double quotes enclose fields of a delimited file; None is True, but for
            pairs parted by tabs without a header line, as Tatoeba has them, False.
        label_separator: What parts the labels of one cell where a row may have several; lists
            of labels in other sources need no argument.
        tag_scheme: What the tags are: `"BIO"`, `"IOBES"`, `"IOB1"` (read as BIO) or `"plain"`
            (no tag marks a span, and nothing is checked); None finds out, but never IOB1.
        tokenizer: What splits texts with marked spans; None is `seqkit.text.WordTokenizer()`.
        misaligned: What happens where a marked span cuts a token: `"error"`, or `"widen"` to take
            the whole token.
        bad_pairs: What happens to bad pairs: `"error"`, `"drop"` to leave them out and count them
            in `dropped` of the result, or `"keep"`. Two files of unequal numbers of lines are
            refused in any case: from somewhere on, none of their pairs fits.
        max_length_ratio: How many times as long one side of a pair may be as the other lets
            expect: in characters, by the ratio that is the median of these data, so that it fits
            any two languages, and with two characters added to both for the sake of short ones;
            None does not judge lengths (replies of a dialogue have any).
        image_dir: The folder that image files are in; None is that of the source, or `images` in
            it, and for a source in memory the current one.
        bad_images: What happens where images are missing, broken or too large: `"error"` names
            them, `"skip"` leaves them out with a warning that does, and counts them in `dropped`.
        max_pixels: Height times width beyond which an image is refused, before it is decoded.
        name: A name for reports; None takes the file's.
        license: The licence of the data, for reports.
        data_dir: Where TensorFlow Datasets keeps what it prepared.

    Returns:
        The rows, with strings in `text`, `source` and `target`, in `label` strings or lists of
        strings, and in `tokens` and `tags` lists of strings, as many in the one as in the other.
        Captions are strings, one a row, their images paths (str), or encoded bytes where they are
        in memory; a column `image_sha256` tells which are the same.

    Raises:
        DataError: Something in the data cannot be used; the message names the place.
        FileNotFoundError: There is no such file or folder.
        TypeError: The source is of no kind known.
        ValueError: An argument cannot be used.

    Example:
        >>> from seqkit import data
        >>> rows = data.read({"review": ["good", "bad"], "rating": [5, 1]})
        >>> rows.to_list("text"), rows.to_list("label")
        (['good', 'bad'], ['5', '1'])
        >>> tagged = data.read([(["Ada", "wrote"], ["B-PER", "O"])], columns=("tokens", "tags"))
        >>> tagged.to_list("tokens"), tagged.to_list("tags")
        ([['Ada', 'wrote']], [['B-PER', 'O']])
        >>> lines = [("Hello.", "Hallo."), ("Yes.", "")]
        >>> pairs = data.read(lines, columns=("source", "target"), bad_pairs="drop")
        >>> pairs.to_list("source"), pairs.to_list("target"), pairs.dropped
        (['Hello.'], ['Hallo.'], {'with an empty side': 1})
        >>> data.read([("good", "pos"), ("bad", "")])
        Traceback (most recent call last):
            ...
        seqkit.data.errors.DataError: list of 2, row 1: label is empty ('')...
    """
    column_names.check_arguments(columns, names)
    if format is not None and format not in FORMATS:
        raise ValueError(f"format={format!r} must be one of {', '.join(map(repr, FORMATS))}.")
    reading = Reading(
        label_separator, tag_scheme, tokenizer, misaligned, names, bad_pairs, max_length_ratio,
        ImageReading(() if image_dir is None else (Path(image_dir),), bad_images, max_pixels),
    )  # fmt: skip
    reading.check()
    options = _Options(
        tuple(columns), names, format, encoding, separator, quoting, reading, name, license,
        data_dir,
    )  # fmt: skip
    if isinstance(source, Dataset):
        column_names.resolve(source.column_names, columns, None, repr(source))
        return source
    if isinstance(source, str) and source.startswith(tfds.SCHEME):
        prepared = tfds.open_tfds(source, options.wanted, names, data_dir)
        place = f"{prepared.name}, split {prepared.split}"
        options = options._replace(license=license or prepared.license)
        return _from_memory(prepared.chunks, f"{tfds.SCHEME}{place}", options)
    if column_names.is_pair(columns):
        paths = parallel_paths(source, options.wanted, names, format)
        if paths is not None:
            return _from_two_files(paths, options)
    if isinstance(source, (str, os.PathLike)):
        return _from_file(Path(source), options)
    return _from_memory(*_memory_chunks(source, options), options)


def _memory_chunks(source: Any, options: _Options) -> tuple[Iterator[RawRows], str]:
    """The rows of a source in memory and the words that describe it."""
    wanted, names = options.wanted, options.names
    if tf_data.is_tf_dataset(source):
        return tf_data.read_tf_data(source, wanted, names, "tf.data.Dataset"), "tf.data.Dataset"
    if isinstance(source, (pa.Table, pa.RecordBatch)):
        return parquet.read_table(source, wanted, names, "Arrow table"), "Arrow table"
    if isinstance(source, Mapping):
        return in_memory.read_columns(source, wanted, names, "dict"), "dict"
    if hasattr(source, "columns") and hasattr(source, "__getitem__"):
        return in_memory.read_frame(source, wanted, names, "frame"), "frame"
    if isinstance(source, Iterable) and not isinstance(source, (bytes, bytearray)):
        kind = type(source).__name__
        place = f"{kind} of {len(source):,}" if isinstance(source, Sized) else kind
        return in_memory.read_rows(source, wanted, names, place), place
    raise TypeError(
        f"source is {type(source).__name__}; give a path, 'tfds:NAME', a list of tuples or "
        "dictionaries, a dictionary of lists, a frame, an Arrow table or a tf.data.Dataset."
    )


def _from_memory(chunks: Iterator[RawRows], place: str, options: _Options) -> Dataset:
    """A data set of rows that no file holds; its digest is that of the content."""
    made = assembled(chunks, options.wanted, place, options.reading)
    return _dataset(made, place, place, content_sha256(made.columns), options)


def _from_image_folder(folder: Path, options: _Options) -> Dataset:
    """A data set of a folder's images and the texts beside them."""
    format_of(folder, "folder", options.wanted, options.encoding)
    chunks = read_image_folder(folder, options.encoding)
    made = assembled(chunks, options.wanted, str(folder), options.reading)
    return _dataset(made, folder.name, str(folder), "", options)


def _from_file(path: Path, options: _Options) -> Dataset:
    """A data set of a file's rows; its digest is that of the file."""
    if column_names.is_captioned(options.wanted):
        folder = path if path.is_dir() else path.parent
        images = options.reading.images.beside(folder)
        options = options._replace(reading=options.reading._replace(images=images))
        found = captions_file(path) if path.is_dir() else path
        if found is None:
            return _from_image_folder(path, options)
        path = found
    _refuse_absent(path)
    form = format_of(path, options.format, options.wanted, options.encoding)
    if form == "parquet":
        chunks = parquet.read_parquet(path, options.wanted, options.names)
        made = assembled(chunks, options.wanted, str(path), options.reading)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    else:
        newline = "" if form in ("csv", "tsv") else "\n"
        with TextFile(path, options.encoding, newline) as text:
            chunks = _text_chunks(text, form, options)
            made = assembled(chunks, options.wanted, str(path), options.reading)
            digest = text.sha256()
    return _dataset(made, stem(path), str(path), digest, options)


def _from_two_files(paths: tuple[Path, Path], options: _Options) -> Dataset:
    """A data set of the lines of two files; its digest is over both."""
    for path in paths:
        _refuse_absent(path)
    place = " and ".join(map(str, paths))
    first, second = (TextFile(path, options.encoding, "\n") for path in paths)
    with first, second:
        chunks = read_parallel((first, second), options.wanted)
        made = assembled(chunks, options.wanted, place, options.reading)
        digest = pair_sha256((first, second))
    return _dataset(made, pair_name(paths), place, digest, options)


def _refuse_absent(path: Path) -> None:
    """Raises where there is no such file."""
    if not path.is_file():
        raise FileNotFoundError(
            f"source={str(path)!r}: there is no such file (looked in {Path.cwd()})."
        )


def _dataset(made: Assembled, name: str, source: str, digest: str, options: _Options) -> Dataset:
    """What was read, under the caller's name where there is one."""
    if IMAGE_SHA256 in made.columns:
        # A file of captions does not tell what is in the images, nor a path that it is the same.
        content = {key: made.columns[key] for key in ("caption", IMAGE_SHA256)}
        digest = content_sha256(content)
    return Dataset(
        made.columns,
        name=options.name or name,
        source=source,
        sha256=digest,
        license=options.license,
        lines=made.lines,
        dropped=made.dropped,
    )


def _text_chunks(text: TextFile, form: str, options: _Options) -> Iterator[RawRows]:
    """The rows of an open text file."""
    if form == "jsonl":
        return read_jsonl(text, options.wanted, options.names)
    if form == "conll":
        return read_conll(text, options.wanted, options.names)
    if form == "coco":
        return read_coco(text)
    if form == "flickr":
        return read_flickr(text)
    if form == "tmx":
        return read_tmx(text, options.wanted, options.names)
    if form == "conllu":
        return read_conllu(text, options.wanted, options.names)
    if form == "lines":
        several = options.reading.label_separator
        return read_labelled_lines(text, options.wanted, options.separator, several)
    separator = "\t" if form == "tsv" and options.separator is None else options.separator
    return read_delimited(text, options.wanted, options.names, separator, options.quoting)
