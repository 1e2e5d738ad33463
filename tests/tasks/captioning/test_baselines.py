"""The plain captioners."""

import random

import numpy as np
import pytest

from seqkit.tasks.captioning import baselines as caption_baselines
from seqkit.tasks.captioning.baselines import (
    CONSTANT,
    NEAREST,
    constant_caption,
    nearest_image,
    plain_captions,
    pooled_pixels,
)
from seqkit.tasks.captioning.evaluation import score_captions


def some_captions(seed, images=12):
    """Of each of some images, one to four captions of few words, many said twice."""
    generator = random.Random(seed)
    words = ["A", "dog", "runs,", "a", "cat", "the", "grass.", "on"]
    return [
        [
            " ".join(generator.choices(words, k=generator.randint(1, 9)))
            for _ in range(generator.randint(1, 4))
        ]
        for _ in range(images)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_no_other_caption_has_more_bleu(seed):
    captions = some_captions(seed)
    candidates = list(dict.fromkeys(caption for row in captions for caption in row))
    bleu = [score_captions([text] * len(captions), captions).bleu[3] for text in candidates]
    assert constant_caption(captions) == candidates[int(np.argmax(bleu))]


def test_the_first_of_equally_good_captions():
    assert constant_caption([["x y"], ["a b"]]) == "x y"
    assert constant_caption([[""]]) == ""


def test_of_many_images_those_from_all_over_are_looked_at(monkeypatch):
    monkeypatch.setattr(caption_baselines, "_MOST_IMAGES", 3)
    ends, dog, cat = ["two cats sleep here"], ["a dog runs fast"], ["one bird sings now"]
    rows = [ends, *[dog] * 4, ends, *[cat] * 4, dog]
    assert constant_caption(rows) == ends[0]
    monkeypatch.setattr(caption_baselines, "_MOST_IMAGES", 20)
    assert constant_caption(rows) == dog[0]


FEATURES = np.array([[0.0, 0.0], [1.0, 10.0], [0.0, 20.0], [1.0, 30.0]])


def test_the_nearest_image_answers():
    rows = [["zero"], ["one"], ["two"], ["three"]]
    asked = np.array([[0.1, 1.0], [0.9, 28.0]])
    assert nearest_image(rows, FEATURES, asked) == ["zero", "three"]
    assert nearest_image(rows, FEATURES, asked[:0]) == []


def test_features_of_any_scale_count_alike():
    # Not divided by their deviations, the second feature alone would decide.
    assert nearest_image([["0"], ["1"], ["2"], ["3"]], FEATURES, np.array([[1, 6.0]])) == ["1"]
    far = np.concatenate([FEATURES[:, :1], 1000 * FEATURES[:, 1:]], 1)
    assert nearest_image([["0"], ["1"], ["2"], ["3"]], far, np.array([[1, 4000.0]])) == ["1"]


def test_of_its_captions_the_one_most_like_the_others():
    rows = [
        ["a thing there", "a brown dog runs", "the brown dog runs", "brown dog"],
        ["a cat", "two cats"],
    ]
    found = nearest_image(rows, np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]]))
    assert found == ["a brown dog runs", "a cat"]


def test_every_plain_model_answers_every_image():
    captions = some_captions(0, 30)
    features = np.random.default_rng(0).normal(size=[30, 3])
    found = plain_captions(captions, features, features[:4])
    assert list(found) == [CONSTANT, NEAREST]
    assert found[CONSTANT] == [constant_caption(captions)] * 4
    assert all(answer in row for answer, row in zip(found[NEAREST], captions, strict=False))


def test_blocks_have_their_mean_colour():
    images = np.random.default_rng(0).integers(0, 256, [2, 11, 7, 3]).astype(np.uint8)
    pooled = pooled_pixels(images, 2)
    assert pooled.shape == (2, 12) and pooled.dtype == np.float32
    cut = images.astype(float) / 255
    blocks = [
        cut[:, r, c].mean((1, 2))
        for r, c in (
            (slice(0, 5), slice(0, 3)),
            (slice(0, 5), slice(3, 7)),
            (slice(5, 11), slice(0, 3)),
            (slice(5, 11), slice(3, 7)),
        )
    ]
    np.testing.assert_allclose(pooled, np.concatenate(blocks, 1), atol=1e-6)
    white = np.full([1, 64, 64, 3], 255, np.uint8)
    assert pooled_pixels(white).shape == (1, 192) and (pooled_pixels(white) == 1).all()
    assert pooled_pixels(images[:0]).shape == (0, 192)


def test_small_images_have_blocks_too():
    images = np.array([[0, 51], [102, 255]], np.uint8).reshape(1, 2, 2, 1)
    pooled = pooled_pixels(images, 4).reshape(4, 4)
    np.testing.assert_allclose(pooled, np.kron([[0, 0.2], [0.4, 1]], np.ones([2, 2])), atol=1e-6)


def test_what_does_not_fit_is_refused():
    one = np.zeros([1, 2])
    with pytest.raises(ValueError, match="at least one training image"):
        constant_caption([])
    with pytest.raises(ValueError, match=r"captions\[1\] is \[\]: give a list"):
        nearest_image([["a"], []], one, one)
    with pytest.raises(ValueError, match=r"captions\[0\] is 'a dog'"):
        constant_caption(["a dog"])
    with pytest.raises(ValueError, match="train_features has 1 rows for 2 images"):
        nearest_image([["a"], ["b"]], one, one)
    with pytest.raises(ValueError, match=r"images has shape \(2, 2, 3\): give \[images"):
        pooled_pixels(np.zeros([2, 2, 3], np.uint8))
    with pytest.raises(ValueError, match="one pixel at least"):
        pooled_pixels(np.zeros([2, 0, 2, 3], np.uint8))
