from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.kinds.pair_lengths import length_factors, side_lengths, usual_ratio
from seqkit.data.kinds.pairs import select_good_pairs

PAIR = ("source", "target")
GERMAN = {"source": "en", "target": "de"}
ROWS = [("Hello.", "Hallo."), ("Go!", "Geh!"), ("Yes.", "Ja.")]


def both(rows: data.Dataset) -> list[tuple[str, str]]:
    return list(zip(rows.to_list("source"), rows.to_list("target"), strict=True))


def test_pairs_in_memory():
    columns = {"source": [one for one, _ in ROWS], "target": [other for _, other in ROWS]}
    sources = [
        ROWS,
        iter(ROWS),
        columns,
        [{"src": a, "tgt": b} for a, b in ROWS],
        pa.table(columns),
    ]
    for source in sources:
        assert both(data.read(source, columns=PAIR)) == ROWS
    swapped = data.read(ROWS, columns=("target", "source"))
    assert swapped.to_list("source") == columns["target"]


def test_dialogue():
    rows = data.read({"prompt": ["How are you?"], "reply": ["Fine."]}, columns=PAIR)
    assert both(rows) == [("How are you?", "Fine.")]


def test_frames():
    pandas = pytest.importorskip("pandas")
    flat = pandas.DataFrame({"src": ["a", "b"], "trg": ["c", None]})
    assert both(data.read(flat, columns=PAIR, bad_pairs="keep")) == [("a", "c"), ("b", "")]
    mixed = pandas.DataFrame({"src": ["a", "b"], "trg": ["c", float("nan")]}, dtype=object)
    assert both(data.read(mixed, columns=PAIR, bad_pairs="drop")) == [("a", "c")]
    nested = pandas.DataFrame({"translation": [{"en": "a", "de": "b"}, {"en": "c", "de": None}]})
    rows = data.read(nested, columns=PAIR, names=GERMAN, bad_pairs="keep")
    assert both(rows) == [("a", "b"), ("c", "")]


@pytest.mark.parametrize("nested", [True, False])
def test_json_lines(tmp_path: Path, nested: bool):
    path = tmp_path / "a.jsonl"
    texts = [{"en": one, "de": other, "fr": "…"} for one, other in ROWS]
    path.write_text(
        "".join(
            json.dumps({"id": "1", "translation": text} if nested else text) + "\n"
            for text in texts
        )
    )
    rows = data.read(path, columns=PAIR, names=GERMAN)
    assert both(rows) == ROWS
    assert rows.lines.tolist() == [1, 2, 3]


def test_texts_by_language_elsewhere(tmp_path: Path):
    rows = [{"de": other, "en": one} for one, other in ROWS]
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": [1, 2, 3], "translation": rows}), path)
    sources = [
        path,
        pa.table({"Translation": rows}),
        {"translation": rows},
        [{"translation": row} for row in rows],
    ]
    for source in sources:
        assert both(data.read(source, columns=PAIR, names=GERMAN)) == ROWS
    named = {**GERMAN, "translation": "texts"}
    beside = {"texts": rows, "en": ["x"] * 3, "de": ["y"] * 3}
    assert both(data.read(beside, columns=PAIR, names=named)) == ROWS
    assert both(data.read(beside, columns=PAIR, names=GERMAN))[0] == ("x", "y")


def test_a_language_that_a_row_lacks_is_an_empty_side():
    rows = [{"translation": {"en": "a", "de": "b"}}, {"translation": {"en": "c"}}]
    kept = data.read(rows, columns=PAIR, names=GERMAN, bad_pairs="keep")
    assert both(kept) == [("a", "b"), ("c", "")]


@pytest.mark.parametrize(
    ("rows", "names", "words"),
    [
        ([{"translation": {"en": "a", "de": "b"}}], None, r"row 0: no column for 'source'.*'de'"),
        ([{"translation": {"en": "a"}}], GERMAN, r"row 0: there is no column 'de'.*are 'en'"),
        ([{"translation": "a"}], GERMAN, r"row 0: translation is 'a', not texts by language"),
        ([("a", "b"), "c"], None, r"row 1: 'c' is not a tuple of source, target\."),
    ],
)  # fmt: skip
def test_what_cannot_be_a_pair_is_refused(rows, names, words: str):
    with pytest.raises(DataError, match=words):
        data.read(rows, columns=PAIR, names=names)


