import re
from collections import Counter, defaultdict

import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from recipes.samples.reviews import reviews

TRAIN = 4000


@pytest.fixture(scope="module")
def sample():
    return reviews()


def words(text):
    return re.findall(r"\w+", text.lower())


def test_the_same_seed_gives_the_same_reviews_and_another_gives_others(sample):
    assert reviews() == sample
    assert reviews(seed=1) != sample


def test_fewer_reviews_are_the_beginning_of_more(sample):
    for count in (0, 1, 2, 101):
        assert reviews(count) == sample[:count]


def test_labels_are_balanced(sample):
    assert Counter(label for _, label in sample) == {"positive": 3000, "negative": 3000}


def test_no_text_occurs_twice(sample):
    assert len({text for text, _ in sample}) == len(sample) == 6000


def test_texts_are_sentences_with_no_slot_left_open(sample):
    sentence = re.compile(r"[A-Z][a-z]*,?( [A-Za-z]+,?)+\.( [A-Z][a-z]*,?( [A-Za-z]+,?)+\.)*")
    assert [text for text, _ in sample if not sentence.fullmatch(text)] == []


def test_held_out_reviews_are_new_combinations_of_seen_words(sample):
    seen = {word for text, _ in sample[:TRAIN] for word in words(text)}
    held_out = {word for text, _ in sample[TRAIN:] for word in words(text)}
    assert len(seen) > 400
    assert held_out <= seen


def test_the_same_words_in_another_order_get_the_other_label(sample):
    labels = defaultdict(set)
    for text, label in sample:
        labels[tuple(sorted(words(text)))].add(label)
    assert sum(found == {"positive", "negative"} for found in labels.values()) > 500


@pytest.mark.parametrize(
    "features",
    [
        pytest.param(CountVectorizer(), id="words"),
        pytest.param(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), id="word-pairs"),
        pytest.param(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)), id="letter-n-grams"),
    ],
)
def test_a_linear_bag_of_features_learns_something_but_stays_under_eighty_percent(sample, features):
    texts, labels = zip(*sample, strict=True)
    model = make_pipeline(features, LogisticRegression(max_iter=500))
    model.fit(texts[:TRAIN], labels[:TRAIN])
    assert 0.55 < model.score(texts[TRAIN:], labels[TRAIN:]) < 0.80


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match=r"count must be 0 or more, got -1"):
        reviews(-1)
