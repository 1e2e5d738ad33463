"""A temperature makes a tagger as sure as it is right, and changes no answer."""

import keras
import numpy as np
import pytest

from seqkit import data
from seqkit.evaluation.calibration import calibration_error
from seqkit.tasks.tagging.batches import NO_TAG, EncodedSentences
from seqkit.tasks.tagging.calibration import calibrate
from seqkit.tasks.tagging.model import TokenTagger
from seqkit.tasks.tagging.network import CRF, EMISSIONS
from seqkit.text import Vocabulary, WordEncoder

SURE = 8.0


@pytest.fixture
def tagger():
    """Says of each word, by 8 nats, that its tag is that of the word."""
    keras.utils.set_random_seed(0)
    encoder = WordEncoder.learn([["a", "b"]], min_count=1, affix_buckets=8)
    model = TokenTagger.build(
        encoder, Vocabulary.from_labels(["A", "B"]), embedding_dim=2, hidden_dim=2,
        character_filters=0, affix_dim=0,
    )  # fmt: skip
    emissions, crf = model.core.get_layer(EMISSIONS), model.core.get_layer(CRF)
    model.core.get_layer("embedding").set_weights([np.array([[0, 0]] * 4 + [[9, -9], [-9, 9]])])
    bias = emissions.get_weights()[1]
    before = keras.Model(model.core.input, emissions.input)
    ids = {name: np.array([[4, 5]]) for name in model.core.input}
    states = np.asarray(before(ids))[0]  # what tells the two words apart
    direction = np.linalg.pinv(states) @ np.array([[SURE, 0], [0, SURE]])
    emissions.set_weights([direction.astype("float32"), bias])
    crf.transitions.assign([[0.2, 0.0], [0.0, 0.1]])
    return model


def sentences(model, number, wrong):
    """Of the words, `wrong` in ten have the other tag."""
    rng = np.random.default_rng(0)
    words = rng.integers(0, 2, (number, 2))
    tags = np.where(rng.random(words.shape) < wrong / 10, 1 - words, words)
    rows = [(["ab"[word] for word in row], ["x"] * 2) for row in words]
    read = data.read(rows, columns=("tokens", "tags"))
    levels = model.core.input.keys()
    encoded = EncodedSentences(read, model.encoder, max_length=16, levels=levels)
    return encoded, tags.ravel().astype("int32"), [list(tokens) for tokens, _ in rows]


def answers(model, rows):
    model = TokenTagger(  # traced anew, with the weights of now
        model.encoder, model.tags, model.core, core_config=model.core_config
    )
    found = model.tag(rows)
    return (
        [tag for one in found for tag in one.tags],
        np.array([sure for one in found for sure in one.confidence]),
    )


def test_a_tagger_that_is_too_sure_becomes_as_sure_as_it_is_right(tagger):
    encoded, tags, rows = sentences(tagger, 300, wrong=2)
    before, sure = answers(tagger, rows)
    right = np.array(before) == np.array(["A", "B"])[tags]
    error = calibration_error(sure, right)
    assert error > 0.15
    assert calibrate(tagger.core, encoded, tags) > 2
    after, sure = answers(tagger, rows)
    assert after == before
    assert calibration_error(sure, right) < error / 2
    assert calibrate(tagger.core, encoded, tags) == pytest.approx(1, abs=0.05)


def test_tags_that_are_not_known_say_nothing(tagger):
    encoded, tags, _ = sentences(tagger, 30, wrong=0)
    assert calibrate(tagger.core, encoded, np.full_like(tags, NO_TAG)) == pytest.approx(1, abs=0.02)
