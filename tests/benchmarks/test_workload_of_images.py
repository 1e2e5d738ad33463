"""The speed of captioners is measured on the same images and words for everybody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.workloads.images import CaptionWorkload, make_images, read_flickr8k
from tests.tiny_images import write_flickr8k


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    return make_images(tmp_path_factory.mktemp("pictures"), 3, 2, 1, seed=0)


def test_made_up_captions_are_as_long_as_those_of_flickr8k(monkeypatch, tmp_path):
    monkeypatch.setattr(
        "benchmarks.workloads.images._draw", lambda directory, number, random: [""] * number
    )
    work = make_images(tmp_path, 600, 100, 20, seed=0)
    lengths = [len(text.split(" ")) for texts in work.captions for text in texts]
    assert len(lengths) == 3000 and min(lengths) >= 2 and max(lengths) <= 35
    assert 11.3 < np.mean(lengths) < 12.3 and 11 <= np.median(lengths) <= 12
    words = [text.split(" ") for texts in work.captions for text in texts]
    assert all(row[-1] == "." for row in words)
    # A word tells its place, so that where captions end is soon learned.
    places = {(word, place) for row in words for place, word in enumerate(row[:-1])}
    assert len(places) == len({word for word, _ in places}) > 1000
    assert (len(work.images), work.rows, len(work.test_images)) == (600, 100, 20)


def test_made_up_images_are_photographs_as_to_their_size(made_up):
    paths = [Path(path) for path in (*made_up.images, *made_up.test_images)]
    assert len({path.read_bytes() for path in paths}) == 4
    for path in paths:
        assert tf.io.decode_jpeg(path.read_bytes()).shape == (375, 500, 3)
        assert 80_000 < path.stat().st_size < 140_000


def test_flickr8k_is_split_into_words_in_lower_case(tmp_path):
    write_flickr8k(tmp_path, train=4, val=3)
    work = read_flickr8k(tmp_path, rows=3, test_rows=2, seed=0)
    numbers = [Path(image).stem.removeprefix("train-") for image in work.images]
    assert sorted(numbers) == ["0", "1", "2", "3"]
    assert work.captions == [[f"a {i} - dog {k} ." for k in range(5)] for i in numbers]
    assert [Path(image).name for image in work.test_images] == ["val-0.jpg", "val-1.jpg"]
    facts = work.facts()
    assert (facts["images"], facts["train images"], facts["test images"]) == (4, 3, 2)
    assert (facts["train captions"], facts["train tokens"]) == (15, 15 * 7)
    orders = {tuple(read_flickr8k(tmp_path, 3, 2, s).images) for s in range(9)}
    assert len(orders) > 1
    assert read_flickr8k(tmp_path, 9, 2, 0).rows == 4


def test_the_digest_is_of_the_images_too(tmp_path):
    write_flickr8k(tmp_path, train=2, val=1)
    work = read_flickr8k(tmp_path, 2, 1, 0)
    before = work.sha256
    Path(work.test_images[0]).write_bytes(b"another")
    assert work.sha256 != before


def test_rare_words_are_left_out_and_equally_frequent_ones_are_in_order():
    work = CaptionWorkload("some", ["x"], [["b a b", "c a"]], 1, [])
    assert work.known_words(9, 1) == ["a", "b", "c"]
    assert work.known_words(9, 2) == ["a", "b"]
    assert work.known_words(1, 1) == ["a"]
