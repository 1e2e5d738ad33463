"""Captioner: encoded images in and strings out, several captions, attention, errors, growing."""

import math

import numpy as np
import pytest
import tensorflow as tf

from seqkit.model.next_token import next_token
from seqkit.tasks.captioning.model import ImageCaptioner
from seqkit.tasks.captioning.network import CaptionerNetwork, describer, grid_of, look_at
from tests.model.test_saved_files import SAVED
from tests.small_captioners import UNREADABLE, small_captioner, small_images

pytestmark = pytest.mark.slow

IMAGES = small_images()
READABLE = [i for i in range(len(IMAGES)) if i not in UNREADABLE]


@pytest.fixture(scope="module")
def captioner():
    return small_captioner()


def test_images_are_described_alike_alone_and_in_any_company(captioner, tmp_path):
    together = captioner.caption(IMAGES)
    assert [bool(c.error) for c in together] == [i in UNREADABLE for i in range(len(IMAGES))]
    assert all(together[i][:2] == ("", 0.0) for i in UNREADABLE)
    assert any(together[i].text for i in READABLE)
    assert len({together[i].score for i in READABLE}) > 1, "all images look alike"
    for batch_size in (1, 3):
        for one, two in zip(together, captioner.caption(iter(IMAGES), batch_size), strict=True):
            assert (one.text, one.error) == (two.text, two.error)
            assert math.isclose(one.score, two.score, abs_tol=1e-4)
    # More than are looked at together, in no order.
    places = np.random.default_rng(0).choice(READABLE, 45)
    for place, found in zip(
        places, captioner.caption([IMAGES[i] for i in places], 45), strict=True
    ):
        assert found.text == together[place].text
        assert math.isclose(found.score, together[place].score, abs_tol=1e-4)
    path = tmp_path / "image.png"
    path.write_bytes(IMAGES[0])
    pixels = tf.io.decode_png(IMAGES[0]).numpy()
    for found in captioner.caption([path, str(path), pixels]):
        assert found == together[0]


def test_several_captions_are_different_and_the_first_is_the_best(captioner):
    best = captioner.caption(IMAGES)
    for place, row in enumerate(captioner.n_best(IMAGES)):
        assert row[0] == best[place]
        if place in UNREADABLE:
            assert len(row) == 1
        else:
            scores = [caption.score for caption in row]
            assert scores == sorted(scores, reverse=True)
            assert len({caption.text for caption in row}) == len(row) == 4
    with pytest.raises(ValueError, match="num_best is 4; give from 1 to num_beams, 1"):
        small_captioner(num_beams=1)
    with pytest.raises(ValueError, match="max_length is 0"):
        small_captioner(max_length=0)


def test_attention_is_a_grid_for_each_token(captioner):
    pairs = zip(captioner.attention(IMAGES), captioner.caption(IMAGES), strict=True)
    for (tokens, attention), caption in pairs:
        assert " ".join(tokens) == caption.text
        assert attention.shape == (len(tokens), 4, 6)
        np.testing.assert_allclose(attention.sum(axis=(1, 2)), 1, atol=1e-5)
    served = captioner.signatures()["attention"](tf.constant(IMAGES))
    length = int(served["length"].numpy().max())
    assert length and served["attention"].shape == (len(IMAGES), length, 4, 6)
    written = np.arange(length) < served["length"].numpy()[:, np.newaxis]
    assert not served["attention"].numpy()[~written].any()


def first_look(core, grid):
    source, state = look_at(core, grid)
    return next_token(describer(core), source)(np.array([[2]]), state).attention.numpy()


@pytest.mark.parametrize("cell", [(0, 5), (3, 1), (2, 2)])
def test_attention_to_a_cell_stands_where_the_cell_is(captioner, cell):
    """Rows and columns are not exchanged: what is seen in one cell changes its share the most."""
    grid = np.zeros((1, 4, 6, 6), "float32")
    marked = grid.copy()
    marked[(0, *cell)] = np.random.default_rng(0).normal(size=6) * 40
    before, after = (first_look(captioner.core, x).reshape(4, 6) for x in (grid, marked))
    change = np.log(after / before)
    change = np.abs(change - np.median(change))
    assert np.unravel_index(change.argmax(), change.shape) == cell


def test_one_beam_is_greedy_search_and_a_giant_image_is_refused():
    model = small_captioner(num_beams=1, num_best=1, max_pixels=50 * 60)
    found = model.caption(IMAGES)
    assert "max_pixels" in found[5].error and not found[5].text
    small = [i for i in READABLE if i != 5]
    pixels, _ = model.reader(tf.constant([IMAGES[i] for i in small]))
    greedy = model.describe_greedily(grid_of(model.core, pixels)).numpy()
    assert [text.decode() for text in greedy] == [found[i].text for i in small]


def test_nothing_gives_nothing(captioner):
    assert captioner.caption([]) == [] == captioner.n_best([]) == captioner.attention([])
    for name, function in captioner.signatures().items():
        served = function(tf.constant([], tf.string))
        assert {value.shape[0] for value in served.values()} == {0}, name


def test_a_grown_captioner_has_learned_what_the_old_one_had(captioner):
    more = captioner.target.extended([["brand new"]])
    grown = captioner.extended(more)
    assert "brand" in grown.target.vocabulary
    old, new = (m.core.get_layer("encoder").get_weights() for m in (captioner, grown))
    for a, b in zip(old, new, strict=True):
        np.testing.assert_array_equal(a, b)
    old, new = (
        describer(m.core).get_layer("embedding").get_weights()[0] for m in (captioner, grown)
    )
    np.testing.assert_array_equal(new[: len(old)], old)
    np.testing.assert_array_equal(new[len(old) :], np.tile(old[1], (2, 1)))
    with pytest.raises(ValueError, match="the dictionary has 11"):
        ImageCaptioner(more, captioner.core, core_config={})


def test_a_grown_captioner_searches_as_it_is_told(captioner):
    grown = captioner.extended(captioner.target, num_beams=2, num_best=1, max_length=3)
    assert (grown.num_beams, grown.num_best, grown.max_length) == (2, 1, 3)
    assert grown.length_penalty == captioner.length_penalty
    assert grown.core_config == captioner.core_config


def test_a_file_from_before_sizes_were_together_keeps_its_own_and_grows():
    """It has only those sizes that were given; its dropout was 0.3 then."""
    old = ImageCaptioner.load(SAVED / "format_1" / "image_captioner.keras")
    assert old.network == CaptionerNetwork(
        height=32, width=32, widths=(4,), strides=(2,), embedding_dim=4, hidden_dim=3, dropout=0.3
    )
    grown = old.extended(old.target)
    assert grown.network == old.network and grown.num_beams == 3
    for value, expected in zip(grown.core.get_weights(), old.core.get_weights(), strict=True):
        np.testing.assert_array_equal(value, expected)
