"""Speed is measured on the same words for everybody."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads.texts import (
    TextWorkload,
    look_up_ids,
    make_texts,
    read_nsmc,
    write_for_fasttext,
)
from benchmarks.workloads.words import split_into_words


def test_made_up_texts_are_as_long_as_those_of_nsmc():
    work = make_texts(3000, 2000, seed=0)
    lengths = [len(text.split(" ")) for text in work.texts]
    assert min(lengths) >= 1 and max(lengths) <= 101
    assert 9.5 < np.mean(lengths) < 11.5 and 7 <= np.median(lengths) <= 9
    assert work.num_tokens == sum(lengths)
    assert set(work.labels) == {0, 1} and len(work.labels) == 3000
    assert len(work.words) == len(set(work.words)) == 1996


def test_ids_are_those_of_seqkit():
    work = TextWorkload("some", ["b a c", "a"], ["b a c", "a"], [0, 1], ["a", "b"])
    assert [ids.tolist() for ids in look_up_ids(work)] == [[5, 4, 1], [4]]


def test_real_texts_are_split_once_and_stay_so(tmp_path):
    folder = tmp_path / "sentiment" / "nsmc"
    folder.mkdir(parents=True)
    rows = ["id\tdocument\tlabel", "1\t굳ㅋㅋ!! 3.5점...\t1", "2\tGood 영화\t0"]
    (folder / "ratings_train.txt").write_text("\n".join(rows), encoding="utf-8")
    work = read_nsmc(tmp_path, 2, 100, seed=0)
    by_label = dict(zip(work.labels, work.texts, strict=True))
    assert by_label[0] == "good 영화"
    assert by_label[1] == "굳 ㅋㅋ ! ! 3.5 점 . . ."
    assert sorted(work.raw) == sorted(["굳ㅋㅋ!! 3.5점...", "Good 영화"])
    assert split_into_words(work.texts, lowercase=True) == work.texts


def test_fasttext_gets_a_line_for_each_text(tmp_path):
    texts = ["one\u2028two", "three", "", "four", "five"]
    work = TextWorkload("some", texts, texts, [0, 1, 0, 1, 1], [])
    train, test, counts = write_for_fasttext(None, work, tmp_path)
    assert (
        train.read_text() == "__label__0 one two\n__label__1 three\n__label__0 \n__label__1 four\n"
    )
    assert test.read_text() == "__label__1 five\n"
    assert counts == {"data": "some", "train texts": 4, "test texts": 1}
