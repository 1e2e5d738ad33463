"""Batches of tagged sentences: every word once, with its own tag."""

import numpy as np
import pytest

from seqkit import data
from seqkit.tasks.tagging.batches import EncodedSentences, TaggedBatches
from seqkit.text import WordEncoder

WORDS = [f"{first}{second}" for first in "abcde" for second in "vwxyz"]
COLUMNS = ("tokens", "tags")


@pytest.fixture(scope="module")
def encoder():
    return WordEncoder.learn([WORDS], min_count=1)


@pytest.fixture(scope="module")
def dataset():
    generator = np.random.default_rng(0)
    rows = [generator.choice(WORDS, size).tolist() for size in generator.integers(1, 40, 90)]
    return data.read([(row, [f"T{word}" for word in row]) for row in rows], columns=COLUMNS)


def test_rows_are_the_sentences_cut_where_they_are_too_long(encoder, dataset):
    sentences = EncodedSentences(dataset, encoder, max_length=16)
    rows = dataset.to_list("tokens")
    assert sentences.num_cut == sum(len(row) > 16 for row in rows)
    assert sentences.lengths.sum() == sum(map(len, rows))
    assert sentences.lengths.max() <= 16
    read = [
        encoder.vocabulary.id_to_token(ids[ids > 0]).numpy().tolist()
        for i in range(len(sentences))
        for ids in [sentences.padded(np.array([i]), 16)["token_ids"][0]]
    ]
    flat = [word.decode() for row in read for word in row]
    assert flat == [word for row in rows for word in row]


def test_padding_is_zero_on_every_level(encoder, dataset):
    sentences = EncodedSentences(dataset, encoder, max_length=64)
    shortest = int(np.argmin(sentences.lengths))
    size = int(sentences.lengths[shortest])
    batch = sentences.padded(np.array([shortest]), size + 3)
    for ids in batch.values():
        assert not ids[0, size:].any()
        assert ids[0, :size].reshape(size, -1).any(axis=1).all()


def test_every_word_comes_once_an_epoch_with_its_own_tag(encoder, dataset):
    sentences = EncodedSentences(dataset, encoder, max_length=16)
    tags = np.arange(int(sentences.lengths.sum()))  # a tag for each word: names it
    batches = TaggedBatches(sentences, tags, batch_size=8, seed=3)
    words = [word for row in dataset.to_list("tokens") for word in row]
    seen = []
    for inputs, targets in batches.dataset():
        ids, targets = inputs["token_ids"].numpy(), targets.numpy()
        assert ((ids > 0) == (targets >= 0)).all()
        for number, tag in zip(ids[ids > 0], targets[targets >= 0], strict=True):
            assert encoder.vocabulary.tokens[number] == words[tag]
        seen += targets[targets >= 0].tolist()
    assert sorted(seen) == tags.tolist()


def test_the_order_depends_on_seed_and_epoch_alone(encoder, dataset):
    sentences = EncodedSentences(dataset, encoder, max_length=64)

    def first(seed, epoch):
        batches = TaggedBatches(sentences, np.zeros(9999), batch_size=8, seed=seed)
        batches.epoch = epoch
        return next(iter(batches.dataset()))[0]["token_ids"].numpy().tolist()

    assert first(1, 0) == first(1, 0)
    assert first(1, 0) != first(1, 1)
    assert first(1, 0) != first(2, 0)
