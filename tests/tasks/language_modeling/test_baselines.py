"""Interpolated n-grams, beside the recursion written out with dictionaries."""

import math
from collections import Counter, defaultdict

import numpy as np
import pytest

from seqkit.tasks.language_modeling import baselines as ngrams
from seqkit.tasks.language_modeling.baselines import WittenBell, choose_order, plain_language_model

BOS, EOS = 2, 3
SIZE = 9


def documents(ids):
    """Documents with the EOS that ends each, the last perhaps without."""
    found, document = [], []
    for token in ids:
        document.append(token)
        if token == EOS:
            found.append(document)
            document = []
    return [*found, document] if document else found


class ByDictionary:
    """The formula as it stands, token by token."""

    def __init__(self, order, size, ids):
        self.order, self.size = order, size
        self.followed = defaultdict(Counter)
        for context, token in self.asked(ids):
            for start in range(len(context) + 1):
                self.followed[context[start:]][token] += 1

    def asked(self, ids):
        for document in documents(ids):
            read = [BOS, *document]
            for place in range(1, len(read)):
                yield tuple(read[max(0, place - self.order + 1) : place]), read[place]

    def probability(self, token, context):
        shorter = self.probability(token, context[1:]) if context else 1 / (self.size - 2)
        after = self.followed.get(context, Counter())
        if not after:
            return shorter
        return (after[token] + len(after) * shorter) / (after.total() + len(after))

    def log_probabilities(self, ids):
        return [math.log(self.probability(token, context)) for context, token in self.asked(ids)]


@pytest.fixture(scope="module")
def texts():
    """Ids to count and others, in documents of 0 to many tokens, some of them unknown."""
    generator = np.random.default_rng(3)
    known = generator.choice([1, 3, 4, 5, 6], 400, p=[0.1, 0.15, 0.35, 0.3, 0.1])
    other = generator.choice([1, 3, 4, 5, 6, 7, 8], 150)
    return known.astype(np.int32), other.astype(np.int32)


@pytest.mark.parametrize("order", [1, 2, 3, 6])
def test_it_is_the_formula(texts, order):
    known, other = texts
    model, expected = WittenBell(order, SIZE).fit(known), ByDictionary(order, SIZE, known.tolist())
    for ids in (known, other, np.concatenate([other, known])):
        found = model.log_probabilities(ids)
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, expected.log_probabilities(ids.tolist()), rtol=1e-12)


def test_by_hand():
    """After BOS, 4 and 5 came, 4 and 5 once each; in all, 4 three times, 5 twice, EOS once."""
    model = WittenBell(2, vocabulary_size=6).fit([4, 5, 4, EOS, 5, 4])
    four, five, end, unknown = 3 / 9 + 1 / 12, 2 / 9 + 1 / 12, 1 / 9 + 1 / 12, 1 / 12
    of_the_first = [(1 + 2 * four) / 4, (1 + 2 * five) / 4, 2 * end / 4, 2 * unknown / 4]
    found = [model.log_probabilities([token])[0] for token in (4, 5, EOS, 1)]
    np.testing.assert_allclose(np.exp(found), of_the_first)
    # After 5 came 4, twice; after an unknown token nothing was seen, and single tokens are asked.
    assert math.exp(model.log_probabilities([5, 4])[1]) == pytest.approx((2 + four) / 3)
    assert math.exp(model.log_probabilities([1, 4])[1]) == pytest.approx(four)


def test_order_1_is_counts():
    ids = [4, 4, 5, EOS, 4, EOS]
    found = np.exp(WittenBell(1, SIZE).fit(ids).log_probabilities([4, 5, EOS, 8]))
    np.testing.assert_allclose(found, (np.array([3, 1, 2, 0]) + 3 / 7) / 9)


@pytest.mark.parametrize("context", [[], [4], [4, 5], [8, 4], [1, EOS], [4, 4, 5, 6], [8, 8, 8, 8]])
@pytest.mark.parametrize("order", [1, 2, 4])
def test_all_that_can_come_sums_to_one(texts, order, context):
    model = WittenBell(order, SIZE).fit(texts[0])
    next_tokens = [1, EOS, *range(4, SIZE)]
    total = sum(math.exp(model.log_probabilities([*context, t])[-1]) for t in next_tokens)
    assert total == pytest.approx(1, abs=1e-12)


def test_contexts_do_not_reach_over_an_end(texts):
    model = WittenBell(5, SIZE).fit(texts[0])
    one, two = [5, 4, 4, EOS], [4, 6, 4, EOS]
    together = model.log_probabilities(one + two)
    apart = np.concatenate([model.log_probabilities(one), model.log_probabilities(two)])
    np.testing.assert_array_equal(together, apart)
    # A beginning is told by other counts than the same place within a document.
    assert model.log_probabilities([5, 4, 4, 4])[3] != pytest.approx(together[4])


def test_training_counts_no_context_over_an_end():
    apart = WittenBell(3, SIZE).fit([4, 5, EOS, 6, 7, EOS])
    swapped = WittenBell(3, SIZE).fit([6, 7, EOS, 4, 5, EOS])
    asked = [4, 5, 6, 7, EOS, 6, 7]
    np.testing.assert_allclose(apart.log_probabilities(asked), swapped.log_probabilities(asked))


