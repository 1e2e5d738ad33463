"""The plain baseline."""

import pytest

from seqkit import data
from seqkit.tasks.classification import baselines as baseline


def test_learns_words():
    train = data.read([("good film", "pos"), ("a bad film", "neg")] * 5)
    test = data.read([("good", "pos"), ("bad", "neg"), ("bad", "pos")])
    answers = baseline.bag_of_words(train, test)
    assert answers == ["pos", "neg", "neg"]
    assert baseline.accuracy(answers, test) == pytest.approx(2 / 3)


def test_several_labels():
    train = data.read(
        [("red", ["r"]), ("blue", ["b"]), ("red blue", ["b", "r"]), ("green", [])] * 5
    )
    test = data.read([("red blue", ["r", "b"]), ("green", []), ("red", ["b"])])
    answers = baseline.bag_of_words(train, test)
    assert [set(a) for a in answers[:2]] == [{"r", "b"}, set()]
    assert baseline.accuracy(answers, test) == pytest.approx(2 / 3)
