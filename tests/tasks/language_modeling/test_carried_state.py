"""What a trained core is given of the state before."""

import numpy as np
import pytest
from keras import ops

from seqkit.model.recurrent_core import first_state
from seqkit.tasks.language_modeling.carried_state import CarriedState, FromBeginning
from seqkit.tasks.language_modeling.network import (
    LanguageModelNetwork,
    build_language_model_core,
)

IDS = np.random.default_rng(0).integers(4, 9, (2, 6)).astype("int32")


@pytest.fixture(scope="module")
def core():
    dropout = {"input_dropout": 0.0, "dropout": 0.0, "recurrent_dropout": 0.0}
    network = LanguageModelNetwork(embedding_dim=3, hidden_dim=4, dropout_warm_up=0, **dropout)
    return build_language_model_core(9, network)


def features(core, ids):
    state = first_state(core, len(ids))
    return core({"token_ids": ops.convert_to_tensor(ids), "state": state})["features"]


def test_a_window_goes_on_from_the_one_before(core):
    model = CarriedState(core, batch_size=2)
    read = [
        model({"token_ids": IDS[:, part], "begins": np.array([begins, begins])})
        for part, begins in ((slice(0, 3), True), (slice(3, 6), False))
    ]
    np.testing.assert_allclose(np.concatenate(read, axis=1), features(core, IDS), atol=1e-6)


def test_a_row_may_begin_anew_while_another_goes_on(core):
    model = CarriedState(core, batch_size=2)
    model({"token_ids": IDS[:, :3], "begins": np.array([True, True])})
    read = model({"token_ids": IDS[:, 3:], "begins": np.array([False, True])})
    np.testing.assert_allclose(read[0], features(core, IDS)[0, 3:], atol=1e-6)
    np.testing.assert_allclose(read[1], features(core, IDS[:, 3:])[1], atol=1e-6)


def test_the_state_is_kept_and_not_trained(core):
    model = CarriedState(core, batch_size=2)
    assert model.state in model.non_trainable_variables
    assert len(model.trainable_variables) == len(core.trainable_variables)


def test_rows_of_their_own_begin_with_zeros(core):
    model = FromBeginning(core)
    model(IDS)
    np.testing.assert_allclose(model(IDS), features(core, IDS), atol=1e-6)
