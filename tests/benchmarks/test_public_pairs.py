"""Pairs are parted so that nothing of the test was trained on."""

from __future__ import annotations

import gzip
import sys
from types import SimpleNamespace

import pytest

from benchmarks import public_data
from benchmarks.public_data import Splitting

HOW = Splitting(folds=10, fraction=0.1, seed=0)


def test_multi30k_has_its_own_parts_and_a_second_test(tmp_path):
    folder = tmp_path / "translation" / "multi30k_en_de"
    folder.mkdir(parents=True)
    for part in ("train", "val", "test_2016_flickr", "test_2017_flickr"):
        for language in ("en", "de"):
            with gzip.open(folder / f"{part}.{language}.gz", "wt") as file:
                file.write(f'{part} "{language}\n')
    public = public_data.multi30k(tmp_path, HOW)
    parts = {**public.parts(0), **public.more_tests()}
    assert {name: part.to_list("source") for name, part in parts.items()} == {
        "train": ['train "en'],
        "validation": ['val "en'],
        "test": ['test_2016_flickr "en'],
        "Multi30k en-de, test 2017": ['test_2017_flickr "en'],
    }
    assert parts["test"].to_list("target") == ['test_2016_flickr "de']
    before = public.sha256
    with gzip.open(folder / "test_2017_flickr.de.gz", "wt") as file:
        file.write("another\n")
    assert public_data.multi30k(tmp_path, HOW).sha256 != before


def test_an_english_sentence_of_tatoeba_is_in_one_part_alone(tmp_path):
    folder = tmp_path / "translation" / "tatoeba_en_ko"
    folder.mkdir(parents=True)
    lines = [
        f'Say "{i % 100}".\t말해 {i}.\tCC-BY 2.0 (France) Attribution: tatoeba.org #{i}\n'
        for i in range(200)
    ]
    (folder / "kor.txt").write_text("".join(lines), encoding="utf-8")
    public = public_data.tatoeba(tmp_path, HOW)
    parts = public.parts(0)
    sources = {name: part.to_list("source") for name, part in parts.items()}
    assert {name: len(texts) for name, texts in sources.items()} == {
        **{"train": 162, "validation": 18, "test": 20},
    }
    assert sum(len(set(texts)) for texts in sources.values()) == 100
    assert {*parts["test"].to_list("target")} <= {f"말해 {i}." for i in range(200)}
    assert public.parts(0)["test"].to_list("source") == sources["test"]
    other = public_data.tatoeba(tmp_path, HOW._replace(seed=1)).parts(0)
    assert other["test"].to_list("source") != sources["test"]


def test_the_built_in_pairs_need_no_file(monkeypatch):
    rows = {part: [(part, "x")] for part in ("train", "validation", "test")}
    module = SimpleNamespace(hangul_names=lambda: rows)
    monkeypatch.setitem(sys.modules, "recipes.samples.hangul_names", module)
    public = public_data.hangul_names(None, HOW)
    assert public.parts(0)["test"].to_list("source") == ["test"]
    assert len(public.sha256) == 12 and public.folds == 1


@pytest.mark.parametrize("name", ["multi30k", "tatoeba", "hangul_names"])
def test_pairs_are_measured_by_the_recipe_of_translation(name):
    assert public_data.SETS[name].__name__ == name
    assert public_data.recipe_of(name) == "translation"
