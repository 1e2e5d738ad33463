"""A translator becomes an artefact with everything that is known about it."""

from functools import cache
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqkit import data
from seqkit.evaluation import Outcome
from seqkit.export.provenance import HARD_TEXTS
from seqkit.tasks.translation.baselines import copy_source, nearest_sentence
from seqkit.tasks.translation.evaluation import score_translator
from seqkit.tasks.translation.report import publish_translator
from seqkit.text import TextEncoder, Vocabulary, WordTokenizer

COPY, NEAREST = "copy", "nearest | <b>"
WORDS = {"two": 2, "dogs": 2, "run": 2, "a": 2, "dog": 2, "sees": 2, "cat": 2, "the": 2}
SOURCES = ["two dogs run", "a dog sees the zebra", "the cat", "<i>zebra</i> runs", "word " * 50]
TITLES = (
    "Scores on the test data",
    "Loss by epoch",
    "On validation data, by epoch",
    "By length",
    "By unknown words",
    "Attention",
    "Worst sentences",
    "Most frequent unknown words",
    "Data checks",
)
TARGETS = [
    "zwei Hunde laufen",
    "ein Hund sieht das Zebra",
    "die Katze",
    "Zebra rennt",
    "Wort " * 50,
]


class Translation(NamedTuple):
    text: str
    score: float
    unknown_rate: float
    unknown_token_rate: float = 0.0


class Alignment(NamedTuple):
    source_tokens: tuple[str, ...]
    target_tokens: tuple[str, ...]
    attention: np.ndarray


class StandIn:
    """Stands for a translator: it writes the words it read, and looks at each as it writes it."""

    def __init__(self):
        plain = TextEncoder(WordTokenizer(), Vocabulary.from_counts(WORDS))
        self.source = plain.with_words([[*WORDS]])
        self.core = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        self.aligned = []

    def translate(self, texts, batch_size=64):
        rates = self.source(texts).unknown_rate.numpy().tolist()
        return [Translation(t.upper(), -1.0, r) for t, r in zip(texts, rates, strict=True)]

    def align(self, texts, batch_size=64):
        self.aligned += texts
        words = [tuple(text.split()) for text in texts]
        return [Alignment(w, tuple(map(str.upper, w)), np.eye(len(w))) for w in words]

    def signatures(self):
        strings = tf.TensorSpec([None], tf.string)

        def served(**names):
            specs = [tf.TensorSpec([None], tf.string, name) for name in names]
            return tf.function(input_signature=specs)

        @served(text=strings)
        def serving_default(text):
            "Writes what it read."
            score = tf.cast(tf.strings.length(text), tf.float32)
            return {"translation": text, "score": score, "unknown_rate": score}

        @served(text=strings)
        def n_best(text):
            "Writes it twice."
            return {"translations": tf.stack([text, text], 1)}

        @served(text=strings)
        def attention(text):
            "Looks at words."
            words = tf.strings.split(text).to_tensor("")
            shape = tf.concat([tf.shape(words), tf.shape(words)[1:]], 0)
            return {"source_tokens": words, "attention": tf.ones(shape)}

        @served(source=strings, target=strings)
        def scores(source, target):
            "Counts."
            return {"tokens": tf.strings.length(source) + tf.strings.length(target)}

        return {f.python_function.__name__: f for f in (serving_default, n_best, attention, scores)}

    def trackables(self):
        return [variable.value for variable in self.core.variables]

    def save(self, path):
        self.core.save(path)


@cache
def scored():
    """A stand-in and its scores on all five sentences."""
    pairs = list(zip(SOURCES, TARGETS, strict=True))
    test = data.read(pairs, columns=("source", "target"))
    train = test.take([1, 2])
    model = StandIn()
    plain = {COPY: copy_source(train, test), NEAREST: nearest_sentence(train, test)}
    checks = data.check(train, test=test)
    return model, score_translator(model, test, baselines=plain), checks, train, test


