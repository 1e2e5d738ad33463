"""Language models are compared on equal terms, and the table says who was compared with what."""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.language_model import KERAS, TORCH, WINDOWS, table
from benchmarks.measured import GENERATING, OURS, TRAINING, Measured
from benchmarks.ours.language_model import build_model, train_round
from benchmarks.peers import keras_language_model, saved_language_model
from benchmarks.rounds import Entrant
from benchmarks.workloads.characters import PROMPT_LENGTH, LanguageWorkload
from tests.benchmarks.answers import make_answers

MEASURED = [
    *(Measured(side, TRAINING, 64) for side in (OURS, TORCH, KERAS, WINDOWS)),
    *(Measured(side, GENERATING, 32) for side in (WINDOWS, KERAS, OURS)),
    Measured(OURS, GENERATING, 1),
]
SIZES = {
    **{"embedding_dim": 3, "hidden_dim": 4, "cell": "lstm", "dropout": 0.3, "seed": 0},
    **{"batch_size": 2, "window": 5, "learning_rate": 1e-3, "clip_norm": 1.0},
    **{"learning_epochs": 1, "repeats": 2, "batches": [(1, 3), (2, 3)]},
}
TEXT = "to be or not to be, that is the question: " * 3
WORK = LanguageWorkload("some", TEXT, 40, [TEXT[i : i + PROMPT_LENGTH] for i in (0, 7)])


def test_workers_are_asked_for_what_they_offer():
    assert [row.entrant for row in MEASURED[:6]] == [
        Entrant("seqkit, training, 64", "seqkit", "train"),
        Entrant("PyTorch, training, 64", "torch", "train"),
        Entrant("plain Keras, training, 64", "keras", "train"),
        Entrant(f"{WINDOWS.name}, training, 64", "keras", "train windows"),
        Entrant(f"{WINDOWS.name}, generating, 32", "keras", "generate windows 32"),
        Entrant("plain Keras, generating, 32", "keras", "generate 32"),
    ]


def test_each_is_compared_with_the_peers_that_do_the_same_work():
    # The second round is slow for everybody.
    rounds = [[1, 3, 1], [2, 6, 2], [4, 12, 4], [20, 60, 20]]
    rounds += [[10, 30, 10], [5, 15, 5], [1, 3, 1], [2, 6, 2]]
    rows = table(MEASURED, make_answers(MEASURED, rounds, characters=1000))
    assert [(row["language model"], row["work"], row["batch"]) for row in rows] == [
        *((OURS.name, TRAINING, 64), (TORCH.name, TRAINING, 64), (KERAS.name, TRAINING, 64)),
        *((WINDOWS.name, TRAINING, 64), (OURS.name, GENERATING, 1), (OURS.name, GENERATING, 32)),
        *((KERAS.name, GENERATING, 32), (WINDOWS.name, GENERATING, 32)),
    ]
    assert [row["characters/s"] for row in rows] == [1000, 500, 250, 50, 500, 1000, 200, 100]
    assert [row["× PyTorch"] for row in rows] == [2, 1, 0.5, 0.1, None, None, None, None]
    assert [row["× plain Keras"] for row in rows] == [4, 2, 1, 0.2, None, 5, 1, 0.5]
    assert [row[f"× {WINDOWS.name}"] for row in rows] == [20, 10, 5, 1, None, 10, 2, 1]


def test_a_saved_model_is_asked_as_a_server_asks_and_what_it_writes_is_counted():
    seen = []

    def answer(**given):
        seen.append({name: tensor.numpy().tolist() for name, tensor in given.items()})
        # The second text ends before it is as long as it might be.
        return {"continuation": tf.constant(["été!", "no"])}

    loaded = SimpleNamespace(signatures={"serving_default": answer})
    figures = saved_language_model.continue_prompts(loaded, ["a", "b"], length=4, repeats=3)
    assert figures == {"characters": 18, "first": "été!"}
    assert [given["seed"] for given in seen] == [0, 2, 4]
    assert seen[0] | {"seed": 0} == {
        **{"prompt": [b"a", b"b"], "length": 4, "temperature": 1, "top_k": 0, "top_p": 1},
        "seed": 0,
    }


