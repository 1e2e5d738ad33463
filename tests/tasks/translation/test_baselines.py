"""The plain translators."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from seqkit import data
from seqkit.tasks.translation import baselines as translation_baselines
from seqkit.tasks.translation.baselines import copy_source, nearest_sentence


def pairs(sources, targets=None):
    rows = list(zip(sources, targets or sources, strict=True))
    return data.read(rows, columns=("source", "target"))


@pytest.fixture(scope="module")
def sentences():
    """Sentences of some words each, of which many are alike."""
    generator = np.random.default_rng(0)
    words = np.array([f"{a}{b}" for a in ("les", "wör", "나라", "ge") for b in ("en", "te", "말")])
    return [" ".join(generator.choice(words, generator.integers(1, 8))) for _ in range(300)]


def test_copies():
    test = pairs(["Hotel", "a b"], ["Gasthof", "c d"])
    assert copy_source(test.take([]), test) == ["Hotel", "a b"]


def test_the_nearest_is_what_tfidf_says(sentences):
    known, asked = sentences[:250], sentences[250:]
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
    wanted = (vectorizer.fit_transform(known) @ vectorizer.transform(asked).T).toarray()
    targets = [str(i) for i in range(len(known))]
    found = nearest_sentence(pairs(known, targets), pairs(asked))
    values = wanted[np.array(found, int), np.arange(len(asked))]
    np.testing.assert_allclose(values, wanted.max(0), atol=1e-6)


def test_parts_change_nothing(sentences, monkeypatch):
    known, asked = pairs(sentences[:250], [str(i) for i in range(250)]), pairs(sentences[250:])
    whole = nearest_sentence(known, asked)
    monkeypatch.setattr(translation_baselines, "_TRAIN_ROWS", 17)
    monkeypatch.setattr(translation_baselines, "_TEST_ROWS", 7)
    assert nearest_sentence(known, asked) == whole


def test_parts_bound_the_memory(sentences, monkeypatch):
    shapes = []
    csr_matrix = type(translation_baselines._vectors(["a"], np.ones(2**20, np.float32)))
    dense = csr_matrix.toarray
    monkeypatch.setattr(csr_matrix, "toarray", lambda m: (shapes.append(m.shape), dense(m))[1])
    nearest_sentence(pairs(sentences * 100), pairs(sentences * 2))
    assert len(shapes) == 4
    assert max(4 * rows * columns for rows, columns in shapes) <= 100e6


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("我在学校吃饭", "我在学校"),  # a script without spaces
        ("학교에서는", "학교에 갔다"),  # an inflected word
        ("THE HOUSE", "the house"),  # case does not count
        ("zzz", "the house"),  # nothing alike: the first
    ],
)
def test_any_script(asked, nearest):
    known = ["the house", "我在学校", "他去商店", "학교에 갔다", "집에 갔다"]
    assert nearest_sentence(pairs(known), pairs([asked])) == [nearest]


def test_of_equally_near_sentences_the_first(monkeypatch):
    monkeypatch.setattr(translation_baselines, "_TRAIN_ROWS", 2)
    train = pairs(["x y", "a b", "a b", "a b"], ["0", "1", "2", "3"])
    assert nearest_sentence(train, pairs(["a b"])) == ["1"]


def test_rare_words_weigh_more():
    train = pairs(["the big cat", "the big dog", "the big cow", "zebra"], ["1", "2", "3", "4"])
    assert nearest_sentence(train, pairs(["the big zebra"])) == ["4"]


def test_nothing_to_look_in_or_for():
    some = pairs(["a"])
    assert nearest_sentence(some, some.take([])) == []
    with pytest.raises(ValueError, match="no rows"):
        nearest_sentence(some.take([]), some)
