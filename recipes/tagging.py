"""Tags of words: parts of speech, names, slots, chunks: many-to-many, in step.

    python -m recipes.tagging --data train.conllu --test test.conllu --export-path saved_models/pos

Each word is read by the dictionary, by its letters and by its affixes and shape; a recurrent
network reads the words in both directions; a conditional random field finds the best tags for the
whole sentence.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from recipes.samples.python_names import python_names
from seqkit.data import Dataset, check
from seqkit.recipe.growth import gentle, vocabulary_limit
from seqkit.recipe.recipe import Parts, Recipe
from seqkit.recipe.settings import Settings
from seqkit.recipe.source import SourceSettings, column_reader
from seqkit.tasks.tagging.evaluation import measure_tagger, score_beside_baselines
from seqkit.tasks.tagging.model import TokenTagger
from seqkit.tasks.tagging.network import TaggerNetwork
from seqkit.tasks.tagging.report import publish_tagger
from seqkit.tasks.tagging.training import fit_tagger
from seqkit.text import Vocabulary, WordEncoder, vector_coverage, with_vectors
from seqkit.training import Run, TrainingSettings


class Config(Settings):
    """Settings of the recipe.

    Attributes:
        vocabulary_size: the most words.
        min_count: rarer words are UNK in the dictionary; their letters are read all the same.
        max_characters: of a longer word, half as many letters of its beginning and of its end are
            read.
        affix_buckets: size of the table of each kind of affix.
        max_length: words read at once; a longer document is read in windows that overlap.
        pretrained_vectors: text file of word vectors, GloVe's or fastText's (.vec), unpacked. Words
            that the training data lack are read by theirs, or by those of their parts. The vectors
            stay as they are; a linear map of them, to `embedding_dim` values, is learned. After
            training the file is not needed; `fine_tune` takes the same file for new words.
        pretrained_words: how many words from the top of that file, where the most frequent are,
            come into the model beside those of the training data; None takes what fits into 60 MB,
            50,000 of 300 values or 300,000 of 50.
        tokens_column: name or number of the column with the words, if it is not found by itself.
        tags_column: name or number of the column with the tags, such as `xpos`.
        text_column: of texts with marked spans, the column with the texts.
        spans_column: the column with their spans.
        tag_scheme: what the tags are; None finds out, but never IOB1.
        misaligned: what is done with a marked span that cuts a token; `widen` takes it whole.
        network: sizes of the network.
        training: how long and how fast the network is trained.
        source: how files are read.
        seed: two runs on the same machine with the same seed give the same model, on CPU.
    """

    vocabulary_size: int = 50_000
    min_count: int = 2
    max_characters: int = 24
    affix_buckets: int = 8192
    max_length: int = 256
    pretrained_vectors: str | None = None
    pretrained_words: int | None = None
    tokens_column: str | None = None
    tags_column: str | None = None
    text_column: str | None = None
    spans_column: str | None = None
    tag_scheme: Literal["BIO", "IOBES", "IOB1", "plain"] | None = None
    misaligned: Literal["error", "widen"] = "error"
    network: TaggerNetwork = TaggerNetwork()
    training: TrainingSettings = TrainingSettings(patience=4, min_steps=1200, batch_size=None)
    source: SourceSettings = SourceSettings()
    seed: int = 0


DEFAULTS = Config()
FINE_TUNING = gentle(DEFAULTS, slower=3, epochs=4)


def build(train: Dataset, config: Config) -> TokenTagger:
    """Learns words, letters and tags from training data, and makes an untrained model."""
    encoder = WordEncoder.learn(
        _words(train),
        min_count=config.min_count,
        vocabulary_size=config.vocabulary_size,
        max_characters=config.max_characters,
        affix_buckets=config.affix_buckets,
    )
    encoder, vectors = _add_vectors(encoder, train, config)
    return TokenTagger.build(
        encoder,
        Vocabulary.from_labels(_tags(train)),
        config.network,
        vectors=vectors,
        max_length=config.max_length,
        seed=config.seed,
    )


def grow(old: TokenTagger, train: Dataset, config: Config) -> TokenTagger:
    """Makes a model that knows the words, letters and tags of more training data."""
    limit = vocabulary_limit(config, old.encoder.vocabulary)
    encoder = old.encoder.extended(_words(train), config.min_count, limit)
    encoder, vectors = _add_vectors(encoder, train, config)
    return old.extended(encoder, old.tags.extended(dict.fromkeys(_tags(train), 1)), vectors)


def fit(
    model: TokenTagger, train: Dataset, validation: Dataset, config: Config, run: Run, new: bool
) -> list[dict[str, float]]:
    """Trains the model; tells first how many words have a pretrained vector."""
    coverage = vector_coverage(model.encoder, _words(train))
    if coverage is not None:
        print(*coverage.lines(), sep="\n")
    return fit_tagger(model, train, validation, config.training, seed=config.seed, run=run).history


def show(model: TokenTagger, parts: Parts, config: Config) -> list[str]:
    """The first words of a few test sentences, with their tags."""
    lines = []
    for tagging in model.tag(parts["test"].head(5).to_list("tokens")):
        pairs = [f"{word}/{tag}" for word, tag in zip(tagging.tokens, tagging.tags, strict=True)]
        lines.append(" ".join(["", *pairs[:15]]) + (" …" if pairs[15:] else ""))
    return lines


def fixed(model: TokenTagger) -> dict[str, Any]:
    """Settings of the words' levels, which a trained model keeps."""
    encoder = model.encoder
    return {"max_characters": encoder.max_characters, "affix_buckets": encoder.affix_buckets}


def _words(dataset: Dataset) -> Any:
    """The words of all sentences, batch by batch."""
    return (tokens.flatten() for tokens in dataset.batches("tokens", 4096))


def _tags(dataset: Dataset) -> list[str]:
    """Each tag that occurs, once."""
    return dataset["tags"].combine_chunks().flatten().unique().to_pylist()


def _add_vectors(
    encoder: WordEncoder, dataset: Dataset, config: Config
) -> tuple[WordEncoder, np.ndarray | None]:
    """Adds the words with a pretrained vector to the encoder, and gives the vectors, if any."""
    if config.pretrained_vectors is None:
        return encoder, None
    return with_vectors(
        encoder, config.pretrained_vectors, _words(dataset), config.pretrained_words
    )


recipe = Recipe(
    data="A file with words and tags, or anything that `seqkit.data.read_tagged` takes.",
    defaults=DEFAULTS,
    fine_tuning=FINE_TUNING,
    load=TokenTagger.load,
    read=column_reader(
        "tokens", "tags", stand_ins=("text", "spans"), settings=("tag_scheme", "misaligned")
    ),
    check=check,
    build=build,
    grow=grow,
    fit=fit,
    score=score_beside_baselines,
    measure=measure_tagger,
    publish=publish_tagger,
    show=show,
    sample=python_names,
    fixed=fixed,
    labels=lambda model: model.tags.tokens,
)
train, fine_tune, train_and_score = recipe.train, recipe.fine_tune, recipe.train_and_score

if __name__ == "__main__":
    recipe.run()
