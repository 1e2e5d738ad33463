"""TMX translation memories, as raw rows."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.parsers import expat

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import MOST_ROWS, RawRows, gather_rows
from seqkit.data.request import Request

PAIR = ("source", "target")
# What they enclose is code of another format; other elements enclose text.
_CODE = ("bpt", "ept", "it", "ph", "ut")
_ANY_LANGUAGE = "*all*"
_SHOWN_LANGUAGES = 20


class Unit(NamedTuple):
    """A translation unit.

    Attributes:
        line: Where it begins.
        variants: Language and text of each of its variants, in order.
    """

    line: int
    variants: tuple[tuple[str, str], ...]


def read_tmx(file: TextFile, request: Request) -> Iterator[RawRows]:
    r"""Yields the pairs of a TMX file, which is never in memory as a whole.

    `names` are languages; None takes the two languages of a file that has two: the source is that
    of the header's `srclang`, or that of the first variant. A language is matched with its regional
    variants: `en` finds `en-US`. Of several variants in one language the first counts. A unit
    without one of the two languages has an empty side; one without both is passed over. Inside a
    segment the text of `<ph>`, `<bpt>` and the like is code and is left out; that of `<hi>` stays,
    and that of `<sub>` stays with a space around it.

    The encoding is the one that the XML declaration states, unless another than UTF-8 is given.
    """
    sides = _Sides(str(file.path), request.names)
    order = [PAIR.index(name) for name in request.columns]
    yield from gather_rows(_rows(file, sides, order), request.columns, file.path)


def _rows(
    file: TextFile, sides: _Sides, order: Sequence[int]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yields the line of each unit and its texts in the order of the wanted columns."""
    for unit in _units(file, sides):
        for line, pair in sides.pairs(unit):
            yield line, tuple(pair[side] for side in order)
    sides.refuse_unseen()


def _units(file: TextFile, sides: _Sides) -> Iterator[Unit]:
    """Yields the units of a file, those of one block of bytes at a time."""
    parser = _Parser(str(file.path))
    declared = file.encoding == "utf-8-sig"
    for block in itertools.chain(file.blocks() if declared else file, [None]):
        parser.feed(block)
        sides.source_language = parser.source_language
        yield from parser.take()


