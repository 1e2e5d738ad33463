"""A captioner becomes an artefact with everything that is known about it."""

import base64
import dataclasses
import html
import json
from functools import cache
from types import SimpleNamespace
from typing import NamedTuple

import keras
import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf

from seqkit import data
from seqkit.evaluation import Outcome
from seqkit.export.provenance import HARD_IMAGES
from seqkit.images import ImageReader, encode_images
from seqkit.tasks.captioning import report as captioning
from seqkit.tasks.captioning.evaluation import score_captioner
from seqkit.tasks.captioning.report import publish_captioner
from seqkit.text import TextEncoder, Vocabulary, WordTokenizer

CONSTANT, NEAREST = "constant", "nearest | <b>"
# More than are golden, of many sizes; the last cannot be read.
IMAGES = [np.full([4 + i, 30 - i, 3], 10 * i, np.uint8) for i in range(20)] + [b"no <image>"]
REFERENCES = [[f"a wide picture of number n{i}", f"n{i} <i>is</i> here"] for i in range(21)]
PNG = encode_images(IMAGES)
CHECKS = SimpleNamespace(lines=lambda: ["checked"])


class Caption(NamedTuple):
    text: str
    score: float
    error: str


class Look(NamedTuple):
    tokens: tuple[str, ...]
    attention: np.ndarray


class StandIn:
    """Stands for a captioner: it tells the size of an image, and for some the first reference."""

    def __init__(self):
        self.core = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        self.reader = ImageReader(2, 2)
        self.target = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 2, "n1": 1}))
        self.looked = []

    def caption(self, images):
        return [
            Caption("", 0.0, "cannot be read")
            if isinstance(image, bytes)
            else Caption(REFERENCES[i][0] if i % 2 else f"<u>{image.shape}", -1.0, "")
            for i, image in enumerate(images)
        ]

    def attention(self, images):
        self.looked += images
        words = [() if image == IMAGES[-1] else ("a", "<em>") for image in images]
        return [Look(row, np.full([len(row), 2, 3], 1 / 6)) for row in words]

    def signatures(self):
        served = tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image")])

        @served
        def serving_default(image):
            "Tells the first pixel of images."
            pixels, error = self.reader(image)
            first = tf.cast(pixels[:, 0, 0, 0], tf.int32)
            caption = tf.where(error == "", tf.strings.as_string(first), "")
            return {"caption": caption, "score": tf.cast(first, tf.float32), "error": error}

        @served
        def n_best(image):
            "Tells it twice."
            caption = serving_default(image)["caption"]
            return {"captions": tf.stack([caption, caption], 1)}

        @served
        def attention(image):
            "Looks everywhere."
            return {"attention": tf.ones([tf.size(image), 1, 2, 3]) / 6}

        return {f.python_function.__name__: f for f in (serving_default, n_best, attention)}

    def trackables(self):
        return [*(variable.value for variable in self.core.variables), self.reader]

    def save(self, path):
        self.core.save(path)


@cache
def scored():
    """A stand-in and its scores on all images, beside one worse and one better plain model."""
    model = StandIn()
    plain = {CONSTANT: ["a wide picture"] * 21, NEAREST: [row[0] for row in REFERENCES]}
    captions = ["a zebra", "n1 zebra", "a n1", *["a"] * 18]
    columns = {"image": pa.chunked_array([PNG]), "caption": pa.chunked_array([captions])}
    rows = data.Dataset(columns, name="rows", source="here", sha256="ab" * 32)
    scores = score_captioner(model, IMAGES, REFERENCES, baselines=plain)
    return model, scores, CHECKS, rows


def publish(path, images=21, scores=None):
    model, all_scores, checks, rows = scored()
    model.looked.clear()
    scores = scores or all_scores
    history = [{"loss": 2.0, "val_cider_d": 0.5}, {"loss": 1.0, "val_cider_d": 0.7}]
    compared = scores.compare(scores.main[0]) if scores.baselines else None
    outcome = Outcome(model, scores, scores.main_baselines, 1.234, history, checks, compared)
    artefact = publish_captioner(
        outcome,
        path,
        datasets={"train": rows, "test": rows.head(images)},
        config={"hidden_dim": 4},
        seed=3,
        notes=["A note."],
    )
    return artefact, outcome


@pytest.mark.slow
def test_it_is_verified(tmp_path):
    artefact, _ = publish(tmp_path / "small")
    assert artefact.verified.ok
    card = artefact.read_card()
    assert card["signatures"]["serving_default"]["inputs"] == {"image": "<string>[?]"}
    golden = json.loads((artefact.path / "golden.json").read_text(encoding="utf-8"))
    asked = golden["signatures"]["serving_default"]["inputs"]["image"]
    assert (asked["dtype"], asked["shape"]) == ("string", [16 + 1 + len(HARD_IMAGES) + 1])
    assert base64.b64decode(asked["values"][3]["base64"]) == PNG[3]
    answers = golden["signatures"]["serving_default"]["outputs"]
    assert answers["caption"]["values"] == [*(str(10 * i) for i in range(16)), *[""] * 5, "0"]
    errors = answers["error"]["values"]
    assert all(errors[16:21]) and not any(errors[:16] + errors[21:])
    assert "100000 x 100000 pixels" in errors[20]