def test_an_empty_side_is_refused_with_place_and_remedy(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text('source,target\n"a\nb",c\n \u3000,d\ne,\n')
    with pytest.raises(DataError) as caught:
        data.read(path, columns=PAIR)
    message = str(caught.value)
    assert message.startswith(f"{path}, line 4: source is empty (' \\u3000'), target is 'd'")
    assert "Pairs with an empty side: 2 of 3" in message
    assert "bad_pairs='drop'" in message and "bad_pairs='keep'" in message
    with pytest.raises(DataError, match=r"row 1: target is empty \(''\), source is 'b'"):
        data.read([("a", "c"), ("b", None)], columns=PAIR)


def test_bad_pairs_are_dropped_and_counted(tmp_path: Path):
    path = tmp_path / "a.csv"
    good = [(f"sentence number {i}", f"Satz Nummer {i}") for i in range(20)]
    bad = [("", "x"), ("y", " "), ("two", "w" * 60), ("v" * 60, "zwei")]
    rows = [*good[:10], *bad, *good[10:]]
    path.write_text("source,target\n" + "".join(f"{a},{b}\n" for a, b in rows))
    empty = data.read(path, columns=PAIR, bad_pairs="drop")
    assert (len(empty), empty.dropped) == (22, {"with an empty side": 2})
    strict = data.read(path, columns=PAIR, bad_pairs="drop", max_length_ratio=4)
    assert both(strict) == good
    assert strict.dropped == {"with an empty side": 2, "of unlike length": 2}
    assert strict.lines.tolist() == [*range(2, 12), *range(16, 26)]
    assert strict.take([3, 1]).dropped == strict.dropped
    kept = data.read(path, columns=PAIR, bad_pairs="keep", max_length_ratio=4)
    assert (len(kept), kept.dropped) == (24, {})


def test_unlike_lengths_are_refused_where_asked():
    rows = [*ROWS, ("No.", "n" * 100)]
    assert len(data.read(rows, columns=PAIR)) == 4
    words = r"row 3: source has 3 characters and target 100, where 1.17 .*'No.'.*: 1 of 4\."
    with pytest.raises(DataError, match=words):
        data.read(rows, columns=PAIR, max_length_ratio=4)


def test_a_bad_pair_is_named_in_any_chunk():
    rows = [("a", "b")] * 40_000 + [("c", "")] + [("a", "b")] * 10
    with pytest.raises(DataError, match="row 40000: target is empty"):
        data.read(rows, columns=PAIR)


def test_no_pair_left():
    with pytest.raises(DataError, match=r"row 0 and all.*2 pairs dropped: 2 with an empty side"):
        data.read([("a", ""), ("", "b")], columns=PAIR, bad_pairs="drop")


def test_lengths_fit_any_two_languages():
    # Half as many characters, as Korean has beside English.
    source = pa.chunked_array([["e" * length for length in (10, 20, 30, 40, 2, 40)]])
    target = pa.chunked_array([["가" * length for length in (5, 10, 15, 20, 5, 1)]])
    lengths = side_lengths({"source": source, "target": target})
    assert usual_ratio(lengths) == 0.5
    factors = length_factors(lengths, 0.5)
    np.testing.assert_allclose(factors[:4], 1.0)
    assert factors[4] < 3 < 8 < factors[5]
    swapped = length_factors(lengths[::-1], 2.0)
    np.testing.assert_allclose(swapped, factors)


def test_outer_white_space_and_code_units_do_not_count():
    columns = {"source": pa.chunked_array([[" 👩 \n"]]), "target": pa.chunked_array([["é\u3000"]])}
    assert side_lengths(columns).tolist() == [[1], [1]]
    assert usual_ratio(np.zeros((2, 0), np.int64)) == 1.0


def test_nothing_is_copied_where_nothing_is_bad():
    columns = {name: pa.chunked_array([["a"]]) for name in PAIR}
    assert select_good_pairs(columns, "drop", 4.0, str) == (None, {})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"bad_pairs": "skip"}, "bad_pairs='skip' must be 'error', 'drop' or 'keep'"),
        ({"max_length_ratio": 1}, "max_length_ratio=1 must be more than 1"),
        ({"max_length_ratio": float("nan")}, "max_length_ratio=nan"),
        ({"columns": ("source",)}, "'source' and 'target' alone"),
        ({"columns": ("source", "target", "label")}, "'source' and 'target' alone"),
        ({"names": {"text": "x"}}, "names has 'text'"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict, words: str):
    with pytest.raises(ValueError, match=words):
        data.read(ROWS, **{"columns": PAIR, **arguments})


def test_equal_sources_stay_together():
    rows = data.read([(f"word {i % 50}", f"Wort {i}") for i in range(100)], columns=PAIR)
    first, second = data.split(rows, 0.2, seed=0)
    assert (len(first), len(second)) == (80, 20)
    assert not set(first.to_list("source")) & set(second.to_list("source"))
    parts = data.read_parts(rows, columns=PAIR)
    assert sum(map(len, parts.values())) == 100
    report = data.check(**parts)
    assert {finding.count for finding in report.leaks.values()} == {0}
