"""Completions: those of the highest probability, to the end of a word, sentence or line."""

import functools
import itertools

import numpy as np
import pytest
import tensorflow as tf

from seqkit.model.next_token import output_layer
from seqkit.model.recurrent_core import first_state
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.tasks.language_modeling.text_ends import text_ends
from seqkit.text import BOS_ID, EOS_ID, CharTokenizer, TextEncoder, Vocabulary
from tests.small_language_models import small_encoder, small_language_model

# Completions are short: step by step they are found before a graph would be made.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("eagerly")]


@pytest.fixture(scope="module")
def letters():
    """A model of two letters, a space, a full stop and a line feed."""
    vocabulary = Vocabulary.from_counts({"a": 5, "b": 4, " ": 3, ".": 2, "\n": 1})
    model = LanguageModel.build(
        TextEncoder(CharTokenizer(), vocabulary), embedding_dim=3, hidden_dim=4, num_beams=9
    )
    rng = np.random.default_rng(2)
    for weight in model.core.trainable_variables:
        weight.assign(rng.normal(size=weight.shape))
    return model


@pytest.fixture(scope="module")
def words():
    return small_language_model("word", num_beams=5)


def next_probabilities(model, ids):
    inputs = {"token_ids": tf.constant([[BOS_ID, *ids]]), "state": first_state(model.core, 1)}
    features = model.core(inputs)["features"].numpy()[0, -1]
    return tf.nn.softmax(features @ output_layer(model.core).embeddings.numpy().T).numpy()


def expected(model, prefix, ends, closes, most):
    """Probabilities of all completions with at most so many letters, by trying them all.

    A word is to come after a sign, and may have a space before it.
    """
    tokens = model.encoder.vocabulary.tokens
    number = {token: i for i, token in enumerate(tokens)}
    goes_on = [t for t in tokens[EOS_ID + 1 :] if t not in ends and t not in closes]

    @functools.cache
    def after(text):
        return next_probabilities(model, [number[c] for c in prefix + text])

    def p(text, token):
        return float(after(text)[number[token]])

    def chain(text):
        return np.prod([p(text[:i], text[i]) for i in range(len(text))])

    found = {}
    for size in range(most + 1):
        for text in map("".join, itertools.product(goes_on, repeat=size)):
            end = sum(p(text, e) for e in [*ends, "[EOS]"]) if size < most else 1.0
            found[text] = chain(text) * end
            for sign in closes if size < most else ():
                found[text + sign] = chain(text + sign)
    if "." in ends and prefix[-1:] not in goes_on:
        del found[""]
        if prefix.endswith("."):
            found |= {" " + token: chain(" " + token) for token in goes_on}
    return found


@pytest.mark.parametrize(
    ("prefix", "until", "ends", "closes"),
    [
        ("ab", "word", " .\n", ""),
        ("a ", "word", " .\n", ""),
        ("", "word", " .\n", ""),
        ("b.", "word", " .\n", ""),
        ("b", "sentence", "\n", "."),
    ],
)
def test_the_most_probable_completions_are_found(letters, prefix, until, ends, closes):
    known = expected(letters, prefix, ends, closes, 2)
    best = sorted(known, key=known.get, reverse=True)[:4]
    found = letters.complete(prefix, k=4, until=until, max_length=2)
    assert [completion.continuation for completion in found] == best
    assert [completion.text for completion in found] == [prefix + text for text in best]
    np.testing.assert_allclose([c.probability for c in found], [known[text] for text in best], 1e-4)


def test_many_prefixes_are_completed_as_each_alone(letters):
    prefixes = ["a", "", "ab ab", "b "]
    together = letters.complete(prefixes, k=4, max_length=2, batch_size=3)
    for prefix, row in zip(prefixes, together, strict=True):
        for one, other in zip(row, letters.complete(prefix, k=4, max_length=2), strict=True):
            assert one.text == other.text and one.probability == pytest.approx(other.probability)
    assert letters.complete([]) == []


