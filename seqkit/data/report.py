"""What `check` found, in the shape of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from seqkit.data.kinds.caption_checks import CaptionReport
from seqkit.data.kinds.pair_checks import PairReport
from seqkit.data.kinds.pairs import EMPTY_SIDE, describe_dropped

MAX_EXAMPLES = 20


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
        unseen_labels: Labels or tags that the training part lacks.
        tokens: Number of tokens where rows are sentences, of frames where they are pieces of music,
            else None.
        pieces: Whether rows are pieces of music.
        dropped: What reading left out, in words, to number of rows, or of images; of several parts
            read from one source the first has it.
        pairs: More about sentence pairs, else None.
        captions: More about captioned images, else None.
    """

    name: str
    rows: int
    empty: int
    duplicates: Finding
    conflicts: Finding
    label_counts: Mapping[str, int]
    length_percentiles: Mapping[int, int]
    unseen_labels: tuple[str, ...] = ()
    tokens: int | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    pairs: PairReport | None = None
    captions: CaptionReport | None = None
    pieces: bool = False

    def lines(self, part: str) -> list[str]:
        """The report as lines of plain text; `part` is `train`, `validation` or `test`."""
        rows, labels, of = f"{self.rows:,} rows", "labels", "characters"
        counts = (
            f"{self.empty:,} empty, {self.duplicates.count:,} duplicates, "
            f"{self.conflicts.count:,} of them with "
        )
        if self.tokens is not None:
            rows = f"{self.rows:,} sentences, {self.tokens:,} tokens"
            labels, of = "tags", "tokens of a sentence"
        if self.pairs is not None:
            rows, labels, of = f"{self.rows:,} pairs", "targets", "characters of source"
            counts = (
                f"{self.empty:,} {EMPTY_SIDE}, {self.duplicates.count:,} whose source came "
                f"before, {self.conflicts.count:,} of them with "
            )
        other = {"labels": "another label", "tags": "other tags", "targets": "another target"}
        conflicts = other[labels]
        if self.captions is not None:
            rows, of = f"{self.captions.images:,} images, {self.rows:,} captions", "characters"
            counts = f"{self.empty:,} empty, {self.duplicates.count:,} duplicates"
            conflicts = ""
        if self.pieces:
            rows, of = f"{self.rows:,} pieces, {self.tokens:,} frames", "frames of a piece"
            counts, conflicts = f"{self.duplicates.count:,} duplicates", ""
        lines = [
            f"{part} ({self.name}): {rows}, {counts}{conflicts}",
            _length_line(of, self.length_percentiles),
        ]
        if self.dropped:
            what = "pair" if self.captions is None else "image"
            lines.append(f"  {describe_dropped(self.dropped, what)}")
        if self.captions is not None:
            lines += self.captions.lines()
        if self.pairs is not None:
            lines.append(_length_line("characters of target", self.pairs.target_length_percentiles))
            lines += self.pairs.lines()
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
        captioned = any(report.captions is not None for report in self.parts.values())
        what, equals = ("images", "has the image of") if captioned else ("rows", "equals")
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
            part["unseen_labels"] = list(part["unseen_labels"])
            part["length_percentiles"] = {
                str(percent): length for percent, length in part["length_percentiles"].items()
            }
            if part["pairs"] is not None:
                lengths = part["pairs"]["target_length_percentiles"]
                part["pairs"]["target_length_percentiles"] = {
                    str(percent): length for percent, length in lengths.items()
                }
                part["pairs"]["examples"] = list(part["pairs"]["examples"])
            if part["captions"] is not None:
                part["captions"]["examples"] = list(part["captions"]["examples"])
            for finding in (part["duplicates"], part["conflicts"]):
                finding["examples"] = _plain(finding["examples"])
        for finding in report["leaks"].values():
            finding["examples"] = _plain(finding["examples"])
        return report


def _length_line(of: str, percentiles: Mapping[int, int]) -> str:
    """Percentiles as a line of a report."""
    return f"  {of}: " + ", ".join(
        f"{'longest' if percent == 100 else f'{percent} %'} {length:,}"
        for percent, length in percentiles.items()
    )


def _plain(examples: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Examples with lists where JSON has no tuples."""
    return [{**example, "labels": list(example["labels"])} for example in examples]
