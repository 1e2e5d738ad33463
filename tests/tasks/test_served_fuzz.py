"""The served graph, given thousands of texts and byte strings that nobody would send."""

import random

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.wild_strings import random_bytes, random_text
from seqkit.export import saved_model
from seqkit.tasks.classification.model import TextClassifier
from seqkit.text import (
    Normalizer,
    TextEncoder,
    Vocabulary,
    learn_dictionary,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("unoptimized")]

CORPUS = [["good film, not bad at all", "so bad a film", "좋은 영화 별로", "naïve café 👍🏽"] * 10]


@pytest.fixture(scope="module", params=["word", "subword", "char", "jamo"])
def served(request, tmp_path_factory):
    """An exported small model, loaded again."""
    tokenizer, vocabulary = learn_dictionary(
        CORPUS,
        request.param,
        normalizer=Normalizer("NFKC", lowercase=True),
        vocabulary_size=400,
    )
    model = TextClassifier.build(
        TextEncoder(tokenizer, vocabulary).with_ngrams(CORPUS),
        Vocabulary.from_labels(["a", "b"]),
        embedding_dim=3,
        hidden_dim=3,
        max_length=16,
    )
    path = tmp_path_factory.mktemp("fuzz")
    saved_model.save(model, path)
    return model, tf.saved_model.load(str(path))


@pytest.mark.parametrize("kind", [random_text, random_bytes])
def test_every_string_of_bytes_is_answered(served, kind):
    model, loaded = served
    generator = random.Random(kind.__name__)
    strings = [kind(generator) for _ in range(500)]
    answers = {
        key: value.numpy()
        for key, value in loaded.signatures["serving_default"](text=tf.constant(strings)).items()
    }
    assert answers["scores"].shape == (500, 2)
    assert set(answers["label"]) <= {b"a", b"b"}
    np.testing.assert_allclose(answers["scores"].sum(axis=1), 1, atol=1e-5)
    assert ((answers["unknown_rate"] >= 0) & (answers["unknown_rate"] <= 1)).all()
    here = model.signatures()["serving_default"](tf.constant(strings))  # What `classify` asks.
    np.testing.assert_allclose(here["scores"], answers["scores"], atol=1e-5)


def test_a_very_long_text_is_answered(served):
    _, loaded = served
    texts = tf.constant(
        ["good " * 5_000, "가" * 10_000, "x" * 10_000, "", "\U0001f469\u200d" * 2500]
    )
    scores = loaded.signatures["serving_default"](text=texts)["scores"].numpy()
    assert np.isfinite(scores).all()
