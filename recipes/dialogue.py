"""Dialogue: what was said before into what is said next, many-to-many.

    python -m recipes.dialogue --data conversations.jsonl --export-path saved_models/talk

The model is a translator; a source holds the last turns, oldest first. Whoever serves the model
joins the turns in the same way: `seqkit.data.join_turns`, "A ⏎ B".
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from recipes.samples.small_talk import small_talk
from seqkit.data import Dataset, check, join_turns, read_parts, read_turns
from seqkit.evaluation import Outcome, Scored
from seqkit.export import Artefact
from seqkit.model.search_settings import SearchSettings
from seqkit.recipe.growth import dictionary_settings, gentle, settings_to_adjust, vocabulary_limit
from seqkit.recipe.recipe import Parts, Recipe
from seqkit.recipe.settings import Settings
from seqkit.recipe.source import told_in_settings
from seqkit.tasks.translation.dictionaries import extend_encoders, learn_encoders
from seqkit.tasks.translation.evaluation import score_beside_baselines, score_translator
from seqkit.tasks.translation.model import Translator
from seqkit.tasks.translation.network import TranslatorNetwork
from seqkit.tasks.translation.report import publish_translator
from seqkit.tasks.translation.search import SEARCH
from seqkit.tasks.translation.training import fit_translator
from seqkit.training import Run, TrainingSettings


class Config(Settings):
    """Settings of the recipe.

    Attributes:
        history: the most turns that an answer follows from.
        every: 1 learns to say every turn but the first, 2 what the second of two speakers says.
        tokenizer: how turns are split.
        vocabulary_size: the most tokens.
        min_count: rarer tokens are UNK; of no effect on `subword`, whose pieces spell them.
        max_length: the most tokens of an answer; pairs with a longer side are not trained on.
        validation_fraction: share of the conversations kept for validation, and for the test, where
            none is given.
        encoding: character encoding of the file.
        turns_column: the key of the list of turns in objects of JSON that have no `turns`.
        network: sizes of the network.
        search: how answers are searched for; `fine_tune` may change it.
        training: how long and how fast the network is trained.
        seed: two runs on the same machine with the same seed give the same model, on CPU.
    """

    history: int = 2
    every: int = 2
    tokenizer: Literal["subword", "word", "char", "jamo"] = "subword"
    vocabulary_size: int = 8_000
    min_count: int = 2
    max_length: int = 100
    validation_fraction: float = 0.1
    encoding: str = "utf-8"
    turns_column: str | None = None
    network: TranslatorNetwork = TranslatorNetwork(dropout=0.2)
    search: SearchSettings = dataclasses.replace(SEARCH, length_penalty=1.0)
    training: TrainingSettings = TrainingSettings(
        epochs=12, max_steps=30_000, batch_size=64, learning_rate=2e-3
    )
    seed: int = 0


DEFAULTS = Config()
FINE_TUNING = gentle(DEFAULTS, slower=3, epochs=4)


def read(sources: Sequence[Any], config: Config, old: Translator | None = None) -> Parts:
    """Reads the three parts; what is not given is split from the data, whole conversations each."""
    options: dict[str, Any] = {
        "history": config.history,
        "every": config.every,
        "encoding": config.encoding,
    }
    names = None if config.turns_column is None else {"turns": config.turns_column}
    with told_in_settings(("turns",)):
        turns = [
            None if source is None else read_turns(source, names=names, **options)
            for source in sources
        ]
        return read_parts(
            *turns,
            columns=("source", "target"),
            fraction=config.validation_fraction,
            seed=config.seed,
        )


def build(train: Dataset, config: Config) -> Translator:
    """Learns one dictionary for what was and what is said, and makes an untrained model."""
    encoders = learn_encoders(
        train,
        (config.tokenizer, config.tokenizer),
        vocabulary_size=config.vocabulary_size,
        min_count=config.min_count,
        seed=config.seed,
    )
    return Translator.build(
        *encoders,
        config.network,
        max_length=config.max_length,
        seed=config.seed,
        **dataclasses.asdict(config.search),
    )


def grow(old: Translator, train: Dataset, config: Config) -> Translator:
    """Makes a model that knows the tokens of more training data, with the search that is given."""
    limits = [vocabulary_limit(config, side.vocabulary) for side in (old.source, old.target)]
    encoders = extend_encoders(old, train, min_count=config.min_count, limits=limits)
    return old.extended(*encoders, **settings_to_adjust(config, old))


def fit(
    model: Translator, train: Dataset, validation: Dataset, config: Config, run: Run, new: bool
) -> list[dict[str, float]]:
    """Trains the model."""
    return fit_translator(
        model, train, validation, config.training, new=new, seed=config.seed, run=run
    ).history


def score(model: Translator, parts: Parts) -> Scored:
    """Scores the answers to the test data's turns beside the baselines."""
    return score_beside_baselines(model, parts, what="answers")


def publish(
    outcome: Outcome,
    export_path: str | os.PathLike[str],
    *,
    config: Mapping[str, Any],
    **provenance: Any,
) -> Artefact:
    """Exports the model; card and page say how turns are joined."""
    note = f"A source is the last {config['history']} turns, joined by ' ⏎ '."
    return publish_translator(outcome, export_path, config=config, notes=[note], **provenance)


def show(model: Translator, parts: Parts, config: Config) -> list[str]:
    """Answers to a few turns of the test data."""
    texts = parts["test"].head(5).to_list("source")
    return [
        f"  {text[:100]} → {answer.text[:100]}"
        for text, answer in zip(texts, model.translate(texts), strict=True)
    ]


def reply(model: Translator, turns: list[str], history: int = Config.history) -> str:
    """Answers what was said.

    Args:
        model: what `train` returned.
        turns: all that was said so far, oldest first; the last `history` of it are read.
        history: as in training.

    Returns:
        The next turn.
    """
    return model.translate([join_turns(turns, history)])[0].text


recipe = Recipe(
    data="A file of conversations (.jsonl with a list of turns on each line, or .txt with a turn "
    "on each line and a blank line between conversations), or lists of turns.",
    defaults=DEFAULTS,
    fine_tuning=FINE_TUNING,
    load=Translator.load,
    read=read,
    check=check,
    build=build,
    grow=grow,
    fit=fit,
    score=score,
    measure=lambda model, rows: score_translator(model, rows).main,
    publish=publish,
    show=show,
    sample=lambda: {"train": small_talk()},
    fixed=lambda model: dictionary_settings(model.source),
)
train, fine_tune, train_and_score = recipe.train, recipe.fine_tune, recipe.train_and_score

if __name__ == "__main__":
    recipe.run()
