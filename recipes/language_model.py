"""Language models: what comes next, how plausible a text is, and how it may continue.

    python -m recipes.language_model --data "novels/*.txt" --export-path saved_models/novels

A recurrent network reads a text token by token and predicts the next one after each: many to many,
in step. Tokens are characters, words or pieces of words; the text is a long one or many short ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from recipes.samples.pydoc_text import pydoc_text
from seqkit.data import Dataset, TextStream, read_stream_parts
from seqkit.data.streams.text_rows import text_rows
from seqkit.recipe.growth import dictionary_settings, gentle, settings_to_adjust, vocabulary_limit
from seqkit.recipe.recipe import Parts, Recipe
from seqkit.recipe.settings import Settings
from seqkit.recipe.source import (
    SourceSettings,
    file_options,
    position_or_name,
    read_columns,
    told_in_settings,
)
from seqkit.tasks.language_modeling.evaluation import measure_language_model, score_beside_ngrams
from seqkit.tasks.language_modeling.model import MAX_LENGTH, LanguageModel
from seqkit.tasks.language_modeling.network import LanguageModelNetwork
from seqkit.tasks.language_modeling.report import publish_language_model
from seqkit.tasks.language_modeling.texts import (
    check_texts,
    is_stream,
    suggest_vocabulary_size,
    text_batches,
)
from seqkit.tasks.language_modeling.training import fit_language_model
from seqkit.text import Normalizer, TextEncoder, learn_dictionary
from seqkit.training import Run, TrainingSettings


class Config(Settings):
    """Settings of the recipe.

    Attributes:
        unit: `stream` for one long text, or documents one after another, read in windows, with the
            state carried from window to window. `sentences` for separate texts: rows of a table,
            strings of a list, or lines of a text file. `auto` takes text files for streams, and
            tables and lists for sentences.
        tokenizer: what the text is split into.
        vocabulary_size: the most tokens; None takes 4,000 for less than a million characters of
            text, 10,000 for less than twenty million, and 30,000 beyond.
        min_count: rarer tokens are UNK (not for `subword`, which has pieces of every word).
        lowercase: whether case is dropped.
        window: tokens that gradients flow back through.
        clip_norm: the greatest norm of all gradients together.
        max_length: the most tokens of a text that is generated; longer separate texts are left out
            of training.
        text_column: name of the column with the texts, if it is not found by itself.
        network: sizes of the network.
        training: how long and how fast the network is trained; a batch has windows, or texts.
        source: how files are read; of a stream its end is kept for validation and test.
        seed: two runs on the same machine with the same seed give the same model, on CPU.
    """

    unit: Literal["auto", "stream", "sentences"] = "auto"
    tokenizer: Literal["char", "word", "subword", "jamo"] = "char"
    vocabulary_size: int | None = None
    min_count: int = 2
    lowercase: bool = False
    window: int = 64
    clip_norm: float = 1.0
    max_length: int = MAX_LENGTH
    text_column: str | None = None
    network: LanguageModelNetwork = LanguageModelNetwork()
    training: TrainingSettings = TrainingSettings(
        epochs=16, max_steps=20_000, patience=5, batch_size=32, learning_rate=4e-3
    )
    source: SourceSettings = SourceSettings(validation_fraction=0.05)
    seed: int = 0


DEFAULTS = Config()
# A small network learns little text in a minute.
SAMPLE = DEFAULTS.replace(
    unit="stream",
    hidden_dim=256,
    dropout=0.2,
    recurrent_dropout=0.0,
    epochs=8,
    learning_rate=8e-3,
)
FINE_TUNING = gentle(DEFAULTS, slower=4, epochs=5)


def read(sources: Sequence[Any], config: Config, old: LanguageModel | None = None) -> Parts:
    """Reads the three parts; what is not given is split from the data."""
    if is_stream(sources[0], config.unit if old is None else old.unit, config.format):
        column = position_or_name(config.text_column)
        with told_in_settings(("text",)):
            return read_stream_parts(
                *sources, fraction=config.validation_fraction, column=column, **file_options(config)
            )
    if config.format is None:
        with told_in_settings(("text",)):
            sources = tuple(text_rows(source, **file_options(config)) for source in sources)
    return read_columns(sources, config, "text")


def build(train: TextStream | Dataset, config: Config) -> LanguageModel:
    """Learns the dictionary from training data, and makes an untrained model."""
    size = config.vocabulary_size
    tokenizer, vocabulary = learn_dictionary(
        text_batches(train),
        config.tokenizer,
        normalizer=Normalizer("NFC", lowercase=config.lowercase),
        vocabulary_size=suggest_vocabulary_size(train) if size is None else size,
        min_count=config.min_count,
        seed=config.seed,
    )
    return LanguageModel.build(
        TextEncoder(tokenizer, vocabulary).with_words(text_batches(train)),
        config.network,
        unit="stream" if isinstance(train, TextStream) else "sentences",
        max_length=config.max_length,
        seed=config.seed,
    )


def grow(old: LanguageModel, train: TextStream | Dataset, config: Config) -> LanguageModel:
    """Makes a model that knows the tokens of more training data."""
    limit = vocabulary_limit(config, old.encoder.vocabulary)
    encoder = old.encoder.extended(text_batches(train), config.min_count, limit)
    return old.extended(encoder, **settings_to_adjust(config, old))


def fit(
    model: LanguageModel,
    train: TextStream | Dataset,
    validation: TextStream | Dataset,
    config: Config,
    run: Run,
    new: bool,
) -> list[dict[str, float]]:
    """Trains the model."""
    return fit_language_model(
        model,
        train,
        validation,
        config.training,
        window=config.window,
        clip_norm=config.clip_norm,
        seed=config.seed,
        run=run,
    ).history


def show(model: LanguageModel, parts: Parts, config: Config) -> list[str]:
    """A text that the model writes."""
    [text] = model.generate([""], length=200, temperature=0.7, seed=config.seed)
    return [f"  {text!r}"]


recipe = Recipe(
    data="A text file, several ('novels/*.txt'), a folder of them, a table with a text in each "
    "row, or anything that `seqkit.data.read_stream` or `seqkit.data.read` takes.",
    defaults=DEFAULTS,
    fine_tuning=FINE_TUNING,
    load=LanguageModel.load,
    read=read,
    check=check_texts,
    build=build,
    grow=grow,
    fit=fit,
    score=score_beside_ngrams,
    measure=measure_language_model,
    publish=publish_language_model,
    show=show,
    sample=pydoc_text,
    sample_settings=SAMPLE,
    fixed=lambda model: dictionary_settings(model.encoder),
)
train, fine_tune, train_and_score = recipe.train, recipe.fine_tune, recipe.train_and_score

if __name__ == "__main__":
    recipe.run()
