"""The wide path computes what scikit-learn does with TF-IDF vectors of words and of letters."""

import numpy as np
import pytest

from seqkit.layers import TfidfNGrams

WORDS, LETTERS = 20, 30


def test_it_is_a_linear_model_of_tfidf_vectors():
    from sklearn.feature_extraction.text import TfidfTransformer

    random = np.random.default_rng(0)
    texts = random.random([40, WORDS + LETTERS]) < 0.2
    texts[0] = False
    texts[1, WORDS:] = False
    parts = [TfidfTransformer().fit(texts[:, part]) for part in (slice(WORDS), slice(WORDS, None))]
    vectors = np.concatenate(
        [
            part.transform(texts[:, own]).toarray()
            for part, own in zip(parts, (slice(WORDS), slice(WORDS, None)), strict=True)
        ],
        axis=1,
    )
    coefficients = random.normal(size=[WORDS + LETTERS, 3])
    idf = np.concatenate([part.idf_ for part in parts])
    layer = TfidfNGrams(1 + WORDS + LETTERS, 3)
    layer.build((None, None))
    layer.table.embeddings.assign(np.pad(idf[:, np.newaxis] * coefficients, [(1, 0), (0, 0)]))
    layer.idf.assign(np.concatenate([[0], idf * np.repeat([1, -1], [WORDS, LETTERS])]))
    layer.bias.assign([1.0, 2.0, 3.0])
    ids = np.zeros([40, 60], "int32")
    for row, text in enumerate(texts):
        numbers = random.permutation(np.flatnonzero(text) + 1)
        ids[row, : len(numbers)] = numbers
    expected = vectors @ coefficients + [1, 2, 3]
    np.testing.assert_allclose(layer(ids), expected, atol=1e-5)


def test_refuses_what_is_no_size():
    with pytest.raises(ValueError, match="num_ngrams is 0"):
        TfidfNGrams(0, 2)
