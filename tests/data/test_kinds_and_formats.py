"""The tables of kinds and formats agree, and a new one of either is one record in its own file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from seqkit import data
from seqkit.data.collected import collect_columns
from seqkit.data.formats import by_name
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.kinds import by_columns
from seqkit.data.kinds.kind import Kind, Words
from seqkit.data.kinds.labels import text_columns
from seqkit.data.raw_rows import RawRows, gather_rows
from seqkit.data.request import Request
from seqkit.data.sources import read_source

GREY, WHITE = (np.full((2, 2, 3), level, np.uint8) for level in (128, 255))
SAME_ROWS = {
    "labels": ([("good", "a|b"), ("bad", "")], {"label_separator": "|"}),
    "tags": ([(["Ada", "wrote"], ["I-PER", "O"])], {"tag_scheme": "IOB1"}),
    "pairs": ([("Hello.", "Hallo."), ("Yes.", "")], {"bad_pairs": "drop"}),
    "captions": ([(GREY, ["a", "b"]), (WHITE, "c"), (b"none", "d")], {"bad_images": "skip"}),
}


@pytest.mark.parametrize("form", by_name.FORMATS, ids=lambda form: form.name)
def test_a_format_names_known_kinds_and_their_columns(form: Format):
    kinds = {kind.name: kind for kind in by_columns.KINDS}
    assert form.kinds and set(form.kinds) <= set(kinds)
    assert set(form.suffixes_by_kind) <= set(form.kinds)
    columns = {column for name in form.kinds for column in kinds[name].columns}
    assert form.columns is None or set(form.columns) <= columns
    assert by_name.format_named(form.name) is form


def test_names_and_suffixes_are_those_of_one():
    for names in (
        [form.name for form in by_name.FORMATS],
        [suffix for form in by_name.FORMATS for suffix in form.suffixes],
        [kind.name for kind in by_columns.KINDS],
    ):
        assert len(set(names)) == len(names) > 5


@pytest.mark.parametrize("kind", by_columns.KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_whole(kind: Kind):
    assert any(form.holds(kind) for form in by_name.FORMATS)
    assert set(kind.needed) <= set(kind.columns)
    assert kind.content in (*kind.columns, *kind.adds)
    assert set(kind.aliases) <= {*kind.columns, *kind.stand_ins, "label"}


@pytest.mark.parametrize("kind", list(by_columns.readable_kinds()), ids=lambda kind: kind.name)
@pytest.mark.filterwarnings("ignore:.*images cannot be used")
def test_read_and_the_reader_of_the_kind_give_the_same(kind: Kind):
    assert by_columns.kind_of_columns(kind.columns) is kind
    source, options = SAME_ROWS[kind.name]
    one = kind.reader(source, license="CC0", **options)
    other = data.read(source, columns=kind.columns, license="CC0", **options)
    assert one.column_names == other.column_names
    for column in one.column_names:
        assert one.to_list(column) == other.to_list(column)
    assert (one.sha256, one.name, one.dropped) == (other.sha256, other.name, other.dropped)
    assert one.license == other.license == "CC0"
    assert by_columns.kind_of(one) is kind


@pytest.mark.parametrize("kind", list(by_columns.readable_kinds()), ids=lambda kind: kind.name)
def test_a_reader_takes_the_options_of_its_kind_alone(kind: Kind):
    for other, (_, options) in SAME_ROWS.items():
        if other != kind.name:
            with pytest.raises(TypeError, match=next(iter(options))):
                kind.reader(SAME_ROWS[kind.name][0], **options)


def test_readers_refuse_columns_of_other_kinds():
    with pytest.raises(ValueError, match="For pairs give 'source' and 'target' alone"):
        data.read_pairs([("a", "b")], columns=("text", "label"))


def test_a_new_format_is_one_record(tmp_path: Path, monkeypatch):
    def read_keyed(file: TextFile, request: Request) -> Iterator[RawRows]:
        rows = ((n, dict(f.split("=") for f in line.split())) for n, line in enumerate(file, 1))
        values = ((n, [row[name] for name in request.columns]) for n, row in rows)
        return gather_rows(values, request.columns, file.path)

    path = tmp_path / "a.keyed"
    path.write_text("label=x text=good\nlabel=y text=bad\n")
    with pytest.raises(ValueError, match="its name does not tell its format"):
        data.read(path)
    keyed = Format("keyed", kinds=("labels",), read=read_keyed, suffixes=(".keyed",))
    monkeypatch.setattr(by_name, "FORMATS", (*by_name.FORMATS, keyed))
    rows = data.read(path)
    assert (rows.to_list("text"), rows.to_list("label")) == (["good", "bad"], ["x", "y"])
    assert rows.name == "a" and rows.lines.tolist() == [1, 2]
    (tmp_path / "b.log").write_text(path.read_text())
    assert data.read_texts(tmp_path / "b.log", format="keyed").to_list("label") == ["x", "y"]
    with pytest.raises(ValueError, match=r"a 'keyed' file has no columns .*'tokens'"):
        data.read(path, columns=("tokens", "tags"))


def test_a_new_kind_is_one_record(tmp_path: Path, monkeypatch):
    @dataclass(frozen=True)
    class EventOptions:
        pass

    def read_events(source, *, columns=("user", "event"), **source_options):
        return read_source(source, events, columns, EventOptions(), **source_options)

    def collect(batches, request, place, folder):
        return collect_columns(batches, request.columns, place, text_columns)

    events = Kind(
        name="events",
        columns=("user", "event"),
        content="event",
        words=Words("{rows:,} events, {duplicates:,} twice"),
        needed=("user", "event"),
        aliases={"user": ("customer",)},
        formats=("csv", "jsonl"),
        reader=read_events,
        options=EventOptions,
        collect=collect,
        group="user",
    )
    path = tmp_path / "a.csv"
    lines = [f"visitor {n % 10},page {n % 30}" for n in range(40)]
    path.write_text("\n".join(["customer,event", *lines]))
    with pytest.raises(ValueError, match="not those of one kind"):
        data.read(path, columns=("user", "event"))
    monkeypatch.setattr(by_columns, "KINDS", (*by_columns.KINDS, events))
    rows = data.read(path, columns=("user", "event"))
    assert rows.to_list("user")[11] == "visitor 1" and rows.place(11) == "line 13"
    with pytest.raises(ValueError, match=r"'conll' file has no columns .* events come from 'csv'"):
        data.read(path, columns=("user", "event"), format="conll")
    first, second = data.split(rows, 0.2, seed=0)
    assert len(set(second.to_list("user"))) == 2
    assert not set(first.to_list("user")) & set(second.to_list("user"))
    report = data.check(rows).lines()
    assert report[0] == "train (a): 40 events, 10 twice"
