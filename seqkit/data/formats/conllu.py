"""CoNLL-U files of Universal Dependencies, as raw rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.conll import Sentences
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

FIELDS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_DEFAULT = {"tokens": "form", "tags": "upos"}
_ID = re.compile(r"(\d+)(?:([-.])(\d+))?")
# In these an underscore says that there is nothing to say; in the others, that nothing was said.
_MAY_BE_NONE = ("feats", "deps", "misc")


def read_conllu(file: TextFile, request: Request) -> Iterator[RawRows]:
    r"""Yields the sentences of a CoNLL-U file.

    The tokens are the syntactic words: the lines of multiword tokens (`1-2`) and of empty nodes
    (`1.1`) are passed over, and so are comments. `names` are of the ten fields, in any case:
    `{"tags": "xpos"}`; `form` and `upos` where they are not given. An underscore as a tag is
    refused: it stands for what was not annotated. It is taken from FEATS, DEPS and MISC, where it
    stands for none, and from LEMMA for a word whose form is an underscore.

    Source: https://universaldependencies.org/format.html
    """
    fields = _choose_fields(request.columns, request.names)
    sentences = Sentences(file, request.columns)
    sentence = _Sentence(file, fields)
    any_form, first_line = False, 0
    for number, line in enumerate(file, 1):
        line = line.rstrip("\r\n")
        if line.strip():
            if not line.startswith("#"):
                any_form = sentence.add(number, line) or any_form
                first_line = first_line or number
        else:
            sentence.close()
            if sentence.lines:
                sentences.add(sentence.columns, sentence.lines)
                yield from sentences.hand_over()
            sentence = _Sentence(file, fields)
    sentence.close()
    if sentence.lines:
        sentences.add(sentence.columns, sentence.lines)
    if first_line and not any_form and fields["tokens"] == "form":
        raise DataError(
            f"{file.path}, line {first_line}: every form is '_': the file comes without its text. "
            "Merge the text into it as its source describes."
        )
    yield from sentences.hand_over(last=True)


def _choose_fields(wanted: Sequence[str], names: Mapping[str, str | int] | None) -> dict[str, str]:
    """Standard name to the field it is read from."""
    chosen = {}
    for name in wanted:
        given = (names or {}).get(name, _DEFAULT[name])
        if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < len(FIELDS):
            given = FIELDS[given]
        if not isinstance(given, str) or given.casefold() not in FIELDS:
            raise ValueError(
                f"names={{{name!r}: {given!r}}} is not a field of CoNLL-U; use one of "
                f"{', '.join(map(repr, FIELDS))}."
            )
        chosen[name] = given.casefold()
    if len(set(chosen.values())) < len(chosen):
        raise ValueError(
            f"names={dict(names or {})!r}: tokens and tags would both be {chosen['tokens']!r}. "
            "Give two fields."
        )
    return chosen


class _Sentence:
    """The words of one sentence, as far as they are read."""

    def __init__(self, file: TextFile, fields: Mapping[str, str]) -> None:
        self._path = file.path
        self._fields = fields
        self.columns: dict[str, list[str]] = {name: [] for name in fields}
        self.lines: list[int] = []
        self._range = (0, 0)  # the last word of the latest multiword token, and its line

    def add(self, number: int, line: str) -> bool:
        """Takes one line; whether it is a word with a form."""
        values = line.split("\t")
        if len(values) != len(FIELDS):
            raise DataError(
                f"{self._path}, line {number}: {len(values)} field(s) in {shown(line)}; CoNLL-U "
                f"has {len(FIELDS)}, separated by single tabs. Mend the line, or read other files "
                "of this kind with format='conll'."
            )
        if not self._is_word(values[0], number):
            return False
        for name, field in self._fields.items():
            value = values[FIELDS.index(field)].strip(" ")
            if not value or (value == "_" and not _may_be_underscore(field, values[1])):
                raise DataError(
                    f"{self._path}, line {number}: {field.upper()} of {shown(values[1])} is "
                    f"{value!r}, which says nothing. Annotate the word, or take another field: "
                    f"names={{{name!r}: {'xpos' if field == 'upos' else 'upos'!r}}}."
                )
            self.columns[name].append(value)
        self.lines.append(number)
        return values[1] != "_"

    def close(self) -> None:
        """Checks what only the whole sentence tells."""
        last, number = self._range
        if last > len(self.lines):
            raise DataError(
                f"{self._path}, line {number}: the multiword token ends with word {last}, but the "
                f"sentence has {len(self.lines)}. Mend the ID, or add the words."
            )

    def _is_word(self, text: str, number: int) -> bool:
        """Whether an ID is that of the next word; not so of multiword tokens, empty nodes."""
        count = len(self.lines)
        match = _ID.fullmatch(text)
        if match:
            first, kind = int(match[1]), match[2]
            if kind is None and first == count + 1:
                return True
            if kind == "." and first == count:
                return False
            inside = self._range[0] > count
            if kind == "-" and first == count + 1 and int(match[3]) >= first and not inside:
                self._range = (int(match[3]), number)
                return False
        raise DataError(
            f"{self._path}, line {number}: ID is {shown(text)}; expected {count + 1}, a multiword "
            f"token such as '{count + 1}-{count + 2}', or an empty node such as '{count}.1'. "
            "Number the words from 1 in every sentence, and separate sentences by a blank line."
        )


def _may_be_underscore(field: str, form: str) -> bool:
    """Whether an underscore is a value of a field."""
    return field == "form" or field in _MAY_BE_NONE or (field == "lemma" and form == "_")


CONLLU = Format(
    "conllu",
    kinds=("tags",),
    read=read_conllu,
    suffixes=(".conllu", ".conllx"),
    columns=("tokens", "tags"),
)
