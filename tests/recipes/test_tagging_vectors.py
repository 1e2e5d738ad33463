"""The tagging recipe with pretrained vectors: read once, reported, kept, and continued."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from recipes import tagging
from seqkit import data
from seqkit.tasks.tagging.model import TokenTagger
from seqkit.training import Run

pytestmark = pytest.mark.slow

# Animals and plants: spelling does not tell. The last two of each are for validation and test.
ANIMALS = ["cat", "horse", "Owl", "mole", "ibex", "newt"]
PLANTS = ["oak", "fern", "Rose", "moss", "hemp", "dill"]
TRAIN, VALIDATION, TEST = slice(0, 4), slice(4, 5), slice(5, 6)
COLUMNS = ("tokens", "tags")


def write_vectors(path, scale=1.0):
    """fastText's form; the word that no sentence holds comes with its like."""
    generator = np.random.default_rng(0)
    words = ["the", *ANIMALS, *PLANTS, "and", "yak", "reed"]
    lines = [f"{len(words)} 5"]
    for word in words:
        values = generator.normal(0, 0.2, 5) * scale
        values[1] += scale * ((word in [*ANIMALS, "yak"]) - (word in [*PLANTS, "reed"]))
        lines.append(f"{word} {' '.join(f'{value:.4f}' for value in values)} ")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def sentences(number, part=TRAIN):
    generator = np.random.default_rng(number)
    pairs = [(word, "animal") for word in ANIMALS[part]]
    pairs += [(word, "plant") for word in PLANTS[part]] + [("the", "O"), ("qqq", "O")]
    rows = [[pairs[i] for i in generator.integers(0, len(pairs), 6)] for _ in range(number)]
    return [([word for word, _ in row], [tag for _, tag in row]) for row in rows]


CONFIG = tagging.Config(
    hidden_dim=12, embedding_dim=8, character_filters=0, affix_dim=0, word_dropout=0.4,
    dropout=0.1, epochs=5, min_steps=0, patience=5, learning_rate=2e-2, batch_size=16,
    pretrained_words=13,
)  # fmt: skip


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A model trained with a file that is gone by now, and what was printed meanwhile."""
    folder = tmp_path_factory.mktemp("models")
    file = write_vectors(folder / "vectors.vec")
    config = CONFIG.replace(pretrained_vectors=str(file))
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr(tagging, "print", lambda *a, **k: printed.extend(map(str, a)), raising=False)

        def publish(*outcome, **provenance):
            file.unlink()  # what is exported is verified without it
            tagging.recipe.publish(*outcome, **provenance)

        recipe = dataclasses.replace(tagging.recipe, publish=publish)
        model = recipe.train(
            sentences(200),
            folder / "garden",
            validation=sentences(30, VALIDATION),
            test=sentences(40, TEST),
            config=config,
        )
    return model, folder / "garden", printed


def test_coverage_is_told_before_training_and_kept(exported):
    _, path, printed = exported
    [line] = [line for line in printed if line.startswith("pretrained vectors: ")]
    assert "9 of 10 (90.0%) words of the dictionary" in line
    assert "4 words beside the dictionary" in line
    assert any("most frequent without a vector: 'qqq'" in line for line in printed)
    card = json.loads((path / "card.json").read_text())["pretrained_vectors"]
    assert card["dictionary_found"] == 9 and card["extra"] == 4 and list(card["missing"]) == ["qqq"]
    assert "qqq" in (path / "card.md").read_text(encoding="utf-8")
    page = (path / "report.html").read_text(encoding="utf-8")
    assert "Pretrained vectors" in page and "9 of 10 (90.0%)" in page


def test_the_file_is_not_needed_to_answer(exported):
    model, path, _ = exported
    for tagger in (model, TokenTagger.load(path)):
        [answer] = tagger.tag([["newt", "dill", "the", "DILL", "yak"]])
        assert answer.tags[:4] == ("animal", "plant", "O", "plant")
        # yak stands below the first words of the file, and no training sentence has it.
        assert answer.unknown == (False,) * 4 + (True,)


@pytest.mark.usefixtures("at_once")
def test_a_model_grows_by_words_of_the_file(exported, tmp_path):
    _, path, _ = exported
    old = TokenTagger.load(path)
    more = data.read([(["yak", "reed"], ["animal", "plant"])] * 2, columns=COLUMNS)
    file = write_vectors(tmp_path / "again.vec")
    grown = tagging.grow(old, more, CONFIG.replace(pretrained_vectors=str(file)))
    assert grown.tag([["yak", "reed"]])[0].tags == ("animal", "plant")
    assert len(grown.vectors) == len(old.vectors) + 2
    assert (tagging.grow(old, more, CONFIG).vectors == old.vectors).all()
    other = write_vectors(tmp_path / "other.vec", scale=2.0)
    with pytest.raises(ValueError, match="not those the model was trained with"):
        tagging.grow(old, more, CONFIG.replace(pretrained_vectors=str(other)))


@pytest.mark.usefixtures("at_once")
def test_a_run_is_resumed_with_the_same_vectors_alone(tmp_path):
    parts = tagging.recipe.read_parts(sentences(60), config=CONFIG)

    def fit(file, epochs, **options):
        config = CONFIG.replace(pretrained_vectors=str(file))
        model = tagging.build(parts["train"], config)
        config = config.replace(epochs=epochs)
        run = Run(tmp_path / "state", fingerprint=config.flat(), **options)
        return tagging.fit(model, parts["train"], parts["validation"], config, run, True)

    first = write_vectors(tmp_path / "first.vec")
    assert len(fit(first, 1)) == 1
    moved = first.rename(tmp_path / "moved.vec")
    assert len(fit(moved, 1, resume=True)) == 1
    other = write_vectors(tmp_path / "moved.vec", scale=1.5)
    with pytest.raises(ValueError, match=r"written with other pretrained_vectors; run"):
        fit(other, 1, resume=True)
