"""Dialogue: what was said before into what is said next, many-to-many.

    python -m recipes.dialogue --data conversations.jsonl --export-path saved_models/talk

The model is that of `recipes.translation`; a source holds the last turns, oldest first. Whoever
serves the model joins the turns in the same way: `seqkit.data.join_turns`, "A ⏎ B".
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from typing import Any

import keras

from recipes.samples.small_talk import small_talk
from seqkit.data import Dataset, check, join_turns, read_parts, read_turns
from seqkit.evaluation import Outcome, beside
from seqkit.export.artefact import check_target
from seqkit.recipe.command_line import run_recipe
from seqkit.tasks.translation.baselines import plain_translations
from seqkit.tasks.translation.evaluation import score_translator
from seqkit.tasks.translation.model import Translator
from seqkit.tasks.translation.report import publish_translator
from seqkit.tasks.translation.training import fit_translator
from seqkit.text import Normalizer, TextEncoder, learn_dictionary


@dataclasses.dataclass(frozen=True)
class Config:
    """What one may turn.

    Attributes:
        history: turns that an answer follows from, at most.
        every: 1 learns to say every turn but the first, 2 what the second of two speakers says.
        vocabulary_size: at most so many pieces of words.
        hidden_dim: units of the recurrent layers.
        dropout: share of values dropped in training.
        max_length: tokens of an answer.
        epochs: at most so many.
        patience: epochs without improvement on validation data before training stops.
        batch_size: answers of a training step.
        learning_rate: the highest; it falls to zero.
        validation_fraction: share of the conversations kept for validation, and for the test.
        seed: two runs with the same seed give the same model, on CPU.
    """

    history: int = 2
    every: int = 2
    vocabulary_size: int = 8_000
    hidden_dim: int = 256
    dropout: float = 0.2
    max_length: int = 100
    epochs: int = 12
    patience: int = 3
    batch_size: int = 64
    learning_rate: float = 2e-3
    validation_fraction: float = 0.1
    seed: int = 0


DEFAULTS = Config()


def train(
    data: Any = None,
    export_path: str | os.PathLike[str] | None = None,
    *,
    config: Config = DEFAULTS,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> Translator:
    """Trains a model that answers, scores it beside two baselines, and exports it.

    Args:
        data: A file of conversations (.jsonl with a list of turns on each line, or .txt with a
            turn on each line and a blank line between conversations), or lists of turns; by
            default small talk, in which an answer follows from the turn before the question.
        export_path: Directory for the served model, its card and its report.
        config: What may be turned.
        resume: Go on from the last finished epoch of an interrupted run with this export path.
        log_dir: Directory for TensorBoard.

    Returns:
        The trained model; `reply(model, turns)` answers.

    Raises:
        ValueError: Data or an argument cannot be used; the message says where and what to do.
        ExportError: The exported model does not answer as the trained one.
    """
    turns = read_turns(
        small_talk() if data is None else data, history=config.history, every=config.every
    )
    parts = read_parts(
        turns,
        columns=("source", "target"),
        fraction=config.validation_fraction,
        seed=config.seed,
    )
    root = None if export_path is None else check_target(export_path)
    checkpoints = None if root is None else root / ".training"
    checks = check(**parts)
    print(*checks.lines(), sep="\n")
    start = time.perf_counter()
    keras.utils.set_random_seed(config.seed)
    model = build(parts["train"], config)
    state = fit_translator(
        model,
        parts["train"],
        parts["validation"],
        batch_size=config.batch_size,
        epochs=config.epochs,
        max_steps=30_000,
        patience=config.patience,
        learning_rate=config.learning_rate,
        seed=config.seed,
        checkpoints=checkpoints,
        resume=resume,
        fingerprint=dataclasses.asdict(config),
        log_dir=log_dir,
    )
    minutes = (time.perf_counter() - start) / 60
    plain = plain_translations(parts["train"], parts["test"])
    scores = score_translator(model, parts["test"], baselines=plain)
    name, score = scores.main
    what = f"{name} on {scores.examples:,} answers"
    print(*beside(what, score, scores.main_baselines), sep="\n")
    print(f"  exactly right {scores.exact_match:.1%}")
    if root is not None and checkpoints is not None:
        baselines = {name: row.bleu for name, row in scores.baselines.items()}
        outcome = Outcome(model, scores, baselines, minutes, state.history, checks)
        note = f"A source is the last {config.history} turns, joined by ' ⏎ '."
        publish_translator(
            outcome, root, datasets=parts, config=config, seed=config.seed, notes=[note]
        )
        shutil.rmtree(checkpoints, ignore_errors=True)
    shown = parts["test"].take(range(min(5, len(parts["test"])))).to_list("source")
    for text, answer in zip(shown, model.translate(shown), strict=True):
        print(f"  {text[:100]} → {answer.text[:100]}")
    return model


def build(dataset: Dataset, config: Config) -> Translator:
    """Learns one dictionary for what was and what is said, and makes an untrained model."""
    texts = (batch for column in ("source", "target") for batch in dataset.batches(column, 4096))
    words = TextEncoder(
        *learn_dictionary(
            texts,
            "subword",
            normalizer=Normalizer("NFC", lowercase=False),
            vocabulary_size=config.vocabulary_size,
            seed=config.seed,
        )
    )
    return Translator.build(
        words,
        words,
        max_length=config.max_length,
        embedding_dim=config.hidden_dim,
        hidden_dim=config.hidden_dim,
        decoder_layers=2,
        dropout=config.dropout,
        seed=config.seed,
    )


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


if __name__ == "__main__":
    run_recipe(train)
