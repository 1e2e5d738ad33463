"""Captioners are compared on equal terms, and the table says who was compared with what."""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.captioning import BEAMS, GREEDY, KERAS, TOGETHER, table
from benchmarks.measured import OURS, TRAINING, Measured
from benchmarks.ours.captioning import build_captioner
from benchmarks.peers import keras_captioner, saved_captioner
from benchmarks.rounds import Entrant
from benchmarks.workloads.images import CaptionWorkload
from seqkit.tasks.captioning.network import ENCODER
from tests.benchmarks.answers import make_answers
from tests.tiny_images import jpeg

MEASURED = [
    *(Measured(side, TRAINING, 160) for side in (OURS, KERAS, TOGETHER)),
    *(Measured(side, BEAMS, 16) for side in (OURS, KERAS)),
    *(Measured(side, GREEDY, 1) for side in (OURS, KERAS)),
]
SIZES = {
    **{"height": 24, "width": 32, "widths": [4, 6], "strides": [2, 2], "blocks": 1},
    **{"embedding_dim": 5, "hidden_dim": 4, "dropout": 0.3, "captions_per_image": 2},
    **{"learning_rate": 1e-3, "max_length": 5, "longest_caption": 5, "length_penalty": 1.0},
    "seed": 0,
    **{"vocabulary_size": 100, "min_count": 1},
}
START, END, A, B, C = 2, 3, 4, 5, 6
# What is read or written in each round.
AMOUNTS = {"captions": 100, "tokens": 1000}


def test_workers_are_asked_for_what_they_offer():
    assert [row.entrant for row in MEASURED[:4]] == [
        Entrant("seqkit, training, 160", "seqkit", "train"),
        Entrant("plain Keras, training, 160", "keras", "train"),
        Entrant(f"{TOGETHER.name}, training, 160", "keras", "train together"),
        Entrant("seqkit, beams, 16", "server", "beams 16"),
    ]


def test_each_is_compared_with_the_peer_that_does_the_same_work():
    # The second round is slow for everybody.
    rounds = [[1, 3, 1], [8, 24, 8], [4, 12, 4], [1, 3, 1], [5, 15, 5], [10, 30, 10], [40, 120, 40]]
    rows = table(MEASURED, make_answers(MEASURED, rounds, **AMOUNTS))
    assert [(row["captioning"], row["work"], row["batch"]) for row in rows] == [
        *((who, "training", 160) for who in ("seqkit", "plain Keras", TOGETHER.name)),
        *((who, "greedy", 1) for who in ("seqkit", "plain Keras")),
        *((who, "beams", 16) for who in ("seqkit", "plain Keras")),
    ]
    assert [row["captions/s"] for row in rows] == [100, 12.5, 25, 10, 2.5, 100, 20]
    assert [row["tokens/s"] for row in rows] == [1000, 125, 250, 100, 25, 1000, 200]
    assert [row["× plain Keras"] for row in rows] == [8, 1, 2, 4, 1, 5, 1]
    assert [row[f"× {TOGETHER.name}"] for row in rows] == [4, 0.5, 1, None, None, None, None]


@pytest.mark.parametrize(("tokens", "times"), [(500, 2.0), (1000, 4.0), (2000, 4.0)])
def test_nobody_gains_by_writing_less_or_more(tokens, times):
    ours = make_answers(MEASURED[3:4], [[1, 1, 1]], **AMOUNTS | {"tokens": tokens})
    peer = make_answers(MEASURED[4:5], [[4, 4, 4]], **AMOUNTS)
    assert table(MEASURED[3:5], ours | peer)[0]["× plain Keras"] == times


def test_a_saved_captioner_gets_encoded_images_and_what_it_writes_is_counted():
    seen = []

    def answer(image):
        seen.append(image.numpy().tolist())
        return {"caption": tf.strings.join([image, " dog."])}

    loaded = SimpleNamespace(signatures={"serving_default": answer})
    figures = saved_captioner.caption(loaded, [b"a", b"b", b"c"], batch_size=2)
    assert seen == [[b"a", b"b"], [b"c"]]
    assert (figures["captions"], figures["tokens"], figures["first"]) == (3, 12, "a dog.")
    assert figures["seconds"] > 0


@pytest.fixture(scope="module")
def plain():
    keras.utils.set_random_seed(0)
    return keras_captioner.build(SIZES, 9)


def test_both_encoders_are_the_same_network(plain):
    work = CaptionWorkload("some", ["x"], [["a b c d e"]], 1, [])
    ours = build_captioner(SIZES, work)
    assert len(ours.target.vocabulary) == 9
    shapes = [weight.shape for weight in ours.core.get_layer(ENCODER).weights]
    (encoder,) = (layer for layer in plain.encoder.layers if isinstance(layer, keras.Model))
    assert shapes == [weight.shape for weight in encoder.weights]
    assert plain.encoder.output_shape == (None, 3 * 4, 5)


