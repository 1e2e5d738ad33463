"""Captions as a captioner is trained on them: several of an image, drawn anew in each epoch."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from seqkit.tasks.captioning.batches import CaptionBatches, EncodedCaptions
from seqkit.text import TextEncoder, Vocabulary, WordTokenizer

WORDS = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 3, "b": 2, "c": 1}))
PAD, UNK, BOS, EOS, A, B, C = range(7)
# Of 20 images, the captions of image n are "a" and 1 to 4 words more; none is like another's.
SEVERAL = [["a " + "b " * (n % 5) + "c " * (i + 1) for i in range(1 + n % 4)] for n in range(20)]


def encoded(captions, max_length=10):
    return EncodedCaptions(captions, WORDS, max_length=max_length)


def batches(captions=SEVERAL, max_length=10, **options):
    options = {"source_name": "grid", "batch_size": 8, "captions_per_image": 2, "seed": 1} | options
    sources = np.arange(len(captions), dtype="float16")[:, np.newaxis]
    return CaptionBatches(encoded(captions, max_length), sources, **options)


def of_epoch(made, epoch=0):
    """The images of an epoch in order, and the captions of each: the ids to come, without zeros."""
    made.epoch = epoch
    found = []
    for inputs, following in made.dataset():
        for image, rows in zip(inputs["grid"].numpy()[:, 0], following.numpy(), strict=True):
            found.append((int(image), [tuple(row[row > 0].tolist()) for row in rows if row.any()]))
    return found


def as_ids(caption):
    return (*({"a": A, "b": B, "c": C}[word] for word in caption.split()), EOS)


def test_a_caption_is_given_up_to_each_token_and_asked_for_the_next():
    before, following = encoded([["a b c", "b"], ["c zebra"]]).padded(np.array([[0, 1], [2, -1]]))
    assert before.tolist() == [[[BOS, A, B, C], [BOS, B, 0, 0]], [[BOS, C, UNK, 0], [0] * 4]]
    assert following.tolist() == [[[A, B, C, EOS], [B, EOS, 0, 0]], [[C, UNK, EOS, 0], [0] * 4]]
    assert before.dtype == following.dtype == np.int32


def test_a_batch_is_as_long_as_its_longest_caption():
    captions = encoded([["a b c", "b"], ["c"]])
    before, following = captions.padded(np.array([[1, -1], [2, -1]]))
    assert before.shape == following.shape == (2, 2, 2)


def test_an_empty_caption_is_to_be_ended_at_once():
    before, following = encoded([["", "a"]]).padded(np.array([[0]]))
    assert (before.tolist(), following.tolist()) == ([[[BOS]]], [[[EOS]]])


def test_long_captions_are_left_out_and_images_that_have_no_other():
    captions = encoded([["a a a", "b"], ["a a a"], ["a a", "c c c", "c"]], max_length=2)
    assert (captions.num_left_out, captions.images.tolist(), len(captions)) == (3, [0, 2], 2)
    drawn = captions.drawn(np.array([0, 1]), 3, np.random.default_rng(0))
    assert [sorted(row) for row in drawn.tolist()] == [[-1, -1, 1], [-1, 3, 5]]
    with pytest.raises(
        ValueError, match=r"max_length is 1 tokens, and each of 2 captions has more"
    ):
        encoded([["a a", "b b"]], max_length=1)


def test_an_epoch_holds_every_image_once_with_its_own_captions():
    made = batches()
    epoch = of_epoch(made)
    assert len(made) == 3 and sorted(image for image, _ in epoch) == list(range(20))
    for image, captions in epoch:
        own = [as_ids(caption) for caption in SEVERAL[image]]
        assert len(set(captions)) == len(captions) == min(2, len(own))
        assert set(captions) <= set(own)


def test_images_keep_their_captions_where_one_before_has_none_left():
    epoch = of_epoch(batches([["b b b"], ["a"], ["b b b"], ["c"]], max_length=2))
    assert sorted(epoch) == [(1, [(A, EOS)]), (3, [(C, EOS)])]


def test_captions_are_drawn_anew_in_each_epoch_until_all_were_seen():
    made = batches(captions_per_image=1, batch_size=20)
    seen = [of_epoch(made, epoch) for epoch in range(30)]
    assert all(len(captions) == 1 for epoch in seen for _, captions in epoch)
    drawn = {(image, caption) for epoch in seen for image, [caption] in epoch}
    assert drawn == {(image, as_ids(text)) for image, texts in enumerate(SEVERAL) for text in texts}


def test_the_order_depends_on_seed_and_epoch_alone():
    made = batches()
    first = of_epoch(made, 0)
    second = of_epoch(made, 1)
    assert second != first and of_epoch(made, 0) == first
    assert of_epoch(batches(), 1) == second
    assert of_epoch(batches(seed=2), 0) not in (first, second)


def test_images_are_changed_by_the_number_of_their_batch():
    numbers = []

    def augment(pixels, number):
        numbers.append(pixels.dtype)
        return pixels + tf.cast(100 * (number + 1), pixels.dtype)

    made = batches(augment=augment)
    for epoch in (0, 1):
        made.epoch = epoch
        hundreds = [inputs["grid"].numpy() // 100 for inputs, _ in made.dataset()]
        assert [np.unique(found).tolist() for found in hundreds] == [
            [3 * epoch + 1 + number] for number in range(3)
        ]
    assert set(numbers) == {tf.float16}
