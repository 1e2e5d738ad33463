"""The pure parts of the speed comparisons."""

from __future__ import annotations

import sys

import pytest

from benchmarks import setups
from benchmarks.comparisons import training_flops
from benchmarks.settings import read_settings
from benchmarks.setups import Options, prepare
from benchmarks.speed import COMPARISONS, describe, read_interpreters
from benchmarks.workloads.characters import LanguageWorkload
from benchmarks.workloads.images import CaptionWorkload
from benchmarks.workloads.pairs import TranslationWorkload
from benchmarks.workloads.sentences import TaggedWorkload
from benchmarks.workloads.texts import TextWorkload
from recipes import captioning, language_model, tagging
from tests.tiny_images import write_flickr8k

SIZES = {"embedding_dim": 3, "hidden_dim": 2, "cell": "gru"}


def test_operations_are_those_of_the_weights():
    # Two directions of three gates: 2 * 3 * 2 * (3 + 2) weights; attention: 4 * 4.
    assert training_flops(SIZES) == 3 * 2 * (60 + 16)
    assert training_flops({**SIZES, "cell": "lstm"}) == 3 * 2 * (80 + 16)


def test_interpreters_are_given_by_name():
    assert read_interpreters((f"torch={sys.executable}",)) == {"torch": sys.executable}
    assert read_interpreters(()) == {}


@pytest.mark.parametrize(
    "given", [f"sklearn={sys.executable}", "torch", "torch=no/such/python", "flair=python"]
)
def test_an_interpreter_that_is_not_there_is_refused(given):
    with pytest.raises(SystemExit, match="give NAME=PATH"):
        read_interpreters((given,))


def test_a_comparison_is_shown_with_what_it_depends_on():
    facts = {"data": "NSMC", "sha256": "ab", "texts": 20000, "threads": 2, "rounds": 5}
    workers = {"a": {"keras": "3", "prepared_in": 1.0}, "b": {"keras": "3", "torch": "2"}}
    result = {"facts": {**facts, "workers": workers}, "rows": [{"who": "seqkit", "x": 2.0}]}
    assert describe(result).splitlines() == [
        "| who | x |",
        "|---|---:|",
        "| seqkit | 2.00 |",
        "",
        "NSMC, 20,000 texts (SHA-256 `ab`), 2 threads, medians of 5 rounds; keras 3, torch 2.",
    ]
    result["facts"] |= {"train texts": 150000, "test texts": 50000}
    assert "NSMC, 150,000 texts for training, 50,000 for testing, 2" in describe(result)


@pytest.mark.parametrize(
    ("data", "facts", "workers", "expected"),
    [
        (
            "EWT",
            {"train sentences": 2000, "test sentences": 2077},
            ({"flair": "0.15.1", "torch": "2"}, {"spacy": "3.8"}),
            "2,000 sentences trained on and 2,077 tagged (SHA-256 `ab`), 2 threads, "
            "medians of 5 rounds; flair 0.15.1, spacy 3.8, torch 2.",
        ),
        (
            "Multi30k",
            {"train pairs": 2048, "test sentences": 1000},
            ({"tensorflow": "2"}, {"joeynmt": "2.3.0", "parameters": 9}),
            "2,048 pairs trained on and 1,000 sentences translated (SHA-256 `ab`), 2 threads, "
            "medians of 5 rounds; joeynmt 2.3.0, tensorflow 2.",
        ),
        (
            "Flickr8k",
            {"images": 3500, "train images": 320, "train captions": 1600, "test images": 64},
            ({"tensorflow": "2"}, {"keras": "3", "parameters": 9}),
            "1,600 captions trained on and 64 images captioned (SHA-256 `ab`), 2 threads, "
            "medians of 5 rounds; keras 3, tensorflow 2.",
        ),
        (
            "tinyshakespeare",
            {"characters": 1_003_854, "train characters": 131072, "written characters": 200},
            ({"tensorflow": "2"}, {"torch": "2", "parameters": 9}),
            "131,072 characters trained on and 200 written after each prompt (SHA-256 `ab`), "
            "2 threads, medians of 5 rounds; tensorflow 2, torch 2.",
        ),
    ],
)
def test_each_comparison_is_shown_with_the_amounts_of_its_data(data, facts, workers, expected):
    facts |= {"data": data, "sha256": "ab", "threads": 2, "rounds": 5}
    facts["workers"] = dict(zip("ab", workers, strict=True))
    result = {"facts": facts, "rows": [{"who": "seqkit", "x": 2.0}]}
    assert describe(result).splitlines()[-1] == f"{data}, {expected}"


