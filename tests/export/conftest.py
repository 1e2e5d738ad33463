"""A small model of the kind that is exported: a table, a recurrent core, two signatures."""

from __future__ import annotations

import shutil

import keras
import pytest
import tensorflow as tf

from seqkit.export import write
from tests.export.browser import BROWSERS, Browser

LABELS = ["bad", "부정 \t", "good 👍"]
WORDS = ["the", "film", "was", "not", "good", "영화"]
LENGTH = 8


class StandIn:
    """Classifies texts of at most eight words, by weights that nobody trained."""

    def __init__(self, hidden_dim: int = 4) -> None:
        keras.utils.set_random_seed(7)
        self.core = keras.Sequential(
            [
                keras.Input((None,), dtype="int32"),
                keras.layers.Embedding(2 + len(WORDS), 6),
                keras.layers.Bidirectional(keras.layers.GRU(hidden_dim)),
                keras.layers.Dense(len(LABELS), activation="softmax"),
            ]
        )
        self.shell = tf.Module()
        self.shell.words = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(WORDS, tf.range(2, 2 + len(WORDS))), 1
        )

    def signatures(self):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
        def serving_default(text):
            """Labels texts.

            More about it.
            """
            words = tf.strings.split(text).to_tensor("", shape=[None, LENGTH])
            ids = tf.where(words == "", 0, self.shell.words.lookup(words))
            scores = self.core(ids, training=False)
            known = tf.reduce_sum(tf.cast(ids == 1, tf.float32), 1)
            return {
                "label": tf.gather(LABELS, tf.argmax(scores, 1)),
                "confidence": tf.reduce_max(scores, 1),
                "scores": scores,
                "unknown_rate": known
                / tf.maximum(1.0, tf.reduce_sum(tf.cast(ids > 0, tf.float32), 1)),
            }

        @tf.function(input_signature=[])
        def classes():
            """Gives the labels in the order of the scores."""
            return {"label": tf.constant(LABELS)}

        return {"serving_default": serving_default, "classes": classes}

    def trackables(self):
        return [*(v.value for v in self.core.variables), self.shell]

    def save(self, path):
        self.core.save(path)


@pytest.fixture(scope="session")
def stand_in():
    return StandIn()


@pytest.fixture(scope="session")
def make_stand_in():
    return StandIn


GOLDEN = {
    "serving_default": {
        "text": ["the film was good", "영화 not", "", b"\xff\x00 broken", "emoji 👩‍🚀\n<tag>\x00"]
    }
}

CARD = {
    "name": "reviews | of <films>",
    "task": "sentiment",
    "data": {"train": {"name": "built-in", "sha256": "ab" * 32, "license": None, "examples": 100}},
    "config": {"hidden_dim": 4, "cell": "gru"},
    "seed": 0,
    "scores": {"accuracy": {"model": 0.98, "baseline": 0.75}},
    "unknown_rate": {"test": 0.01},
}


@pytest.fixture(scope="session")
def golden():
    return GOLDEN


@pytest.fixture(scope="session")
def card():
    return CARD


@pytest.fixture(scope="session")
def exported(stand_in, tmp_path_factory):
    """An artefact as `write` leaves it, for tests that only read it."""
    return write(
        stand_in,
        tmp_path_factory.mktemp("exported") / "reviews",
        golden=GOLDEN,
        card=CARD,
        report="<!doctype html><title>report</title>",
    )


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    browser = Browser(program, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()
