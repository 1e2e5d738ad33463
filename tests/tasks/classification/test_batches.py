"""Batches of ids: complete, padded, and the same whether kept in memory or not."""

import numpy as np
import pytest

from seqkit import data
from seqkit.tasks.classification.batches import EncodedTexts, TextBatches
from seqkit.text import HashedNGrams, TextEncoder, Vocabulary, WordTokenizer

WORDS = [f"w{i}" for i in range(30)]


@pytest.fixture(scope="module")
def encoder():
    vocabulary = Vocabulary.from_counts({word: 99 - i for i, word in enumerate(WORDS)})
    return TextEncoder(WordTokenizer(), vocabulary, HashedNGrams(500))


@pytest.fixture(scope="module")
def dataset():
    generator = np.random.default_rng(0)
    texts = [" ".join(generator.choice(WORDS, size)) for size in generator.integers(0, 20, 150)]
    return data.read([(text, "ab"[i % 2]) for i, text in enumerate(texts)])


def test_kept_and_encoded_again_give_the_same_batches(encoder, dataset):
    kept = EncodedTexts(dataset, encoder, max_length=9)
    again = EncodedTexts(dataset, encoder, max_length=9, most_kept_ids=0)
    assert kept.lengths.tolist() == again.lengths.tolist()
    rows = np.array([5, 0, 149, 5, 77])
    for key, values in kept.padded(rows, 12).items():
        np.testing.assert_array_equal(values, again.padded(rows, 12)[key])


def test_counts_what_it_cuts(encoder):
    texts = EncodedTexts(
        data.read([(" ".join(WORDS[:n]), "a") for n in (1, 5, 9)]), encoder, max_length=5
    )
    assert texts.num_cut == 1
    assert texts.lengths.tolist() == [1, 5, 5]
    assert texts.padded([2], 5)["token_ids"].tolist() == [[4, 5, 6, 7, 8]]


def test_every_text_comes_once_an_epoch_with_its_own_target(encoder, dataset):
    texts = EncodedTexts(dataset, encoder, max_length=50)
    targets = np.eye(len(dataset), dtype="float32")  # a class for each text: names it
    batches = TextBatches(texts, targets, outputs=["deep"], batch_size=16, seed=3)
    seen = []
    for inputs, target, weight in batches.dataset():
        for ids, ngrams, row in zip(
            inputs["token_ids"].numpy(),
            inputs["ngram_ids"].numpy(),
            target["deep"].numpy().argmax(axis=1),
            strict=True,
        ):
            alone = texts.padded([row], len(ids))
            assert ids.tolist() == alone["token_ids"][0].tolist()
            assert set(ngrams) - {0} == set(alone["ngram_ids"][0]) - {0}
            seen.append(row)
        assert weight["deep"].numpy().tolist() == [1.0] * len(inputs["token_ids"])
    assert sorted(seen) == list(range(len(dataset)))


def test_order_depends_on_seed_and_epoch_alone(encoder, dataset):
    texts = EncodedTexts(dataset, encoder, max_length=50)
    targets = np.eye(len(dataset), dtype="float32")

    def order(seed, epoch):
        batches = TextBatches(texts, targets, outputs=["deep"], batch_size=16, seed=seed)
        batches.epoch = epoch
        return [row for _, t, _ in batches.dataset() for row in t["deep"].numpy().argmax(axis=1)]

    assert order(0, 4) == order(0, 4)
    assert order(0, 4) != order(0, 5)
    assert order(0, 4) != order(1, 4)


@pytest.mark.parametrize("most_kept_ids", [0, 10**6])
def test_the_matrix_of_ngrams_has_those_of_the_texts(encoder, dataset, most_kept_ids):
    texts = EncodedTexts(dataset, encoder, max_length=50, most_kept_ids=most_kept_ids)
    expected = np.zeros((len(dataset), 500))
    for row, ids in enumerate(encoder(dataset["text"]).ngram_ids.to_list()):
        expected[row, ids] = 1
    np.testing.assert_array_equal(texts.ngram_matrix().toarray(), expected)