def publish(path, rows=None):
    """Publishes the stand-in, tested on some rows of the sentences."""
    model, scores, checks, train, test = scored()
    model.aligned.clear()
    baselines = {name: row.bleu for name, row in scores.baselines.items()} | {"other": 0.5}
    history = [
        {"loss": 2.0, "val_loss": 2.5, "val_chrf": 10.0},
        {"loss": 1.0, "val_loss": 2.0, "val_chrf": 20.0},
    ]
    outcome = Outcome(model, scores, baselines, 1.234, history, checks)
    datasets = {"train": train, "validation": train, "test": test.take(rows) if rows else test}
    artefact = publish_translator(
        outcome, path, datasets=datasets, config={"hidden_dim": 4}, seed=3, notes=["A note."]
    )
    return artefact, outcome, datasets


def test_the_card_tells_scores_beside_the_best_plain_model(given):
    _, outcome, datasets = publish("models/small")
    card, scores = given["card"], outcome.scores
    assert (card["name"], card["task"], card["seed"]) == ("small", "translation", 3)
    near = scores.baselines[NEAREST]
    assert near.bleu > scores.baselines[COPY].bleu
    assert card["scores"] == {
        "BLEU": {"model": scores.bleu, "baseline": near.bleu},
        "chrF": {"model": scores.chrf, "baseline": near.chrf},
        "exact match": {"model": 0.0, "baseline": near.exact_match},
    }
    assert card["baseline"] == NEAREST
    assert list(card["baselines"]) == [COPY, NEAREST, "other"]
    assert card["baselines"][COPY]["chrF"] == scores.baselines[COPY].chrf
    assert card["baselines"]["other"] == {"BLEU": 0.5, "chrF": None, "exact match": None}
    assert card["metrics"] == {"BLEU": scores.bleu_signature, "chrF": scores.chrf_signature}
    assert card["unknown_rate"] == {"test": scores.unknown_rate}
    assert scores.unknown_rate > 0
    assert card["training"] == {"minutes": 1.23, "epochs": 2}
    assert card["data"]["test"]["sha256"] == datasets["test"].sha256
    assert card["config"] == {"hidden_dim": 4} and card["notes"] == ["A note."]
    assert card["data_checks"] == outcome.checks.lines()


def test_every_signature_is_asked_short_and_hard_texts(given):
    publish("models/small")
    golden = given["golden"]
    assert golden["serving_default"] == {"text": [*SOURCES, *HARD_TEXTS]}
    short = ["the cat", SOURCES[0], SOURCES[3], SOURCES[1]]
    assert golden["n_best"] == golden["attention"] == {"text": [*short, ""]}
    assert golden["scores"] == {
        "source": [*short, "", "the cat"],
        "target": [TARGETS[2], TARGETS[0], TARGETS[3], TARGETS[1], TARGETS[2], ""],
    }
    publish("models/small", [0] * 50)
    assert len(given["golden"]["serving_default"]["text"]) == 32 + len(HARD_TEXTS)
    publish("models/small", [4])
    assert given["golden"]["n_best"] == {"text": [SOURCES[4], ""]}


def test_the_page_shows_what_there_is_to_know(given):
    _, outcome, _ = publish("models/small")
    page = given["report"]
    for title in (*TITLES, "To know"):
        assert f'<h2 dir="auto">{title}</h2>' in page
    assert "nearest | &lt;b&gt;" in page and "<i>" not in page and "<b>" not in page
    assert outcome.scores.bleu_signature in page and outcome.scores.chrf_signature in page
    assert "more than 40 words" in page
    # Every sentence but the long one has its table.
    assert page.count('<table class="attention">') == 4
    assert '<td dir="auto">zebra</td><td dir="auto" class="number">2</td>' in page
    assert '<td dir="auto">—</td>' in page
    assert page.count("<svg") == 2


def test_attention_is_looked_at_all_over_the_test(given):
    _, outcome, _ = publish("models/small", [0] * 100 + [1] * 100)
    aligned = outcome.model.aligned
    assert aligned == [SOURCES[0]] * 24 + [SOURCES[1]] * 24
