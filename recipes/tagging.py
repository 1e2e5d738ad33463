"""Tags of words: parts of speech, names, slots, chunks: many-to-many, in step.

    python -m recipes.tagging --data train.conllu --test test.conllu --export-path saved_models/pos

Each word is read by the dictionary, by its letters and by its affixes and shape; a recurrent
network reads the words in both directions; a conditional random field finds the best tags for the
whole sentence.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np

from recipes.samples.python_names import python_names
from seqkit.data import Dataset, check, read_parts
from seqkit.evaluation import Outcome, beside
from seqkit.export.artefact import check_target
from seqkit.recipe.command_line import run_recipe
from seqkit.tasks.tagging import baselines as tag_baselines
from seqkit.tasks.tagging.answers import Tagging
from seqkit.tasks.tagging.evaluation import main_score, score_tagger
from seqkit.tasks.tagging.model import TokenTagger
from seqkit.tasks.tagging.report import publish_tagger
from seqkit.tasks.tagging.training import fit_tagger
from seqkit.text import Vocabulary, WordEncoder, vector_coverage, with_vectors
from seqkit.training import TrainingState


@dataclasses.dataclass(frozen=True)
class Config:
    """What one may turn.

    Attributes:
        vocabulary_size: at most so many words.
        min_count: rarer words are UNK in the dictionary; their letters are read all the same.
        max_characters: a longer word is read by its first and its last half of so many letters.
        affix_buckets: size of the table of each kind of affix.
        embedding_dim: size of a word's vector in the dictionary.
        character_dim: size of a letter's vector.
        character_filters: size of the vector that a word's letters give.
        kernel_size: letters that are looked at together.
        affix_dim: size of the vector of each affix and of the shape.
        hidden_dim: units of the recurrent network, in each direction.
        num_layers: recurrent layers.
        cell: kind of recurrent cell.
        dropout: share of values dropped in training.
        word_dropout: share of words read as UNK in training.
        max_length: words read at once; a longer document is read in windows that overlap.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement on validation data before training stops.
        batch_size: sentences of a training step.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        validation_fraction: share of the training data kept for validation if none is given.
        pretrained_vectors: text file of word vectors, GloVe's or fastText's (.vec), unpacked. Words
            that the training data do not hold are read by theirs. The vectors stay as they are; a
            linear map of them, to `embedding_dim` values, is learned. After training the file is
            not needed; `fine_tune` takes the same file for new words.
        pretrained_words: so many words from the top of that file, where the most frequent are,
            come into the model beside those of the training data: 60 MB for 50,000 of 300 values.
        tokens_column: name or number of the column with the words, if it is not found by itself.
        tags_column: name or number of the column with the tags, such as `xpos`.
        format: format of the file, if its name does not say: conll, conllu, jsonl, parquet.
        encoding: character encoding of the file.
        seed: two runs with the same seed give the same model, on CPU.
    """

    vocabulary_size: int = 50_000
    min_count: int = 2
    max_characters: int = 24
    affix_buckets: int = 8192
    embedding_dim: int = 100
    character_dim: int = 32
    character_filters: int = 128
    kernel_size: int = 4
    affix_dim: int = 16
    hidden_dim: int = 128
    num_layers: int = 1
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    dropout: float = 0.5
    word_dropout: float = 0.25
    max_length: int = 256
    epochs: int = 10
    max_steps: int = 12_000
    patience: int = 4
    batch_size: int = 32
    learning_rate: float = 3e-3
    validation_fraction: float = 0.1
    pretrained_vectors: str | None = None
    pretrained_words: int = 50_000
    tokens_column: str | None = None
    tags_column: str | None = None
    format: Literal["conll", "conllu", "jsonl", "parquet"] | None = None
    encoding: str = "utf-8"
    seed: int = 0


DEFAULTS = Config()
# A lower rate and fewer epochs: what was learned before is not to be lost.
FINE_TUNING = Config(learning_rate=Config.learning_rate / 3, epochs=4)


def build(dataset: Dataset, config: Config) -> TokenTagger:
    """Learns words, letters and tags from training data, and makes an untrained model."""
    encoder = WordEncoder.learn(
        _words(dataset),
        min_count=config.min_count,
        vocabulary_size=config.vocabulary_size,
        max_characters=config.max_characters,
        affix_buckets=config.affix_buckets,
    )
    encoder, vectors = _pretrained(encoder, dataset, config)
    return TokenTagger.build(
        encoder,
        Vocabulary.from_labels(_tags(dataset)),
        vectors=vectors,
        max_length=config.max_length,
        embedding_dim=config.embedding_dim,
        character_dim=config.character_dim,
        character_filters=config.character_filters,
        kernel_size=config.kernel_size,
        affix_dim=config.affix_dim,
        hidden_dim=config.hidden_dim,
        num_layers=config.num_layers,
        cell=config.cell,
        dropout=config.dropout,
        word_dropout=config.word_dropout,
        seed=config.seed,
    )


def grow(old: TokenTagger, dataset: Dataset, config: Config) -> TokenTagger:
    """The model with the words, letters and tags that more training data bring."""
    encoder = old.encoder.extended(_words(dataset), config.min_count)
    encoder, vectors = _pretrained(encoder, dataset, config)
    return old.extended(encoder, old.tags.extended(dict.fromkeys(_tags(dataset), 1)), vectors)


def fit(
    model: TokenTagger,
    train: Dataset,
    validation: Dataset,
    config: Config,
    *,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> TrainingState:
    """Trains the model."""
    return fit_tagger(
        model,
        train,
        validation,
        batch_size=config.batch_size,
        epochs=config.epochs,
        max_steps=config.max_steps,
        patience=config.patience,
        learning_rate=config.learning_rate,
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
) -> TokenTagger:
    """Trains a tagger on tagged sentences, scores it beside two baselines, and exports it.

    Args:
        data: A file with words and tags, or anything that `seqkit.data.read` takes; by default
            names in Python's own sources.
        export_path: Directory for the served model, its card and its report.
        validation: Held-out data to stop by; by default a part of the data.
        test: Held-out data to score on; by default a part of the data.
        config: What may be turned.
        resume: Go on from the last finished epoch of an interrupted run with this export path.
        log_dir: Directory for TensorBoard.

    Returns:
        The trained model; `model.tag(texts)` or `model.tag(lists_of_words)` answers.

    Raises:
        ValueError: Data or an argument cannot be used; the message says where and what to do.
        ExportError: The exported model does not answer as the trained one.
    """
    parts = read(data, validation, test, config)
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
) -> TokenTagger:
    """Goes on from a trained model with more data, in which new words and tags may come.

    Args:
        model_path: Directory of the exported model.
        data: As in `train`, but it must be given.
        export_path: Directory for the result; by default that of the model, as its next version.
        validation: As in `train`.
        test: As in `train`.
        config: What may be turned; the model's own sizes stay as they are.
        resume: As in `train`.
        log_dir: As in `train`.

    Returns:
        The trained model.

    Raises:
        ValueError: As in `train`.
        ExportError: As in `train`.
    """
    parts = read(data, validation, test, config)
    old = TokenTagger.load(model_path)
    return _run(parts, old, export_path or model_path, config, resume, log_dir)


def read(data: Any, validation: Any, test: Any, config: Config) -> dict[str, Dataset]:
    """Reads the three parts; what is not given is split from the data, or taken from the sample."""
    if data is None:
        sample = python_names()
        data = sample["train"]
        validation = sample["validation"] if validation is None else validation
        test = sample["test"] if test is None else test
    return read_parts(
        data,
        validation,
        test,
        columns=("tokens", "tags"),
        fraction=config.validation_fraction,
        seed=config.seed,
        names={"tokens": _number(config.tokens_column), "tags": _number(config.tags_column)},
        format=config.format,
        encoding=config.encoding,
    )


def train_and_score(
    parts: dict[str, Dataset],
    config: Config,
    *,
    old: TokenTagger | None = None,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> Outcome:
    """Builds, trains, and scores beside the baselines; all of `train` but reading and export.

    Args:
        parts: `train`, `validation` and `test`, as `read` gives them.
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
    coverage = vector_coverage(model.encoder, _words(parts["train"]))
    if coverage is not None:
        print(*coverage.lines(), sep="\n")
    state = fit(
        model,
        parts["train"],
        parts["validation"],
        config,
        checkpoints=checkpoints,
        resume=resume,
        log_dir=log_dir,
    )
    minutes = (time.perf_counter() - start) / 60
    scores = score_tagger(model, parts["test"], parts["train"])
    truth = parts["test"].to_list("tags")
    plain = {
        tag_baselines.MOST_FREQUENT: tag_baselines.most_frequent_tag(parts["train"], parts["test"]),
        tag_baselines.LINEAR: tag_baselines.linear_tagger(parts["train"], parts["test"]),
    }
    baselines = {name: main_score(truth, answers)[1] for name, answers in plain.items()}
    name, score = scores.main
    print(*beside(f"{name} on {scores.tokens:,} test words", score, baselines), sep="\n")
    for what, rate, right in (
        ("that training did not hold", scores.unseen_rate, scores.unseen_accuracy),
        ("that the dictionary lacks", scores.unknown_rate, scores.unknown_accuracy),
    ):
        if right is not None:
            print(f"  accuracy of the {rate:.1%} {what}: {right:.4f}")
    return Outcome(model, scores, baselines, minutes, state.history, checks)


