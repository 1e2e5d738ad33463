"""The core of a language model: it continues from a state, tied or not, and so does its step."""

import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from seqkit.layers import token_logits
from seqkit.model.next_token import output_layer
from seqkit.model.recurrent_core import first_state, state_dim
from seqkit.tasks.language_modeling.network import (
    LanguageModelNetwork,
    build_language_model_core,
    following,
)
from seqkit.tasks.language_modeling.stream_score import StreamScorer

WAYS = {
    "plain": {},
    "tied": {"tie_embeddings": True, "cell": "gru", "num_layers": 2},
    "tied_alike": {"tie_embeddings": True, "hidden_dim": 5, "cell": "simple_rnn"},
}
NO_DROPOUT = {"input_dropout": 0.0, "dropout": 0.0, "recurrent_dropout": 0.0}
IDS = np.array([[2, 5, 9, 4, 7, 3], [2, 7, 8, 0, 0, 0]], "int32")

every_way = pytest.mark.parametrize("way", WAYS)


def made(way="plain", **arguments):
    sizes = {"embedding_dim": 5, "hidden_dim": 4, "dropout_warm_up": 0, **NO_DROPOUT}
    network = LanguageModelNetwork(**(sizes | WAYS[way] | arguments))
    core = build_language_model_core(11, network)
    rng = np.random.default_rng(1)
    for weight in core.trainable_weights:
        weight.assign(rng.normal(size=weight.shape, scale=0.5))
    return core


def read(core, ids, state=None, **arguments):
    state = first_state(core, len(ids)) if state is None else tf.constant(state)
    found = core({"token_ids": tf.constant(ids), "state": state}, **arguments)
    return token_logits(output_layer(core), found["features"]).numpy(), found["state"].numpy()


@every_way
def test_windows_and_steps_give_what_the_whole_does(way):
    core = made(way)
    whole, last = read(core, IDS)
    first, state = read(core, IDS[:, :2])
    second, after = read(core, IDS[:, 2:], state)
    np.testing.assert_allclose(np.concatenate([first, second], 1)[0], whole[0], atol=1e-5)
    np.testing.assert_allclose(after, last, atol=1e-6)
    step, state = following(core), first_state(core, 1)[:, None]
    for time, token in enumerate(IDS[0]):
        result = step(np.array([[token]]), state)
        state = result.state
        np.testing.assert_allclose(result.logits[0, 0], whole[0, time], atol=1e-5)
    np.testing.assert_allclose(state[0, 0], last[0], atol=1e-6)


@every_way
def test_only_what_is_tied_shares_its_vectors(way):
    core = made(way)
    tied = output_layer(core) is core.get_layer("embedding")
    assert tied == way.startswith("tied")
    assert ("projection" in {layer.name for layer in core.layers}) == (way == "tied")
    assert state_dim(core) == first_state(core, 1).shape[1]


@pytest.mark.parametrize("rate", ["input_dropout", "dropout", "recurrent_dropout"])
def test_each_dropout_acts_in_training_alone(rate):
    core = made(**{rate: 0.5})
    plain, _ = read(core, IDS)
    np.testing.assert_allclose(plain, read(made(), IDS)[0], atol=1e-6)
    dropped, _ = read(core, IDS, training=True)
    assert np.abs(dropped - plain)[0].max() > 1e-3


def expected(core, ids):
    """Log-probabilities of a stream, read at once: BOS first, and in the place of each EOS."""
    before = np.concatenate([[2], np.where(ids[:-1] == 3, 2, ids[:-1])]).astype("int32")
    logits, _ = read(core, before[np.newaxis])
    return tf.nn.log_softmax(logits[0]).numpy()[np.arange(len(ids)), ids]


def test_every_token_of_a_stream_is_scored_once_and_after_those_before_it():
    core = made()
    rng = np.random.default_rng(0)
    ids = rng.choice([3, *range(4, 11)], 203).astype("int32")
    told = expected(core, ids)
    one = StreamScorer(core, rows=1, window=8)(ids)
    np.testing.assert_allclose(one, told, atol=1e-5)
    # Parts that are read beside each other know what was before them but for what is long ago.
    score = StreamScorer(core, rows=4, warm_up=32, window=8)
    np.testing.assert_allclose(score(ids), told, atol=1e-3)
    np.testing.assert_allclose(score(ids[:50])[:50], told[:50], atol=1e-3)
    np.testing.assert_allclose(score(ids[:3]), told[:3], atol=1e-5)
    assert np.abs(StreamScorer(core, rows=4, warm_up=0, window=8)(ids) - told).max() > 1e-3
    assert ops.convert_to_numpy(score(ids[:1])).shape == (1,)
