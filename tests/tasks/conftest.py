"""A small classifier that was never trained; its answers are arbitrary but fixed."""

import keras
import pytest

from seqkit.tasks.classification.model import TextClassifier
from seqkit.text import HashedNGrams, TextEncoder, Vocabulary, WordTokenizer


def make_classifier(**arguments):
    """A classifier with weights large enough that answers differ from text to text."""
    keras.utils.set_random_seed(1)
    words = Vocabulary.from_counts({word: 1 for word in ("good", "bad", "film", "not", "so")})
    encoder = TextEncoder(WordTokenizer(), words, HashedNGrams(200))
    labels = Vocabulary.from_labels(["neg", "neu", "pos"])
    settings = {"embedding_dim": 6, "hidden_dim": 5, "pooling": ["attention", "last"]}
    model = TextClassifier.build(encoder, labels, **(settings | arguments))
    for variable in model.core.trainable_variables:
        variable.assign(keras.random.normal(variable.shape, stddev=0.7, seed=len(variable.path)))
    return model


@pytest.fixture(scope="module")
def classifier():
    return make_classifier()


@pytest.fixture
def small_classifier():
    return make_classifier
