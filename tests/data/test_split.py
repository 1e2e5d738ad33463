from __future__ import annotations

import warnings
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit import data


def rows(pairs) -> data.Dataset:
    return data.read(list(pairs))


def pairs_of(dataset: data.Dataset) -> list:
    return list(zip(dataset.to_list("text"), map(str, dataset.to_list("label")), strict=True))


def test_shares_and_order():
    source = rows((f"text {i:04}", ["a", "a", "a", "b"][i % 4]) for i in range(1_000))
    first, second = data.split(source, 0.1, seed=1)
    assert Counter(second.to_list("label")) == {"a": 75, "b": 25}
    assert len(first) == 900
    assert first.to_list("text") == sorted(first.to_list("text"))
    assert sorted(pairs_of(first) + pairs_of(second)) == sorted(pairs_of(source))
    assert (first.source, first.sha256) == (source.source, source.sha256)


def test_seeds():
    source = rows((f"text {i}", i % 2) for i in range(100))
    texts = [data.split(source, 0.2, seed=seed)[1].to_list("text") for seed in (0, 0, 1)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_equal_texts_stay_together():
    source = rows((f"Text  {i % 50}" if i < 50 else f"text {i % 50}", i % 2) for i in range(100))
    first, second = data.split(source, 0.3, seed=0)
    report = data.check(first, second)
    assert report.leaks["validation in train"].count == 0
    assert (len(first), len(second)) == (70, 30)
    apart, other = data.split(source, 0.3, seed=0, group=None)
    assert data.check(apart, other).leaks["validation in train"].count > 0


def test_empty_texts_are_no_group():
    source = rows([("", "a")] * 50 + [(f"text {i}", "b") for i in range(50)])
    _, second = data.split(source, 0.2, seed=0)
    assert second.to_list("text").count("") == 10


def test_a_label_with_one_example_stays_in_the_first_part():
    for seed in range(5):
        source = rows([(f"text {i}", "common") for i in range(20)] + [("odd", "rare")])
        with pytest.warns(UserWarning, match=r"1 label\(s\) have too few .*: 'rare'"):
            first, second = data.split(source, 0.5, seed=seed)
        assert "rare" in first.to_list("label")
        assert set(second.to_list("label")) == {"common"}


def test_no_label_in_both_parts_possible():
    with pytest.raises(ValueError, match="no label has two distinct texts"):
        data.split(rows([("a", "x"), ("b", "y")]), 0.5, seed=0)
    source = data.read(["a", "b"], columns=("text",))
    assert [len(part) for part in data.split(source, 0.5, seed=0)] == [1, 1]


def test_more_labels_than_the_second_part_has_rows():
    source = rows((f"text {i}", i % 20) for i in range(60))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first, second = data.split(source, 0.1, seed=0)
    assert len(second) == 6
    assert set(first.to_list("label")) == {str(i) for i in range(20)}


def test_several_labels_a_row():
    source = rows(
        (f"text {i}", [["a"], ["b"], ["a", "b"], []][i % 4] + (["odd"] if i == 77 else []))
        for i in range(400)
    )
    with pytest.warns(UserWarning, match="'odd'"):
        first, second = data.split(source, 0.25, seed=3)
    assert ["b", "odd"] in first.to_list("label")
    assert len(second) in (99, 100)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5])
def test_fractions_out_of_range_are_refused(fraction: float):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        data.split(rows([("a", 1), ("b", 1)]), fraction, seed=0)


def test_one_distinct_text_cannot_be_split():
    with pytest.raises(ValueError, match=r"1 distinct text\(s\)"):
        data.split(rows([("a", 1), ("A ", 1)]), 0.5, seed=0)


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(KeyError, match="author"):
        data.split(rows([("a", 1), ("b", 1)]), 0.5, seed=0, stratify="author")


@settings(max_examples=150, deadline=None)
@given(
    pairs=st.lists(
        st.tuples(st.integers(0, 30).map(str), st.sampled_from("abcdef")), min_size=1, max_size=60
    ),
    fraction=st.sampled_from([0.05, 0.1, 0.3, 0.5, 0.7, 0.9]),
    several=st.booleans(),
)
def test_whatever_the_data(pairs: list, fraction: float, several: bool):
    source = rows((text, [label] if several else label) for text, label in pairs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            first, second = data.split(source, fraction, seed=0)
        except ValueError as error:
            assert "distinct text" in str(error)
            return
    assert len(first) and len(second)
    assert not set(first.to_list("text")) & set(second.to_list("text"))
    assert sorted(pairs_of(first) + pairs_of(second)) == sorted(pairs_of(source))
    assert set(map(str, second.to_list("label"))) <= set(map(str, first.to_list("label")))


def test_equal_sentences_stay_together():
    sentences = [([f"w{i % 10}", "."], ["X", str(i)]) for i in range(40)]
    rows = data.read(sentences, columns=("tokens", "tags"))
    first, second = data.split(rows, 0.2, seed=0)
    assert (len(first), len(second)) == (32, 8)
    words = [{tokens[0] for tokens in part.to_list("tokens")} for part in (first, second)]
    assert not words[0] & words[1]
