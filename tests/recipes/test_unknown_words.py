"""Models that recipes build, untrained: `unknown_rate` tells the words that training never saw."""

import pytest

from recipes import dialogue, language_model, sentiment, tagging
from seqkit.text import WordTokenizer

REVIEWS = [("A good film, well made.", "pos"), ("A bad film, and too long!", "neg")] * 9
TALKS = [["Hello there, how are you?", "Good morning."], ["What is it?", "It is a film."]] * 9
TAGGED = [(["Ada", "saw", "a", "film_title", "."], ["N", "V", "D", "N", "P"])] * 9
UNSEEN = "zxqv glorp blat"


def build(recipe, rows, **settings):
    config = recipe.DEFAULTS.replace(embedding_dim=3, hidden_dim=3, **settings)
    train = recipe.recipe.read((rows, rows, rows), config)["train"]
    return recipe.build(train, config), config


def rates_of(model, *texts):
    if hasattr(model, "tag"):
        words = model.tokenizer.tokenize(texts).values
        unknown = words.with_values(model.encoder.is_unknown(words.values))
        return model.encoder.unknown_rates(words, unknown)["unknown_rate"].numpy().tolist()
    encoder = model.source if hasattr(model, "translate") else model.encoder
    return encoder(texts).unknown_rate.numpy().tolist()


# Translation learns its dictionaries by the same functions as dialogue.
CASES = {
    "sentiment": (sentiment, REVIEWS, REVIEWS[1][0]),
    "tagging": (tagging, TAGGED, "ada SAW film."),
    "dialogue": (dialogue, TALKS, TALKS[0][0]),
    "language_model": (language_model, [text for text, _ in REVIEWS], REVIEWS[0][0]),
}


@pytest.mark.parametrize("name", CASES)
def test_words_that_training_never_saw_are_told_and_learned_by_growing(name):
    recipe, rows, known = CASES[name]
    model, config = build(recipe, rows, **({} if name == "tagging" else {"vocabulary_size": 300}))
    words = len(WordTokenizer().tokenize([known]).values[0])
    assert rates_of(model, known, UNSEEN, "", f"{known} {UNSEEN}") == [
        *(0.0, 1.0, 0.0),
        pytest.approx(3 / (3 + words)),
    ]
    more = {
        "sentiment": [(UNSEEN, "pos")] * 3,
        "tagging": [(UNSEEN.split(), ["N", "V", "N"])] * 3,
        "dialogue": [[UNSEEN, "Good morning."]] * 3,
        "language_model": [UNSEEN] * 3,
    }[name]
    new = recipe.recipe.read((more, more, more), config, model)["train"]
    grown = recipe.grow(model, new, config)
    assert rates_of(grown, UNSEEN, known) == [0.0, 0.0] != rates_of(model, UNSEEN, known)
