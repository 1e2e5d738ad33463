"""The captioner's network: its two parts, several captions at once, search as training sees it."""

import keras
import numpy as np
import pytest

from seqkit.decoding import greedy
from seqkit.layers import token_logits
from seqkit.losses import TokenCrossEntropy
from seqkit.model.next_token import next_token, output_layer
from seqkit.tasks.captioning.network import (
    CaptionerNetwork,
    build_image_captioner_core,
    describer,
    grid_of,
    look_at,
)
from tests.small_captioners import SIZES

SMALL = SIZES | {"embedding_dim": 5, "hidden_dim": 7}
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (3, 32, 48, 3)).astype("uint8")
IDS = RNG.integers(4, 20, (3, 2, 6)).astype("int32")
IDS[:, :, 0] = 2
IDS[1, 1, 4:] = 0


def made(trainable=True, **sizes):
    return build_image_captioner_core(20, CaptionerNetwork(**SMALL | sizes), trainable=trainable)


@pytest.mark.parametrize("input_feeding", [False, True])
def test_captions_together_are_as_each_alone(input_feeding):
    core = made(input_feeding=input_feeding, decoder_layers=2)
    together = core({"images": IMAGES, "decoder_token_ids": IDS})
    assert tuple(together.shape) == (3, 2, 6, 5)
    for caption in (0, 1):
        alone = core({"images": IMAGES, "decoder_token_ids": IDS[:, caption : caption + 1]})
        np.testing.assert_allclose(together[:, caption], alone[:, 0], atol=1e-5)


def test_grids_computed_before_give_the_same():
    core = made()
    whole = core({"images": IMAGES, "decoder_token_ids": IDS})
    grid = np.asarray(grid_of(core, IMAGES))
    assert grid.shape == (3, 4, 6, 6)
    parts = describer(core)({"grid": grid, "decoder_token_ids": IDS})
    np.testing.assert_allclose(parts, whole, atol=1e-6)
    halves = describer(core)({"grid": grid.astype("float16"), "decoder_token_ids": IDS})
    np.testing.assert_allclose(halves, whole, atol=1e-2)


@pytest.mark.parametrize("tie_embeddings", [True, False])
def test_the_search_finds_what_the_whole_network_says(tie_embeddings):
    core = made(tie_embeddings=tie_embeddings, attention="additive", cell="lstm")
    for weight in core.trainable_weights:
        weight.assign(np.random.default_rng(1).normal(size=weight.shape, scale=0.6))
    source, state = look_at(core, grid_of(core, IMAGES))
    step = next_token(describer(core), source)
    found = greedy(step, state, max_length=5, eos_id=19, banned=())
    ids = np.asarray(found.token_ids)
    before = np.concatenate([np.full((3, 1, 1), 2), ids[:, :, :-1]], axis=-1)
    features = core({"images": IMAGES, "decoder_token_ids": before})
    logits = np.asarray(token_logits(output_layer(describer(core)), features))
    for row, length in enumerate(np.asarray(found.lengths)[:, 0]):
        said = logits[row, 0, :length].argmax(axis=-1)
        np.testing.assert_array_equal(said, ids[row, 0, :length])
    np.testing.assert_allclose(np.asarray(found.attention)[0, 0, 0].sum(), 1, atol=1e-5)


@pytest.mark.parametrize("frozen", [False, True])
def test_a_step_of_training_changes_what_it_should(frozen):
    core = made(trainable=not frozen, tie_embeddings=False, dropout=0.0)
    output = output_layer(describer(core))
    core.compile(keras.optimizers.SGD(0.5), TokenCrossEntropy(output), run_eagerly=True)
    before = [keras.ops.convert_to_numpy(w).copy() for w in core.weights]
    inputs = {"images": IMAGES, "decoder_token_ids": IDS}
    core.fit(inputs, np.roll(IDS, -1, axis=-1), verbose=0)
    for weight, old in zip(core.weights, before, strict=True):
        path = weight.path
        moved = (np.asarray(weight) != old).any()
        of_encoder = path.startswith(("stage", "stem"))
        assert moved == (not (frozen and of_encoder)), path


def test_a_file_holds_the_whole(tmp_path):
    core = made(trainable=False)
    core.save(tmp_path / "core.keras")
    loaded = keras.models.load_model(tmp_path / "core.keras")
    inputs = {"images": IMAGES, "decoder_token_ids": IDS}
    np.testing.assert_array_equal(loaded(inputs), core(inputs))
    assert not loaded.get_layer("encoder").trainable_weights
    assert loaded.trainable_weights


def test_a_backbone_can_be_the_encoder():
    core = made(encoder="MobileNet", height=64, width=96, embedding_dim=4, hidden_dim=3)
    images = RNG.integers(0, 256, (1, 64, 96, 3)).astype("uint8")
    assert tuple(grid_of(core, images).shape) == (1, 2, 3, 1024)
    found = core({"images": images, "decoder_token_ids": IDS[:1]})
    assert tuple(found.shape) == (1, 2, 6, 4)
