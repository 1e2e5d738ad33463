"""A column of tags checked against the rules of its scheme."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.data.dataset import flatten
from seqkit.data.errors import DataError
from seqkit.data.kinds.tag_scheme import allowed, scheme, split_tag

GIVEN = ("plain", "BIO", "IOBES", "IOB1")
TokenPlace = Callable[[int, int], str]


def check_tags(tags: pa.ChunkedArray, tag_scheme: str | None, place: TokenPlace) -> pa.ChunkedArray:
    """Refuses tags that break the rules of their scheme, and turns IOB1 into BIO.

    Args:
        tags: `list<string>[rows]`, no list empty.
        tag_scheme: `"plain"` (nothing is checked), `"BIO"`, `"IOBES"`, `"IOB1"`, or None to find
            it in the tags, which never finds IOB1.
        place: Row and token, counted from 0, to the words that name the token.

    Returns:
        The column, in BIO where it was IOB1.

    Raises:
        DataError: A tag stands where its scheme does not allow it, or is not a tag of the scheme.

    Example:
        >>> column = pa.chunked_array([[["O", "I-PER"]]], pa.list_(pa.string()))
        >>> check_tags(column, "IOB1", lambda row, token: "")[0].as_py()
        ['O', 'B-PER']
    """
    if tag_scheme == "plain":
        return tags
    encoded = flatten(tags).dictionary_encode().combine_chunks()
    codes = encoded.indices.to_numpy().astype(np.int64)
    names: list[str] = encoded.dictionary.to_pylist()
    lengths = pc.list_value_length(tags).to_numpy().astype(np.int64)
    begins = np.cumsum(lengths) - lengths

    def at(token: int) -> str:
        row = int(np.searchsorted(begins, token, side="right")) - 1
        return place(row, int(token - begins[row]))

    stray = _find_strays(names, tag_scheme)
    if stray:
        wrong = np.flatnonzero(np.isin(codes, [names.index(name) for name in stray]))
        raise DataError(
            f"{at(wrong[0])}: tag {names[codes[wrong[0]]]!r} is not a tag of "
            + (tag_scheme or "BIO or IOBES, as others here are")
            + f" ({len(wrong):,} such tokens). Mend them (write E- for L-, S- for U-, I- for M-), "
            "or read with tag_scheme='plain', where no tag marks a span."
        )
    known = tag_scheme or scheme(names)
    if known == "plain":
        return tags
    if known == "IOB1":
        return _begin_spans(tags, codes, names, begins)
    _refuse_illegal(codes, names, begins, known, at)
    return tags


def _find_strays(names: Sequence[str], tag_scheme: str | None) -> list[str]:
    """Tags that do not belong to the scheme, which is given or plainly meant."""
    parts = {name: split_tag(name) for name in names if name != "O"}
    if tag_scheme is None:
        begun = {label for prefix, label in parts.values() if prefix == "B" and label}
        meant = any(prefix in ("I", "E") and label in begun for prefix, label in parts.values())
        return [name for name, (prefix, _) in parts.items() if not prefix] if meant else []
    known = "BIES" if tag_scheme == "IOBES" else "BI"
    return [name for name, (prefix, _) in parts.items() if not prefix or prefix not in known]


def _refuse_illegal(
    codes: np.ndarray,
    names: Sequence[str],
    begins: np.ndarray,
    tag_scheme: str,
    at: Callable[[int], str],
) -> None:
    """Raises for the first token whose tag may not stand where it does."""
    start, transitions, end = (np.array(part) for part in allowed(names, tag_scheme))
    legal = np.ones(len(codes), bool)
    legal[1:] = transitions[codes[:-1], codes[1:]]
    legal[begins] = start[codes[begins]]
    lasts = np.append(begins[1:], len(codes)) - 1
    ends_early = np.zeros(len(codes), bool)
    ends_early[lasts] = ~end[codes[lasts]]
    wrong = np.flatnonzero(~legal | ends_early)
    if not len(wrong):
        return
    token = int(wrong[0])
    tag = names[codes[token]]
    if legal[token]:
        where, remedy = "ends its sentence inside a span", "Write E- or S- for the last token"
    else:
        where, remedy = f"follows {names[codes[token - 1]]!r}", "Mend the tags"
        if np.any(begins == token):
            where = "begins its sentence"
        if tag_scheme == "BIO":
            remedy = "Begin spans with B-, or read with tag_scheme='IOB1' where I- may begin one"
    raise DataError(
        f"{at(token)}: tag {tag!r} {where}, which {tag_scheme} does not allow "
        f"({len(wrong):,} such tokens). {remedy}; tag_scheme='plain' takes tags as they are."
    )


def _begin_spans(
    tags: pa.ChunkedArray, codes: np.ndarray, names: Sequence[str], begins: np.ndarray
) -> pa.ChunkedArray:
    """IOB1 as BIO: an `I` that continues no span of its label becomes `B`."""
    parts = [split_tag(name) for name in names]
    labels = sorted({label for prefix, label in parts if prefix})
    label_codes = np.array([labels.index(label) if prefix else -1 for prefix, label in parts])
    extended = [*names, *(f"B{label}" for label in labels)]
    is_inside = np.array([prefix == "I" for prefix, _ in parts])
    label = label_codes[codes]
    fresh = np.ones(len(codes), bool)
    fresh[1:] = label[1:] != label[:-1]
    fresh[begins] = True
    changed = np.where(is_inside[codes] & fresh, len(names) + label, codes)
    made, start = [], 0
    for chunk in tags.chunks:
        offsets = np.append(0, np.cumsum(pc.list_value_length(chunk).to_numpy()))
        values = pa.array(extended, pa.string()).take(pa.array(changed[start:][: offsets[-1]]))
        made.append(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values))
        start += len(values)
    return pa.chunked_array(made, tags.type)