def test_captions_together_are_answered_as_in_rows(plain):
    images = np.random.default_rng(0).uniform(0, 255, (2, 24, 32, 3)).astype("float32")
    ids = np.array([[2, 4, 5], [2, 6, 0], [2, 7, 8], [2, 4, 4]])
    rows = plain.of_rows([images.repeat(2, axis=0), ids], training=False)
    together = plain.together([images, ids], training=False)
    assert rows.shape == (4, 3, 9)
    assert np.allclose(rows, together, atol=1e-5)
    # And as the compiled parts do, of any length.
    cells = keras_captioner.compile_network(plain.encoder)(images)
    decode = keras_captioner.compile_network(plain.decoder)
    for length in (1, 3):
        logits = decode(cells, ids[::2, :length].astype("int32"))
        assert np.allclose(logits, rows[::2, :length], atol=1e-5)


def test_batches_have_all_captions_both_ways(plain, tmp_path):
    paths = [tmp_path / f"{i}.jpg" for i in range(3)]
    for i, path in enumerate(paths):
        path.write_bytes(jpeg(100 * i, size=60))
    images, captions = [str(path) for path in paths], [["a b", "a"], ["b", "c"], ["c a b", "d"]]
    words = keras.layers.TextVectorization(
        standardize=None, split="whitespace", vocabulary=["<start>", "<end>", *"abcde"]
    )
    together = keras_captioner.make_batches(SIZES, words, images, captions, 2)
    flat = [text for texts in captions for text in texts]
    in_rows = keras_captioner.make_batches(SIZES, words, np.repeat(images, 2).tolist(), flat, 4)
    expected = {
        *((0, START, A, B, END), (0, START, A, END), (100, START, B, END), (100, START, C, END)),
        *((200, START, C, A, B, END), (200, START, 7, END)),
    }
    for dataset, each in ((together, 2), (in_rows, 1)):
        seen = set()
        for (pixels, before), following in dataset:
            assert pixels.shape == (len(before) // each, 24, 32, 3)
            levels = pixels.numpy()[:, 0, 0, 0].repeat(each).round().astype(int).tolist()
            whole = np.concatenate([before[:, :1], following], axis=1).tolist()
            seen |= {
                (level, *(i for i in ids if i)) for level, ids in zip(levels, whole, strict=True)
            }
            assert (before[:, 1:].numpy() == following[:, :-1].numpy()).all()
        assert seen == expected
    for model, dataset in ((plain.together, together), (plain.of_rows, in_rows)):
        given, following = next(iter(dataset))
        assert 0 < float(model.loss(following, model(given))) < 5


def writer(following):
    """A decoder that knows what comes after a word, with which probability; cells tell nothing."""

    def call(cells, ids):
        assert len(cells) == len(ids)
        logits = np.full((*ids.shape, 9), -30.0)
        for place, word in np.ndenumerate(ids):
            for after, probability in following[word].items():
                logits[(*place, after)] = np.log(probability)
        # What must not be written, as probable as it may be.
        logits[..., :3] = 0.0
        return logits

    return call


# A comes first more often, but nobody knows what follows it.
KNOWN = {
    START: {A: 0.6, B: 0.4},
    A: {A: 0.4, C: 0.3, END: 0.3},
    B: {END: 1.0},
    C: {C: 1.0},
    END: {END: 1.0},
}


def test_greedy_search_takes_the_most_probable_word_until_the_end():
    found = keras_captioner.greedy(writer(KNOWN), np.zeros((2, 1, 1)), SIZES, 1)
    assert found == [[A] * 5] * 2
    ends = KNOWN | {A: {END: 0.6, A: 0.4}}
    assert keras_captioner.greedy(writer(ends), np.zeros((1, 1, 1)), SIZES, 1) == [[A]]


def test_beam_search_finds_what_greedy_search_does_not():
    given = SIZES | {"length_penalty": 0.0}
    found = keras_captioner.beam_search(writer(KNOWN), np.zeros((2, 1, 1)), given, 2)
    assert found == [[B]] * 2
    longer = keras_captioner.beam_search(
        writer(KNOWN | {C: {END: 1.0}}), np.zeros((1, 1, 1)), SIZES | {"length_penalty": 9.0}, 4
    )
    assert len(longer[0]) > 1


def test_images_of_any_size_are_captioned_and_the_words_counted():
    seen = []

    def encode(pixels):
        seen.append(pixels.shape)
        return np.zeros((len(pixels), 1, 1), "float32")

    words = ["", "[UNK]", "<start>", "<end>", "a", "dog", "."]
    ends = {START: {A: 1.0}, A: {B: 1.0}, B: {C: 1.0}, C: {END: 1.0}, END: {END: 1.0}}
    images = [jpeg(0), jpeg(9, size=50), jpeg(5)]
    for num_beams in (1, 3):
        figures = keras_captioner.caption(
            SIZES, (encode, writer(ends)), words, images, batch_size=2, num_beams=num_beams
        )
        assert (figures["captions"], figures["tokens"], figures["first"]) == (3, 12, "a dog .")
    assert seen == [(2, 24, 32, 3), (1, 24, 32, 3)] * 2
