"""Translation: one sequence into another, many-to-many through an encoder and a decoder.

    python -m recipes.translation --data "train.{en,de}" --test "test.{en,de}" \\
        --export-path saved_models/en-de

The quotes keep the shell from making two arguments of the two files.
A recurrent network reads the source in both directions; another one writes the target token by
token, looking at the source by attention; beam search follows the best beginnings. Any pairs of
texts will do: languages, spellings and their pronunciation, texts and their normal form.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import keras

from recipes.samples.hangul_names import hangul_names
from seqkit.data import Dataset, check, read_parts
from seqkit.evaluation import Outcome, beside
from seqkit.export.artefact import check_target
from seqkit.recipe.command_line import run_recipe
from seqkit.recipe.preset import with_preset
from seqkit.tasks.translation.baselines import plain_translations
from seqkit.tasks.translation.evaluation import score_translator
from seqkit.tasks.translation.model import Translator
from seqkit.tasks.translation.report import publish_translator
from seqkit.tasks.translation.training import fit_translator
from seqkit.text import Normalizer, TextEncoder, learn_dictionary, suggest_tokenizer
from seqkit.training import TrainingState


@dataclasses.dataclass(frozen=True)
class Config:
    """What one may turn.

    Attributes:
        source_tokenizer: how sources are split. `auto` takes pieces of words for sentences, letters
            for words, and more, see `seqkit.text.suggest_tokenizer`.
        target_tokenizer: how targets are split.
        shared_dictionary: one dictionary for both sides, where both are split alike; good for
            languages with a script and names in common.
        vocabulary_size: at most so many tokens, of each dictionary; None takes 4,000 for less than
            100,000 pairs, 8,000 for less than a million, and 16,000 beyond.
        min_count: rarer tokens are UNK (of a shared dictionary both sides are counted together); of
            no effect on `subword`, whose pieces spell them.
        lowercase: whether texts are read and written in lower case.
        embedding_dim: size of a token's vector.
        hidden_dim: units of the recurrent layers, of the encoder in each direction.
        num_layers: recurrent layers of the encoder.
        decoder_layers: recurrent layers of the decoder.
        cell: kind of recurrent cell.
        attention: how the decoder's state and the source are compared.
        input_feeding: whether the decoder reads what it made of the step before; slow to train.
        tie_embeddings: whether a target token's vector is also what its probability is made from.
        dropout: share of values dropped in training.
        dropout_warm_up: steps of training after which that share is reached.
        word_dropout: share of tokens read as UNK in training.
        label_smoothing: share of the truth that all tokens have alike.
        copy_unknown: whether a token of the source may stand for one the dictionary lacks.
        num_beams: beginnings of a translation that are followed.
        length_penalty: 0 prefers short translations, more of it longer ones.
        max_length: tokens of a translation; pairs with a longer side are not trained on.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement on validation data before training stops.
        batch_size: pairs of a training step.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        validation_fraction: share of the training data kept for validation if none is given.
        bad_pairs: what becomes of pairs with an empty side or of unlike length: `drop` leaves them
            out and counts them, `error` names the first, `keep` takes them.
        max_length_ratio: how many times as long as expected a side may be, for that.
        source_column: name or number of the column with the sources, if not found by itself; of
            texts by language the language, such as `en`.
        target_column: the same of the targets.
        format: format of the file, if its name does not say: csv, tsv, jsonl, parquet, tmx, text.
        encoding: character encoding of the file.
        seed: two runs with the same seed give the same model, on CPU.
    """

    source_tokenizer: Literal["auto", "subword", "word", "char", "jamo"] = "auto"
    target_tokenizer: Literal["auto", "subword", "word", "char", "jamo"] = "auto"
    shared_dictionary: bool = True
    vocabulary_size: int | None = None
    min_count: int = 2
    lowercase: bool = False
    embedding_dim: int = 256
    hidden_dim: int = 256
    num_layers: int = 1
    decoder_layers: int = 2
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    attention: Literal["dot", "scaled_dot", "additive"] = "dot"
    input_feeding: bool = False
    tie_embeddings: bool = True
    dropout: float = 0.4
    dropout_warm_up: int = 0
    word_dropout: float = 0.0
    label_smoothing: float = 0.1
    copy_unknown: bool = True
    num_beams: int = 4
    length_penalty: float = 1.3
    max_length: int = 200
    epochs: int = 60
    max_steps: int = 7_000
    patience: int = 5
    batch_size: int = 64
    learning_rate: float = 2e-3
    validation_fraction: float = 0.1
    bad_pairs: Literal["drop", "error", "keep"] = "drop"
    max_length_ratio: float | None = None
    source_column: str | None = None
    target_column: str | None = None
    format: str | None = None
    encoding: str = "utf-8"
    seed: int = 0


DEFAULTS = Config()
# Letters of short words are learned by a smaller network, and sooner.
SAMPLE = Config(embedding_dim=64, hidden_dim=128, dropout=0.1, learning_rate=5e-3, epochs=8)
# A lower rate and fewer epochs: what was learned before is not to be lost.
FINE_TUNING = Config(learning_rate=Config.learning_rate / 3, epochs=5)


def build(dataset: Dataset, config: Config) -> Translator:
    """Learns the dictionaries from training data, and makes an untrained model."""
    names = {
        column: suggest_tokenizer(dataset.batches(column, 4096)) if name == "auto" else name
        for column, name in (
            ("source", config.source_tokenizer),
            ("target", config.target_tokenizer),
        )
    }
    if config.shared_dictionary and names["source"] == names["target"]:
        source = target = _dictionary(dataset, ("source", "target"), names["source"], config)
    else:
        source, target = (
            _dictionary(dataset, (side,), names[side], config) for side in ("source", "target")
        )
    return Translator.build(
        source,
        target,
        num_beams=config.num_beams,
        num_best=config.num_beams,
        length_penalty=config.length_penalty,
        max_length=config.max_length,
        copy_unknown=config.copy_unknown,
        embedding_dim=config.embedding_dim,
        hidden_dim=config.hidden_dim,
        num_layers=config.num_layers,
        decoder_layers=config.decoder_layers,
        cell=config.cell,
        attention=config.attention,
        input_feeding=config.input_feeding,
        tie_embeddings=config.tie_embeddings,
        dropout=config.dropout,
        dropout_warm_up=config.dropout_warm_up,
        word_dropout=config.word_dropout,
        seed=config.seed,
    )


def grow(old: Translator, dataset: Dataset, config: Config) -> Translator:
    """The model with the tokens that more training data bring."""
    if old.source is old.target:
        source = target = old.source.extended(
            _texts(dataset, ("source", "target")), config.min_count
        )
    else:
        source = old.source.extended(_texts(dataset, ("source",)), config.min_count)
        target = old.target.extended(_texts(dataset, ("target",)), config.min_count)
    return old.extended(source, target)


def fit(
    model: Translator,
    train: Dataset,
    validation: Dataset,
    config: Config,
    *,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> TrainingState:
    """Trains the model."""
    return fit_translator(
        model,
        train,
        validation,
        batch_size=config.batch_size,
        epochs=config.epochs,
        max_steps=config.max_steps,
        patience=config.patience,
        learning_rate=config.learning_rate,
        label_smoothing=config.label_smoothing,
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
) -> Translator:
    """Trains a translator on sentence pairs, scores it beside two baselines, and exports it.

    Args:
        data: A file with pairs, two files with a sentence a line (`train.{en,de}`), or anything
            that `seqkit.data.read` takes; by default words of Hangul and their romanised names.
        export_path: Directory for the served model, its card and its report.
        validation: Held-out data to stop by; by default a part of the data.
        test: Held-out data to score on; by default a part of the data.
        config: What may be turned. For the sample, what is left as it is comes from `SAMPLE`.
        resume: Go on from the last finished epoch of an interrupted run with this export path.
        log_dir: Directory for TensorBoard.

    Returns:
        The trained model; `model.translate(texts)` answers.

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
) -> Translator:
    """Goes on from a trained model with more pairs, in which new words may come.

    Args:
        model_path: Directory of the exported model.
        data: As in `train`, but it must be given.
        export_path: Directory for the result; by default that of the model, as its next version.
        validation: As in `train`.
        test: As in `train`.
        config: What may be turned; the model's own sizes and tokenizers stay as they are.
        resume: As in `train`.
        log_dir: As in `train`.

    Returns:
        The trained model.

    Raises:
        ValueError: As in `train`.
        ExportError: As in `train`.
    """
    parts = read(data, validation, test, config)
    old = Translator.load(model_path)
    return _run(parts, old, export_path or model_path, config, resume, log_dir)


