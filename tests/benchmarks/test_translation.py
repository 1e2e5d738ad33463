"""Translators are compared on equal terms, and the table says who was compared with what."""

from __future__ import annotations

import pytest
import tensorflow as tf

from benchmarks.measured import OURS, TRAINING, TRANSLATING, Measured, token_lengths
from benchmarks.peers.saved_translator import translate
from benchmarks.rounds import Entrant
from benchmarks.translation import JOEY, table
from tests.benchmarks.answers import make_answers

OURS_ALONE = [
    Measured(OURS, TRANSLATING, 32),
    Measured(OURS, TRANSLATING, 1),
    Measured(OURS, TRAINING, 64),
]
PEERS = [row._replace(side=JOEY) for row in OURS_ALONE]
# What is read or written in each round.
AMOUNTS = {"sentences": 100, "tokens": 1000}


def test_workers_are_asked_for_what_they_offer():
    assert OURS_ALONE[0].entrant == Entrant("seqkit, translating, 32", "server", "translate 32")
    assert PEERS[2].entrant == Entrant("Joey NMT, training, 64", "joeynmt", "train")


def test_each_is_compared_with_the_peer_that_does_the_same_work():
    # The second round is slow for everybody.
    ours = make_answers(OURS_ALONE, [[1, 3, 1], [5, 15, 5], [2, 6, 2]], **AMOUNTS)
    peer = make_answers(PEERS, [[4, 12, 4], [40, 120, 40], [10, 30, 10]], **AMOUNTS)
    rows = table([*PEERS, *OURS_ALONE], ours | peer)
    assert [(row["translation"], row["work"], row["batch"]) for row in rows] == [
        (who, work, batch)
        for work, batch in (("training", 64), ("translating", 1), ("translating", 32))
        for who in ("seqkit", "Joey NMT")
    ]
    assert [row["sentences/s"] for row in rows] == [50, 10, 20, 2.5, 100, 25]
    assert [row["target tokens/s"] for row in rows] == [500, 100, 200, 25, 1000, 250]
    assert [row["× Joey NMT"] for row in rows] == [5.0, 1.0, 8.0, 1.0, 4.0, 1.0]


@pytest.mark.parametrize(("tokens", "times"), [(500, 2.0), (1000, 4.0), (2000, 4.0)])
def test_nobody_gains_by_writing_less_or_more(tokens, times):
    ours = make_answers(OURS_ALONE[:1], [[1, 1, 1]], **AMOUNTS | {"tokens": tokens})
    peer = make_answers(PEERS[:1], [[4, 4, 4]], **AMOUNTS)
    assert table([OURS_ALONE[0], PEERS[0]], ours | peer)[0]["× Joey NMT"] == times


def test_a_peer_that_is_not_given_is_left_out():
    rows = table(OURS_ALONE, make_answers(OURS_ALONE, [[1], [5], [2]], **AMOUNTS))
    assert [row["sentences/s"] for row in rows] == [50, 20, 100]
    assert {row["× Joey NMT"] for row in rows} == {None}


def test_the_length_of_sentences_is_told():
    (row, *_) = OURS_ALONE
    told = {row.entrant.name: [{"sentences": 2, "tokens": n} for n in (10, 30, 22)]}
    assert token_lengths([row], told, "sentences") == {row.entrant.name: 11}


def test_a_saved_translator_gets_texts_and_what_it_writes_is_counted():
    seen = []

    def answer(text):
        seen.append(text.numpy().tolist())
        return {"translation": tf.strings.join([text, " und ", text, "."])}

    figures = translate(answer, ["Ä", "b", "c"], batch_size=2)
    assert seen == [["Ä".encode(), b"b"], [b"c"]]
    assert (figures["sentences"], figures["tokens"], figures["first"]) == (3, 15, "Ä und Ä.")
    assert figures["seconds"] > 0
