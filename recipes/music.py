"""Music: what comes next, note by note or frame by frame, as one to many or many to many.

    python -m recipes.music --data chorales.json --export-path saved_models/chorales

JSON holds piano rolls: pieces that are lists of frames, frames that are lists of MIDI pitches. A
recurrent network hears them frame by frame and says of each pitch how likely it sounds next.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from pathlib import Path
from typing import Any, Literal

import keras

from recipes.samples.scales import scales
from seqkit.command_line import run_recipe
from seqkit.data import Dataset, check, pieces_of, read_piano_rolls
from seqkit.evaluation import Outcome, beside, plain_frames, score_frame_model
from seqkit.export.artefact import check_target
from seqkit.export.midi import write_midi
from seqkit.models import FrameModel
from seqkit.publish import publish_frame_model
from seqkit.training import TrainingState, fit_frame_model

# What is written goes on from the beginning of a piece of the test data.
_SAMPLE_MIDI, _PROMPT_FRAMES, _SAMPLE_FRAMES = "sample.mid", 8, 64


@dataclasses.dataclass(frozen=True)
class Config:
    """What one may turn.

    Attributes:
        num_components: of the mixture that a frame is drawn from; with one alone, the pitches of a
            frame are independent of each other.
        embedding_dim: size of a frame's vector.
        hidden_dim: units of each recurrent layer.
        num_layers: recurrent layers.
        cell: kind of recurrent cell.
        input_dropout: share of the pitches that are not heard in training.
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
        tempo: quarter notes a minute, of the MIDI file that is written.
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
# A lower rate and fewer epochs: what was learned before is not to be lost.
FINE_TUNING = Config(learning_rate=Config.learning_rate / 4, epochs=5)
# Settings that are arguments of the network, and of training, by the same names.
_CORE = (
    *("num_components", "embedding_dim", "hidden_dim", "num_layers", "cell"),
    *("input_dropout", "dropout", "recurrent_dropout", "seed"),
)
_TRAINING = (
    *("batch_size", "epochs", "max_steps", "patience", "learning_rate"),
    *("window", "transpose", "pitch_weight", "seed"),
)


def build(dataset: Dataset, config: Config) -> FrameModel:
    """Makes an untrained model; of the data nothing is to be known beforehand."""
    return FrameModel.build(**{name: getattr(config, name) for name in _CORE})


def fit(
    model: FrameModel,
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
    return fit_frame_model(
        model,
        train,
        validation,
        **{name: getattr(config, name) for name in _TRAINING},
        new=new,
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
) -> FrameModel:
    """Trains a model of music, scores it beside plain counts, and exports it.

    Args:
        data: A JSON file of piano rolls with the parts it has, a folder of such files, or what they
            hold; by default melodies over chords in ten keys.
        export_path: Directory for the served model, its card and its report, and a MIDI file of
            what it makes.
        validation: Held-out data to stop by; by default a part of the data.
        test: Held-out data to score on; by default a part of the data.
        config: What may be turned. The sample is trained with `SAMPLE` if nothing is.
        resume: Go on from the last finished epoch of an interrupted run with this export path.
        log_dir: Directory for TensorBoard.

    Returns:
        The trained model; `model.generate(prompts, length)` goes on, `model.score(pieces)` judges.

    Raises:
        ValueError: Data or an argument cannot be used; the message says where and what to do.
        ExportError: The exported model does not answer as the trained one.
    """
    if data is None and config == DEFAULTS:
        config = SAMPLE
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
) -> FrameModel:
    """Goes on from a trained model with more pieces.

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
    old = FrameModel.load(model_path)
    return _run(parts, old, export_path or model_path, config, resume, log_dir)


def read(data: Any, validation: Any, test: Any, config: Config) -> dict[str, Dataset]:
    """Reads the three parts; what is not given is split from the data, or taken from the sample."""
    if data is None:
        data = {part: [tune.frames for tune in tunes] for part, tunes in scales().items()}
    return read_piano_rolls(
        data, validation, test, fraction=config.validation_fraction, seed=config.seed
    )


def train_and_score(
    parts: dict[str, Dataset],
    config: Config,
    *,
    old: FrameModel | None = None,
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
    model = build(parts["train"], config) if old is None else old
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
    scores = score_frame_model(model, parts["test"], plain_frames(parts["train"], parts["test"]))
    what, score = scores.main
    told = f"{what} on {scores.examples:,} test pieces"
    print(*beside(told, score, scores.main_baselines, lower_is_better=True), sep="\n")
    print(
        f"  each pitch by itself {scores.nll_independent:.4f}, without the first frame of each "
        f"piece {scores.nll_independent_after_first:.4f}"
    )
    return Outcome(model, scores, scores.main_baselines, minutes, state.history, checks)


def _run(
    parts: dict[str, Dataset],
    old: FrameModel | None,
    export_path: str | os.PathLike[str] | None,
    config: Config,
    resume: bool,
    log_dir: str | os.PathLike[str] | None,
) -> FrameModel:
    """Trains, exports where a path is given, with a piece to listen to, and shows some frames."""
    root = None if export_path is None else check_target(export_path)
    checkpoints = None if root is None else root / ".training"
    outcome = train_and_score(
        parts, config, old=old, checkpoints=checkpoints, resume=resume, log_dir=log_dir
    )
    prompt = pieces_of(parts["test"].take([0]))[0][:_PROMPT_FRAMES]
    [more] = outcome.model.generate([prompt], _SAMPLE_FRAMES, config.temperature, config.seed)
    piece = [*prompt, *more]
    if root is not None and checkpoints is not None:
        publish_frame_model(
            outcome,
            root,
            piece=piece,
            prompted=len(prompt),
            datasets=parts,
            config=config,
            seed=config.seed,
        )
        shutil.rmtree(checkpoints, ignore_errors=True)
        _write_sample(root / _SAMPLE_MIDI, piece, config)
    before, after = (
        " | ".join(" ".join(map(str, frame)) or "-" for frame in frames)
        for frames in (prompt[-4:], more[:4])
    )
    print(f"  {before} → {after}")
    return outcome.model


def _write_sample(path: Path, piece: list[tuple[int, ...]], config: Config) -> None:
    try:
        write_midi(path, piece, tempo=config.tempo, quarters_per_frame=config.quarters_per_frame)
        print(f"a piece to listen to: {path}")
    except ImportError as error:
        print(f"no {path.name}: {error}")


if __name__ == "__main__":
    run_recipe(train)