def read(data: Any, validation: Any, test: Any, config: Config) -> dict[str, Dataset]:
    """Reads the three parts; what is not given is split from the data, or taken from the sample."""
    if data is None:
        sample = hangul_names()
        data = sample["train"]
        validation = sample["validation"] if validation is None else validation
        test = sample["test"] if test is None else test
    return read_parts(
        data,
        validation,
        test,
        columns=("source", "target"),
        fraction=config.validation_fraction,
        seed=config.seed,
        names={"source": _number(config.source_column), "target": _number(config.target_column)},
        format=config.format,
        encoding=config.encoding,
        bad_pairs=config.bad_pairs,
        max_length_ratio=config.max_length_ratio,
    )


def train_and_score(
    parts: dict[str, Dataset],
    config: Config,
    *,
    old: Translator | None = None,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> Outcome:
    """Builds, trains, and scores beside the baselines; all of `train` but reading and export.

    Args:
        parts: `train`, `validation` and `test`, as `read` gives them.
        config: what may be turned.
        old: the model to go on from, or None for a new one.
        checkpoints: directory for the state after each epoch; others as in `train`.

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
        checkpoints=checkpoints,
        resume=resume,
        log_dir=log_dir,
    )
    if old is not None:  # What could be written before can be written still.
        model.length_ratio = max(model.length_ratio, old.length_ratio)
    minutes = (time.perf_counter() - start) / 60
    plain = plain_translations(parts["train"], parts["test"])
    scores = score_translator(model, parts["test"], baselines=plain)
    name, score = scores.main
    what = f"{name} on {scores.examples:,} test pairs"
    print(*beside(what, score, scores.main_baselines), sep="\n")
    print(f"  chrF {scores.chrf:.2f}, exactly right {scores.exact_match:.1%}")
    baselines = {name: row.bleu for name, row in scores.baselines.items()}
    return Outcome(model, scores, baselines, minutes, state.history, checks)


def _run(
    parts: dict[str, Dataset],
    old: Translator | None,
    export_path: str | os.PathLike[str] | None,
    config: Config,
    resume: bool,
    log_dir: str | os.PathLike[str] | None,
) -> Translator:
    """Trains, exports where a path is given, and shows a few answers."""
    root = None if export_path is None else check_target(export_path)
    checkpoints = None if root is None else root / ".training"
    outcome = train_and_score(
        parts, config, old=old, checkpoints=checkpoints, resume=resume, log_dir=log_dir
    )
    if root is not None and checkpoints is not None:
        publish_translator(outcome, root, datasets=parts, config=config, seed=config.seed)
        shutil.rmtree(checkpoints, ignore_errors=True)
    shown = parts["test"].take(range(min(5, len(parts["test"])))).to_list("source")
    for text, answer in zip(shown, outcome.model.translate(shown), strict=True):
        print(f"  {text[:100]} → {answer.text[:100]} ({answer.score:.2f})")
    return outcome.model


def _dictionary(
    dataset: Dataset, columns: tuple[str, ...], tokenizer: str, config: Config
) -> TextEncoder:
    """A tokenizer and its vocabulary, learned from some columns."""
    return TextEncoder(
        *learn_dictionary(
            _texts(dataset, columns),
            tokenizer,
            normalizer=Normalizer("NFC", lowercase=config.lowercase),
            vocabulary_size=config.vocabulary_size or _vocabulary_size(len(dataset)),
            min_count=config.min_count,
            seed=config.seed,
        )
    )


def _vocabulary_size(pairs: int) -> int:
    return 4_000 if pairs < 100_000 else 8_000 if pairs < 1_000_000 else 16_000


def _texts(dataset: Dataset, columns: tuple[str, ...]) -> Iterator[Any]:
    """The texts of some columns, batch by batch."""
    for column in columns:
        yield from dataset.batches(column, 4096)


def _number(column: str | None) -> str | int | None:
    """A column's position, where the command line gave a number."""
    return int(column) if column is not None and column.isdigit() else column


if __name__ == "__main__":
    run_recipe(train)