def test_what_is_read_is_written_apart(tmp_path):
    options = Options(quick=True)
    workloads = {
        setups.choose_texts: TextWorkload,
        setups.choose_sentences: TaggedWorkload,
        setups.choose_pairs: TranslationWorkload,
        setups.choose_images: CaptionWorkload,
        setups.choose_characters: LanguageWorkload,
    }
    made = {choose: prepare(choose, options, {}, tmp_path) for choose in workloads}
    assert len({setup.config()["workload"] for setup in made.values()}) == 5
    for choose, setup in made.items():
        assert workloads[choose].read(setup.config()["workload"]) == setup.work
    assert {choose for choose, _ in COMPARISONS.values()} == made.keys()


def test_translators_have_the_sizes_that_are_compared(tmp_path):
    setup = prepare(setups.choose_pairs, Options(pairs=20), {}, tmp_path)
    assert setup.sizes["embedding_dim"] == setup.sizes["hidden_dim"] == 256
    assert (setup.sizes["vocabulary_size"], setup.sizes["batch_size"]) == (8000, 64)
    assert setup.sizes["num_beams"] == 4 and [size for size, _ in setup.batches] == [1, 32]
    assert setup.work.rows == 20 and setup.rounds == 5


def test_a_tagger_has_the_sizes_of_the_recipe(tmp_path):
    setup = prepare(setups.choose_sentences, Options(sentences=20), {}, tmp_path)
    recipe = read_settings(tagging.DEFAULTS)
    assert setup.sizes["hidden_dim"] == recipe["hidden_dim"] == 128
    assert recipe["batch_size"] is None  # it follows from the number of sentences
    assert setup.sizes["batch_size"] == tagging.DEFAULTS.training.batch_size_of(10**6) == 32
    assert setup.work.rows == 20 and setup.rounds == 5


def test_captioners_have_the_sizes_of_the_recipe(tmp_path):
    write_flickr8k(tmp_path, train=6, val=3)
    setup = prepare(setups.choose_images, Options(data=tmp_path, images=4), {}, tmp_path)
    for name in ("height", "widths", "hidden_dim", "batch_size", "captions_per_image", "num_beams"):
        assert setup.sizes[name] == read_settings(captioning.DEFAULTS)[name]
    assert [size for size, _ in setup.batches] == [1, 16] and setup.rounds == 5
    assert (len(setup.work.images), setup.work.rows, len(setup.work.test_images)) == (6, 4, 3)


def test_language_models_have_the_sizes_of_the_recipe(tmp_path):
    folder = tmp_path / "language_model" / "tinyshakespeare"
    folder.mkdir(parents=True)
    (folder / "input.txt").write_text("To be, or not to be.\n" * 100, encoding="utf-8")
    setup = prepare(setups.choose_characters, Options(data=tmp_path, characters=1000), {}, tmp_path)
    for name in ("embedding_dim", "hidden_dim", "cell", "batch_size", "window", "clip_norm"):
        assert setup.sizes[name] == read_settings(language_model.DEFAULTS)[name]
    # What the peers do not have.
    assert read_settings(language_model.DEFAULTS)["num_layers"] == 1
    assert not {"input_dropout", "recurrent_dropout"} & set(setup.sizes)
    assert [size for size, _ in setup.batches] == [1, 32] and setup.rounds == 5
    assert (setup.work.characters, len(setup.work.prompts)) == (1000, 32)
