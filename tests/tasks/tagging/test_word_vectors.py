"""A tagger with pretrained vectors: kept as they are, read of words training never saw, grown."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from seqkit import data
from seqkit.tasks.tagging.batches import EncodedSentences
from seqkit.tasks.tagging.model import TokenTagger
from seqkit.tasks.tagging.network import VECTORS, TaggerNetwork, build_tagger_core
from seqkit.tasks.tagging.training import fit_tagger
from seqkit.tasks.tagging.word_vectors import continue_vectors, vector_sizes
from seqkit.text import Vocabulary, WordEncoder
from seqkit.training import TrainingSettings

pytestmark = pytest.mark.usefixtures("unoptimized")

# Of two kinds that their spelling does not tell apart, half of each in the training data.
KINDS = {"A": ["ka", "lo", "mi", "ru", "te", "vo"], "B": ["ke", "la", "mo", "ri", "tu", "va"]}
SEEN = 3


def vectors_of(words: tuple[str, ...]) -> np.ndarray:
    """What tells the kinds apart, in one direction among noise."""
    generator = np.random.default_rng(5)
    rows = generator.normal(0, 0.3, (len(words), 6)).astype("float32")
    rows[:4] = 0
    for row, word in enumerate(words[4:], 4):
        rows[row, 2] = 3 if word in KINDS["A"] else -3
    return rows


def rows(number: int, seed: int) -> data.Dataset:
    generator = np.random.default_rng(seed)
    pairs = [(word, kind) for kind, words in KINDS.items() for word in words[:SEEN]]
    picked = generator.integers(0, len(pairs), (number, 5))
    return data.read(
        [tuple(map(list, zip(*(pairs[i] for i in row), strict=True))) for row in picked],
        columns=("tokens", "tags"),
    )


@pytest.fixture(scope="module")
def plain() -> WordEncoder:
    return WordEncoder.learn([[word for words in KINDS.values() for word in words[:SEEN]]] * 2)


@pytest.fixture(scope="module")
def known(plain) -> WordEncoder:
    every = {word: 1 for words in KINDS.values() for word in words}
    return plain.with_pretrained(Vocabulary.from_counts(every))


def make(encoder: WordEncoder, vectors: np.ndarray | None) -> TokenTagger:
    """A tagger that reads whole words alone."""
    keras.utils.set_random_seed(0)
    return TokenTagger.build(
        encoder, Vocabulary.from_labels(KINDS), vectors=vectors, embedding_dim=4, hidden_dim=6,
        character_filters=0, affix_dim=0, dropout=0.0,
    )  # fmt: skip


def trained(encoder: WordEncoder, vectors: np.ndarray | None) -> TokenTagger:
    model = make(encoder, vectors)
    settings = TrainingSettings(5, max_steps=1000, patience=5, batch_size=16, learning_rate=2e-2)
    fit_tagger(model, rows(200, 0), rows(30, 1), settings)
    return model


@pytest.fixture(scope="module")
def model(known, unoptimized) -> TokenTagger:
    return trained(known, vectors_of(known.pretrained.tokens))


UNSEEN = {kind: words[SEEN:] for kind, words in KINDS.items()}


def test_unseen_words_are_tagged_by_their_vectors_alone(model, plain):
    unseen = [word for words in UNSEEN.values() for word in words]
    expected = ("A",) * SEEN + ("B",) * SEEN
    answer = model.tag([unseen])[0]
    assert answer.tags == expected
    assert not any(answer.unknown)
    without = trained(plain, None)
    assert without.tag([[w for words in KINDS.values() for w in words[:SEEN]]])[0].tags == expected
    [blind] = without.tag([unseen])
    assert blind.tags != expected and all(blind.unknown)


def test_training_leaves_the_vectors_as_they_were(model, known):
    assert (model.vectors == vectors_of(known.pretrained.tokens)).all()
    assert not model.core.get_layer(VECTORS).trainable_weights
    first = make(known, model.vectors).core.get_layer("projection").get_weights()[0]
    assert not np.allclose(model.core.get_layer("projection").get_weights()[0], first)


def test_words_without_a_vector_are_read_by_the_dictionary(model):
    [answer] = model.tag([["KA", "xx", "ke"]])
    assert answer.tags[0] == "A" and answer.tags[2] == "B"
    assert answer.unknown == (False, True, False)


@pytest.mark.usefixtures("at_once")
def test_what_is_loaded_answers_alike(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = TokenTagger.load(tmp_path / "model.keras")
    assert (loaded.vectors == model.vectors).all()
    words = [[*KINDS["A"], "xx", *KINDS["B"]]]
    assert loaded.tag(words)[0] == model.tag(words)[0]


@pytest.mark.usefixtures("at_once")
def test_a_grown_tagger_reads_new_words_by_the_vectors_given(model):
    more = model.encoder.pretrained.extended({"nu": 1, "no": 1})
    new = np.array([[0, 0, -3, 0, 0, 0], [0, 0, 3, 0, 0, 0]], "float32")  # no, nu
    encoder = model.encoder.extended([["nu", "nu"]]).with_pretrained(more)
    grown = model.extended(encoder, model.tags, np.append(model.vectors, new, 0))
    [answer] = grown.tag([["nu", "no", "ka", "ke"]])
    assert answer.tags == ("A", "B", "A", "B") and not any(answer.unknown)
    assert model.tag([["nu"]])[0].unknown == (True,)
    # No more vectors: a new word is as good as unknown, though the dictionary has it.
    same = model.extended(model.encoder.extended([["nu", "nu"]]), model.tags)
    assert (same.vectors == model.vectors).all()
    [old], [now] = model.tag([["nu", "ka"]]), same.tag([["nu", "ka"]])
    assert np.allclose(old.confidence, now.confidence, atol=1e-6)
    assert now.unknown == (False, False)


def test_other_vectors_are_refused(model, plain, known):
    old = model.vectors
    with pytest.raises(ValueError, match="trained without"):
        make(plain, None).extended(known, model.tags, old)
    with pytest.raises(ValueError, match="not those the model was trained with"):
        continue_vectors(old, old + 1)
    with pytest.raises(ValueError, match="6 values of a word there, 3 here"):
        continue_vectors(old, old[:, :3])
    with pytest.raises(ValueError, match="vectors has 3 rows, the encoder has 16 words"):
        make(known, old[:3])
    with pytest.raises(ValueError, match="vectors has 0 rows, the encoder has 16 words"):
        make(known, None)
    with pytest.raises(ValueError, match="vectors has 16 rows, the encoder has 0 words"):
        make(plain, old)


def test_vectors_of_any_size_come_in_at_the_usual_one(known):
    vectors = vectors_of(known.pretrained.tokens)
    assert vector_sizes(known.pretrained, vectors * 100)["pretrained_scale"] == pytest.approx(
        vector_sizes(known.pretrained, vectors)["pretrained_scale"] / 100
    )
    zeros = vector_sizes(known.pretrained, vectors * 0)
    assert zeros == {"pretrained_dim": 6, "pretrained_scale": 1.0}


def test_a_vector_is_left_out_as_often_as_a_word(known):
    core = make(known, vectors_of(known.pretrained.tokens)).core
    ids = np.full((40, 50), 5, "int32")
    for layer in ("word_dropout", "vector_dropout"):
        share = np.mean(core.get_layer(layer)(ids, training=True).numpy() == 1)
        assert share == pytest.approx(0.25, abs=0.05)


def test_vectors_are_batched_with_the_words(known, plain):
    dataset = rows(3, 4)
    batch = EncodedSentences(dataset, known, max_length=16).padded(np.array([0]), 7)
    ids = batch["pretrained_ids"]
    assert ids.shape == (1, 7, 4) and not ids[0, 5:].any()
    assert (ids[0, :5, 0] > 3).all() and not ids[0, :5, 1:].any()
    sentences = EncodedSentences(dataset, plain, max_length=16)
    assert "pretrained_ids" not in sentences.padded(np.array([0]), 7)
    rare = WordEncoder.learn([["zz"]], min_count=1)
    assert EncodedSentences(dataset, rare, max_length=16).unknown.all()
    assert not EncodedSentences(
        dataset, rare.with_pretrained(known.pretrained), max_length=16
    ).unknown.any()


def test_a_word_without_a_vector_is_read_by_its_parts(model):
    """The last words of each kind are not in the training data; nor is a compound of them."""
    asked = [[f"{one}-{other},"] for one, other in (("te", "vo"), ("tu", "va"))]
    assert [tagging.tags for tagging in model.tag(asked)] == [("A",), ("B",)]
    assert [tagging.unknown for tagging in model.tag([["te-vo"], ["xx-yy"]])] == [(False,), (True,)]
    # Together they count as much as a whole word does.
    core = keras.Model(model.core.input, model.core.get_layer("projection").output)
    of_parts, of_te, of_vo = (
        core(
            {name: model.encoder([word])._asdict()[name].numpy()[np.newaxis] for name in core.input}
        )
        for word in ("te-vo", "te", "vo")
    )
    np.testing.assert_allclose(of_parts, (of_te + of_vo) / 2, rtol=1e-5, atol=1e-6)


def test_a_model_saved_before_words_had_parts_looks_up_wholes(known, tmp_path):
    config = known.get_config()
    del config["whole_words"]  # as written before there was a choice
    encoder = WordEncoder.from_config(config)
    assert encoder(["te-vo"]).pretrained_ids.numpy().tolist() == [1]
    vectors = vectors_of(known.pretrained.tokens)
    make(encoder, vectors).save(tmp_path / "model.keras")
    old = TokenTagger.load(tmp_path / "model.keras")
    assert old.core.input["pretrained_ids"].shape == (None, None)
    assert [tagging.unknown for tagging in old.tag([["te", "te-vo"]])] == [(False, True)]
    grown = old.extended(old.encoder.extended([["new", "new"]]), old.tags)
    assert grown.encoder.whole_words and grown.core.input["pretrained_ids"].shape == (None, None)


def test_a_network_without_vectors_has_the_weights_it_always_had():
    core = build_tagger_core(9, 9, 2, TaggerNetwork(hidden_dim=3), affix_buckets=4)
    assert "pretrained_ids" not in core.input
    assert not any("projection" in weight.path for weight in core.weights)
