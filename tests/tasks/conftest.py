"""A small classifier that was never trained, and what an artefact is written of."""

from types import SimpleNamespace

import keras
import pytest

from seqkit.tasks.classification.model import TextClassifier
from seqkit.text import TextEncoder, Vocabulary, WordTokenizer
from tests.small_models import disturb


def make_classifier(**arguments):
    """A classifier with weights large enough that answers differ from text to text."""
    keras.utils.set_random_seed(1)
    words = Vocabulary.from_counts({word: 1 for word in ("good", "bad", "film", "not", "so")})
    encoder = TextEncoder(WordTokenizer(), words).with_ngrams([["so good", "not a bad film"]])
    labels = Vocabulary.from_labels(["neg", "neu", "pos"])
    settings = {"embedding_dim": 6, "hidden_dim": 5, "pooling": ["attention", "last"]}
    model = TextClassifier.build(encoder, labels, **(settings | arguments))
    return disturb(model)


@pytest.fixture(scope="module")
def classifier():
    return make_classifier()


@pytest.fixture
def small_classifier():
    return make_classifier


@pytest.fixture
def given(monkeypatch):
    """What is given to `write` last, which does nothing."""
    asked = {}

    def write(model, path, **arguments):
        asked.update(arguments)
        return SimpleNamespace(serving=path, report=path)

    monkeypatch.setattr("seqkit.export.publish.write", write)
    return asked