@pytest.fixture(scope="module")
def plain():
    keras.utils.set_random_seed(0)
    model = keras_language_model.CharacterModel(SIZES, len(WORK.alphabet) + 1)
    return keras_language_model.OneStep(model, WORK.alphabet)


def test_states_handed_on_give_what_the_whole_text_gives(plain):
    ids = plain.ids_from_chars(tf.strings.unicode_split(WORK.prompts, "UTF-8")).to_tensor()
    whole = plain.model(ids)
    assert whole.shape == (2, PROMPT_LENGTH, len(WORK.alphabet) + 1)
    first, states = plain.model(ids[:, :30], return_state=True)
    second, _ = plain.model(ids[:, 30:], states=states, return_state=True)
    assert np.allclose(np.concatenate([first, second], axis=1), whole, atol=1e-5)


def test_the_steps_of_plain_keras_write_known_characters(plain):
    figures = keras_language_model.continue_by_steps(plain, WORK.prompts, 7, repeats=2)
    assert figures["characters"] == 2 * 2 * 7
    assert len(figures["first"]) == 7 and set(figures["first"]) <= set(TEXT)


def test_windows_are_followed_by_themselves_one_character_later():
    ids = np.arange(20)
    batches = list(keras_language_model.make_windows(SIZES | {"batch_size": 1}, ids))
    assert sorted(before.numpy()[0].tolist() for before, _ in batches) == [
        *([0, 1, 2, 3, 4], [6, 7, 8, 9, 10], [12, 13, 14, 15, 16])
    ]
    assert all((after.numpy() == before.numpy() + 1).all() for before, after in batches)


def test_a_window_moves_by_what_was_written():
    class Alphabetical:
        """After a letter the next one comes, for sure."""

        def predict(self, x, verbose):
            assert x.shape == (2, PROMPT_LENGTH, 5) and x.sum() == x.shape[0] * x.shape[1]
            return np.roll(x[:, -1], 1, axis=1).astype("float32")

    prompts = ["a" * PROMPT_LENGTH, "e" * PROMPT_LENGTH]
    figures = keras_language_model.continue_by_windows(Alphabetical(), list("abcde"), prompts, 6)
    assert figures == {"characters": 12, "first": "bcdeab"}


def test_what_is_not_known_is_nothing_in_a_window():
    x = keras_language_model.encode_one_hot(["a", "b"], ["ab", "b?"])
    assert x.astype(int).tolist() == [[[1, 0], [0, 1]], [[0, 1], [0, 0]]]
    model = keras_language_model.build_window_model(SIZES, ["a", "b"])
    assert model.output_shape == (None, 2)


def test_a_round_of_ours_is_the_text_in_windows():
    model = build_model(SIZES, WORK)
    assert len(model.encoder.vocabulary) == len(WORK.alphabet) + 4
    before = [weight.numpy() for weight in model.core.trainable_weights]
    epoch, loss = train_round(SIZES, model, WORK.text[: WORK.characters])
    figures = epoch()
    assert figures["characters"] == 40 and 0 < figures["loss"] < 5 and 0 < loss < 5
    after = [weight.numpy() for weight in model.core.trainable_weights]
    assert all((a != b).any() for a, b in zip(before, after, strict=True))


def test_all_have_the_same_layers(plain):
    ours = [weight.shape for weight in build_model(SIZES, WORK).core.weights]
    theirs = [weight.shape for weight in plain.model.weights]
    # The special ids but for the unknown one, and the output has a row for each.
    size = len(WORK.alphabet) + 1
    assert theirs[:4] == [(size, 3), (3, 16), (4, 16), (16,)]
    assert ours[:4] == [(size + 3, 3), *theirs[1:4]]
