"""Taggers are compared on equal terms, and the table says who was compared with what."""

from __future__ import annotations

import tensorflow as tf

from benchmarks.measured import OURS, TRAINING, Measured
from benchmarks.peers.saved_taggers import SIGNATURES, tag
from benchmarks.rounds import Entrant
from benchmarks.tagging import FLAIR, SPACY, TEXT, WORDS, table
from tests.benchmarks.answers import make_answers

OURS_ALONE = [
    Measured(OURS, TRAINING, 32),
    Measured(OURS, WORDS, 256),
    Measured(OURS, TEXT, 256),
]
PEERS = [
    Measured(FLAIR, TRAINING, 32),
    Measured(FLAIR, WORDS, 32),
    Measured(SPACY, WORDS, 32),
    Measured(SPACY, WORDS, 1000),
]
# What is read or written in each round.
AMOUNTS = {"sentences": 100, "words": 1000}


def test_workers_are_asked_for_what_they_offer():
    assert OURS_ALONE[0].entrant == Entrant("seqkit, training, 32", "seqkit", "train")
    assert OURS_ALONE[1].entrant == Entrant("seqkit, words, 256", "server", "words 256")
    assert PEERS[3].entrant == Entrant("spaCy, words, 1000", "spacy", "words 1000")


def test_each_is_compared_with_peers_that_do_the_same_work():
    measured = [*PEERS, *OURS_ALONE]
    # Of spaCy the first is faster in two rounds of three; the second round is slow for everybody.
    flair, spacy = ([10, 30, 10], [1, 3, 1]), ([0.4, 1.2, 0.4], [0.5, 0.9, 0.5])
    ours = ([2, 6, 2], [0.1, 0.3, 0.1], [0.2, 0.6, 0.2])
    rows = table(measured, make_answers(measured, [*flair, *spacy, *ours], **AMOUNTS))
    assert [(row["tagging"], row["work"], row["batch"]) for row in rows] == [
        ("seqkit", "training", 32),
        ("Flair", "training", 32),
        ("seqkit", "words", 256),
        ("Flair", "words", 32),
        ("spaCy", "words", 32),
        ("spaCy", "words", 1000),
        ("seqkit", "text", 256),
    ]
    assert [row["sentences/s"] for row in rows] == [50, 10, 1000, 100, 250, 200, 500]
    assert [row["words/s"] for row in rows] == [500, 100, 10000, 1000, 2500, 2000, 5000]
    assert [row["× Flair"] for row in rows] == [5.0, 1.0, 10.0, 1.0, 2.5, 2.0, 5.0]
    assert [row["× spaCy"] for row in rows] == [None, None, 4.0, 0.4, 1.0, 0.8, 2.0]


def test_a_peer_that_is_not_given_is_left_out():
    rows = table(OURS_ALONE, make_answers(OURS_ALONE, [[2], [0.1], [0.2]], **AMOUNTS))
    assert [row["sentences/s"] for row in rows] == [50, 1000, 500]
    assert {row["× Flair"] for row in rows} == {row["× spaCy"] for row in rows} == {None}


def test_words_are_given_padded_and_texts_as_they_are(tmp_path):
    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.string, name="tokens")])
    def of_words(tokens):
        return {"tags": tf.strings.upper(tokens)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def of_texts(text):
        return {"tags": tf.strings.upper(text)}

    functions = {"tokens": of_words, "serving_default": of_texts}
    tf.saved_model.save(tf.Module(), str(tmp_path), signatures=functions)
    loaded = tf.saved_model.load(str(tmp_path))
    seen = {}
    for kind, given in (("words", [["a"], ["b", "c"], ["d"]]), ("text", ["a", "b c", "d"])):
        answer = loaded.signatures[SIGNATURES[kind]]
        seen[kind] = [batch["tags"].tolist() for batch in tag(answer, given, 2)]
        assert len(tag(answer, given, 2, most=1)) == 1
    assert seen["words"] == [[[b"A", b""], [b"B", b"C"]], [[b"D"]]]
    assert seen["text"] == [[b"A", b"B C"], [b"D"]]
