"""What `check` found, in the shape of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from seqkit.data.kinds.kind import Details, Words

MAX_EXAMPLES = 20
_PERCENTILES = (50, 90, 99, 100)
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True)
class Example:
    """Two rows that hold the same text, or the same image.

    Attributes:
        text: The text of the first, its beginning where it is long; for captions with the name of
            the image, where it has one.
        first: Where the first row stands.
        second: Where the second row stands.
        labels: The labels of the two, where there are labels; for sentences their tags, for pairs
            their targets, the beginning where they are long.
    """

    text: str
    first: str
    second: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """How often something was found, and the first cases.

    Attributes:
        count: Rows concerned.
        examples: At most `MAX_EXAMPLES` of them.
    """

    count: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class PartReport:
    """One part of the data (train, validation or test).

    The text of a pair is its source, and what its target is stands in place of the label. The text
    of a captioned image is its caption.

    Attributes:
        name: Name of the data set.
        rows: Number of rows.
        empty: Rows whose text is empty or white space; pairs of which a side is.
        duplicates: Rows whose text came before in the same part, for captions with the same image.
        conflicts: Duplicates whose label differs from that of the text's first row.
        label_counts: Label to number of rows, or tag to number of tokens, most frequent first.
        length_percentiles: Percentile to characters of text, or to tokens of a sentence.
        words: The words of the kind of rows.
        unseen_labels: Labels or tags that the training part lacks.
        tokens: Number of tokens where rows are sentences, of frames where they are pieces of music,
            else None.
        dropped: What reading left out, in words, to number of rows, or of images; of several parts
            read from one source the first has it.
        details: More about sentence pairs, or about captioned images, else None.
    """

    name: str
    rows: int
    empty: int
    duplicates: Finding
    conflicts: Finding
    label_counts: Mapping[str, int]
    length_percentiles: Mapping[int, int]
    words: Words
    unseen_labels: tuple[str, ...] = ()
    tokens: int | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    details: Details | None = None

    def lines(self, part: str) -> list[str]:
        """The report as lines of plain text; `part` is `train`, `validation` or `test`."""
        counts: dict[str, Any] = {
            "rows": self.rows,
            "tokens": self.tokens,
            "empty": self.empty,
            "duplicates": self.duplicates.count,
            "conflicts": self.conflicts.count,
        }
        heading = self.words.heading.format(
            **counts, **(vars(self.details) if self.details else {})
        )
        lines = [
            f"{part} ({self.name}): {heading}",
            length_line(self.words.lengths, self.length_percentiles),
        ]
        if self.dropped:
            lines.append(f"  {describe_dropped(self.dropped, self.words.unit)}")
        if self.details is not None:
            lines += self.details.lines()
        labels = self.words.labels
        if self.label_counts:
            listed = [f"{name} {count:,}" for name, count in self.label_counts.items()]
            more = f", … {len(listed) - 20:,} more" if len(listed) > 20 else ""
            lines.append(f"  {labels}: " + ", ".join(listed[:20]) + more)
        if self.unseen_labels:
            lines.append(f"  {labels} not in train: " + ", ".join(self.unseen_labels))
        return lines + [
            f"  {example.first} and {example.second} have {labels} "
            f"{' and '.join(map(repr, example.labels))}: {example.text!r}"
            for example in self.conflicts.examples[:3]
        ]


@dataclass(frozen=True)
class DataReport:
    """What `check` found.

    Attributes:
        parts: `train`, `validation`, `test`, those that were given.
        leaks: `validation in train` and the like: rows of the one whose text is in the other, or
            images of the one that are in the other.
    """

    parts: Mapping[str, PartReport]
    leaks: Mapping[str, Finding] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The report as lines of plain text."""
        lines: list[str] = []
        for part, report in self.parts.items():
            lines += report.lines(part)
        what, equals = next(iter(self.parts.values())).words.leaks
        for pair, finding in self.leaks.items():
            lines.append(f"{pair}: {finding.count:,} {what}")
            lines += [
                f"  {example.second} {equals} {example.first}: {example.text!r}"
                for example in finding.examples[:3]
            ]
        return lines

    def to_dict(self) -> dict[str, Any]:
        """The report as plain dictionaries, lists and numbers, ready for JSON."""
        report = asdict(self)
        for part in report["parts"].values():
            del part["words"]
        return _plain(report)


def describe_dropped(counts: Mapping[str, int], unit: str) -> str:
    """Says how many rows, which are called `unit`, were left out, and why.

    Example:
        >>> describe_dropped({"with an empty side": 10, "of unlike length": 2}, "pair")
        '12 pairs dropped: 10 with an empty side, 2 of unlike length'
    """
    total = sum(counts.values())
    parts = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
    return f"{total:,} {unit if total == 1 else f'{unit}s'} dropped: {parts}"


def percentiles_of(lengths: np.ndarray) -> dict[int, int]:
    """The percentiles of lengths that a report shows; none where there are no rows."""
    at = np.percentile(lengths, _PERCENTILES, method="higher") if len(lengths) else ()
    return {percent: int(value) for percent, value in zip(_PERCENTILES, at, strict=False)}


def length_line(of: str, percentiles: Mapping[int, int]) -> str:
    """Percentiles of what is measured, as a line of a report.

    Example:
        >>> length_line("characters", {50: 9, 100: 1000})
        '  characters: 50 % 9, longest 1,000'
    """
    return f"  {of}: " + ", ".join(
        f"{'longest' if percent == 100 else f'{percent} %'} {length:,}"
        for percent, length in percentiles.items()
    )


def beginning(text: str | Sequence[str]) -> str:
    """A text, or tokens with a space between them, cut where it is long."""
    whole = text if isinstance(text, str) else " ".join(text)
    return whole if len(whole) <= _SHOWN_CHARACTERS else whole[:_SHOWN_CHARACTERS] + "…"


def _plain(value: Any) -> Any:
    """Dictionaries with strings as keys, and lists where JSON has no tuples."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
