"""Music: what comes next, frame by frame or note by note; many to many, in step.

    python -m recipes.music --data chorales.json --export-path saved_models/chorales
    python -m recipes.music --data tunes.abc --export-path saved_models/tunes

JSON holds piano rolls: pieces that are lists of frames, frames that are lists of MIDI pitches. A
recurrent network hears them frame by frame and says how likely each pitch sounds next. Tunes in ABC
notation are texts, and a language model reads them character by character.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import keras

from recipes.samples.scales import scales
from seqkit.data import Dataset, check, is_tunes, pieces_of, read_piano_rolls, read_tune_parts
from seqkit.data.kinds.piano_rolls import Frame
from seqkit.evaluation import Outcome, beside
from seqkit.export.artefact import check_target
from seqkit.recipe.command_line import run_recipe
from seqkit.recipe.preset import with_preset
from seqkit.tasks.language_modeling.evaluation import LanguageModelScores, score_language_model
from seqkit.tasks.language_modeling.held_out import HeldOutText
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.tasks.language_modeling.report import publish_language_model
from seqkit.tasks.language_modeling.training import fit_language_model
from seqkit.tasks.music.abc_midi import write_abc_midi
from seqkit.tasks.music.evaluation import FrameScores, plain_frames, score_frame_model
from seqkit.tasks.music.midi import write_midi
from seqkit.tasks.music.model import FrameModel
from seqkit.tasks.music.report import publish_frame_model
from seqkit.tasks.music.training import fit_frame_model
from seqkit.text import Normalizer, TextEncoder, learn_dictionary
from seqkit.training import TrainingState

# What is written goes on from the beginning of a piece of the test data.
_SAMPLE_MIDI, _PROMPT_FRAMES, _SAMPLE_FRAMES = "sample.mid", 8, 64
# Tunes begin with a number; longer ones, in characters, are not trained on.
_SAMPLE_ABC, _FIRST_LINE, _LONGEST_TUNE = "sample.abc", "X:1\n", 4_000

_SPEED = ("tempo", "quarters_per_frame")

Model = FrameModel | LanguageModel


@dataclasses.dataclass(frozen=True)
class Config:
    """What one may turn.

    Attributes:
        num_components: of the mixture that a frame is drawn from; with one alone, the pitches of a
            frame are independent of each other. Of piano rolls, as `transpose`, `pitch_weight`,
            `window` and `quarters_per_frame`.
        embedding_dim: size of a frame's vector, or a character's.
        hidden_dim: units of each recurrent layer.
        num_layers: recurrent layers.
        cell: kind of recurrent cell.
        input_dropout: share of the pitches that are not heard in training, or of the values of
            characters' vectors.
        dropout: share of each recurrent layer's outputs dropped in training.
        recurrent_dropout: share of each recurrent state dropped, the same at every step.
        transpose: semitones by which pieces are moved up or down at most, anew in each epoch, in
            training alone; good where keys are many and pieces few, bad where all are in one key.
        pitch_weight: what the chances of each pitch by itself count in training, beside 1 for
            whole frames.
        window: frames after which a longer piece is cut in training.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement on validation data before training stops.
        batch_size: pieces of a training step.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        validation_fraction: share of the training data kept for validation if none is given.
        tempo: quarter notes a minute, of the MIDI file that is written; of a tune, its own.
        quarters_per_frame: how long a frame lasts in it, in quarter notes.
        temperature: of what is written; below 1 more of what is likely.
        seed: two runs with the same seed give the same model, on CPU.
    """

    num_components: int = 8
    embedding_dim: int = 128
    hidden_dim: int = 256
    num_layers: int = 2
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    input_dropout: float = 0.2
    dropout: float = 0.3
    recurrent_dropout: float = 0.0
    transpose: int = 0
    pitch_weight: float = 1.0
    window: int = 256
    epochs: int = 45
    max_steps: int = 10_000
    patience: int = 8
    batch_size: int = 16
    learning_rate: float = 2e-3
    validation_fraction: float = 0.1
    tempo: float = 90.0
    quarters_per_frame: float = 1.0
    temperature: float = 1.0
    seed: int = 0


DEFAULTS = Config()
# Frames of eighths in many keys, and rules that are soon learned.
SAMPLE = Config(
    hidden_dim=128,
    num_layers=1,
    input_dropout=0.1,
    dropout=0.1,
    epochs=30,
    learning_rate=5e-3,
    quarters_per_frame=0.5,
)
# Characters of tunes in ABC notation.
TUNES = Config(
    embedding_dim=64,
    num_layers=1,
    cell="lstm",
    input_dropout=0.0,
    batch_size=32,
    epochs=30,
    learning_rate=4e-3,
    temperature=0.7,
)
# A lower rate and fewer epochs: what was learned before is not to be lost.
FINE_TUNING = Config(learning_rate=Config.learning_rate / 4, epochs=5)
# Settings that are arguments of the network, and of training, by the same names.
_CORE = (
    *("embedding_dim", "hidden_dim", "num_layers", "cell"),
    *("input_dropout", "dropout", "recurrent_dropout", "seed"),
)
_TRAINING = (
    *("batch_size", "epochs", "max_steps", "patience", "learning_rate"),
    *("window", "seed"),
)


def build(dataset: Dataset, config: Config) -> Model:
    """Makes an untrained model; for tunes, their characters are learned from the data."""
    sizes = {name: getattr(config, name) for name in _CORE}
    if "frames" in dataset:
        return FrameModel.build(num_components=config.num_components, **sizes)
    texts, normalizer = dataset.batches("text", 4096), Normalizer("NFC")
    learned = learn_dictionary(texts, "char", normalizer=normalizer, vocabulary_size=4_000)
    encoder = TextEncoder(*learned)
    return LanguageModel.build(encoder, unit="sentences", max_length=_LONGEST_TUNE, **sizes)


def fit(
    model: Model,
    train: Dataset,
    validation: Dataset,
    config: Config,
    *,
    new: bool = True,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> TrainingState:
    """Trains the model."""
    given: dict[str, Any] = {name: getattr(config, name) for name in _TRAINING}
    given |= {"checkpoints": checkpoints, "resume": resume, "log_dir": log_dir}
    given["fingerprint"] = dataclasses.asdict(config)
    if isinstance(model, LanguageModel):
        return fit_language_model(model, train, validation, **given)
    return fit_frame_model(
        model,
        train,
        validation,
        new=new,
        transpose=config.transpose,
        pitch_weight=config.pitch_weight,
        **given,
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
) -> Model:
    """Trains a model of music, scores it beside plain counts, and exports it.

    Args:
        data: A JSON file of piano rolls with the parts it has, a folder of such files, or what they
            hold; an `.abc` file of tunes, or a folder of such; by default melodies over chords in
            ten keys, as piano rolls.
        export_path: Directory for the served model, its card and its report, and a MIDI file of
            what it makes.
        validation: Held-out data to stop by; by default a part of the data.
        test: Held-out data to score on; by default a part of the data.
        config: What may be turned. What is left as it is comes from `SAMPLE` for the sample, and
            from `TUNES` for tunes.
        resume: Go on from the last finished epoch of an interrupted run with this export path.
        log_dir: Directory for TensorBoard.

    Returns:
        The trained model; `model.generate(prompts, length)` goes on, `model.score(pieces)` judges.

    Raises:
        ValueError: Data or an argument cannot be used; the message says where and what to do.
        ExportError: The exported model does not answer as the trained one.
    """
    if data is None or is_tunes(data):
        config = with_preset(config, SAMPLE if data is None else TUNES)
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
) -> Model:
    """Goes on from a trained model with more pieces, or tunes.

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
    old = LanguageModel.load(model_path) if is_tunes(data) else FrameModel.load(model_path)
    return _run(parts, old, export_path or model_path, config, resume, log_dir)


