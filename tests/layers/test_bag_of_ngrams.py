"""The wide path begins as naive Bayes over the n-grams seen."""

import numpy as np

from seqkit.layers.bag_of_ngrams import log_count_ratios


def test_buckets_that_are_empty_make_no_difference():
    counts = np.array([[0, 0, 0], [8, 0, 1], [1, 1, 3], [0, 2, 0]], np.float32)
    totals = np.array([0, 9, 5, 4], np.float32)  # two texts have no label
    few = log_count_ratios(counts, totals)
    assert few.dtype == np.float32
    empty = np.zeros([1000, 3], np.float32)
    many = log_count_ratios(np.concatenate([counts, empty]), np.pad(totals, (0, 1000)))
    np.testing.assert_array_equal(many[:4], few)
    assert not many[4:].any() and not few[0].any() and few[3].all()


def test_ratios_are_those_of_naive_bayes():
    from sklearn.naive_bayes import MultinomialNB

    random = np.random.default_rng(0)
    texts = random.random([60, 20]) < 0.3
    labels = np.arange(60) % 2
    counts = np.stack([texts[labels == label].sum(axis=0) for label in (0, 1)], axis=1)
    bayes = MultinomialNB(alpha=0.5).fit(texts, labels)
    padded = np.concatenate([np.zeros([1, 2]), counts, np.zeros([9, 2])])
    ratios = log_count_ratios(padded, padded.sum(axis=1), smoothing=0.5)
    expected = bayes.feature_log_prob_[1] - bayes.feature_log_prob_[0]
    np.testing.assert_allclose(ratios[1:21, 1], expected, rtol=1e-5)
    np.testing.assert_allclose(ratios[1:21, 0], -expected, rtol=1e-5)
