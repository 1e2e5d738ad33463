"""Which column of a source is which standard column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from seqkit.data.errors import DataError, shown
from seqkit.data.kinds.captions import CAPTIONED

# Names that a column may have when none has the standard name itself.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "text": ("sentence", "review", "document", "content", "comment", "message", "tweet"),
    "label": ("labels", "class", "sentiment", "category", "target", "rating", "polarity"),
    "tokens": ("words", "forms"),
    "tags": ("labels", "ner_tags", "pos_tags", "upos"),
    "spans": ("entities", "label", "labels"),
    "source": ("src", "input", "question", "prompt", "context"),
    "target": ("tgt", "trg", "output", "answer", "response", "reply"),
    "translation": (),
    "image": ("file", "filename", "file_name", "path", "image_path", "image_name", "img"),
    "caption": ("captions", "text", "sentence", "sentences", "comment", "description"),
}

# Tokens with a tag each, and texts with marked spans that can be made into them.
TAGGED = ("tokens", "tags")
MARKED = ("text", "spans")
# Sentence pairs, and texts by language that they can be made from.
PAIR = ("source", "target")
BY_LANGUAGE = "translation"
# For pairs of turns, the number of the conversation that they are of.
CONVERSATION = "conversation"
# A table with a row for each image has its captions side by side.
_NUMBERED = re.compile(r"(?:captions?|sentences?|comments?|text)[ _-]?\d+", re.IGNORECASE)
_NEEDED = ("text", "tokens", "spans", *PAIR, BY_LANGUAGE, *CAPTIONED)


def is_pair(wanted: Sequence[str]) -> bool:
    """Whether sentence pairs are wanted.

    Args:
        wanted: Standard names.

    Returns:
        True for `source` and `target`, in either order, and nothing else.
    """
    return set(wanted) == set(PAIR)


def is_captioned(wanted: Sequence[str]) -> bool:
    """Whether images with captions are wanted.

    Args:
        wanted: Standard names.

    Returns:
        True where `image` and `caption` are among them.
    """
    return set(CAPTIONED) <= set(wanted)


def resolve(
    available: Sequence[str],
    wanted: Sequence[str],
    names: Mapping[str, str | int] | None,
    place: str,
) -> dict[str, int]:
    """Finds the position of each wanted column.

    A name given in `names` counts first, then a column of exactly the standard name, then one
    that differs only in case or outer spaces, then the known aliases.

    Args:
        available: The source's column names, in order.
        wanted: Standard names.
        names: Standard name to the source's own name, or None.
        place: Words that name the source in a message.

    Returns:
        Standard name to position in `available`.

    Raises:
        DataError: A column is missing, or more than one could be meant.

    Example:
        >>> resolve(["id", "document", "label"], ["text", "label"], None, "ratings.txt")
        {'text': 1, 'label': 2}
    """
    found = {name: _position(available, name, (names or {}).get(name), place) for name in wanted}
    for name in wanted:
        twins = [other for other in wanted if found[other] == found[name]]
        if len(twins) > 1:
            raise DataError(
                f"{place}: column {available[found[name]]!r} would be both "
                f"{twins[0]!r} and {twins[1]!r}. Say which column is which with "
                f"names={{{twins[0]!r}: …, {twins[1]!r}: …}}."
            )
    return found


def resolve_raw(
    available: Sequence[str],
    wanted: Sequence[str],
    names: Mapping[str, str | int] | None,
    place: str,
) -> dict[str, int]:
    """As `resolve`, but takes what wanted columns can be made from where they are missing.

    Tagged tokens are made from a text and the spans marked in it, pairs from a column
    `translation` that holds texts by language, captions from columns that are numbered.

    Args:
        available: The source's column names, in order.
        wanted: Standard names.
        names: Standard name to the source's own name, or None; `text` and `spans` may be named
            where `tokens` and `tags` are wanted, `translation` where `source` and `target` are.
        place: Words that name the source in a message.

    Returns:
        Position in `available` of each wanted column, or of `text` and `spans`, of `translation`,
        or of `caption_1` and so on.

    Raises:
        DataError: A column is missing, or more than one could be meant.

    Example:
        >>> resolve_raw(["text", "entities"], ["tokens", "tags"], None, "names.jsonl")
        {'text': 0, 'spans': 1}
        >>> languages = {"source": "en", "target": "de"}
        >>> resolve_raw(["id", "translation"], ["source", "target"], languages, "opus.jsonl")
        {'translation': 1}
        >>> resolve_raw(["image", "caption 1", "caption 2"], ["image", "caption"], None, "a.csv")
        {'image': 0, 'caption_1': 1, 'caption_2': 2}
    """
    if is_captioned(wanted) and "caption" not in (names or {}):
        numbered = [i for i, name in enumerate(available) if _NUMBERED.fullmatch(str(name).strip())]
        if numbered and not candidates(available, "caption"):
            others = [name for name in wanted if name != "caption"]
            beside = {f"caption_{n}": position for n, position in enumerate(numbered, 1)}
            return resolve(available, others, names, place) | beside
    if is_pair(wanted):
        given = names or {}
        found = [
            name
            for name in PAIR
            if (given[name] in available if name in given else candidates(available, name))
        ]
        nested = len(found) < len(PAIR) and bool(candidates(available, BY_LANGUAGE))
        if BY_LANGUAGE in given or nested:
            return resolve(available, (BY_LANGUAGE,), names, place)
    if set(wanted) == set(TAGGED):
        named = set(names or ())
        found = [name for name in TAGGED if name in named or candidates(available, name)]
        marked = [name for name in MARKED if name in named or candidates(available, name)]
        if len(marked) == len(MARKED) and (named & set(MARKED) or len(found) < len(TAGGED)):
            return resolve(available, MARKED, names, place)
    return resolve(available, wanted, names, place)


def check_arguments(wanted: Sequence[str], names: Mapping[str, str | int] | None) -> None:
    """Refuses a `columns` or `names` argument that no source could satisfy.

    Args:
        wanted: Standard names.
        names: Standard name to the source's own name, or None.

    Raises:
        ValueError: The arguments contradict each other.
        TypeError: `columns` is one string.
    """
    if isinstance(wanted, str):
        raise TypeError(f"columns={wanted!r} is one string; give a tuple: columns=({wanted!r},).")
    tagged = set(wanted) & set(TAGGED)
    readable = "tokens" in wanted and tagged == set(wanted) if tagged else "text" in wanted
    if is_captioned(wanted):
        readable = not {"text", *TAGGED, *PAIR} & set(wanted)
    if not (readable or is_pair(wanted)) or len(set(wanted)) != len(tuple(wanted)):
        raise ValueError(
            f"columns={tuple(wanted)!r}: 'text' must be among them (or 'tokens', with 'tags' "
            "alone, or 'source' and 'target' alone, or 'image' and 'caption') and none twice, for "
            "example columns=('text', 'label'), columns=('text',), columns=('tokens', 'tags'), "
            "columns=('source', 'target') or columns=('image', 'caption')."
        )
    known = (*wanted, *MARKED) if len(tagged) == len(TAGGED) else tuple(wanted)
    known += (BY_LANGUAGE,) if is_pair(wanted) else ()
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise ValueError(
            f"names has {unknown[0]!r}, which is not among columns={tuple(wanted)!r}. "
            "names maps a standard name to the source's own: names={'text': 'review body'}."
        )


def _position(available: Sequence[str], name: str, given: str | int | None, place: str) -> int:
    """Position of one standard column."""
    listed = ", ".join(shown(column, 40) for column in available) or "none"
    remedy = f"names={{{name!r}: …}}"
    if given is not None:
        found = [i for i, column in enumerate(available) if column == given]
        if not found:
            raise DataError(
                f"{place}: there is no column {given!r} (given in names for {name!r}); "
                f"the columns are {listed}."
            )
    else:
        found = candidates(available, name)
        if not found:
            aliases = ", ".join((name, *ALIASES.get(name, ())))
            raise DataError(
                f"{place}: no column for {name!r} (looked for {aliases}); the columns are "
                f"{listed}. Say which it is with {remedy}"
                + ("" if name in _NEEDED else f", or leave {name!r} out of columns")
                + "."
            )
    if len(found) > 1:
        raise DataError(
            f"{place}: {len(found)} columns could be {name!r}: "
            + ", ".join(repr(available[i]) for i in found)
            + f"; the columns are {listed}. Say which it is with {remedy}."
        )
    return found[0]


def candidates(available: Sequence[str], name: str) -> list[int]:
    """Finds the columns that could be a standard column.

    Args:
        available: The source's column names, in order.
        name: A standard name.

    Returns:
        Positions in `available` that the first of the rules of `resolve` with a match gives.
    """
    plain = [str(column).strip().casefold() for column in available]
    rules = (
        [i for i, column in enumerate(available) if column == name],
        [i for i, column in enumerate(plain) if column == name.casefold()],
        [i for i, column in enumerate(plain) if column in ALIASES.get(name, ())],
    )
    return next((rule for rule in rules if rule), [])
