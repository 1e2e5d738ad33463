"""Tags that mark spans of tokens: BIO and IOBES, and the older IOB1.

A span tag is a prefix and a label, such as `B-PER`, or `O` for a token outside every span. In BIO a
span is `B I I …`; in IOBES it is `B I … E`, and `S` where it is one token. In IOB1 a span begins
with `I`, and with `B` only where it follows a span of the same label. A data set with one kind of
span may leave the labels out (`B`, `I`, `O`); the label of such a span is `_`. All other tags are
plain: each token's tag stands for itself, as parts of speech do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SPAN_SCHEMES = ("BIO", "IOBES", "IOB1")
_NO_LABEL = "_"


def scheme(tags: Iterable[str]) -> str:
    """Finds what a set of tags is.

    Args:
        tags: The names of the tags.

    Returns:
        `"IOBES"` or `"BIO"` where every tag is `O` or a span tag, else `"plain"`. Tags of IOB1 are
        found to be BIO: names alone do not tell the two apart.

    Example:
        >>> scheme(["O", "B-PER", "I-PER"]), scheme(["O", "S-PER"]), scheme(["NOUN", "VERB"])
        ('BIO', 'IOBES', 'plain')
    """
    names = set(tags)
    parts = [split_tag(name) for name in names if name != "O"]
    if not parts or not all(prefix for prefix, _ in parts):
        return "plain"
    bare = {prefix for prefix, label in parts if not label}
    if bare and (len(bare) < len(parts) or "B" not in bare):
        return "plain"  # single letters mean spans only among themselves
    return "IOBES" if any(prefix in "ES" for prefix, _ in parts) else "BIO"


def split_tag(tag: str) -> tuple[str, str]:
    """Splits a tag into its prefix and the rest; what is not a span tag has no prefix.

    Example:
        >>> split_tag("B-geo-loc"), split_tag("O"), split_tag("NOUN")
        (('B', '-geo-loc'), ('', 'O'), ('', 'NOUN'))
    """
    prefix, rest = tag[:1], tag[1:]
    if prefix in ("B", "I", "E", "S") and (not rest or (rest[0] == "-" and len(rest) > 1)):
        return prefix, rest
    return "", tag


def spans(tags: Sequence[str], tag_scheme: str | None = None) -> list[tuple[int, int, str]]:
    """The spans that the tags of one sentence mark.

    Only what the scheme allows counts, as in strict scoring: an `I` that continues nothing marks
    nothing, and in IOBES a span without its end is none. The spans are those that seqeval 1.2.2
    gives with `mode="strict"` and `scheme=IOB2` or `scheme=IOBES`. In IOB1 a `B`
    begins a span wherever it stands.

    Args:
        tags: The tags of the tokens.
        tag_scheme: `"BIO"`, `"IOBES"`, `"IOB1"` or `"plain"` (no spans); None finds it in these
            tags. Say it where a sentence alone may not tell, as in scores.

    Returns:
        First token, the token after the last, and label of each span, in order.

    Raises:
        ValueError: `tag_scheme` is unknown.

    Example:
        >>> spans(["B-PER", "I-PER", "O", "B-LOC", "I-PER"])
        [(0, 2, 'PER'), (3, 4, 'LOC')]
        >>> spans(["B-PER", "I-PER"], "IOBES")
        []
    """
    known = _scheme_of(tags, tag_scheme)
    if known == "plain":
        return []
    return [(start, end, label[1:] or _NO_LABEL) for start, end, label in _find_spans(tags, known)]


def from_spans(
    spans: Iterable[tuple[int, int, str]], length: int, tag_scheme: str = "BIO"
) -> list[str]:
    """Tags for the tokens of one sentence that mark given spans.

    Args:
        spans: First token, the token after the last, and label of each span; none overlap.
        length: Number of tokens.
        tag_scheme: `"BIO"`, `"IOBES"` or `"IOB1"`.

    Returns:
        One tag for each token.

    Raises:
        ValueError: A span is empty, lies outside the sentence, or overlaps another.

    Example:
        >>> from_spans([(1, 3, "PER")], 4, "IOBES")
        ['O', 'B-PER', 'E-PER', 'O']
    """
    if tag_scheme not in _SPAN_SCHEMES:
        raise ValueError(
            f"{tag_scheme!r} cannot mark spans; use one of {', '.join(map(repr, _SPAN_SCHEMES))}."
        )
    tags = ["O"] * length
    last_end, last_label = -1, ""
    for start, end, label in sorted(spans):
        if not max(last_end, 0) <= start < end <= length:
            raise ValueError(
                f"the span {(start, end, label)} is empty, overlaps another or lies outside the "
                f"{length} tokens."
            )
        follows_its_like = start == last_end and label == last_label
        first = "I" if tag_scheme == "IOB1" and not follows_its_like else "B"
        prefixes = [first] + ["I"] * (end - start - 1)
        if tag_scheme == "IOBES":
            prefixes[-1] = "S" if end - start == 1 else "E"
        tags[start:end] = [f"{prefix}-{label}" for prefix in prefixes]
        last_end, last_label = end, label
    return tags


def allowed(
    tags: Sequence[str], tag_scheme: str | None = None
) -> tuple[list[bool], list[list[bool]], list[bool]]:
    """Which tags may begin a sentence, follow one another, and end a sentence.

    Args:
        tags: The names of the tags, each once.
        tag_scheme: `"plain"` (all may), `"BIO"` or `"IOBES"`; None finds it in the names.

    Returns:
        `start` (`<bool>[tags]`), `transitions` (`<bool>[tags, tags]`, from row to column) and
        `end` (`<bool>[tags]`).

    Raises:
        ValueError: `tag_scheme` is unknown.

    Example:
        >>> start, transitions, end = allowed(["O", "B-X", "I-X"])
        >>> start, transitions, end
        ([True, True, False], [[True, True, False], [True, True, True], [True, True, True]],
         [True, True, True])
    """
    known = _scheme_of(tags, tag_scheme)
    start = [follows(None, tag, known) for tag in tags]
    transitions = [[follows(before, tag, known) for tag in tags] for before in tags]
    return start, transitions, [follows(tag, None, known) for tag in tags]


def follows(before: str | None, tag: str | None, tag_scheme: str) -> bool:
    """Whether one tag may stand after another.

    Args:
        before: The tag before, or None at the beginning of a sentence.
        tag: The tag, or None at the end of a sentence.
        tag_scheme: `"plain"`, `"BIO"`, `"IOBES"` or `"IOB1"`.

    Returns:
        True where the scheme allows it.

    Example:
        >>> follows("O", "I-PER", "BIO"), follows("B-PER", None, "IOBES")
        (False, False)
    """
    if tag_scheme in ("plain", "IOB1"):
        return True
    open_prefix, open_label = split_tag(before or "O")
    prefix, label = split_tag(tag or "O")
    if tag_scheme == "BIO":
        return prefix != "I" or (open_prefix in ("B", "I") and open_label == label)
    continues = prefix in ("I", "E")
    if open_prefix in ("B", "I"):
        return continues and open_label == label
    return not continues


def _scheme_of(tags: Sequence[str], tag_scheme: str | None) -> str:
    """The scheme given, or else the one found."""
    if tag_scheme is None:
        return scheme(tags)
    if tag_scheme not in ("plain", *_SPAN_SCHEMES):
        raise ValueError(
            f"tag_scheme={tag_scheme!r} must be None, 'plain', "
            f"{', '.join(map(repr, _SPAN_SCHEMES))}."
        )
    return tag_scheme


def _find_spans(tags: Sequence[str], tag_scheme: str) -> list[tuple[int, int, str]]:
    """First token, token after the last, and rest of the tag, of each span."""
    marked = []
    start, label, complete = None, "", False
    for index, tag in enumerate([*tags, "O"]):
        prefix, rest = split_tag(tag)
        if start is not None and prefix in ("I", "E") and rest == label:
            if tag_scheme != "IOBES":
                if prefix == "I":
                    continue
            elif not complete:
                complete = prefix == "E"
                continue
        if start is not None and (complete or tag_scheme != "IOBES"):
            marked.append((start, index, label))
        begins = prefix == "B" or (prefix == "S" and tag_scheme == "IOBES")
        begins = begins or (prefix == "I" and tag_scheme == "IOB1")
        start, label, complete = (index if begins else None), rest, prefix == "S"
    return marked
