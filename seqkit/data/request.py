"""What is asked of a source: rows of which kind, in which columns, found how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from seqkit.data.left_out import LEFT_OUT, VERDICT

if TYPE_CHECKING:
    from seqkit.data.kinds.kind import Kind


class SourceOptions(TypedDict, total=False):
    """What every reader of a kind takes about its source.

    Attributes:
        names: Standard name to the source's own column name, where it is not found by itself; for
            a CoNLL file, or a delimited file without a header line, to the position, counted from
            0; for a CoNLL-U file to the field (`{"tags": "xpos"}`). Where the sides of a pair go by
            language (`{"translation": {"en": …, "de": …}}`, TFDS, TMX, `"train.{en,de}"`), to the
            language: `{"source": "en", "target": "de"}`. Texts with marked spans have `text` and
            `spans` in place of `tokens` and `tags`.
        format: Name of the file's format (`"csv"`, `"tsv"`, `"jsonl"`, `"parquet"`, `"lines"`,
            `"conll"`, `"conllu"`, `"tmx"`, `"coco"`, `"flickr"`, …); None goes by the file's name.
        encoding: Character encoding of a text file; that of a TMX file is the one it states.
        separator: What separates the fields of a delimited file; None finds it in the first line.
        quoting: Whether double quotes enclose fields of a delimited file; None is True, but for
            pairs separated by tabs without a header line, as Tatoeba has them, False.
        name: A name for reports; None takes the file's.
        license: The licence of the data, for reports.
        data_dir: Where TensorFlow Datasets keeps what it prepared.
    """

    names: Mapping[str, str | int] | None
    format: str | None
    encoding: str
    separator: str | None
    quoting: bool | None
    name: str | None
    license: str | None
    data_dir: str | None


@dataclass(frozen=True)
class Request:
    """What a format is asked for; see `SourceOptions`. The `options` are those of the kind."""

    kind: Kind
    columns: tuple[str, ...]
    names: Mapping[str, str | int] | None = None
    encoding: str = "utf-8"
    separator: str | None = None
    quoting: bool | None = None
    options: Any = None

    def find(self, available: Sequence[str], place: str, flat: bool = False) -> dict[str, int]:
        """Finds the position of each wanted column, or of what it can be made from.

        In a `flat` source every value is one text, so that none can hold several columns. A column
        that may say which rows are left out (see `seqkit.data.left_out`) comes as `LEFT_OUT`.
        """
        kind, positions = self.kind, None
        if kind.find_stand_ins is not None and not (flat and kind.nested):
            positions = kind.find_stand_ins(available, self, place)
        if positions is None:
            positions = kind.resolve(available, self.columns, self.names, place)
        for column in (LEFT_OUT, VERDICT):
            position = list(available).index(column) if column in available else -1
            if position >= 0 and position not in positions.values():
                return {**positions, LEFT_OUT: position}
        return positions
