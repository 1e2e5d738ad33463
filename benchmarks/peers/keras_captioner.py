"""Trains a captioner of plain Keras for an epoch, and captions; variants `train`, `greedy 1`, ….

What a user writes after the captioning examples for Keras. The encoder is the same residual network
as seqkit's (that function makes a plain `keras.Model`), then `Dense` and `LayerNormalization`; the
decoder is `Embedding`, `GRU`, `Attention` over the grid, `Dense`, and a dense softmax over the
vocabulary, with widths and dropout as seqkit has them, but without its positions of the cells and
its tied vectors. It trains in float32 with `fit`, Adam, and
`SparseCategoricalCrossentropy(ignore_class=0)` on batches that are padded to their longest caption.

- `train`: a caption a row, its image with it, decoded (`decode_jpeg`) and resized (antialiased)
  whenever it comes, in parallel; captions become ids by `TextVectorization`. A batch has as many
  captions as one of seqkit's.
- `train together`: the same, but a row is an image with all its captions, as in keras.io's "Image
  Captioning", so that the image is decoded and encoded once for all of them.
- `greedy`, `beams`: images are decoded one by one and encoded together, once; the decoder is called
  on the whole sequences so far, which grow by a token each time, until all have ended. Of the beams
  those that have come to an end are set aside and not followed further.

Both networks are compiled with `tf.function` for captioning, of any length, which is kinder than
those examples; they call the model as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from benchmarks.keras_worker import fit_once, list_versions, read_config_and_seed
from benchmarks.measuring import measure_writing, split_into_batches
from benchmarks.worker import Work, serve
from benchmarks.workloads.images import CaptionWorkload
from seqkit.tasks.captioning.encoders import build_image_encoder

START, END = "<start>", "<end>"
# Ids of TextVectorization: padding, an unknown word, then the words in the order given.
_START_ID, _END_ID = 2, 3
_NEVER = (0, 1, _START_ID)

Next = Callable[[Any, Any], Any]
Search = Callable[[Next, Any, dict[str, Any], int], list[list[int]]]


class Captioner(NamedTuple):
    """A model in the parts that are used apart; weights are shared.

    Attributes:
        encoder: `<float32>[batch, height, width, 3]` to `<float32>[batch, cells, dim]`.
        decoder: that, and `<int32>[batch, length]`, to logits `<float32>[batch, length, words]`.
        of_rows: images, and the ids of a caption of each, to logits; compiled.
        together: images, and the ids of all captions of the first, of the second and so on, to
            logits; compiled.
    """

    encoder: keras.Model
    decoder: keras.Model
    of_rows: keras.Model
    together: keras.Model


def build(config: dict[str, Any], vocabulary_size: int) -> Captioner:
    """Builds and compiles the model.

    Args:
        config: sizes, as `speed.py` gives them to all.
        vocabulary_size: words, the special ones included.

    Returns:
        The captioner.
    """
    dim, hidden, rate = config["embedding_dim"], config["hidden_dim"], config["dropout"]
    seeing = build_image_encoder(
        **{name: config[name] for name in ("height", "width", "widths", "strides", "blocks")},
        seed=config["seed"],
    )
    images = keras.Input(seeing.input_shape[1:])
    x = layers.LayerNormalization()(layers.Dense(dim)(seeing(images)))
    encoder = keras.Model(images, layers.Reshape((-1, dim))(x))

    cells = keras.Input(encoder.output_shape[1:])
    token_ids = keras.Input((None,), dtype="int32")
    vectors = layers.Dropout(rate)(layers.Embedding(vocabulary_size, dim)(token_ids))
    seen = layers.Dropout(rate)(cells)
    first = layers.Dense(hidden, activation="tanh")(layers.GlobalAveragePooling1D()(seen))
    states = layers.GRU(hidden, return_sequences=True)(vectors, initial_state=first)
    attended = layers.Attention(use_scale=True)([states, seen, layers.Dense(hidden)(seen)])
    x = layers.Dense(dim, activation="tanh")(layers.Concatenate()([states, attended, vectors]))
    decoder = keras.Model(
        [cells, token_ids], layers.Dense(vocabulary_size)(layers.Dropout(rate)(x))
    )

    seen = encoder(images)
    repeated = ops.repeat(seen, config["captions_per_image"], axis=0)
    of_rows, together = (
        keras.Model([images, token_ids], decoder([given, token_ids])) for given in (seen, repeated)
    )
    for model in (of_rows, together):
        model.compile(
            keras.optimizers.Adam(config["learning_rate"]),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0),
        )
    return Captioner(encoder, decoder, of_rows, together)


def decode_and_resize(image: tf.Tensor, height: int, width: int) -> tf.Tensor:
    """Pixels of one image.

    Args:
        image: `<string>[]`, a JPEG.
        height: of the pixels.
        width: of the pixels.

    Returns:
        `<float32>[height, width, 3]`, from 0 to 255.
    """
    pixels = tf.image.decode_jpeg(image, channels=3)
    return tf.image.resize(pixels, (height, width), antialias=True)


def make_batches(
    config: dict[str, Any],
    vectorization: layers.TextVectorization,
    images: Sequence[str],
    captions: Sequence[Any],
    batch_size: int,
) -> tf.data.Dataset:
    """An epoch as batches, shuffled.

    Args:
        config: sizes, as `speed.py` gives them to all.
        vectorization: captions to ids.
        images: files.
        captions: of each, one caption, or a list of as many for each.
        batch_size: images of a batch.

    Returns:
        `(images, ids before), ids to come`.
    """

    def read(path: tf.Tensor, texts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        pixels = decode_and_resize(tf.io.read_file(path), config["height"], config["width"])
        return pixels, tf.strings.join([START, texts, END], separator=" ")

    def vectorize(pixels: tf.Tensor, texts: tf.Tensor) -> tuple[Any, tf.Tensor]:
        ids = vectorization(tf.reshape(texts, [-1]))
        return (pixels, ids[:, :-1]), ids[:, 1:]

    rows = tf.data.Dataset.from_tensor_slices((list(images), list(captions)))
    return (
        rows.shuffle(len(images), seed=config["seed"])
        .map(read, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size)
        .map(vectorize, num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )


def greedy(following: Next, cells: Any, config: dict[str, Any], _: int) -> list[list[int]]:
    """Takes the most probable word each time.

    Args:
        following: cells and ids so far to logits.
        cells: `<float32>[batch, cells, dim]`.
        config: gives the most words of a caption.

    Returns:
        Ids of the words of each caption.
    """
    ids = np.full((len(cells), 1), _START_ID, np.int32)
    ended = np.zeros(len(cells), bool)
    for _ in range(config["longest_caption"]):
        logits = np.array(following(cells, ids)[:, -1])
        logits[:, _NEVER] = -np.inf
        ids = np.concatenate([ids, logits.argmax(-1).astype(np.int32)[:, np.newaxis]], axis=1)
        ended |= ids[:, -1] == _END_ID
        if ended.all():
            break
    return [_words(row) for row in ids.tolist()]


def beam_search(
    following: Next, cells: Any, config: dict[str, Any], num_beams: int
) -> list[list[int]]:
    """Follows the most probable beginnings of each caption.

    Args:
        following: cells and ids so far to logits.
        cells: `<float32>[batch, cells, dim]`.
        config: gives the most words of a caption, and the length penalty.
        num_beams: how many are followed; one less for each that has come to an end.

    Returns:
        Ids of the words of the best caption of each.
    """
    live = [[(0.0, [_START_ID])] for _ in range(len(cells))]
    ended: list[list[tuple[float, list[int]]]] = [[] for _ in live]
    for _ in range(config["longest_caption"]):
        images = [image for image, beams in enumerate(live) for _ in beams]
        if not images:
            break
        ids = np.array([ids for beams in live for _, ids in beams], np.int32)
        logits = np.array(following(tf.gather(cells, images), ids)[:, -1])
        logits[:, _NEVER] = -np.inf
        log_p = logits - logits.max(-1, keepdims=True)
        log_p -= np.log(np.exp(log_p).sum(-1, keepdims=True))
        best = np.argpartition(-log_p, num_beams, axis=-1)[:, :num_beams]
        row = 0
        for image, beams in enumerate(live):
            candidates = []
            for score, ids_so_far in beams:
                for word in best[row].tolist():
                    candidates.append((score + float(log_p[row, word]), [*ids_so_far, word]))
                row += 1
            candidates.sort(reverse=True)
            chosen = candidates[: num_beams - len(ended[image])]
            ended[image] += [beam for beam in chosen if beam[1][-1] == _END_ID]
            live[image] = [beam for beam in chosen if beam[1][-1] != _END_ID]

    def score(beam: tuple[float, list[int]]) -> float:
        return beam[0] / ((5 + len(beam[1]) - 1) / 6) ** config["length_penalty"]

    pairs = zip(ended, live, strict=True)
    return [_words(max([*done, *cut], key=score)[1]) for done, cut in pairs]


def _words(ids: list[int]) -> list[int]:
    """What is between start and end."""
    return ids[1 : ids.index(_END_ID) if _END_ID in ids else None]


def caption(
    config: dict[str, Any],
    networks: tuple[Next, Next],
    words: Sequence[str],
    images: Sequence[bytes],
    batch_size: int,
    num_beams: int,
) -> dict[str, Any]:
    """Captions all images.

    Args:
        config: sizes, as `speed.py` gives them to all.
        networks: pixels to cells; cells and ids to logits.
        words: by id.
        images: encoded.
        batch_size: images of a batch.
        num_beams: 1 for greedy search.

    Returns:
        `seconds`, `captions`, `tokens` and the `first` caption.
    """
    encode, following = networks
    search: Search = greedy if num_beams == 1 else beam_search

    def write(batch: Sequence[bytes]) -> list[str]:
        pixels = [decode_and_resize(image, config["height"], config["width"]) for image in batch]
        captions = search(following, encode(tf.stack(pixels)), config, num_beams)
        return [" ".join(words[token_id] for token_id in ids) for ids in captions]

    return measure_writing(write, split_into_batches(images, batch_size), "captions")


def compile_network(model: keras.Model) -> Next:
    """A network as a graph for batches of any size and captions of any length.

    Args:
        model: the network.

    Returns:
        What calls it, without dropout.
    """
    specs = [tf.TensorSpec(given.shape, given.dtype) for given in model.inputs]

    @tf.function(input_signature=specs)
    def call(*inputs: tf.Tensor) -> tf.Tensor:
        return model(inputs[0] if len(inputs) == 1 else list(inputs), training=False)

    return call


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model and trains it, so that its captions end where they should."""
    config = read_config_and_seed()
    work = CaptionWorkload.read(config["workload"])
    known = work.known_words(config["vocabulary_size"] - 4, config["min_count"])
    vectorization = layers.TextVectorization(
        standardize=None, split="whitespace", vocabulary=[START, END, *known]
    )
    words = vectorization.get_vocabulary()
    model = build(config, len(words))
    step, each = config["batch_size"], config["captions_per_image"]
    images, captions = work.images[: work.rows], work.captions[: work.rows]
    flat = [text for texts in captions for text in texts]
    repeated = [image for image in images for _ in range(each)]
    batches = partial(make_batches, config, vectorization)
    learned = model.together.fit(
        batches(work.images, work.captions, step),
        epochs=config["learning_epochs"],
        verbose=0,
        shuffle=False,
    ).history
    ways = {
        "train": (model.of_rows, batches(repeated, flat, step * each)),
        "train together": (model.together, batches(images, captions, step)),
    }
    sizes = {"captions": work.train_captions, "tokens": work.train_tokens}

    def epoch(trained: keras.Model, dataset: tf.data.Dataset) -> dict[str, Any]:
        return {**fit_once(trained, dataset, shuffle=False), **sizes}

    works: dict[str, Work] = {}
    for name, (trained, dataset) in ways.items():
        epoch(trained, dataset.take(2))
        works[name] = partial(epoch, trained, dataset)
    networks = compile_network(model.encoder), compile_network(model.decoder)
    files = [Path(path).read_bytes() for path in work.test_images]
    for search, num_beams in config["searches"].items():
        for size, count in config["batches"]:
            run = partial(caption, config, networks, words, batch_size=size, num_beams=num_beams)
            run(images=files[: 2 * size])
            works[f"{search} {size}"] = partial(run, images=files[:count])
    return works, {
        **list_versions(),
        "parameters": model.of_rows.count_params(),
        "learned to a loss of": learned["loss"][-1],
    }


if __name__ == "__main__":
    serve(prepare)
