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
from typing import Any, Literal

from recipes.samples.hangul_names import hangul_names
from seqkit.data import Dataset, check
from seqkit.model.search_settings import SearchSettings
from seqkit.recipe.growth import dictionary_settings, gentle, settings_to_adjust, vocabulary_limit
from seqkit.recipe.recipe import Parts, Recipe
from seqkit.recipe.settings import Settings
from seqkit.recipe.source import SourceSettings, column_reader
from seqkit.tasks.translation.dictionaries import extend_encoders, learn_encoders
from seqkit.tasks.translation.evaluation import score_beside_baselines, score_translator
from seqkit.tasks.translation.model import Translator
from seqkit.tasks.translation.network import TranslatorNetwork
from seqkit.tasks.translation.report import publish_translator
from seqkit.tasks.translation.search import SEARCH
from seqkit.tasks.translation.training import fit_translator
from seqkit.training import Run, TrainingSettings

TokenizerName = Literal["auto", "subword", "word", "char", "jamo"]


class Config(Settings):
    """Settings of the recipe.

    Attributes:
        source_tokenizer: how sources are split. `auto` takes pieces of words for sentences, letters
            for words, and more, see `seqkit.text.suggest_tokenizer`.
        target_tokenizer: how targets are split.
        shared_dictionary: one dictionary for both sides, where both are split alike; good for
            languages with a script and names in common.
        vocabulary_size: the most tokens of each dictionary; None takes 4,000 for fewer than 100,000
            pairs, 8,000 for fewer than a million, and 16,000 beyond.
        min_count: rarer tokens are UNK (of a shared dictionary both sides are counted together); of
            no effect on `subword`, whose pieces spell them.
        lowercase: whether texts are read and written in lower case.
        max_length: the most tokens of a translation; pairs with a longer side are not trained on.
        copy_unknown: whether a token of the source may stand for one the dictionary lacks.
        label_smoothing: share of the target probability that is spread over all tokens.
        bad_pairs: what becomes of pairs with an empty side or of unlike length: `drop` leaves them
            out and counts them, `error` names the first, `keep` takes them.
        max_length_ratio: for that, how many times its expected length a side may have.
        source_column: name or number of the column with the sources, if it is not found by itself;
            of texts by language the language, such as `en`.
        target_column: the same of the targets.
        network: sizes of the network.
        search: how translations are searched for; `fine_tune` may change it.
        training: how long and how fast the network is trained.
        source: how files are read.
        seed: two runs on the same machine with the same seed give the same model, on CPU.
    """

    source_tokenizer: TokenizerName = "auto"
    target_tokenizer: TokenizerName = "auto"
    shared_dictionary: bool = True
    vocabulary_size: int | None = None
    min_count: int = 2
    lowercase: bool = False
    max_length: int = 200
    copy_unknown: bool = True
    label_smoothing: float = 0.1
    bad_pairs: Literal["drop", "error", "keep"] = "drop"
    max_length_ratio: float | None = None
    source_column: str | None = None
    target_column: str | None = None
    network: TranslatorNetwork = TranslatorNetwork()
    search: SearchSettings = SEARCH
    training: TrainingSettings = TrainingSettings(
        epochs=60, max_steps=7_000, patience=5, batch_size=64, learning_rate=2e-3
    )
    source: SourceSettings = SourceSettings()
    seed: int = 0


DEFAULTS = Config()
# Letters of short words are learned by a smaller network, and sooner.
SAMPLE = DEFAULTS.replace(
    embedding_dim=64, hidden_dim=128, dropout=0.1, learning_rate=5e-3, epochs=8
)
FINE_TUNING = gentle(DEFAULTS, slower=3, epochs=5)


def build(train: Dataset, config: Config) -> Translator:
    """Learns the dictionaries from training data, and makes an untrained model."""
    source, target = learn_encoders(
        train,
        (config.source_tokenizer, config.target_tokenizer),
        shared=config.shared_dictionary,
        vocabulary_size=config.vocabulary_size,
        min_count=config.min_count,
        lowercase=config.lowercase,
        seed=config.seed,
    )
    return Translator.build(
        source,
        target,
        config.network,
        max_length=config.max_length,
        copy_unknown=config.copy_unknown,
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
        model,
        train,
        validation,
        config.training,
        label_smoothing=config.label_smoothing,
        new=new,
        seed=config.seed,
        run=run,
    ).history


def show(model: Translator, parts: Parts, config: Config) -> list[str]:
    """Translations of a few test texts."""
    texts = parts["test"].head(5).to_list("source")
    return [
        f"  {text[:100]} → {answer.text[:100]} ({answer.score:.2f})"
        for text, answer in zip(texts, model.translate(texts), strict=True)
    ]


def fixed(model: Translator) -> dict[str, Any]:
    """Settings of the dictionaries, which a trained model keeps."""
    source, target = map(dictionary_settings, (model.source, model.target))
    return {
        "source_tokenizer": source["tokenizer"],
        "target_tokenizer": target["tokenizer"],
        "lowercase": source["lowercase"],
        "shared_dictionary": model.source is model.target,
    }


recipe = Recipe(
    data="A file with pairs, two files with a sentence a line (`train.{en,de}`), or anything that "
    "`seqkit.data.read` takes.",
    defaults=DEFAULTS,
    fine_tuning=FINE_TUNING,
    load=Translator.load,
    read=column_reader("source", "target", settings=("bad_pairs", "max_length_ratio")),
    check=check,
    build=build,
    grow=grow,
    fit=fit,
    score=score_beside_baselines,
    measure=lambda model, rows: score_translator(model, rows).main,
    publish=publish_translator,
    show=show,
    sample=hangul_names,
    sample_settings=SAMPLE,
    fixed=fixed,
)
train, fine_tune, train_and_score = recipe.train, recipe.fine_tune, recipe.train_and_score

if __name__ == "__main__":
    recipe.run()