def test_a_word_that_was_begun_is_one_of_those_that_begin_so(words):
    tokens = words.encoder.vocabulary.tokens
    number = {token: i for i, token in enumerate(tokens)}
    following = next_probabilities(words, [number["the"]])
    begin_so = {t[3:]: following[number[t]] for t in ("app", "apple", "apples")}
    found = words.complete("The app", k=5)
    assert sorted(begin_so, key=begin_so.get, reverse=True) == [c.continuation for c in found]
    assert sum(c.probability for c in found) == pytest.approx(1, abs=1e-4)
    for completion in found:
        share = begin_so[completion.continuation] / sum(begin_so.values())
        assert completion.probability == pytest.approx(share, abs=1e-4)
        assert completion.text == "The app" + completion.continuation
    assert words.complete("the xyz", k=5) == []


def test_a_whole_word_comes_where_none_was_begun(words):
    tokens = words.encoder.vocabulary.tokens
    following = next_probabilities(words, [tokens.index("the")])
    best = [tokens[i] for i in np.argsort(-following) if i > EOS_ID and tokens[i][0] not in ".,"]
    found = words.complete("the ", k=5)
    assert [c.continuation for c in found] == best[:5]
    assert found[0].probability == pytest.approx(following[tokens.index(best[0])], abs=1e-4)
    assert words.complete("the,", k=5)[0].continuation.startswith(" ")


def test_pieces_write_the_unfinished_word_anew():
    model = small_language_model("subword", num_beams=8)
    for prefix in ("the app", "the ", "", "the apple,"):
        found = model.complete(prefix, k=4, max_length=6)
        assert found and len({c.text for c in found}) == len(found)
        for completion in found:
            assert completion.text == prefix + completion.continuation
            assert " " not in completion.continuation.strip(" ")
            if prefix in ("the ", ""):
                assert completion.continuation
    # The probability is that of the unfinished word and its completion, in all its spellings.
    tokens = list(model.encoder.vocabulary.tokens)
    the = [tokens.index(t.decode()) for t in spelled(model, "the")]
    ends = text_ends(model.encoder.tokenizer, model.encoder.vocabulary, "word").before
    known = next_probabilities(model, the)[tokens.index("\u2581apple")]
    ids = [*the, tokens.index("\u2581apple")]
    known *= next_probabilities(model, ids)[ends].sum()
    found = {c.continuation: c.probability for c in model.complete("the appl", k=4, max_length=6)}
    assert 0.999 * known < found["e"] < 1.1 * known


def spelled(model, text):
    return model.encoder.tokenizer.tokenize([text]).values.values.numpy()


def test_where_texts_end():
    pieces = small_encoder("subword")
    tokens = pieces.vocabulary.tokens
    ends = text_ends(pieces.tokenizer, pieces.vocabulary, "word")
    at = dict(zip(tokens, ends.before.tolist(), strict=True))
    assert at["[EOS]"] and not at["[UNK]"] and at["<0x0A>"] and not at["<0xE2>"]
    assert all(at[token] for token in at if token.startswith("\u2581"))
    for until, signs in (("sentence", {"<0x2E>", "<0x21>", "<0x3F>"}), ("line", set())):
        ends = text_ends(pieces.tokenizer, pieces.vocabulary, until)
        assert {t for t, end in zip(tokens, ends.before, strict=True) if end} == {"[EOS]", "<0x0A>"}
        assert {t for t, end in zip(tokens, ends.after, strict=True) if end} == signs
    whole = small_encoder("word")
    ends = text_ends(whole.tokenizer, whole.vocabulary, "word")
    last = {t for t, end in zip(whole.vocabulary.tokens, ends.after, strict=True) if end}
    assert last == {*whole.vocabulary.tokens[EOS_ID + 1 :]} - {".", ","}
    with pytest.raises(ValueError, match="until is 'end'"):
        text_ends(pieces.tokenizer, pieces.vocabulary, "end")
