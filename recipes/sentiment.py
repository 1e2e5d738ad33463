"""Sentiment, and any other labels of whole texts: many-to-one.

    python -m recipes.sentiment --data reviews.csv --export-path saved_models/reviews

A recurrent network reads the text in order; a linear model of word and character n-grams looks at
it beside; how much each counts is fitted on validation data.
"""

from __future__ import annotations

from typing import Any, Literal

from recipes.samples.reviews import train_and_test
from seqkit.data import Dataset, check
from seqkit.data.kinds.labels import distinct_labels, is_multi_label
from seqkit.recipe.growth import dictionary_settings, gentle, vocabulary_limit
from seqkit.recipe.recipe import Parts, Recipe
from seqkit.recipe.settings import Settings
from seqkit.recipe.source import LabelledSourceSettings, column_reader
from seqkit.tasks.classification.evaluation import score_beside_baseline, score_classifier
from seqkit.tasks.classification.model import TextClassifier
from seqkit.tasks.classification.network import ClassifierNetwork
from seqkit.tasks.classification.report import publish_classifier
from seqkit.tasks.classification.training import fit_classifier
from seqkit.tasks.classification.turns import in_turns, join
from seqkit.text import Normalizer, TextEncoder, Vocabulary, learn_dictionary
from seqkit.training import Run, TrainingSettings


class Config(Settings):
    """Settings of the recipe.

    Attributes:
        tokenizer: what the recurrent network reads.
        vocabulary_size: the most tokens.
        min_count: rarer tokens are UNK (not for `subword`, which has pieces of every word).
        lowercase: whether case is dropped.
        max_ngrams: the most n-grams of words and letters; 0 for none.
        max_length: tokens read at once; a longer text is served in windows of this length.
        too_long: what is done with a longer text when serving.
        label_smoothing: share of certainty taken from the training labels.
        class_weight: "balanced" lets rare labels count as much as frequent ones.
        label_separator: what parts the labels of one cell; makes the model multi-label.
        text_column: name of the column with the text, if it is not found by itself.
        label_column: name of the column with the label, if it is not found by itself.
        folds: of fewer than 2,000 texts so many parts are held out in turn, and all are trained on
            in the end, validation data too; 0 trains on the training data alone.
        network: sizes of the network.
        training: how long and how fast the network is trained.
        source: how files are read.
        seed: two runs on the same machine with the same seed give the same model, on CPU.
    """

    tokenizer: Literal["subword", "word", "char", "jamo"] = "subword"
    vocabulary_size: int = 8000
    min_count: int = 2
    lowercase: bool = True
    max_ngrams: int = 2**20
    max_length: int = 256
    too_long: Literal["window", "error", "truncate"] = "window"
    label_smoothing: float = 0.0
    class_weight: Literal["none", "balanced"] = "none"
    label_separator: str | None = None
    text_column: str | None = None
    label_column: str | None = None
    folds: int = 5
    network: ClassifierNetwork = ClassifierNetwork()
    training: TrainingSettings = TrainingSettings(epochs=8, patience=2)
    source: LabelledSourceSettings = LabelledSourceSettings()
    seed: int = 0


DEFAULTS = Config()
# Each word may decide a review of the sample, and no label is wrong: little is dropped. More steps,
# rather than larger ones, let every seed learn in time whether a report is confirmed or refuted.
SAMPLE = DEFAULTS.replace(dropout=0.05, word_dropout=0.01, batch_size=16)
FINE_TUNING = gentle(DEFAULTS, slower=3, epochs=4)


def sample() -> dict[str, Any]:
    """Reviews in which order decides."""
    train, test = train_and_test()
    return {"train": train, "test": test}


def learned_from(parts: Parts, config: Config) -> Dataset:
    """What the dictionary and the n-grams are learned from: all that the network is trained on."""
    train, validation = parts["train"], parts["validation"]
    return join(train, validation) if in_turns(train, validation, config.folds) else train


def build(train: Dataset, config: Config) -> TextClassifier:
    """Learns dictionary and labels from training data, and makes an untrained model."""
    tokenizer, vocabulary = learn_dictionary(
        train.batches("text", 4096),
        config.tokenizer,
        normalizer=Normalizer("NFC", lowercase=config.lowercase),
        vocabulary_size=config.vocabulary_size,
        min_count=config.min_count,
        seed=config.seed,
    )
    labels = Vocabulary.from_labels(distinct_labels(train))
    encoder = TextEncoder(tokenizer, vocabulary).with_words(train.batches("text", 4096))
    if config.max_ngrams:
        encoder = encoder.with_ngrams(train.batches("text", 4096), _most_ngrams(config, labels))
    return TextClassifier.build(
        encoder,
        labels,
        config.network,
        multi_label=is_multi_label(train),
        max_length=config.max_length,
        too_long=config.too_long,
        seed=config.seed,
    )


def grow(old: TextClassifier, train: Dataset, config: Config) -> TextClassifier:
    """Makes a model that knows the words and labels of more training data."""
    limit = vocabulary_limit(config, old.encoder.vocabulary)
    encoder = old.encoder.extended(train.batches("text", 4096), config.min_count, limit)
    labels = old.labels.extended(dict.fromkeys(distinct_labels(train), 1))
    if encoder.ngrams is not None:
        most = _most_ngrams(config, labels)
        encoder = encoder.with_ngrams(train.batches("text", 4096), most)
    return old.extended(encoder, labels)


def _most_ngrams(config: Config, labels: Vocabulary) -> int:
    """Fewer of many labels: a table of both has no more than 64 million numbers."""
    return min(config.max_ngrams, 2**26 // len(labels))


def fit(
    model: TextClassifier, train: Dataset, validation: Dataset, config: Config, run: Run, new: bool
) -> list[dict[str, float]]:
    """Trains the model; one that is not new keeps what its n-grams have learned."""
    return fit_classifier(
        model,
        train,
        validation,
        config.training,
        label_smoothing=config.label_smoothing,
        class_weight=config.class_weight,
        folds=config.folds,
        new=new,
        seed=config.seed,
        run=run,
    )


def show(model: TextClassifier, parts: Parts, config: Config) -> list[str]:
    """Answers of a few test texts."""
    texts = parts["test"].head(5).to_list("text")
    return [
        f"  {a.label} ({a.confidence:.2f}, unknown {a.unknown_rate:.0%}): {text[:100]}"
        for text, a in zip(texts, model.classify(texts), strict=True)
    ]


recipe = Recipe(
    data="A file with texts and labels, or anything that `seqkit.data.read_texts` takes.",
    defaults=DEFAULTS,
    fine_tuning=FINE_TUNING,
    load=TextClassifier.load,
    read=column_reader("text", "label", settings=("label_separator",)),
    check=check,
    learned_from=learned_from,
    build=build,
    grow=grow,
    fit=fit,
    score=score_beside_baseline,
    measure=lambda model, rows: score_classifier(model, rows).main,
    publish=publish_classifier,
    show=show,
    sample=sample,
    sample_settings=SAMPLE,
    fixed=lambda model: dictionary_settings(model.encoder),
    labels=lambda model: model.labels.tokens,
)
train, fine_tune, train_and_score = recipe.train, recipe.fine_tune, recipe.train_and_score

if __name__ == "__main__":
    recipe.run()