def test_parts_change_nothing(texts, monkeypatch):
    model = WittenBell(4, SIZE).fit(texts[0])
    whole = model.log_probabilities(texts[1])
    monkeypatch.setattr(ngrams, "_ROWS", 7)
    np.testing.assert_array_equal(model.log_probabilities(texts[1]), whole)


def test_fitting_again_forgets():
    model = WittenBell(2, SIZE).fit([4, 5, 6])
    expected = WittenBell(2, SIZE).fit([7, 8]).log_probabilities([7, 8, 4])
    np.testing.assert_array_equal(model.fit([7, 8]).log_probabilities([7, 8, 4]), expected)


def test_no_token_has_no_probability():
    assert WittenBell(3, SIZE).fit([4]).log_probabilities([]).shape == (0,)


def test_ids_of_a_large_vocabulary_do_not_overflow():
    size = 2**30
    ids = np.tile(np.array([size - 1, size - 2, 4], np.int32), 50)
    found = WittenBell(4, size).fit(ids).log_probabilities(ids)
    expected = ByDictionary(4, size, ids.tolist()).log_probabilities(ids.tolist())
    np.testing.assert_allclose(found, expected)


@pytest.fixture(scope="module")
def rhythm():
    """What comes is told by the two tokens before it; one in ten is by chance."""
    generator = np.random.default_rng(0)
    ids = [4, 5]
    for _ in range(2000):
        chance = generator.random() < 0.1
        ids.append(int(generator.integers(4, 7)) if chance else 4 + (2 * ids[-2] + ids[-1]) % 3)
    return np.array(ids)


def test_the_order_is_chosen_on_validation(rhythm):
    train, validation = rhythm[:1500], rhythm[1500:]
    model, nats = choose_order(train, validation, 7)
    # One token back says nothing here, two do: a step that does not help is not the end.
    assert nats[3] < nats[1] < nats[2]
    assert model.order == 3 and list(nats) == [1, 2, 3, 4, 5]
    for order, given in nats.items():
        fitted = WittenBell(order, 7).fit(train).log_probabilities(validation)
        assert given == pytest.approx(-fitted.mean())
    again = WittenBell(3, 7).fit(train).log_probabilities(validation)
    np.testing.assert_array_equal(model.log_probabilities(validation), again)


def test_only_the_orders_asked_for_are_tried(rhythm):
    model, nats = choose_order(rhythm[:1500], rhythm[1500:], 7, orders=[5, 2])
    assert list(nats) == [2, 5] and model.order == min(nats, key=nats.get) == 5
    model, nats = choose_order(rhythm[:1500], rhythm[1500:], 7, orders=(1,))
    assert list(nats) == [1] and model.order == 1


def test_orders_longer_than_every_document_do_not_help():
    model, nats = choose_order([4, EOS] * 20, [4, EOS] * 5, 6, orders=[4, 5, 6, 7])
    assert model.order == 4 and nats[4] == nats[5] == nats[6] and 7 not in nats


def test_the_plain_model_has_a_name(rhythm):
    train, validation, test = rhythm[:1200], rhythm[1200:1600], rhythm[1600:]
    name, found = plain_language_model(train, validation, test, 7)
    assert name == "3-gram, Witten-Bell"
    expected = WittenBell(3, 7).fit(train).log_probabilities(test)
    np.testing.assert_array_equal(found, expected)


def test_of_a_long_text_a_part_is_counted(rhythm):
    train, validation, test = rhythm[:1200], rhythm[1200:1600], rhythm[1600:]
    name, found = plain_language_model(train, validation, test, 7, most_tokens=1000)
    assert name == "3-gram, Witten-Bell, of the first 1,000 tokens"
    expected = WittenBell(3, 7).fit(train[:1000]).log_probabilities(test)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([], "token_ids=\\[\\]: give at least one"),
        ([4, 0], "token_ids\\[1\\] is 0, which never comes next: leave PAD \\(0\\)"),
        ([2, 4], "token_ids\\[0\\] is 2, which never comes next"),
        ([4, 9, 12], "the id 12, of vocabulary_size=9"),
        ([4, -1], "the id -1"),
        ([[4, 5]], "shape \\(1, 2\\): give whole numbers"),
        ([4.0, 5.0], "float64 of shape \\(2,\\)"),
    ],
)
def test_wrong_ids_are_told(ids, message):
    with pytest.raises(ValueError, match=message):
        WittenBell(2, SIZE).fit(ids)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: WittenBell(0, SIZE), "order=0: give at least 1"),
        (lambda: WittenBell(2, 3), "vocabulary_size=3: give at least 4"),
        (lambda: WittenBell(2, SIZE).log_probabilities([4]), "call fit"),
        (lambda: choose_order([4], [4], SIZE, orders=[]), "orders=\\[\\]: give at least one"),
        (lambda: choose_order([4], [4], SIZE, orders=[0, 1]), "none less than 1"),
        (lambda: choose_order([], [4], SIZE), "train_ids=\\[\\]"),
        (lambda: choose_order([4], [], SIZE), "validation_ids=\\[\\]"),
        (lambda: choose_order([4], [2], SIZE), "validation_ids\\[0\\] is 2"),
        (lambda: plain_language_model([4], [4], [4], SIZE, most_tokens=0), "most_tokens=0"),
    ],
)
def test_wrong_arguments_are_told(call, message):
    with pytest.raises(ValueError, match=message):
        call()
