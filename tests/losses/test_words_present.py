"""WordsPresent: the noisy or over cells, balance, gradients, and that it finds where words are."""

import keras
import numpy as np
import pytest
from keras import ops

from seqkit.layers import TokenOutput
from seqkit.losses import WordsPresent

RNG = np.random.default_rng(0)
IDS = np.array([[[2, 5, 7, 0], [2, 5, 3, 0]], [[2, 9, 4, 6], [11, 11, 1, 0]]])
PRESENT = [{5, 7}, {9, 4, 6, 11}]


def made(size=12, dim=5):
    output = TokenOutput(size)
    cells = output(RNG.normal(size=(2, 6, dim)).astype("float32"))
    output.set_weights([RNG.normal(size=(size, dim)).astype("float32")])
    return output, cells


@pytest.mark.parametrize("num_words", [1000, 8])
def test_it_is_the_formula(num_words):
    output, cells = made()
    vectors, given = np.asarray(output.embeddings, "float64"), np.asarray(cells, "float64")
    losses = []
    for row, present in zip(given, PRESENT, strict=True):
        chance = 1 / (1 + np.exp(-(row @ vectors.T) + np.log(6)))
        word = 1 - np.prod(1 - chance, axis=0)
        asked = range(4, min(num_words, 12))
        here = [-np.log(word[i]) for i in asked if i in present]
        absent = [-np.log(1 - word[i]) for i in asked if i not in present]
        losses.append((np.mean(here) + np.mean(absent)) / 2)
    loss = WordsPresent(output, num_words)
    np.testing.assert_allclose(loss(IDS, cells), np.mean(losses), rtol=1e-5)
    # Tokens come as floats from Keras, and in any order.
    np.testing.assert_allclose(
        loss(IDS[:, ::-1, ::-1].astype("float32"), cells), np.mean(losses), rtol=1e-5
    )


def test_extreme_cells_give_finite_losses_and_gradients():
    import tensorflow as tf

    output, cells = made()
    output.set_weights([np.abs(output.embeddings)])
    # At -1000 no cell expects anything: the chance of each word is zero.
    for factor in (0.0, 100.0, -1000.0):
        given = tf.constant(np.abs(cells) * factor)
        with tf.GradientTape() as tape:
            tape.watch(given)
            loss = WordsPresent(output)(IDS, given)
        assert np.isfinite(loss.numpy()) and loss.numpy() > 0
        assert np.isfinite(tape.gradient(loss, given).numpy()).all()


def test_an_image_without_words_costs_what_it_expects():
    output, cells = made()
    loss = WordsPresent(output)(np.full((2, 1, 3), 2), cells)
    assert 0 < float(loss) < 100


def test_it_finds_which_cell_speaks_of_which_word():
    """Cells show one thing each; captions name all things of an image and nothing of where."""
    rng = np.random.default_rng(1)
    things = rng.integers(4, 10, (600, 3))
    pictures = np.eye(10)[things] + rng.normal(size=(600, 3, 10), scale=0.1)
    given = keras.Input((3, 10))
    x = keras.layers.Dense(16, kernel_initializer=keras.initializers.GlorotUniform(1))(given)
    output = TokenOutput(10)
    model = keras.Model(given, output(x))
    model.compile(keras.optimizers.Adam(0.05), WordsPresent(output))
    model.fit(pictures, things[:, np.newaxis], batch_size=50, epochs=5, verbose=0)
    logits = ops.matmul(model(pictures), ops.transpose(ops.convert_to_tensor(output.embeddings)))
    found = np.asarray(logits)[..., 4:].argmax(axis=-1) + 4
    assert (found == things).mean() > 0.95


def test_arguments_are_checked():
    with pytest.raises(TypeError, match="give a TokenOutput"):
        WordsPresent("output")
    with pytest.raises(ValueError, match="num_words is 4"):
        WordsPresent(None, num_words=4)
    output, cells = made()
    with pytest.raises(ValueError, match="no word left"):
        WordsPresent(output, 50, num_special=12)(IDS, cells)
    loss = WordsPresent.from_config(WordsPresent(output, 8).get_config())
    assert loss.num_words == 8
    with pytest.raises(ValueError, match="compile the model again"):
        loss(IDS, cells)
