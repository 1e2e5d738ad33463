"""Language models of plain Keras: trains for a round, and continues prompts.

What a user writes after two examples, with the sizes that seqkit has.

- `train`, `generate 1`, `generate 32`: TensorFlow's tutorial "Text generation with an RNN".
  `Embedding`, `LSTM`, `Dense`, `SparseCategoricalCrossentropy(from_logits=True)`, `fit` on shuffled
  windows that each begin with a state of zeros; dropout, Adam and clipping as seqkit has them. Ids
  are made and parted into windows once, which is kinder than the tutorial's pipeline, where they
  pass one by one. Its `OneStep` is a `tf.function` of one step, strings to strings, called in a
  loop in Python with the states handed on.
- `train windows`, `generate windows 1`, …: keras.io's "Character-level text generation with LSTM".
  A window of 40 one-hot characters for each character to come, every third one in training; `LSTM`,
  `Dense` with a softmax, RMSprop, batches of 128. It writes by calling `predict` on the last 40
  characters, in a loop in Python; NumPy draws. A batch of prompts goes into one `predict`, where
  the example has one prompt.

Both are compiled as Keras does by default.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from benchmarks.keras_worker import fit_once, list_versions, read_config_and_seed
from benchmarks.worker import Work, serve
from benchmarks.workloads.characters import PROMPT_LENGTH, LanguageWorkload

# Of the example of keras.io: characters from window to window, batch, rate of RMSprop.
_STRIDE, _BATCH, _RATE = 3, 128, 0.01
# It reads each character a dozen times; so that rounds are of like length, it gets less text.
_SHARE_OF_TEXT = 8
_CELLS = {"lstm": layers.LSTM, "gru": layers.GRU, "simple_rnn": layers.SimpleRNN}


class CharacterModel(keras.Model):
    """The tutorial's model; for any kind of cell, and with dropout.

    Args:
        config: sizes, as `speed.py` gives them to all.
        vocabulary_size: number of ids.
    """

    def __init__(self, config: dict[str, Any], vocabulary_size: int) -> None:
        super().__init__()
        self.embedding = layers.Embedding(vocabulary_size, config["embedding_dim"])
        self.recurrent = _CELLS[config["cell"]](
            config["hidden_dim"], return_sequences=True, return_state=True
        )
        self.dropout = layers.Dropout(config["dropout"])
        self.dense = layers.Dense(vocabulary_size)

    def call(
        self,
        inputs: tf.Tensor,
        states: Any = None,
        return_state: bool = False,
        training: bool = False,
    ) -> Any:
        """Gives logits `<float32>[batch, length, vocabulary]`, and the states if wanted."""
        x = self.embedding(inputs)
        if states is None:
            states = self.recurrent.get_initial_state(tf.shape(x)[0])
        x, *states = self.recurrent(x, initial_state=states)
        x = self.dense(self.dropout(x, training=training))
        return (x, states) if return_state else x


class OneStep(tf.Module):
    """The tutorial's step: strings in, the next character of each out, and the states.

    Args:
        model: gives the scores.
        alphabet: characters in the order of their ids, from 1 on; 0 is an unknown one.
    """

    def __init__(self, model: CharacterModel, alphabet: list[str]) -> None:
        super().__init__()
        self.model = model
        self.ids_from_chars = layers.StringLookup(vocabulary=alphabet)
        self.chars_from_ids = layers.StringLookup(
            vocabulary=self.ids_from_chars.get_vocabulary(), invert=True
        )
        mask = np.zeros(len(alphabet) + 1, "float32")
        mask[0] = -np.inf
        self.prediction_mask = tf.constant(mask)

    @tf.function
    def generate_one_step(self, inputs: tf.Tensor, states: Any = None) -> tuple[tf.Tensor, Any]:
        """Draws at temperature 1: `<string>[batch]` to the next characters, and the states."""
        ids = self.ids_from_chars(tf.strings.unicode_split(inputs, "UTF-8")).to_tensor()
        logits, states = self.model(ids, states=states, return_state=True)
        logits = logits[:, -1, :] + self.prediction_mask
        drawn = tf.squeeze(tf.random.categorical(logits, num_samples=1), axis=-1)
        return self.chars_from_ids(drawn), states


def continue_by_steps(
    step: OneStep, prompts: list[str], length: int, repeats: int
) -> dict[str, Any]:
    """Continues all prompts at once, step by step.

    Args:
        step: draws a character for each.
        prompts: what is continued.
        length: characters that are written for each.
        repeats: how often all of it is done.

    Returns:
        `characters`, how many were written, and the `first` of what was.
    """
    written = 0
    for _ in range(repeats):
        states = None
        following = tf.constant(prompts)
        result = []
        for _ in range(length):
            following, states = step.generate_one_step(following, states=states)
            result.append(following)
        texts = [text.decode() for text in tf.strings.join(result).numpy()]
        written += sum(map(len, texts))
    return {"characters": written, "first": texts[0]}


def make_windows(config: dict[str, Any], ids: np.ndarray) -> tf.data.Dataset:
    """The tutorial's batches: shuffled windows, and the same one character later.

    Args:
        config: sizes, as `speed.py` gives them to all.
        ids: `<int64>[characters]`.

    Returns:
        `<int64>[batch, window]` twice; what is left over is left out.
    """
    width = config["window"] + 1
    sequences = ids[: len(ids) // width * width].reshape(-1, width)
    dataset = tf.data.Dataset.from_tensor_slices((sequences[:, :-1], sequences[:, 1:]))
    shuffled = dataset.shuffle(len(sequences), seed=config["seed"])
    return shuffled.batch(config["batch_size"], drop_remainder=True).prefetch(tf.data.AUTOTUNE)


def encode_one_hot(alphabet: list[str], texts: list[str]) -> np.ndarray:
    """Texts of one length as `<bool>[texts, length, alphabet]`, as keras.io's example has them."""
    number = {sign: i for i, sign in enumerate(alphabet)}
    x = np.zeros((len(texts), len(texts[0]), len(alphabet)), dtype="bool")
    for row, text in enumerate(texts):
        for place, sign in enumerate(text):
            if sign in number:
                x[row, place, number[sign]] = True
    return x


