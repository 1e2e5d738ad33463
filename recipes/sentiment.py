"""Sentiment, and any other labels of whole texts: many-to-one.

    python -m recipes.sentiment --data reviews.csv --export-path saved_models/reviews

A recurrent network reads the text in order; a linear model of word and character n-grams looks at
it beside; how much each counts is fitted on validation data.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from pathlib import Path
from typing import Any, Literal

import keras

from recipes.samples.reviews import train_and_test
from seqkit.data import Dataset, check, read_parts
from seqkit.data.kinds.labels import distinct_labels, is_multi_label
from seqkit.evaluation import Outcome, beside
from seqkit.export.artefact import check_target
from seqkit.recipe.command_line import run_recipe
from seqkit.tasks.classification import baselines as baseline
from seqkit.tasks.classification.evaluation import score_classifier
from seqkit.tasks.classification.model import TextClassifier
from seqkit.tasks.classification.report import publish_classifier
from seqkit.tasks.classification.training import fit_classifier
from seqkit.text import HashedNGrams, Normalizer, TextEncoder, Vocabulary, learn_dictionary
from seqkit.training import TrainingState


@dataclasses.dataclass(frozen=True)
class Config:
    """What one may turn.

    Attributes:
        tokenizer: what the recurrent network reads.
        vocabulary_size: at most so many tokens.
        min_count: rarer tokens are UNK (not for `subword`, which has pieces of every word).
        lowercase: whether case is dropped.
        ngram_buckets: size of the n-gram table; 0 for no n-grams.
        embedding_dim: size of a token's vector.
        hidden_dim: units of the recurrent network, in each direction.
        num_layers: recurrent layers.
        cell: kind of recurrent cell.
        pooling: how the states of all steps become one vector; several are put side by side.
        dropout: share of values dropped in training.
        word_dropout: share of tokens read as UNK in training.
        max_length: tokens read at once; a longer text is served in windows of this length.
        too_long: what is done with a longer text when serving.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement on validation data before training stops.
        batch_size: texts of a training step.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        label_smoothing: share of certainty taken from the training labels.
        class_weight: "balanced" lets rare labels count as much as frequent ones.
        validation_fraction: share of the training data kept for validation if none is given.
        label_separator: what parts the labels of one cell; makes the model multi-label.
        text_column: name of the column with the text, if it is not found by itself.
        label_column: name of the column with the label, if it is not found by itself.
        format: format of the file, if its name does not say: csv, tsv, jsonl, parquet, lines.
        encoding: character encoding of the file.
        seed: two runs with the same seed give the same model, on CPU.
    """

    tokenizer: Literal["subword", "word", "char", "jamo"] = "subword"
    vocabulary_size: int = 8000
    min_count: int = 2
    lowercase: bool = True
    ngram_buckets: int = 2**20
    embedding_dim: int = 128
    hidden_dim: int = 128
    num_layers: int = 1
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    pooling: tuple[Literal["attention", "max", "mean", "last"], ...] = ("attention", "max")
    dropout: float = 0.3
    word_dropout: float = 0.1
    max_length: int = 256
    too_long: Literal["window", "error", "truncate"] = "window"
    epochs: int = 8
    max_steps: int = 12_000
    patience: int = 2
    batch_size: int = 32
    learning_rate: float = 3e-3
    label_smoothing: float = 0.0
    class_weight: Literal["none", "balanced"] = "none"
    validation_fraction: float = 0.1
    label_separator: str | None = None
    text_column: str | None = None
    label_column: str | None = None
    format: Literal["csv", "tsv", "jsonl", "parquet", "lines"] | None = None
    encoding: str = "utf-8"
    seed: int = 0


DEFAULTS = Config()
# A lower rate and fewer epochs: what was learned before is not to be lost.
FINE_TUNING = Config(learning_rate=Config.learning_rate / 3, epochs=4)


def build(dataset: Dataset, config: Config) -> TextClassifier:
    """Learns the dictionary and the labels from training data, and makes an untrained model."""
    tokenizer, vocabulary = learn_dictionary(
        dataset.batches("text", 4096),
        config.tokenizer,
        normalizer=Normalizer("NFC", lowercase=config.lowercase),
        vocabulary_size=config.vocabulary_size,
        min_count=config.min_count,
        seed=config.seed,
    )
    ngrams = HashedNGrams(config.ngram_buckets) if config.ngram_buckets else None
    return TextClassifier.build(
        TextEncoder(tokenizer, vocabulary, ngrams),
        Vocabulary.from_labels(distinct_labels(dataset)),
        multi_label=is_multi_label(dataset),
        max_length=config.max_length,
        too_long=config.too_long,
        embedding_dim=config.embedding_dim,
        hidden_dim=config.hidden_dim,
        num_layers=config.num_layers,
        cell=config.cell,
        pooling=list(config.pooling),
        dropout=config.dropout,
        word_dropout=config.word_dropout,
        seed=config.seed,
    )


def grow(old: TextClassifier, dataset: Dataset, config: Config) -> TextClassifier:
    """The model with the words and labels that more training data bring."""
    encoder = old.encoder.extended(dataset.batches("text", 4096), config.min_count)
    labels = old.labels.extended(dict.fromkeys(distinct_labels(dataset), 1))
    return old.extended(encoder, labels)


def fit(
    model: TextClassifier,
    train: Dataset,
    validation: Dataset,
    config: Config,
    *,
    new: bool = True,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> TrainingState:
    """Trains the model; one that is not new keeps what its n-grams have learned."""
    return fit_classifier(
        model,
        train,
        validation,
        batch_size=config.batch_size,
        epochs=config.epochs,
        max_steps=config.max_steps,
        patience=config.patience,
        learning_rate=config.learning_rate,
        label_smoothing=config.label_smoothing,
        class_weight=config.class_weight,
        count_first=new,
        seed=config.seed,
        checkpoints=checkpoints,
        resume=resume,
        fingerprint=dataclasses.asdict(config),
        log_dir=log_dir,
    )


def train(
    data: Any = None,
    export_path: str | os.PathLike[str] | None = None,
    *,
    validation: Any = None,
    test: Any = None,
    config: Config = DEFAULTS,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> TextClassifier:
    """Trains a classifier on labelled texts, scores it beside a baseline, and exports it.

    Args:
        data: A file with texts and labels, or anything that `seqkit.data.read` takes; by default
            built-in sample reviews.
        export_path: Directory for the served model, its card and its report.
        validation: Held-out data to stop by and to calibrate on; by default a part of the data.
        test: Held-out data to score on; by default a part of the data.
        config: What may be turned.
        resume: Go on from the last finished epoch of an interrupted run with this export path.
        log_dir: Directory for TensorBoard.

    Returns:
        The trained model; `model.classify(texts)` answers.

    Raises:
        ValueError: Data or an argument cannot be used; the message says where and what to do.
        ExportError: The exported model does not answer as the trained one.
    """
    parts = _read(data, validation, test, config)
    return _run(parts, None, export_path, config, resume, log_dir)


def fine_tune(
    model_path: str | os.PathLike[str],
    data: Any,
    export_path: str | os.PathLike[str] | None = None,
    *,
    validation: Any = None,
    test: Any = None,
    config: Config = FINE_TUNING,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> TextClassifier:
    """Goes on from a trained model with more data, in which new words and labels may come.

    Args:
        model_path: Directory of the exported model.
        data: As in `train`, but it must be given.
        export_path: Directory for the result; by default that of the model, as its next version.
        validation: As in `train`.
        test: As in `train`.
        config: What may be turned; the model's own sizes and tokenizer stay as they are.
        resume: As in `train`.
        log_dir: As in `train`.

    Returns:
        The trained model.

    Raises:
        ValueError: As in `train`.
        ExportError: As in `train`.
    """
    parts = _read(data, validation, test, config)
    old = TextClassifier.load(model_path)
    return _run(parts, old, export_path or model_path, config, resume, log_dir)


def train_and_score(
    parts: dict[str, Dataset],
    config: Config,
    *,
    old: TextClassifier | None = None,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> Outcome:
    """Builds, trains, and scores beside the baseline; what `train` does between reading and export.

    Args:
        parts: `train`, `validation` and `test`, as `seqkit.data.read_parts` gives them.
        config: what may be turned.
        old: the model to go on from, or None for a new one.
        checkpoints: directory for the state after each epoch.
        resume: whether to go on from that state.
        log_dir: directory for TensorBoard.

    Returns:
        The outcome.
    """
    checks = check(**parts)
    print(*checks.lines(), sep="\n")
    start = time.perf_counter()
    keras.utils.set_random_seed(config.seed)
    model = build(parts["train"], config) if old is None else grow(old, parts["train"], config)
    state = fit(
        model,
        parts["train"],
        parts["validation"],
        config,
        new=old is None,
        checkpoints=checkpoints,
        resume=resume,
        log_dir=log_dir,
    )
    minutes = (time.perf_counter() - start) / 60
    scores = score_classifier(model, parts["test"])
    plain = baseline.bag_of_words(parts["train"], parts["test"])
    baselines = {baseline.NAME: baseline.accuracy(plain, parts["test"])}
    what = f"accuracy on {scores.examples:,} test texts"
    print(*beside(what, scores.accuracy, baselines), sep="\n")
    return Outcome(model, scores, baselines, minutes, state.history, checks)


def _read(data: Any, validation: Any, test: Any, config: Config) -> dict[str, Dataset]:
    if data is None:
        data, held_out = train_and_test()
        test = held_out if test is None else test
    return read_parts(
        data,
        validation,
        test,
        fraction=config.validation_fraction,
        seed=config.seed,
        names={"text": config.text_column, "label": config.label_column},
        format=config.format,
        encoding=config.encoding,
        label_separator=config.label_separator,
    )


def _run(
    parts: dict[str, Dataset],
    old: TextClassifier | None,
    export_path: str | os.PathLike[str] | None,
    config: Config,
    resume: bool,
    log_dir: str | os.PathLike[str] | None,
) -> TextClassifier:
    """Trains, exports where a path is given, and shows a few answers."""
    root = None if export_path is None else check_target(export_path)
    checkpoints = None if root is None else root / ".training"
    outcome = train_and_score(
        parts, config, old=old, checkpoints=checkpoints, resume=resume, log_dir=log_dir
    )
    if root is not None and checkpoints is not None:
        publish_classifier(outcome, root, datasets=parts, config=config, seed=config.seed)
        shutil.rmtree(checkpoints, ignore_errors=True)
    shown = parts["test"].take(range(min(5, len(parts["test"])))).to_list("text")
    for text, answer in zip(shown, outcome.model.classify(shown), strict=True):
        unknown = f"unknown {answer.unknown_rate:.0%}"
        print(f"  {answer.label} ({answer.confidence:.2f}, {unknown}): {text[:100]}")
    return outcome.model


if __name__ == "__main__":
    run_recipe(train)
