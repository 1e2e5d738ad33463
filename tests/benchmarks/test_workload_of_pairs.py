"""The speed of translators is measured on the same words for everybody."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from benchmarks.workloads.pairs import TranslationWorkload, make_pairs, read_multi30k
from benchmarks.workloads.words import count_written_tokens


@pytest.fixture
def multi30k(tmp_path):
    """Where Multi30k is, with three pairs to learn from and one sentence to translate."""
    folder = tmp_path / "translation" / "multi30k_en_de"
    folder.mkdir(parents=True)
    for part, names in (("train", "ABC"), ("test_2016_flickr", "D")):
        for language, sentence in (("en", "Hi, {}!"), ("de", "Na, du {}-Freund!")):
            content = "".join(f"{sentence.format(name)}\n" for name in names)
            with gzip.open(folder / f"{part}.{language}.gz", "wt", encoding="utf-8") as file:
                file.write(content)
    return tmp_path


def test_made_up_pairs_are_as_long_as_those_of_multi30k():
    work = make_pairs(3000, 500, seed=0)
    lengths = [len(text.split(" ")) for text in work.sources]
    assert min(lengths) >= 1 and max(lengths) <= 41
    assert 12.5 < np.mean(lengths) < 13.7 and 12 <= np.median(lengths) <= 13
    assert (work.rows, len(work.targets), len(work.test_sources)) == (3000, 3000, 500)


def test_a_word_always_has_the_same_translation_so_that_there_is_something_to_learn():
    work = make_pairs(200, 1, seed=0)
    pairs = {
        pair
        for source, target in zip(work.sources, work.targets, strict=True)
        for pair in zip(source.split(" "), target.split(" "), strict=True)
    }
    assert len(pairs) == len({word for word, _ in pairs}) == len({word for _, word in pairs}) > 500
    assert not {word for word, _ in pairs} & {word for _, word in pairs}


def test_multi30k_is_split_into_words_with_their_case(multi30k):
    work = read_multi30k(multi30k, rows=2, seed=0)
    assert sorted(work.sources) == [f"Hi , {name} !" for name in "ABC"]
    names = [source[5] for source in work.sources]
    assert work.targets == [f"Na , du {name} - Freund !" for name in names]
    assert work.test_sources == ["Hi , D !"]
    facts = work.facts()
    assert (facts["pairs"], facts["train pairs"], facts["test sentences"]) == (3, 2, 1)
    orders = {tuple(read_multi30k(multi30k, 2, seed).sources) for seed in range(9)}
    assert len(orders) > 1
    assert read_multi30k(multi30k, 9, 0).rows == 3


def test_tokens_of_a_round_are_words_and_ends():
    work = TranslationWorkload("some", ["x", "x", "x"], ["a b", "c", "d e f"], 2, [])
    assert work.train_tokens == work.facts()["train tokens"] == 5


def test_dictionaries_are_apart_and_equally_frequent_words_are_in_order():
    work = TranslationWorkload("some", ["b a b", "c a"], ["z z y"], 1, [])
    assert work.known_words("sources", 9) == ["a", "b", "c"]
    assert work.known_words("sources", 2) == ["a", "b"]
    assert work.known_words("targets", 9) == ["z", "y"]


def test_translations_are_counted_alike_however_they_are_spaced():
    assert count_written_tokens(["Na , du A - Freund !"]) == count_written_tokens(
        ["Na, du A-Freund!"]
    )
    assert count_written_tokens(["Na, du A-Freund!", "", "ja"]) == 8 + 1 + 2