def read(data: Any, validation: Any, test: Any, config: Config) -> dict[str, Dataset]:
    """Reads the three parts; what is not given is split from the data, or taken from the sample."""
    if data is None:
        data = {part: [tune.frames for tune in tunes] for part, tunes in scales().items()}
    reader = read_tune_parts if is_tunes(data) else read_piano_rolls
    fraction = config.validation_fraction
    return reader(data, validation, test, fraction=fraction, seed=config.seed)


def train_and_score(
    parts: dict[str, Dataset],
    config: Config,
    *,
    old: Model | None = None,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> Outcome:
    """Builds, trains, and scores beside plain counts; all of `train` but reading and export.

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
    if old is None:
        model = build(parts["train"], config)
    elif isinstance(old, LanguageModel):
        texts = parts["train"].batches("text", 4096)
        model = old.extended(old.encoder.extended(texts, min_count=1))
    else:
        model = old
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
    scores = (score_tunes if isinstance(model, LanguageModel) else score_pieces)(model, parts)
    return Outcome(model, scores, scores.main_baselines, minutes, state.history, checks)


def score_pieces(model: FrameModel, parts: dict[str, Dataset]) -> FrameScores:
    """Scores piano rolls of the test beside what only counts, and prints it."""
    plain = plain_frames(parts["train"], parts["test"])
    scores = score_frame_model(model, parts["test"], plain)
    what, score = scores.main
    told = f"{what} on {scores.examples:,} test pieces"
    print(*beside(told, score, scores.main_baselines, lower_is_better=True), sep="\n")
    print(
        f"  each pitch by itself {scores.nll_independent:.4f}, without the first frame of each "
        f"piece {scores.nll_independent_after_first:.4f}"
    )
    return scores


def score_tunes(model: LanguageModel, parts: dict[str, Dataset]) -> LanguageModelScores:
    """Scores tunes of the test beside n-grams of their characters, and prints it."""
    scores = score_language_model(
        {part: HeldOutText(model, dataset) for part, dataset in parts.items()},
        tokens=model.encoder.vocabulary.tokens,
        characters=sum(map(len, parts["test"].to_list("text"))),
    )
    what, score = scores.main
    told = f"{what} on {len(parts['test']):,} test tunes"
    print(*beside(told, score, scores.main_baselines, lower_is_better=True), sep="\n")
    return scores


def _run(
    parts: dict[str, Dataset],
    old: Model | None,
    export_path: str | os.PathLike[str] | None,
    config: Config,
    resume: bool,
    log_dir: str | os.PathLike[str] | None,
) -> Model:
    """Trains, exports where a path is given, with a piece to listen to, and shows some of it."""
    root = None if export_path is None else check_target(export_path)
    checkpoints = None if root is None else root / ".training"
    outcome = train_and_score(
        parts, config, old=old, checkpoints=checkpoints, resume=resume, log_dir=log_dir
    )
    told: dict[str, Any] = {"datasets": parts, "config": config, "seed": config.seed}
    if isinstance(outcome.model, LanguageModel):
        drawing = {"temperature": config.temperature, "seed": config.seed}
        [tune] = outcome.model.generate([_FIRST_LINE], length=_LONGEST_TUNE // 4, **drawing)
        if root is not None:
            publish_language_model(outcome, root, **told)
            (root / _SAMPLE_ABC).write_text(tune, encoding="utf-8")
            _write_sample(root / _SAMPLE_MIDI, lambda path: write_abc_midi(path, tune))
        print(tune[:200])
    else:
        prompt = pieces_of(parts["test"].take([0]))[0][:_PROMPT_FRAMES]
        [more] = outcome.model.generate([prompt], _SAMPLE_FRAMES, config.temperature, config.seed)
        piece = [*prompt, *more]
        speed: dict[str, Any] = {name: getattr(config, name) for name in _SPEED}
        if root is not None:
            publish_frame_model(outcome, root, piece=piece, prompted=len(prompt), **told)
            _write_sample(root / _SAMPLE_MIDI, lambda path: write_midi(path, piece, **speed))
        print(f"  {_shown(prompt[-4:])} → {_shown(more[:4])}")
    if checkpoints is not None:
        shutil.rmtree(checkpoints, ignore_errors=True)
    return outcome.model


def _write_sample(path: Path, write: Callable[[Path], Any]) -> None:
    """Writes what there is to listen to; a library may be missing, a tune may be none."""
    try:
        write(path)
        print(f"a piece to listen to: {path}")
    except (ImportError, ValueError) as error:
        print(f"no {path.name}: {error}")


def _shown(frames: list[Frame]) -> str:
    return " | ".join(" ".join(map(str, frame)) or "-" for frame in frames)


if __name__ == "__main__":
    run_recipe(train)
