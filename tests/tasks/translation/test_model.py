"""Translator: strings in and out, several translations, scores, attention, copying, growing."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import data
from seqkit.tasks.translation.model import Translator
from seqkit.tasks.translation.network import TranslatorNetwork
from seqkit.tasks.translation.search import SEARCH
from seqkit.tasks.translation.training import fit_translator
from seqkit.text import CharTokenizer, Normalizer, TextEncoder, Vocabulary, WordTokenizer
from seqkit.training import TrainingSettings
from tests.model.test_saved_files import SAVED
from tests.small_models import disturb

pytestmark = pytest.mark.slow

WORDS = ["the", "cat", "dog", "sleeps", "runs", "in", "Paris", "."]
TEXTS = ["the cat sleeps .", "the dog runs in Paris .", "dog", "Paris Paris Paris", "한국어 cat"]


def encoder(tokens=WORDS, tokenizer=None):
    vocabulary = Vocabulary.from_counts({token: 99 - i for i, token in enumerate(tokens)})
    return TextEncoder(tokenizer or WordTokenizer(Normalizer()), vocabulary)


def made(source=None, target=None, **arguments):
    """A translator that was never trained; its answers are arbitrary but fixed."""
    keras.utils.set_random_seed(1)
    source = source or encoder()
    settings = {"embedding_dim": 6, "hidden_dim": 5, "decoder_layers": 1, "max_length": 8}
    return disturb(Translator.build(source, target or source, **(settings | arguments)))


@pytest.fixture(scope="module")
def translator():
    return made()


@pytest.fixture(scope="module")
def reverser(unoptimized):
    """Trained to give the letters of a word from the last to the first."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abcdef"), n)) for n in rng.integers(1, 7, 3_000)]
    rows = data.read([(word, word[::-1]) for word in words], columns=("source", "target"))
    letters = encoder("abcdef", CharTokenizer())
    sizes = TranslatorNetwork(embedding_dim=24, hidden_dim=32, decoder_layers=1, dropout=0.3)
    model = Translator.build(letters, letters, sizes, max_length=9)
    fit_translator(
        model,
        rows.take(np.arange(2_800)),
        rows.take(np.arange(2_800, 3_000)),
        TrainingSettings(8, max_steps=10_000, patience=8, batch_size=50, learning_rate=2e-2),
    )
    return model


@pytest.mark.score
def test_it_learns_what_needs_the_whole_source(reverser):
    rng = np.random.default_rng(1)
    sources = ["".join(rng.choice(list("abcdef"), n)) for n in rng.integers(1, 7, 100)]
    right = [t.text == s[::-1] for s, t in zip(sources, reverser.translate(sources), strict=True)]
    # Lowest seen over seeds 0 to 4: 99.
    assert sum(right) >= 70
    # The truth is more probable than another order, and attention goes from the end to the start.
    assert (reverser.score(["abc", "fade"], ["cba", "edaf"]) > -1).all()
    assert (reverser.score(["abc", "fade"], ["abc", "fade"]) < -2).all()
    [alignment] = reverser.align(["abcdef"])
    assert alignment.target_tokens == tuple("fedcba")
    looked_at = alignment.attention.argmax(axis=1)
    assert np.corrcoef(looked_at, np.arange(6))[0, 1] < -0.7


def test_a_text_is_translated_alike_alone_and_in_any_company(translator):
    rng = np.random.default_rng(0)
    texts = TEXTS + [" ".join(rng.choice(WORDS, n)) for n in rng.integers(1, 40, 90)]
    together = translator.translate(texts)
    for other in (
        [translator.translate([t])[0] for t in texts[:9]],
        translator.translate(texts, 7),
    ):
        for one, two in zip(together, other, strict=False):
            assert one.text == two.text
            np.testing.assert_allclose(one.score, two.score, atol=1e-4)


def test_several_translations_are_different_and_the_first_is_the_best(translator):
    best = translator.translate(TEXTS)
    for first, row in zip(best, translator.n_best(TEXTS), strict=True):
        assert row[0].text == first.text
        scores = [t.score for t in row]
        assert scores == sorted(scores, reverse=True) and len(row) == 4
        assert len({t.text for t in row}) >= 3  # one text may be split in two ways
    with pytest.raises(ValueError, match="num_best is 5"):
        made(num_best=5)


@pytest.mark.usefixtures("at_once")
def test_scores_are_those_of_the_search():
    model = made(length_penalty=0.0, copy_unknown=False, max_length=30)
    pairs = zip(TEXTS, model.translate(TEXTS), model.align(TEXTS), strict=True)
    # Of a translation that was cut the search has not counted the end.
    ended = [
        (source, translation)
        for source, translation, alignment in pairs
        if len(alignment.target_tokens) < min(30, 3 * len(alignment.source_tokens) + 10)
    ]
    assert ended
    sources, found = zip(*ended, strict=True)
    scores = model.score(iter(sources), (t.text for t in found))
    np.testing.assert_allclose(scores, [t.score for t in found], atol=1e-4)


def test_probabilities_of_all_endings_add_up_to_one():
    model = made(encoder(["a"]), max_length=5)
    # With one word and EOS, PAD, UNK and BOS left out, these are all texts of at most one word.
    given = model.score(["a a"] * 2, ["", "a"])
    assert given.shape == (2,) and np.exp(given).sum() < 1
    with pytest.raises(ValueError, match="2 sources and 1 targets"):
        model.score(["a", "a"], ["a"])


