"""Tagged sentences in colour, for the report."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from seqkit.export.report import Section

_OUTSIDE = "O"


def tagged_sentences(
    title: str,
    sentences: Sequence[tuple[Sequence[str], Sequence[str], Sequence[str]]],
    note: str = "",
) -> Section:
    """Shows sentences with the tag of each word; what is wrong is framed, with the truth.

    A tag has the same colour wherever it comes; the prefixes of BIO and IOBES do not count, and
    `O` has none. Colour is never the only sign: the tag stands below its word.

    Args:
        title: the heading.
        sentences: of each, the words, their true tags and the tags given.
        note: a sentence below the heading.

    Returns:
        A section with a line for each sentence.

    Raises:
        ValueError: words and tags differ in number.

    Example:
        >>> section = tagged_sentences("Worst", [(["Ann", "<3"], ["NAME", "SYM"], ["NAME", "NUM"])])
        >>> "&lt;3" in section.lines[0], "NUM, not SYM" in section.lines[0]
        (True, True)
    """
    kinds = {_kind(tag) for _, truth, answer in sentences for tag in (*truth, *answer)}
    # Hues as far apart as their number allows, in the order of the names.
    kinds.discard(_OUTSIDE)
    hues = {kind: 360 * i // len(kinds) for i, kind in enumerate(sorted(kinds))}
    return Section(title, note=note, lines=tuple(_line(*sentence, hues) for sentence in sentences))


def _line(
    tokens: Sequence[str], truth: Sequence[str], answer: Sequence[str], hues: dict[str, int]
) -> Markup:
    if not len(tokens) == len(truth) == len(answer):
        raise ValueError(
            f"sentences has {len(tokens)} words, {len(truth)} true tags and {len(answer)} answers "
            "in one sentence; give as many of each"
        )
    words = []
    for token, true, given in zip(tokens, truth, answer, strict=True):
        if true == given == _OUTSIDE:
            words.append(Markup("<span>{}</span>").format(token))
            continue
        shown = given if true == given else f"{given}, not {true}"
        kind = "token" if true == given else "token wrong"
        hue = hues.get(_kind(given))
        style = "" if hue is None else Markup(' style="--hue: {}"').format(hue)
        words.append(
            Markup('<span class="{}"{}>{}<small>{}</small></span>').format(
                kind, style, token, shown
            )
        )
    return Markup(" ").join(words)


def _kind(tag: str) -> str:
    return tag[2:] if tag[:2] in ("B-", "I-", "E-", "S-") else tag
