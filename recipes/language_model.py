"""Language models: what comes next, how plausible a text is, and going on from there.

    python -m recipes.language_model --data "novels/*.txt" --export-path saved_models/novels

A recurrent network reads a text token by token and says after each which may come next: many to
many, in step. Characters, words or pieces of words; one long text or sentences of their own.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import keras

from recipes.samples.pydoc_text import pydoc_text
from seqkit.data import DataReport, Dataset, TextStream, check, read_parts, read_stream_parts
from seqkit.data.formats.by_name import is_table
from seqkit.data.streams.stream_checks import StreamReport, check_streams
from seqkit.data.streams.text_rows import text_rows
from seqkit.evaluation import Outcome, beside
from seqkit.export.artefact import check_target
from seqkit.recipe.command_line import run_recipe
from seqkit.recipe.preset import with_preset
from seqkit.tasks.language_modeling.evaluation import score_language_model
from seqkit.tasks.language_modeling.held_out import HeldOutText
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.tasks.language_modeling.report import publish_language_model
from seqkit.tasks.language_modeling.training import fit_language_model
from seqkit.text import Normalizer, TextEncoder, learn_dictionary
from seqkit.training import TrainingState


@dataclasses.dataclass(frozen=True)
class Config:
    """What one may turn.

    Attributes:
        unit: `stream` for one long text, or documents one after another, read in windows; the state
            goes on from window to window. `sentences` for texts of their own: rows of a table, or
            lines of a text file. `auto` takes the second for tables.
        tokenizer: what the text is split into.
        vocabulary_size: at most so many tokens; None takes 4,000 for less than a million characters
            of text, 10,000 for less than twenty, and 30,000 beyond.
        min_count: rarer tokens are UNK; of no effect on `subword`, whose pieces spell them.
        lowercase: whether texts are read and written in lower case.
        embedding_dim: size of a token's vector.
        hidden_dim: units of each recurrent layer.
        num_layers: recurrent layers.
        cell: kind of recurrent cell.
        tie_embeddings: whether a token's vector is also what its probability is made from; None
            ties those of words and of pieces.
        input_dropout: share of the values of tokens' vectors dropped in training.
        dropout: share of each recurrent layer's outputs dropped in training.
        dropout_warm_up: steps of training after which both shares are reached.
        recurrent_dropout: share of each recurrent state dropped, the same at every step.
        window: tokens that gradients flow back through.
        batch_size: windows, or texts, of a training step.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement on validation data before training stops.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        clip_norm: greatest norm of all gradients together.
        max_length: tokens of a text that is generated; longer texts of their own are left out.
        validation_fraction: share of the text kept for validation, and for the test, if none is
            given: of a stream its end.
        text_column: name of the column with the texts, if not found by itself.
        format: format of the table, if its name does not say: csv, tsv, jsonl, parquet.
        encoding: character encoding of the files.
        seed: two runs with the same seed give the same model, on CPU.
    """

    unit: Literal["auto", "stream", "sentences"] = "auto"
    tokenizer: Literal["char", "word", "subword", "jamo"] = "char"
    vocabulary_size: int | None = None
    min_count: int = 2
    lowercase: bool = False
    embedding_dim: int = 64
    hidden_dim: int = 512
    num_layers: int = 1
    cell: Literal["lstm", "gru", "simple_rnn"] = "lstm"
    tie_embeddings: bool | None = None
    input_dropout: float = 0.1
    dropout: float = 0.5
    dropout_warm_up: int = 4_000
    recurrent_dropout: float = 0.2
    window: int = 64
    batch_size: int = 32
    epochs: int = 16
    max_steps: int = 20_000
    patience: int = 5
    learning_rate: float = 4e-3
    clip_norm: float = 1.0
    max_length: int = 10_000
    validation_fraction: float = 0.05
    text_column: str | None = None
    format: str | None = None
    encoding: str = "utf-8"
    seed: int = 0


DEFAULTS = Config()
# A small network learns little text in a minute.
SAMPLE = Config(hidden_dim=256, dropout=0.2, recurrent_dropout=0.0, epochs=8, learning_rate=8e-3)
# A lower rate and fewer epochs: what was learned before is not to be lost.
FINE_TUNING = Config(learning_rate=Config.learning_rate / 4, epochs=5)


def build(train: TextStream | Dataset, config: Config) -> LanguageModel:
    """Learns the dictionary from training data, and makes an untrained model."""
    tied = config.tie_embeddings
    return LanguageModel.build(
        _dictionary(train, config),
        unit="stream" if isinstance(train, TextStream) else "sentences",
        max_length=config.max_length,
        embedding_dim=config.embedding_dim,
        hidden_dim=config.hidden_dim,
        num_layers=config.num_layers,
        cell=config.cell,
        tie_embeddings=config.tokenizer in ("word", "subword") if tied is None else tied,
        input_dropout=config.input_dropout,
        dropout=config.dropout,
        dropout_warm_up=config.dropout_warm_up,
        recurrent_dropout=config.recurrent_dropout,
        seed=config.seed,
    )


def fit(
    model: LanguageModel,
    train: TextStream | Dataset,
    validation: TextStream | Dataset,
    config: Config,
    *,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> TrainingState:
    """Trains the model."""
    return fit_language_model(
        model,
        train,
        validation,
        batch_size=config.batch_size,
        window=config.window,
        epochs=config.epochs,
        max_steps=config.max_steps,
        patience=config.patience,
        learning_rate=config.learning_rate,
        clip_norm=config.clip_norm,
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
) -> LanguageModel:
    """Trains a language model, scores it beside an n-gram model, and exports it.

    Args:
        data: A text file, several (`"novels/*.txt"`), a folder of them, a table with a text in each
            row, or anything that `seqkit.data.read_stream` or `seqkit.data.read` takes; by default
            the text of Python's own help.
        export_path: Directory for the served model, its card and its report.
        validation: Held-out data to stop by; by default a part of the data.
        test: Held-out data to score on; by default a part of the data.
        config: What may be turned. For the sample, what is left as it is comes from `SAMPLE`.
        resume: Go on from the last finished epoch of an interrupted run with this export path.
        log_dir: Directory for TensorBoard.

    Returns:
        The trained model; `generate`, `score`, `complete` and `surprise` answer.

    Raises:
        ValueError: Data or an argument cannot be used; the message says where and what to do.
        ExportError: The exported model does not answer as the trained one.
    """
    if data is None:
        config = with_preset(config, SAMPLE)
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
) -> LanguageModel:
    """Goes on from a trained model with more text, in which new tokens may come.

    Args:
        model_path: Directory of the exported model.
        data: As in `train`, but it must be given.
        export_path: Directory for the result; by default that of the model, as its next version.
        validation: As in `train`.
        test: As in `train`.
        config: What may be turned; the model's own sizes, unit and tokenizer stay as they are.
        resume: As in `train`.
        log_dir: As in `train`.

    Returns:
        The trained model.

    Raises:
        ValueError: As in `train`.
        ExportError: As in `train`.
    """
    old = LanguageModel.load(model_path)
    parts = read(data, validation, test, dataclasses.replace(config, unit=old.unit))  # type: ignore[arg-type]
    return _run(parts, old, export_path or model_path, config, resume, log_dir)


def read(
    data: Any, validation: Any, test: Any, config: Config
) -> dict[str, TextStream] | dict[str, Dataset]:
    """Reads the three parts; what is not given is split from the data, or taken from the sample."""
    if data is None:
        sample = pydoc_text()
        data = sample["train"]
        validation = sample["validation"] if validation is None else validation
        test = sample["test"] if test is None else test
        if config.unit == "auto":
            config = dataclasses.replace(config, unit="stream")
    fraction, encoding = config.validation_fraction, config.encoding
    if _is_stream(data, config):
        return read_stream_parts(data, validation, test, fraction=fraction, encoding=encoding)
    return read_parts(
        *(
            text_rows(source, encoding) if config.format is None else source
            for source in (data, validation, test)
        ),
        fraction=fraction,
        columns=("text",),
        names={"text": config.text_column},
        format=config.format,
        encoding=encoding,
        seed=config.seed,
    )


def train_and_score(
    parts: dict[str, TextStream] | dict[str, Dataset],
    config: Config,
    *,
    old: LanguageModel | None = None,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> Outcome:
    """Builds, trains, and scores beside the n-gram model; all of `train` but reading and export.

    Args:
        parts: `train`, `validation` and `test`, as `read` gives them.
        config: what may be turned.
        old: the model to go on from, or None for a new one.
        checkpoints: directory for the state after each epoch; others as in `train`.

    Returns:
        The outcome.
    """
    checks = _checks(parts)
    print(*checks.lines(), sep="\n")
    start = time.perf_counter()
    keras.utils.set_random_seed(config.seed)
    if old is None:
        model = build(parts["train"], config)
    else:
        model = old.extended(old.encoder.extended(_texts(parts["train"]), config.min_count))
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
    held_out = {part: HeldOutText(model, parts[part]) for part in ("train", "validation", "test")}
    scores = score_language_model(
        held_out,
        tokens=model.encoder.vocabulary.tokens,
        characters=_characters(parts["test"]),
    )
    what, score = scores.main
    told = f"{what} on {scores.tokens:,} test tokens"
    print(*beside(told, score, scores.main_baselines, lower_is_better=True), sep="\n")
    print(
        f"  {scores.bits_per_character:.3f} bits a character, perplexity of a token "
        f"{scores.perplexity:.2f}, unknown tokens {scores.unknown_rate:.2%}"
    )
    return Outcome(model, scores, scores.main_baselines, minutes, state.history, checks)


def _run(
    parts: dict[str, TextStream] | dict[str, Dataset],
    old: LanguageModel | None,
    export_path: str | os.PathLike[str] | None,
    config: Config,
    resume: bool,
    log_dir: str | os.PathLike[str] | None,
) -> LanguageModel:
    """Trains, exports where a path is given, and shows how the model goes on."""
    root = None if export_path is None else check_target(export_path)
    checkpoints = None if root is None else root / ".training"
    outcome = train_and_score(
        parts, config, old=old, checkpoints=checkpoints, resume=resume, log_dir=log_dir
    )
    if root is not None and checkpoints is not None:
        publish_language_model(outcome, root, datasets=parts, config=config, seed=config.seed)
        shutil.rmtree(checkpoints, ignore_errors=True)
    print(f"  {outcome.model.generate([''], length=200, temperature=0.7, seed=config.seed)[0]!r}")
    return outcome.model


def _is_stream(data: Any, config: Config) -> bool:
    """Whether data is read as a stream."""
    if config.unit != "auto":
        return config.unit == "stream"
    if isinstance(data, (str, os.PathLike)):
        return config.format is None and not is_table(Path(data))
    return isinstance(data, TextStream)


def _checks(parts: Mapping[str, Any]) -> StreamReport | DataReport:
    """What is to be known about the data."""
    if isinstance(parts["train"], TextStream):
        return check_streams(**parts)
    return check(**parts)


def _dictionary(train: TextStream | Dataset, config: Config) -> TextEncoder:
    """A tokenizer and its vocabulary, learned from the training data."""
    size = config.vocabulary_size
    if size is None:
        characters = _characters(train)
        size = 4_000 if characters < 1e6 else 10_000 if characters < 2e7 else 30_000
    return TextEncoder(
        *learn_dictionary(
            _texts(train),
            config.tokenizer,
            normalizer=Normalizer("NFC", lowercase=config.lowercase),
            vocabulary_size=size,
            min_count=config.min_count,
            seed=config.seed,
        )
    )


def _texts(data: TextStream | Dataset) -> Iterator[Any]:
    """Batches of texts; of a stream, of its lines."""
    if isinstance(data, TextStream):
        return (piece.text.splitlines(keepends=True) for piece in data.pieces())
    return iter(data.batches("text", 4096))


def _characters(data: TextStream | Dataset) -> int:
    """How many characters the text has."""
    if isinstance(data, TextStream):
        return data.characters
    return sum(len(text) for batch in data.batches("text", 4096) for text in batch.to_pylist())


if __name__ == "__main__":
    run_recipe(train)
