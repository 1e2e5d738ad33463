"""Files with a label before the text on every line, as a stream of chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seqkit.data.errors import DataError, shown
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import MOST_CHARACTERS, MOST_ROWS, RawRows

PREFIX = "__label__"


def read_labelled_lines(
    file: TextFile, wanted: Sequence[str], separator: str | None, label_separator: str | None
) -> Iterator[RawRows]:
    """Yields the rows of `label text` lines, also in fastText's form `__label__x text`.

    Without a label among the wanted columns the whole line is the text; only fastText's marked
    labels are then passed over.

    Args:
        file: The open file, with `newline="\\n"`.
        wanted: `("text", "label")` or `("text",)`.
        separator: What ends the label; None is one space.
        label_separator: What parts several labels, or None for one label a line.

    Yields:
        Chunks with the physical line of each row.

    Raises:
        DataError: A line lacks its label or its text.
        ValueError: Another column is wanted.
    """
    if not set(wanted) <= {"text", "label"}:
        raise ValueError(f"columns={tuple(wanted)}: format='lines' has text and label alone.")
    labels, texts, lines, characters = [], [], [], 0
    for number, line in enumerate(file, 1):
        line = line.rstrip("\r\n")
        if "label" not in wanted:
            text, label = _without_marked_labels(line), ""
        elif line.strip():
            place = f"{file.path}, line {number}"
            label, text = _parted(line, separator or " ", label_separator, place)
        else:
            continue
        labels.append(label)
        texts.append(text)
        lines.append(number)
        characters += len(text)
        if len(lines) >= MOST_ROWS or characters >= MOST_CHARACTERS:
            yield _chunk(file, wanted, texts, labels, lines)
            labels, texts, lines, characters = [], [], [], 0
    if lines:
        yield _chunk(file, wanted, texts, labels, lines)


def _chunk(
    file: TextFile, wanted: Sequence[str], texts: list[str], labels: list[str], lines: list[int]
) -> RawRows:
    """Gathered rows as columns."""
    columns = {"text": texts, "label": labels}
    place = f"{file.path}, line "
    return RawRows({name: columns[name] for name in wanted}, lambda i: f"{place}{lines[i]}", lines)


def _parted(line: str, separator: str, label_separator: str | None, place: str) -> tuple[str, str]:
    """Label and text of one line."""
    if line.startswith(PREFIX):
        return _marked(line, label_separator, place)
    label, found, text = line.partition(separator)
    if not found or not label.strip():
        raise DataError(
            f"{place}: {shown(line, 100)} is not a label, {separator!r} and a text. Write both, "
            "or give the separator with separator=…."
        )
    return label, text


def _marked(line: str, label_separator: str | None, place: str) -> tuple[str, str]:
    """Labels (joined by `label_separator`) and text of one line in fastText's form."""
    labels = []
    rest = line
    while rest.startswith(PREFIX):
        label, _, rest = rest.partition(" ")
        labels.append(label.removeprefix(PREFIX))
    if len(labels) > 1 and label_separator is None:
        raise DataError(
            f"{place}: {len(labels)} labels in {shown(line, 100)}. For several labels a row read "
            "with label_separator=' '."
        )
    return (label_separator or "").join(labels), rest


def _without_marked_labels(line: str) -> str:
    """The line after its marked labels."""
    while line.startswith(PREFIX):
        line = line.partition(" ")[2]
    return line
