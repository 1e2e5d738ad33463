"""What a tagger answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqkit.data.kinds import tag_scheme


@dataclass(frozen=True)
class Span:
    """Neighbouring words that are one thing.

    Attributes:
        label: what it is.
        text: the words; of a text, as they stand there.
        first: number of its first word, from 0.
        end: number after its last word.
        start_character: offset of its first character in the text; None for words given one by one.
        end_character: offset after its last character; None for words given one by one.
        confidence: of its least certain word.
    """

    label: str
    text: str
    first: int
    end: int
    start_character: int | None
    end_character: int | None
    confidence: float


@dataclass(frozen=True)
class Tagging:
    """The answer for one text, or for one list of words.

    Attributes:
        tokens: the words.
        tags: the tag of each.
        confidence: probability of each tag, whatever the others are.
        unknown: whether the dictionary lacks the word; its letters were read all the same.
        start: offset of each word's first character (code point) in the text; empty for words
            given one by one.
        end: offset after its last character.
        spans: what BIO or IOBES tags mark; empty for plain tags.
        unknown_rate: share of the words that training never saw, as `seqkit.text.SeenWords` defines
            it: a rare word that training saw may be `unknown` all the same. A model saved before
            words were kept gives `unknown_token_rate`.
        unknown_token_rate: share of the words that are `unknown`.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    confidence: tuple[float, ...]
    unknown: tuple[bool, ...]
    start: tuple[int, ...] = ()
    end: tuple[int, ...] = ()
    spans: tuple[Span, ...] = ()
    unknown_rate: float = 0.0
    unknown_token_rate: float = 0.0


def collect(
    answer: Mapping[str, Any],
    scheme: str,
    *,
    given: Sequence[Sequence[str]] | None = None,
    texts: Sequence[str] | None = None,
) -> list[Tagging]:
    """Makes the graph's tensors into answers.

    Args:
        answer: what the graph gave.
        scheme: of the tags: `"plain"`, `"BIO"` or `"IOBES"`.
        given: the words that were given, or None for texts.
        texts: the texts that were given, or None.

    Returns:
        An answer for each row.
    """
    columns = {key: value.numpy() for key, value in answer.items()}
    taggings = []
    for row, tag_row in enumerate(columns["tags"]):
        if given is not None:
            size = len(given[row])
            tokens = tuple(given[row])
        else:
            size = int((tag_row != b"").sum())
            tokens = tuple(token.decode() for token in columns["tokens"][row, :size])
        tags = tuple(tag.decode() for tag in tag_row[:size])
        confidence = tuple(columns["confidence"][row, :size].tolist())
        start, end = (
            tuple(columns[key][row, :size].tolist()) if texts is not None else ()
            for key in ("start", "end")
        )
        text = None if texts is None else _as_string(texts[row])
        spans = tuple(
            Span(
                label,
                " ".join(tokens[first:last])
                if text is None
                else text[start[first] : end[last - 1]],
                first,
                last,
                start[first] if start else None,
                end[last - 1] if end else None,
                min(confidence[first:last]),
            )
            for first, last, label in tag_scheme.spans(tags, scheme)
        )
        unknown = tuple(columns["unknown"][row, :size].tolist())
        rates = [float(columns[key][row]) for key in ("unknown_rate", "unknown_token_rate")]
        taggings.append(Tagging(tokens, tags, confidence, unknown, start, end, spans, *rates))
    return taggings


def _as_string(text: str | bytes) -> str:
    return text.decode("utf-8", errors="replace") if isinstance(text, bytes) else text