def test_the_card_tells_scores_beside_the_best_plain_model(given):
    _, outcome = publish("models/small")
    card, scores = given["card"], outcome.scores
    assert (card["name"], card["task"], card["seed"]) == ("small", "image captioning", 3)
    near = scores.baselines[NEAREST]
    assert list(card["scores"]) == list(scores.figures) and len(scores.figures) == 7
    assert card["scores"]["BLEU-4"] == {"model": scores.bleu[3], "baseline": near.bleu[3]}
    assert card["scores"]["CIDEr-D"] == {"model": scores.cider_d, "baseline": near.cider_d}
    assert card["baseline"] == NEAREST and list(card["baselines"]) == [CONSTANT, NEAREST]
    assert card["baselines"][CONSTANT]["chrF"] == scores.baselines[CONSTANT].chrf
    assert card["metrics"] == {
        "BLEU": scores.bleu_signature,
        "chrF": scores.chrf_signature,
        "CIDEr-D": scores.cider_signature,
    }
    assert card["diversity"]["different captions"] == scores.distinct_captions == 21
    assert card["training"] == {"minutes": 1.23, "epochs": 2}
    assert card["config"] == {"hidden_dim": 4}
    assert card["data_checks"] == outcome.checks.lines()


def test_a_plain_model_that_wins_is_told_of(given):
    _, outcome = publish("models/small")
    told = outcome.scores.not_better
    assert len(told) == 2 and all(line.startswith(f"worse than {NEAREST}") for line in told)
    assert given["card"]["notes"] == [*told, "A note."]
    assert f"worse than {html.escape(NEAREST)}: BLEU-4 -" in given["report"]
    assert "Beside the best baseline" in given["report"]
    compared = given["card"]["comparison"]
    assert (compared["verdict"], compared["rows"]) == ("worse", 21)
    assert compared["interval_95"][0] < compared["difference"] < compared["interval_95"][1] < 0
    alone = dataclasses.replace(outcome.scores, baselines={})
    publish("models/small", scores=alone)
    assert given["card"]["notes"] == ["A note."] and given["card"]["baseline"] is None
    assert "comparison" not in given["card"]
    assert given["card"]["scores"]["chrF"]["baseline"] is None


def test_every_signature_is_asked_good_and_bad_images(given):
    publish("models/small")
    golden = given["golden"]
    asked = golden["serving_default"]["image"]
    assert asked[:16] == PNG[:16] and asked[-1] == PNG[0]
    assert asked[16] == PNG[0][: len(PNG[0]) // 2] and asked[17:-1] == HARD_IMAGES
    assert golden["n_best"] == golden["attention"] == {"image": [*PNG[:4], b""]}


def test_golden_images_are_few_where_they_are_large(given, monkeypatch):
    monkeypatch.setattr(captioning, "_GOLDEN_BYTES", sum(map(len, PNG[:3])))
    publish("models/small")
    assert given["golden"]["serving_default"]["image"][:4] == [*PNG[:3], PNG[0][: len(PNG[0]) // 2]]
    monkeypatch.setattr(captioning, "_GOLDEN_BYTES", 1)
    publish("models/small")
    assert given["golden"]["n_best"]["image"] == [PNG[0], b""]


def test_the_page_shows_what_there_is_to_know(given):
    _, outcome = publish("models/small")
    page = given["report"]
    for title in (
        "To know",
        "Scores on the test data",
        "The test",
        "Loss by epoch",
        "On validation data, by epoch",
        "Best answers",
        "Worst answers",
        "Other answers",
        "Most frequent answers",
        "Most frequent unknown tokens",
        "Data checks",
    ):
        assert f'<h2 dir="auto">{title}</h2>' in page
    for tag in ("<b>", "<i>", "<u>", "<em>"):
        assert tag not in page
    assert "nearest | &lt;b&gt;" in page and "<bdi>&lt;em&gt;</bdi>" in page
    assert outcome.scores.bleu_signature in page and outcome.scores.cider_signature in page
    assert '<td dir="auto">zebra</td><td dir="auto" class="number">2</td>' in page
    assert page.count("<svg") == 2
    assert page.count("data:image/jpeg") == 17 and page.count("(cannot be read)") == 1
    assert page.count("data:image/png") == 2 * 17


def test_the_best_the_worst_and_others_are_looked_at(given):
    _, outcome = publish("models/small")
    looked = [PNG.index(image) for image in outcome.model.looked]
    assert looked[:6] == [1, 3, 5, 7, 9, 11]
    # Without a word in common; the last of them first.
    assert looked[6:12] == [20, 18, 16, 14, 12, 10]
    assert len(set(looked)) == 18
    few = score_captioner(outcome.model, IMAGES[:3], REFERENCES[:3])
    publish("models/small", 3, few)
    assert len(outcome.model.looked) == 3
    assert "Worst answers" not in given["report"]


def test_the_images_are_those_scored():
    with pytest.raises(ValueError, match="test data have 3 images, but 21 were scored"):
        publish("models/small", 3)
