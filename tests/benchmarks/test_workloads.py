"""What all workloads that are made up have in common."""

from __future__ import annotations

import pytest

from benchmarks.workloads.characters import LanguageWorkload, make_characters
from benchmarks.workloads.images import make_images
from benchmarks.workloads.pairs import make_pairs
from benchmarks.workloads.sentences import make_sentences
from benchmarks.workloads.texts import make_texts

MAKE = {
    "characters": lambda folder, seed: make_characters(60_000, 4, seed),
    "images": lambda folder, seed: make_images(folder, 3, 2, 1, seed),
    "pairs": lambda folder, seed: make_pairs(3000, 500, seed),
    "sentences": lambda folder, seed: make_sentences(3000, 500, seed),
    "texts": lambda folder, seed: make_texts(3000, 2000, seed),
}


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_the_seed_decides_and_a_workload_is_read_as_it_was_written(make, tmp_path):
    work = make(tmp_path, 0)
    digest = work.sha256
    work.write(tmp_path / "work.json")
    assert type(work).read(tmp_path / "work.json") == work
    assert make(tmp_path, 0) == work
    assert work.sha256 == digest  # also of its files, which were written again
    assert make(tmp_path, 1).sha256 != digest


def test_any_letter_of_a_text_is_read_as_it_was_written(tmp_path):
    work = LanguageWorkload("some", "日本\n\u2028 é", 3, ["a\nb"])
    work.write(tmp_path / "work.json")
    assert LanguageWorkload.read(tmp_path / "work.json") == work
