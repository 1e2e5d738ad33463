"""Music: what comes next, frame by frame or note by note; many-to-many, in step.

    python -m recipes.music --data chorales.json --export-path saved_models/chorales
    python -m recipes.music --data tunes.abc --export-path saved_models/tunes

JSON holds piano rolls: pieces that are lists of frames, frames that are lists of MIDI pitches. A
recurrent network reads them frame by frame and predicts how likely each pitch sounds next. Tunes in
ABC notation are texts, and a language model reads them character by character.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recipes.samples.scales import scales
from seqkit.data import Dataset, check, is_tunes, read_piano_rolls, read_tune_parts
from seqkit.evaluation import Outcome, Scored
from seqkit.model.keras_file import is_saved_as
from seqkit.recipe.growth import gentle
from seqkit.recipe.recipe import Parts, Recipe
from seqkit.recipe.settings import Settings
from seqkit.recipe.source import told_in_settings
from seqkit.tasks.language_modeling.evaluation import measure_language_model, score_beside_ngrams
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.tasks.language_modeling.network import LanguageModelNetwork
from seqkit.tasks.language_modeling.report import publish_language_model
from seqkit.tasks.language_modeling.training import fit_language_model
from seqkit.tasks.music.evaluation import score_beside_plain, score_frame_model
from seqkit.tasks.music.listening import Continued, continue_first, piece_files, tune_files
from seqkit.tasks.music.model import FrameModel
from seqkit.tasks.music.network import FrameNetwork
from seqkit.tasks.music.report import publish_frame_model
from seqkit.tasks.music.training import fit_frame_model
from seqkit.text import Normalizer, TextEncoder, learn_dictionary
from seqkit.training import Run, TrainingSettings

# Tunes begin with a number; longer ones, in characters, are not trained on.
_FIRST_LINE, _LONGEST_TUNE = "X:1\n", 4_000

Model = FrameModel | LanguageModel


class Config(Settings):
    """Settings of the recipe.

    Attributes:
        transpose: the most semitones by which pieces are transposed up or down in training, drawn
            anew in each epoch; good where keys are many and pieces few, bad where all are in one
            key. For piano rolls alone, as `num_components`, `pitch_hidden_dim`, `pitch_weight`,
            `window` and `quarters_per_frame`.
        pitch_weight: how much the probability of each pitch by itself counts in training, beside 1
            for whole frames.
        window: frames after which a longer piece is cut in training.
        tempo: quarter notes a minute of the MIDI file that is written; a tune has its own.
        quarters_per_frame: duration of a frame in that file, in quarter notes.
        temperature: of what is generated; below 1 for more probable notes.
        validation_fraction: share of the training data kept for validation, and for the test, where
            none is given.
        encoding: character encoding of files.
        network: sizes of the network; those of a language model, by the same names, for tunes.
        training: how long and how fast the network is trained; a batch has pieces.
        seed: two runs on the same machine with the same seed give the same model, on CPU.
    """

    transpose: int = 0
    pitch_weight: float = 1.0
    window: int = 256
    tempo: float = 90.0
    quarters_per_frame: float = 1.0
    temperature: float = 1.0
    validation_fraction: float = 0.1
    encoding: str = "utf-8"
    network: FrameNetwork = FrameNetwork()
    training: TrainingSettings = TrainingSettings(
        epochs=45, max_steps=10_000, patience=8, batch_size=16, learning_rate=6e-3
    )
    seed: int = 0


DEFAULTS = Config()
# Frames of eighths in many keys, and rules that are soon learned, with few hidden units too.
SAMPLE = DEFAULTS.replace(
    pitch_hidden_dim=32,
    input_dropout=0.1,
    dropout=0.1,
    epochs=30,
    learning_rate=5e-3,
    quarters_per_frame=0.5,
)
# Characters of tunes in ABC notation.
TUNES = DEFAULTS.replace(
    embedding_dim=64,
    hidden_dim=256,
    cell="lstm",
    input_dropout=0.0,
    batch_size=32,
    epochs=30,
    learning_rate=4e-3,
    temperature=0.7,
)
# As slow as tunes need, which are fine-tuned by the same settings.
FINE_TUNING = gentle(DEFAULTS, slower=12, epochs=5)


def sample() -> dict[str, Any]:
    """Melodies over chords in ten keys, as piano rolls."""
    return {part: [tune.frames for tune in tunes] for part, tunes in scales().items()}


def load(path: str | os.PathLike[str]) -> Model:
    """Loads a model of either kind."""
    kind = LanguageModel if is_saved_as(path, LanguageModel.task) else FrameModel
    return kind.load(path)


def read(sources: Sequence[Any], config: Config, old: Model | None = None) -> Parts:
    """Reads the three parts; what is not given is split from the data."""
    tunes = is_tunes(sources[0])
    if old is not None and tunes != isinstance(old, LanguageModel):
        kinds = ("tunes in ABC notation", "piano rolls")
        given, known = kinds if tunes else kinds[::-1]
        raise ValueError(f"the data are {given}, but the model was trained on {known}")
    reader = read_tune_parts if tunes else read_piano_rolls
    with told_in_settings(("text",)):
        return reader(
            *sources,
            fraction=config.validation_fraction,
            seed=config.seed,
            encoding=config.encoding,
        )


def build(train: Dataset, config: Config) -> Model:
    """Makes an untrained model; for tunes, their characters are learned from the data."""
    if "frames" in train:
        return FrameModel.build(config.network, seed=config.seed)
    tokenizer, vocabulary = learn_dictionary(
        train.batches("text", 4096), "char", normalizer=Normalizer("NFC"), vocabulary_size=4_000
    )
    sizes = dataclasses.asdict(config.network)
    for name in ("num_components", "pitch_hidden_dim", "pitch_dropout"):
        del sizes[name]
    return LanguageModel.build(
        TextEncoder(tokenizer, vocabulary).with_words(train.batches("text", 4096)),
        LanguageModelNetwork(**sizes, dropout_warm_up=0),
        unit="sentences",
        max_length=_LONGEST_TUNE,
        seed=config.seed,
    )


def grow(old: Model, train: Dataset, config: Config) -> Model:
    """Makes a model of tunes that knows more characters; one of piano rolls knows all pitches."""
    if isinstance(old, FrameModel):
        return old
    return old.extended(old.encoder.extended(train.batches("text", 4096)))


def fit(
    model: Model, train: Dataset, validation: Dataset, config: Config, run: Run, new: bool
) -> list[dict[str, float]]:
    """Trains the model."""
    common: dict[str, Any] = {"settings": config.training, "seed": config.seed, "run": run}
    if isinstance(model, LanguageModel):
        return fit_language_model(model, train, validation, **common).history
    return fit_frame_model(
        model,
        train,
        validation,
        window=config.window,
        transpose=config.transpose,
        pitch_weight=config.pitch_weight,
        new=new,
        **common,
    ).history


def score(model: Model, parts: Parts) -> Scored:
    """Scores a model on the test data beside plain models."""
    if isinstance(model, LanguageModel):
        return score_beside_ngrams(model, parts, f"{len(parts['test']):,} test tunes")
    return score_beside_plain(model, parts)


def measure(model: Model, rows: Dataset) -> tuple[str, float]:
    """Name and value of the main score of a model on some pieces."""
    if isinstance(model, LanguageModel):
        return measure_language_model(model, rows)
    return score_frame_model(model, rows).main


def play(model: Model, test: Dataset, config: Config) -> str | Continued:
    """A tune by the model, or a piece that it has continued."""
    drawing: dict[str, Any] = {"temperature": config.temperature, "seed": config.seed}
    if isinstance(model, LanguageModel):
        return model.generate([_FIRST_LINE], length=_LONGEST_TUNE // 4, **drawing)[0]
    return continue_first(model, test, **drawing)


def publish(outcome: Outcome, export_path: str | os.PathLike[str], **provenance: Any) -> None:
    """Writes the artefact, with a piece to listen to."""
    config = Config(**provenance["config"])
    piece = play(outcome.model, provenance["datasets"]["test"], config)
    if isinstance(piece, str):
        files = tune_files(piece)
        publish_language_model(outcome, export_path, files=files, **provenance)
    else:
        files = piece_files(
            piece.frames, tempo=config.tempo, quarters_per_frame=config.quarters_per_frame
        )
        publish_frame_model(outcome, export_path, piece, files=files, **provenance)
    print(*(f"to listen to: {Path(export_path) / name}" for name in files), sep="\n")


def show(model: Model, parts: Parts, config: Config) -> list[str]:
    """The beginning of what the model plays."""
    piece = play(model, parts["test"], config)
    return [piece[:200] if isinstance(piece, str) else f"  {piece}"]


recipe = Recipe(
    data="A JSON file of piano rolls with the parts it has, a folder of such files, or what they "
    "hold; an .abc file of tunes, or a folder of such files.",
    defaults=DEFAULTS,
    fine_tuning=FINE_TUNING,
    load=load,
    read=read,
    check=check,
    build=build,
    grow=grow,
    fit=fit,
    score=score,
    measure=measure,
    publish=publish,
    show=show,
    sample=sample,
    sample_settings=SAMPLE,
    preset=lambda data: TUNES if is_tunes(data) else None,
)
train, fine_tune, train_and_score = recipe.train, recipe.fine_tune, recipe.train_and_score

if __name__ == "__main__":
    recipe.run()
