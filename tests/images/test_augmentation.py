from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from seqkit.images import Augmentation, may_be_flipped
from tests.images.pictures import picture

PIXELS = np.stack([picture(seed) for seed in range(16)])
NOTHING = {"flip": False, "crop": 0.0, "brightness": 0.0, "contrast": 0.0}


def augmented(pixels=PIXELS, step=0, **settings) -> np.ndarray:
    return Augmentation(**{**NOTHING, **settings})(tf.constant(pixels), step).numpy()


def test_nothing_asked_for_changes_nothing():
    np.testing.assert_array_equal(augmented(), PIXELS)


def test_half_are_mirrored_and_the_others_not_touched():
    mirrored = 0
    for step in range(20):
        for before, after in zip(PIXELS, augmented(step=step, flip=True), strict=True):
            is_mirrored = (after == before[:, ::-1]).all()
            assert is_mirrored or (after == before).all()
            mirrored += bool(is_mirrored)
    assert 120 < mirrored < 200


def test_a_crop_is_a_part_of_the_image():
    """Coordinates as colors tell where each pixel came from."""
    rows, columns = np.meshgrid(np.linspace(0, 1, 20), np.linspace(0, 1, 30), indexing="ij")
    image = np.stack([rows, columns, rows], axis=-1).astype(np.float32)
    after = augmented(np.repeat(image[None], 200, axis=0), crop=0.2)
    top, left, bottom, right = (
        after[:, 0, 0, 0],
        after[:, 0, 0, 1],
        after[:, -1, -1, 0],
        after[:, -1, -1, 1],
    )
    kept = bottom - top
    np.testing.assert_allclose(right - left, kept, atol=1e-5)
    assert kept.min() >= 0.8 - 1e-5 and kept.min() < 0.82 and kept.max() > 0.98
    assert top.min() >= 0 and bottom.max() <= 1 + 1e-5 and left.max() > 0.1 and top.max() > 0.1
    assert np.abs(top - left).max() > 0.1


def test_brightness_moves_all_values_of_an_image_by_the_same():
    before = PIXELS.astype(np.float32) / 4 + 90
    moved = augmented(before, brightness=0.1) - before
    by = moved.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(
        moved, np.broadcast_to(by[:, None, None, None], moved.shape), atol=1e-3
    )
    assert np.abs(by).max() <= 25.5 and by.min() < -5 and by.max() > 5
    assert augmented(brightness=0.9).min() == 0 and augmented(brightness=0.9).max() == 255


def test_contrast_keeps_the_mean_of_an_image():
    before = PIXELS.astype(np.float32) / 4 + 90
    after = augmented(before, contrast=0.3)
    np.testing.assert_allclose(after.mean(axis=(1, 2, 3)), before.mean(axis=(1, 2, 3)), rtol=1e-4)
    ratio = after.std(axis=(1, 2, 3)) / before.std(axis=(1, 2, 3))
    assert 0.7 <= ratio.min() < 0.9 and 1.1 < ratio.max() <= 1.3


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float16"])
def test_dtype_and_shape_stay(dtype):
    pixels = PIXELS.astype(dtype)
    after = Augmentation()(tf.constant(pixels), 0)
    assert after.dtype.name == dtype and after.shape == pixels.shape
    assert augmented(pixels[:0], flip=True, crop=0.1, brightness=0.1).shape == (0, 20, 30, 3)


def test_whole_numbers_are_rounded():
    settings = {"flip": True, "crop": 0.1, "brightness": 0.1, "contrast": 0.1}
    as_floats = augmented(PIXELS.astype(np.float32), **settings)
    np.testing.assert_array_equal(augmented(**settings), np.round(as_floats))


def test_in_a_graph_the_seed_and_the_step_decide():
    def run(seed: int) -> list[np.ndarray]:
        augmentation = Augmentation(seed=seed)
        batches = tf.data.Dataset.from_tensors(PIXELS).repeat(3).enumerate()
        batches = batches.map(lambda step, pixels: augmentation(pixels, step))
        assert batches.element_spec.shape == PIXELS.shape
        return list(batches.as_numpy_iterator())

    one, again, other = run(0), run(0), run(1)
    np.testing.assert_array_equal(one, again)
    np.testing.assert_array_equal(one[2], Augmentation()(tf.constant(PIXELS), 2))
    for a, b in ((one[0], one[1]), (one[1], one[2]), (one[0], other[0])):
        assert (a != b).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize(("name", "value"), [("crop", 1.0), ("brightness", -0.1), ("contrast", 2)])
def test_amounts_are_checked(name, value):
    with pytest.raises(ValueError, match=f"{name} must be from 0 to below 1, got {value}"):
        Augmentation(**{name: value})


@pytest.mark.parametrize(
    "caption",
    [
        "a dog to the LEFT of a cat",
        "his right-hand glove",
        "Links steht ein Baum.",
        "an der rechten Wand",
        "l'homme à gauche",
        "sur la droite",
        "a la izquierda",
        "el brazo derecho",
        "왼쪽에 개가 있다",
        "사람이 오른손을 든다",
        "차가 우측으로 돈다",
    ],
)
def test_a_side_is_found(caption):
    assert not may_be_flipped(["two dogs", caption])


@pytest.mark.parametrize(
    "caption", ["a bright leftover", "ein rechteckiger Tisch", "un gauchero", "개가 달린다", ""]
)
def test_other_words_are_no_sides(caption):
    assert may_be_flipped([caption])


def test_own_words_and_no_captions():
    assert may_be_flipped([]) and may_be_flipped(["left"], words=())
    assert not may_be_flipped(["Zwei e\u0301toiles"], words=("Étoiles",))
    assert not may_be_flipped(["狗在左边"], words=("左",))
    with pytest.raises(ValueError, match="words has an empty word"):
        may_be_flipped(["a"], words=("left", ""))