def _run(
    parts: dict[str, Dataset],
    old: TokenTagger | None,
    export_path: str | os.PathLike[str] | None,
    config: Config,
    resume: bool,
    log_dir: str | os.PathLike[str] | None,
) -> TokenTagger:
    """Trains, exports where a path is given, and shows a few answers."""
    root = None if export_path is None else check_target(export_path)
    checkpoints = None if root is None else root / ".training"
    outcome = train_and_score(
        parts, config, old=old, checkpoints=checkpoints, resume=resume, log_dir=log_dir
    )
    if root is not None and checkpoints is not None:
        publish_tagger(outcome, root, datasets=parts, config=config, seed=config.seed)
        shutil.rmtree(checkpoints, ignore_errors=True)
    shown = parts["test"].take(range(min(5, len(parts["test"])))).to_list("tokens")
    for tagging in outcome.model.tag(shown):
        print(f"  {_shown(tagging)}")
    return outcome.model


def _shown(tagging: Tagging) -> str:
    """The first words with their tags."""
    pairs = list(zip(tagging.tokens, tagging.tags, strict=True))
    return " ".join(f"{token}/{tag}" for token, tag in pairs[:15]) + (" …" if pairs[15:] else "")


def _words(dataset: Dataset) -> Any:
    """The words of all sentences, batch by batch."""
    return (tokens.flatten() for tokens in dataset.batches("tokens", 4096))


def _pretrained(
    encoder: WordEncoder, dataset: Dataset, config: Config
) -> tuple[WordEncoder, np.ndarray | None]:
    """The encoder with the words that have a pretrained vector, and the vectors, if there are."""
    if config.pretrained_vectors is None:
        return encoder, None
    return with_vectors(
        encoder, config.pretrained_vectors, _words(dataset), config.pretrained_words
    )


def _tags(dataset: Dataset) -> list[str]:
    """The tags that come."""
    return dataset["tags"].combine_chunks().flatten().unique().to_pylist()


def _number(column: str | None) -> str | int | None:
    """A column's position, where the command line gave a number."""
    return int(column) if column is not None and column.isdigit() else column


if __name__ == "__main__":
    run_recipe(train)
