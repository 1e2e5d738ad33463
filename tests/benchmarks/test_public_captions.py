"""Captioned images are parted so that no image of the test was trained on."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import public_data
from benchmarks.public_data import Splitting
from tests.tiny_images import png, write_flickr8k

HOW = Splitting(folds=10, fraction=0.2, seed=0)


def test_what_flickr8k_calls_val_is_the_test_and_validation_comes_by_image(tmp_path):
    public = public_data.flickr8k(write_flickr8k(tmp_path, train=10, val=2), HOW)
    assert (public.folds, public.title) == (1, "Flickr8k, a part")
    parts = public.parts(0)
    names = {
        part: sorted({Path(image).stem for image in dataset.to_list("image")})
        for part, dataset in parts.items()
    }
    assert names["test"] == ["val-0", "val-1"]
    assert len(names["validation"]) == 2
    assert sorted(names["train"] + names["validation"]) == [f"train-{i}" for i in range(10)]
    assert [len(part) for part in parts.values()] == [40, 10, 10]
    assert parts["test"].to_list("caption")[:2] == ["A 0-Dog 0 .", "A 0-Dog 1 ."]
    other = public_data.flickr8k(tmp_path, HOW._replace(seed=1)).parts(0)
    assert other["validation"].to_list("image") != parts["validation"].to_list("image")


@pytest.mark.parametrize("name", ["captions.csv", "images/val-0.jpg"])
def test_the_digest_is_of_table_and_images(tmp_path, name):
    write_flickr8k(tmp_path, train=2, val=1)
    before = public_data.flickr8k(tmp_path, HOW).sha256
    path = tmp_path / "captioning" / "flickr8k" / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert public_data.flickr8k(tmp_path, HOW).sha256 != before


def test_the_built_in_scenes_need_no_file(monkeypatch):
    rows = {
        part: [(png(level), part)] for level, part in enumerate(("train", "validation", "test"))
    }
    module = SimpleNamespace(digit_scenes=lambda: rows)
    monkeypatch.setitem(sys.modules, "recipes.samples.digit_scenes", module)
    public = public_data.digit_scenes(None, HOW)
    assert public.parts(0)["test"].to_list("caption") == ["test"]
    assert len(public.sha256) == 12 and public.folds == 1


@pytest.mark.parametrize("name", ["flickr8k", "digit_scenes"])
def test_captions_are_measured_by_the_recipe_of_captioning(name):
    assert public_data.SETS[name].__name__ == name
    assert public_data.recipe_of(name) == "captioning"