def test_nothing_gives_nothing(translator):
    assert translator.translate([]) == [] == translator.n_best([]) == translator.align([])
    assert translator.score([], []).shape == (0,)
    for text in ("", "  \n"):
        assert translator.translate([text]) == [("", 0.0, 1.0, 1.0)]
        [alignment] = translator.align([text])
        assert (alignment.source_tokens, alignment.target_tokens) == ((), ())
    served = translator.signatures()["attention"](tf.constant([], tf.string))
    assert {value.shape[0] for value in served.values()} == {0}


def test_alignments_fit_their_tokens(translator):
    for alignment, translation in zip(
        translator.align(TEXTS), translator.translate(TEXTS), strict=True
    ):
        shape = (len(alignment.target_tokens), len(alignment.source_tokens))
        assert alignment.attention.shape == shape
        np.testing.assert_allclose(alignment.attention.sum(axis=1), 1, atol=1e-5)
        words = tf.ragged.constant([list(alignment.target_tokens)], tf.string)
        joined = translator.target.tokenizer.detokenize(words)
        assert joined.numpy()[0].decode() == translation.text


def prefers_unk(**arguments):
    """A translator that would like to write nothing but UNK."""
    model = made(tie_embeddings=False, **arguments)
    output = model.core.get_layer("output")
    vectors = np.zeros(output.embeddings.shape, "float32")
    decoder = model.core.get_layer("decoder")
    decoder.feature_kernel.assign(np.zeros(decoder.feature_kernel.shape))
    decoder.feature_bias.assign(np.full(decoder.feature_bias.shape, 3.0))
    vectors[1] = 1.0
    output.set_weights([vectors])
    return model


@pytest.mark.usefixtures("at_once")
def test_a_word_that_the_dictionary_lacks_is_copied_from_the_source():
    copying, plain = prefers_unk(), prefers_unk(copy_unknown=False)
    [answer] = copying.translate(["한국어"])
    assert set(answer.text.split()) == {"한국어"} and answer.unknown_rate == 1
    [alignment] = copying.align(["한국어"])
    assert set(alignment.target_tokens) == {"한국어"}
    assert "UNK" not in plain.translate(["한국어"])[0].text
    assert "한국어" not in plain.translate(["한국어"])[0].text


@pytest.mark.usefixtures("at_once")
def test_nothing_is_copied_between_sides_that_are_split_differently():
    letters = encoder("abc", CharTokenizer())
    model = prefers_unk(source=encoder(), target=letters)
    assert set(model.translate(["한국어"])[0].text) <= set("abc")


def test_a_long_text_is_read_whole_and_answered_with_a_bound(translator):
    [answer] = translator.translate(["the cat " * 3_000])
    assert 0 < len(answer.text.split()) <= 8


@pytest.mark.usefixtures("at_once")
def test_what_is_loaded_answers_alike(tmp_path):
    for model in (made(), made(encoder(), encoder(["der", "Hund"]), cell="lstm", num_beams=5)):
        model.save(tmp_path / "model.keras")
        loaded = Translator.load(tmp_path / "model.keras")
        assert loaded.translate(TEXTS) == model.translate(TEXTS)
        assert (loaded.source is loaded.target) == (model.source is model.target)
        assert loaded.num_beams == model.num_beams


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("tie_embeddings", [True, False])
def test_a_grown_translator_has_learned_what_the_old_one_had(tie_embeddings):
    model = made(tie_embeddings=tie_embeddings)
    more = model.source.extended([["brand new"]])
    grown = model.extended(more, more)
    assert "brand" in grown.target.vocabulary
    given = (TEXTS[:3], ["the dog", "cat", "in Paris ."])
    # New tokens take a share of the probability, none of the old ones gains.
    assert (grown.score(*given) <= model.score(*given) + 1e-5).all()
    old, new = (m.core.get_layer("embedding").get_weights()[0] for m in (model, grown))
    np.testing.assert_array_equal(new[: len(old)], old)
    np.testing.assert_array_equal(new[len(old) :], np.tile(old[1], (2, 1)))


@pytest.mark.usefixtures("at_once")
def test_a_file_that_lacks_sizes_grows_with_those_it_was_made_with():
    old = Translator.load(SAVED / "format_1" / "translator.keras")
    assert "decoder_layers" not in old.core_config
    assert (old.network.decoder_layers, old.network.dropout) == (1, 0.3)
    grown = old.extended(old.source.extended([["brand new"]]), old.target)
    assert grown.network == old.network and "brand" in grown.source.vocabulary
    assert grown.translate(["good film"]) == old.translate(["good film"])


@pytest.mark.usefixtures("at_once")
def test_a_search_is_given_by_its_settings_and_may_change_when_a_translator_grows():
    model = made()
    assert (model.num_beams, model.length_penalty) == (SEARCH.num_beams, SEARCH.length_penalty)
    assert made(num_beams=2).num_best == 2
    assert model.extended(model.source, model.source).num_best == model.num_best
    changed = model.extended(model.source, model.source, num_beams=6, length_penalty=0.0)
    assert (changed.num_beams, changed.num_best, changed.length_penalty) == (6, 6, 0.0)
    assert len(changed.n_best(TEXTS[:1])[0]) == 6
    fewer = made(num_best=2)
    assert fewer.extended(fewer.source, fewer.source, max_length=3).num_best == 2


def test_core_and_dictionary_must_fit(translator):
    with pytest.raises(ValueError, match="dictionary has 6"):
        Translator(translator.source, encoder(["x", "y"]), translator.core, core_config={})
    with pytest.raises(ValueError, match="max_length is 0"):
        made(max_length=0)
