"""The sample of images: handwritten digits on a canvas, and what a caption says of them."""

import numpy as np
import pytest

from recipes.samples import digit_scenes as sample_module
from recipes.samples.digit_scenes import NAMES, PLACES, SIZE, caption, digit_scenes

HALF = SIZE // 2


@pytest.fixture(scope="module")
def sample():
    return digit_scenes()


def same(scenes, others):
    return len(scenes) == len(others) and all(
        scene.caption == other.caption and np.array_equal(scene.image, other.image)
        for scene, other in zip(scenes, others, strict=True)
    )


def test_the_same_seed_gives_the_same_scenes_and_another_gives_others(sample):
    again, other = digit_scenes(), digit_scenes(seed=1)
    for part in ("train", "validation", "test"):
        assert same(sample[part], again[part])
        assert not same(sample[part], other[part])


def test_more_to_train_on_changes_neither_validation_nor_test(sample):
    fewer = digit_scenes(train=10)
    assert len(fewer["train"]) == 10
    assert same(fewer["validation"], sample["validation"])
    assert same(fewer["test"], sample["test"])


def test_parts_have_their_sizes_and_share_no_layout(sample):
    sizes = {part: len(scenes) for part, scenes in sample.items()}
    assert sizes == {"train": 4_000, "validation": 300, "test": 500}
    captions = [{scene.caption for scene in scenes} for scenes in sample.values()]
    assert len(set.union(*captions)) == sum(map(len, captions))


def test_parts_share_no_picture_of_a_digit(monkeypatch):
    monkeypatch.setattr(sample_module, "_scene", lambda layout, pictures, rng: pictures)
    parts = [
        {(digit, picture.tobytes()) for digit, own in enumerate(pictures) for picture in own}
        for [pictures] in digit_scenes(1, 1, 1).values()
    ]
    assert len(set.union(*parts)) == sum(map(len, parts)) == 1797  # all that scikit-learn has
    assert min(map(len, parts)) > 150


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ((0, None, None, None), "one digit: upper left zero"),
        ((None, 9, None, 1), "two digits: upper right nine, lower right one"),
        ((4, None, 4, 4), "three digits: upper left four, lower left four, lower right four"),
    ],
)
def test_a_caption_counts_the_digits_and_goes_through_the_places(layout, expected):
    assert caption(layout) == expected


def test_a_caption_says_where_there_is_ink(sample):
    for image, text in sample["validation"]:
        said = [place in text for place in PLACES]
        assert NAMES.index(text.split()[0]) == sum(said)
        ground = image[0, 0].astype(int)
        quarters = [image[t : t + HALF, x : x + HALF] for t in (0, HALF) for x in (0, HALF)]
        assert [bool((abs(quarter - ground) > 40).any()) for quarter in quarters] == said


def test_test_captions_are_of_words_that_training_has(sample):
    def words(scenes):
        return {word for scene in scenes for word in scene.caption.split()}

    assert words(sample["test"]) | words(sample["validation"]) <= words(sample["train"])


def test_images_are_colour_pixels_with_one_to_three_digits(sample):
    image, _ = sample["test"][0]
    assert (image.shape, image.dtype) == ((SIZE, SIZE, 3), np.uint8)
    counts = [NAMES.index(scene.caption.split()[0]) for scene in sample["train"]]
    assert set(counts) == {1, 2, 3}
    assert np.bincount(counts)[1:] / len(counts) == pytest.approx([0.2, 0.4, 0.4], abs=0.03)


def test_a_negative_number_is_refused():
    with pytest.raises(ValueError, match=r"validation must be 0 or more, got -1"):
        digit_scenes(validation=-1)