def build_window_model(config: dict[str, Any], alphabet: list[str]) -> keras.Model:
    """Keras.io's model: a window of characters to the probabilities of the next.

    Args:
        config: sizes, as `speed.py` gives them to all.
        alphabet: the characters.

    Returns:
        The model, compiled as there.
    """
    model = keras.Sequential(
        [
            keras.Input((PROMPT_LENGTH, len(alphabet))),
            _CELLS[config["cell"]](config["hidden_dim"]),
            layers.Dense(len(alphabet), activation="softmax"),
        ]
    )
    model.compile(
        loss="categorical_crossentropy", optimizer=keras.optimizers.RMSprop(learning_rate=_RATE)
    )
    return model


def continue_by_windows(
    model: keras.Model, alphabet: list[str], prompts: list[str], length: int
) -> dict[str, Any]:
    """Continues all prompts at once, `predict` after `predict` of the last characters.

    Args:
        model: made with `build_window_model`.
        alphabet: the characters.
        prompts: what is continued, of the window's length.
        length: characters that are written for each.

    Returns:
        `characters`, how many were written, and the `first` of what was.
    """
    sentences, written = list(prompts), [""] * len(prompts)
    for _ in range(length):
        probabilities = model.predict(encode_one_hot(alphabet, sentences), verbose=0).astype(
            "float64"
        )
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        for row, chances in enumerate(probabilities):
            sign = alphabet[int(np.argmax(np.random.multinomial(1, chances)))]
            sentences[row] = sentences[row][1:] + sign
            written[row] += sign
    return {"characters": sum(map(len, written)), "first": written[0]}


def prepare_tutorial(config: dict[str, Any], work: LanguageWorkload) -> dict[str, Work]:
    """What TensorFlow's tutorial does, warmed up."""
    model = CharacterModel(config, len(work.alphabet) + 1)
    step = OneStep(model, work.alphabet)
    model.compile(
        keras.optimizers.Adam(config["learning_rate"], global_clipnorm=config["clip_norm"]),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    # Of each window a character is only read, not to be told.
    text = work.text[: work.characters // config["window"] * (config["window"] + 1)]
    dataset = make_windows(config, step.ids_from_chars(list(text)).numpy())
    characters = len(dataset) * config["batch_size"] * config["window"]

    def epoch() -> dict[str, Any]:
        return {**fit_once(model, dataset), "characters": characters}

    epoch()
    works: dict[str, Work] = {"train": epoch}
    for size, length in config["batches"]:
        continue_by_steps(step, work.prompts[:size], 2, 1)
        works[f"generate {size}"] = partial(
            continue_by_steps, step, work.prompts[:size], length, config["repeats"]
        )
    return works


def prepare_windows(config: dict[str, Any], work: LanguageWorkload) -> dict[str, Work]:
    """What keras.io's example does, warmed up."""
    alphabet = work.alphabet
    text = work.text[: max(work.characters // _SHARE_OF_TEXT, 2 * PROMPT_LENGTH)]
    starts = range(0, len(text) - PROMPT_LENGTH, _STRIDE)
    x = encode_one_hot(alphabet, [text[start : start + PROMPT_LENGTH] for start in starts])
    y = encode_one_hot(alphabet, [text[start + PROMPT_LENGTH] for start in starts])[:, 0]
    model = build_window_model(config, alphabet)

    def epoch() -> dict[str, Any]:
        # All of the text it has gone through, though it was told every third character alone.
        return {**fit_once(model, x, y, batch_size=_BATCH), "characters": _STRIDE * len(x)}

    epoch()
    works: dict[str, Work] = {"train windows": epoch}
    for size, length in config["batches"]:
        continue_by_windows(model, alphabet, work.prompts[:size], 2)
        works[f"generate windows {size}"] = partial(
            continue_by_windows, model, alphabet, work.prompts[:size], length
        )
    return works


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes both models and trains each for a round."""
    config = read_config_and_seed()
    work = LanguageWorkload.read(config["workload"])
    works = prepare_tutorial(config, work) | prepare_windows(config, work)
    return works, list_versions()


if __name__ == "__main__":
    serve(prepare)