class _Parser:
    """Translation units out of XML that comes in pieces.

    Attributes:
        source_language: What the header states, or an empty string.
    """

    def __init__(self, path: str) -> None:
        self.source_language = ""
        self._path = path
        self._units: list[Unit] = []
        self._depth = 0
        self._line = 0
        self._variants: list[tuple[str, str]] = []
        self._language = ""
        self._text: list[str] = []
        # Whether the text of each open element is kept, from the segment inwards.
        self._kept: list[bool] = []
        self._apart = False
        self._expat = expat.ParserCreate()
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters
        self._expat.EntityDeclHandler = self._refuse_entity
        self._expat.SkippedEntityHandler = self._refuse_unknown_entity

    def feed(self, block: bytes | str | None) -> None:
        """Takes the next piece of the file; None after the last."""
        try:
            self._expat.Parse(block or b"", block is None)
        except expat.ExpatError as error:
            raise DataError(
                f"{self._path}, line {error.lineno}, column {error.offset}: not well-formed XML "
                f"({expat.ErrorString(error.code)}). Mend it there; if the file is in another "
                "encoding than its first line states, give encoding=…."
            ) from None
        except (LookupError, ValueError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(
                f"{self._path}, line {self._expat.CurrentLineNumber}: the encoding that the file "
                f"states cannot be read ({error}). Give it with encoding=…."
            ) from None

    def take(self) -> list[Unit]:
        """The units that are complete, each given once."""
        units, self._units = self._units, []
        return units

    def _place(self) -> str:
        """Where the parser stands."""
        return f"{self._path}, line {self._expat.CurrentLineNumber}"

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if not self._depth and tag != "tmx":
            raise DataError(
                f"{self._place()}: the document is <{tag}>, not <tmx>. Give format=… if the file "
                "is something else."
            )
        self._depth += 1
        if self._kept:
            if tag == "sub":
                self._apart = True
                self._text.append(" ")
            self._kept.append(tag not in _CODE and (tag == "sub" or self._kept[-1]))
        elif tag == "seg":
            self._kept = [True]
        elif tag == "tuv":
            self._language = attributes.get("xml:lang") or attributes.get("lang") or ""
            if not self._language.strip():
                raise DataError(f"{self._place()}: a <tuv> without xml:lang. State its language.")
            self._text = []
        elif tag == "tu":
            self._line = self._expat.CurrentLineNumber
            self._variants = []
        elif tag == "header":
            self.source_language = attributes.get("srclang", "")

    def _end(self, tag: str) -> None:
        """An element ends."""
        self._depth -= 1
        if self._kept:
            self._kept.pop()
            if tag == "sub":
                self._text.append(" ")
        elif tag == "tuv":
            text = "".join(self._text).strip()
            self._variants.append((self._language, " ".join(text.split()) if self._apart else text))
            self._apart = False
        elif tag == "tu":
            self._units.append(Unit(self._line, tuple(self._variants)))

    def _characters(self, text: str) -> None:
        """Text between marks."""
        if self._kept and self._kept[-1]:
            self._text.append(text)

    def _refuse_entity(self, name: str, *_: object) -> None:
        """Raises for an entity of the document's own: one of them may stand for gigabytes."""
        raise DataError(
            f"{self._place()}: the document declares the entity {shown(name)}; none is accepted. "
            "Remove the declaration and write out what it stands for."
        )

    def _refuse_unknown_entity(self, name: str, *_: object) -> None:
        """Raises for an entity that is declared elsewhere, which would vanish from the text."""
        raise DataError(
            f"{self._place()}: the entity {shown(name)} is not declared here, and no other file "
            "is read. Write the character itself."
        )


class _Sides:
    """Which variants of a unit are its source and its target.

    Attributes:
        source_language: The header's `srclang`, or an empty string.
    """

    def __init__(self, path: str, names: Mapping[str, str | int] | None) -> None:
        self.source_language = ""
        self._path = path
        self._given = bool(names)
        self._languages = _given_languages(names) if names else None
        self._pending: list[Unit] = []
        self._seen: dict[str, None] = {}
        self._matched = [False, False]

    def pairs(self, unit: Unit) -> Iterator[tuple[int, tuple[str, str]]]:
        """Yields line and pair of a unit, and of those before it that waited for its languages."""
        for language, _ in unit.variants:
            if len(self._seen) < _SHOWN_LANGUAGES:
                self._seen[language] = None
        if self._languages is None:
            self._pending.append(unit)
            self._languages = self._two_languages(unit)
            if self._languages is None:
                if len(self._pending) >= MOST_ROWS:
                    self.refuse_unseen()
                return
            units, self._pending = self._pending, []
        else:
            units = [unit]
        for each in units:
            pair = self._pair(each)
            if any(text is not None for text in pair):
                yield each.line, (pair[0] or "", pair[1] or "")

    def refuse_unseen(self) -> None:
        """Raises where units were read and no variant was in one of the languages."""
        listed = ", ".join(map(repr, self._seen)) or "none"
        if self._pending:
            raise DataError(
                f"{self._path}, line {self._pending[0].line}: from here on all units are in "
                f"one language ({listed}). A pair needs two."
            )
        for name, language, matched in zip(
            PAIR, self._languages or (), self._matched, strict=False
        ):
            if self._seen and not matched:
                raise DataError(
                    f"{self._path}: no <tuv> is in {language!r} (given in names for {name!r}); the "
                    f"languages are {listed}."
                )

    def _pair(self, unit: Unit) -> list[str | None]:
        """The first text in either language."""
        pair: list[str | None] = [None, None]
        for language, text in unit.variants:
            sides = [
                side for side, own in enumerate(self._languages or ()) if _matches(own, language)
            ]
            if not sides and not self._given:
                raise self._too_many(unit)
            for side in sides:
                self._matched[side] = True
                if pair[side] is None:
                    pair[side] = text
        return pair

    def _two_languages(self, unit: Unit) -> tuple[str, str] | None:
        """The two languages of a unit, first the source; None where it has but one."""
        distinct = list(dict.fromkeys(_plain(language) for language, _ in unit.variants))
        bare = list(dict.fromkeys(map(_bare, distinct)))
        # en-US and en-GB may be the two; else regions do not tell languages apart.
        languages = distinct if len(bare) < 2 else bare
        if len(languages) > 2:
            raise self._too_many(unit)
        if len(languages) < 2:
            return None
        first, second = languages
        stated = self.source_language
        if stated.lower() != _ANY_LANGUAGE and _matches(second, stated):
            first, second = second, first
        return first, second

    def _too_many(self, unit: Unit) -> DataError:
        """The error for more than two languages where none was named."""
        listed = ", ".join(map(repr, self._seen))
        return DataError(
            f"{self._path}, line {unit.line}: more than two languages ({listed}). Say which are "
            "meant: names={'source': …, 'target': …}."
        )


def _given_languages(names: Mapping[str, str | int]) -> tuple[str, str]:
    """The two languages that the caller named."""
    values = [names.get(name) for name in PAIR]
    if set(names) != set(PAIR) or not all(isinstance(value, str) for value in values):
        raise ValueError(
            f"names={dict(names)} must give both languages of a TMX file: "
            "names={'source': 'en', 'target': 'de'}."
        )
    source, target = map(str, values)
    if _matches(source, target) or _matches(target, source):
        raise ValueError(
            f"names={dict(names)}: one language includes the other, so they cannot be told apart. "
            "Name two languages, or two regions of one, such as 'en-US' and 'en-GB'."
        )
    return source, target


@functools.lru_cache(maxsize=1_000)
def _matches(wanted: str, language: str) -> bool:
    """Whether a language is the wanted one or a regional variant of it."""
    plain = _plain(language)
    return plain == _plain(wanted) or plain.startswith(_plain(wanted) + "-")


def _plain(language: str) -> str:
    """A language's name in one spelling."""
    return language.strip().lower().replace("_", "-")


def _bare(language: str) -> str:
    """A language's name without region or script."""
    return language.partition("-")[0]


TMX = Format("tmx", kinds=("pairs",), read=read_tmx, suffixes=(".tmx",), columns=PAIR)
