"""A case for every public class: how `contracts.py` gets small ones to try its promises on.

To add a class, add a case to the list of its kind; layers are in `layer_cases.py`.
`test_contracts.py` fails as long as a public class has neither a case nor a reason in `NO_CASE`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from tests.music_cases import music_cases
from tests.small_captioners import captioner_cases
from tests.small_language_models import language_model_cases
from tests.small_models import RATES, TRAINING_TEXTS, TRAINING_WORDS, by_name, words_seen
from tests.small_translators import translator_cases


@dataclass(frozen=True)
class OptimizerCase:
    """An optimizer, made anew for each promise."""

    name: str
    make: Callable[[], keras.optimizers.Optimizer]


@dataclass(frozen=True)
class ConfigCase:
    """An object of `seqkit.text` that is made again from its configuration.

    Attributes:
        name: unique; begins with the class's name.
        make: makes the object.
        answers: what the object says of some texts, as plain Python values.
    """

    name: str
    make: Callable[[], Any]
    answers: Callable[[Any], Any]


@dataclass(frozen=True)
class ServableCase:
    """A model with `signatures()`.

    Attributes:
        name: unique; begins with the class's name.
        make: makes a small untrained model, the same each time.
        inputs: named inputs for each signature.
        python_answers: what the model's Python methods say to the inputs of `serving_default`,
            under the signature's output names.
    """

    name: str
    make: Callable[[], Any]
    inputs: Mapping[str, Mapping[str, list]]
    python_answers: Callable[[Any, Mapping[str, list]], Mapping[str, list]]


TEXTS = [
    "",
    " ",
    "a",
    "Good film, good night!",
    "two\nlines\tand  spaces ",
    "한국어 문장입니다 값",
    "\u1112\u1161\u11ab",
    "日本語のテキスト",
    "e\u0301 café Ångström",
    "👩‍👩‍👧 🇰🇷 ☝🏽 1️⃣",
    "NUL \x00 inside",
    "[PAD] [UNK]",
    "مرحبا",
]


def optimizer_cases() -> list[OptimizerCase]:
    """Every optimizer, in each of its ways of working."""
    from seqkit.optimizers import LazyAdam

    return [
        OptimizerCase("LazyAdam", lambda: LazyAdam(0.01)),
        OptimizerCase(
            "LazyAdam_clipped", lambda: LazyAdam(0.01, global_clipnorm=1.0, amsgrad=True)
        ),
    ]


def _tokens(tokenizer: Any) -> list:
    return [part.to_list() for part in tokenizer.tokenize(TEXTS)]


def tokenizer_cases() -> list[ConfigCase]:
    """Every tokenizer."""
    from seqkit import text

    def subword() -> Any:
        sample = [t for t in TEXTS if t.strip()] + ["good films are good", "a film of the night"]
        return text.SubwordTokenizer.train(sample * 4, vocabulary_size=340)

    return [
        ConfigCase("CharTokenizer", lambda: text.CharTokenizer(), _tokens),
        ConfigCase("WordTokenizer", lambda: text.WordTokenizer(), _tokens),
        ConfigCase("JamoTokenizer", lambda: text.JamoTokenizer(), _tokens),
        ConfigCase("SubwordTokenizer", subword, _tokens),
    ]


def config_cases() -> list[ConfigCase]:
    """Every class of `seqkit.text` with a configuration, the tokenizers included."""
    from seqkit import text

    def vocabulary() -> Any:
        return text.Vocabulary.from_counts({"good": 3, "한국어": 2, "a\nb": 1, "👍🏽": 1})

    def known(entries: Any) -> list:
        return entries.token_to_id(["good", "한국어", "a\nb", "b", "[PAD]", ""]).numpy().tolist()

    def normalized(normalizer: Any) -> list:
        from seqkit.text.code_points import decode

        return normalizer(decode(TEXTS)).code_points.to_list()

    def hashed(ngrams: Any) -> list:
        return text.TextEncoder(text.CharTokenizer(), vocabulary(), ngrams)(TEXTS)[1].to_list()

    def encoder() -> Any:
        return text.TextEncoder(text.WordTokenizer(), vocabulary())

    def encoded(encoder: Any) -> list:
        given = encoder(TEXTS)
        return [given.token_ids.to_list(), given.unknown_rate.numpy().tolist()]

    return [
        *tokenizer_cases(),
        ConfigCase("Vocabulary", vocabulary, known),
        ConfigCase(
            "Vocabulary_of_labels",
            lambda: text.Vocabulary.from_labels(["neg", "pos", "good"]),
            lambda labels: labels.token_to_id(["pos", "neg"]).numpy().tolist(),
        ),
        ConfigCase(
            "Normalizer",
            lambda: text.Normalizer("NFKC", lowercase=True, digits="zero"),
            normalized,
        ),
        ConfigCase("HashedNGrams", lambda: text.HashedNGrams(50), hashed),
        ConfigCase(
            "KnownNGrams",
            lambda: encoder().with_ngrams([TEXTS[:6]]).ngrams,
            hashed,
        ),
        ConfigCase(
            "TextEncoder",
            lambda: encoder().with_ngrams([TEXTS[:6]]),
            encoded,
        ),
        ConfigCase("SeenWords", lambda: text.SeenWords.learn([TEXTS[:6]]), words_seen),
        ConfigCase(
            "WordEncoder",
            lambda: text.WordEncoder.learn([TEXTS], min_count=1, affix_buckets=50),
            lambda encoder: [part.numpy().tolist() for part in encoder(TEXTS)],
        ),
        ConfigCase(
            "WordEncoder_pretrained",
            lambda: text.WordEncoder.learn([TEXTS], min_count=1, affix_buckets=50).with_pretrained(
                text.Vocabulary.from_counts({word: 1 for word in TEXTS if word})
            ),
            lambda encoder: [part.numpy().tolist() for part in encoder(TEXTS)],
        ),
    ]


def servable_cases() -> list[ServableCase]:
    """Every model of a task. A new task's case goes to the end of this list."""

    def classifier(multi_label: bool) -> Callable[[], Any]:
        def make() -> Any:
            import seqkit
            from seqkit import text

            keras.utils.set_random_seed(4)
            encoder = text.TextEncoder(
                text.WordTokenizer(),
                text.Vocabulary.from_counts({"good": 3, "film": 2, "한국어": 1}),
            )
            encoder = encoder.with_words([TRAINING_TEXTS]).with_ngrams([TRAINING_TEXTS])
            labels = text.Vocabulary.from_labels(["neg", "pos", "neutral"])
            return seqkit.TextClassifier.build(
                encoder, labels, multi_label=multi_label, embedding_dim=4, hidden_dim=3
            )

        return make

    def classified(model: Any, inputs: Mapping[str, list]) -> Mapping[str, list]:
        answers = model.classify(inputs["text"])
        scores = [list(answer.scores.values()) for answer in answers]
        return {"scores": scores, **by_name(answers, "label", "confidence", *RATES)}

    def tagger(*tags: str, vectors: np.ndarray | None = None) -> Any:
        import seqkit
        from seqkit import text

        keras.utils.set_random_seed(4)
        encoder = text.WordEncoder.learn([TRAINING_WORDS], min_count=2, affix_buckets=50)
        if vectors is not None:
            encoder = encoder.with_pretrained(text.Vocabulary.from_counts({"film": 2, "song": 1}))
        return seqkit.TokenTagger.build(
            encoder,
            text.Vocabulary.from_labels(tags),
            vectors=vectors,
            embedding_dim=4,
            hidden_dim=3,
            affix_dim=2,
        )

    def tagged(model: Any, inputs: Mapping[str, list]) -> Mapping[str, list]:
        answers = model.tag(inputs["text"])
        width = max(len(answer.tags) for answer in answers)
        filled = {"tokens": "", "tags": "", "confidence": 0.0, "unknown": False}
        filled |= {"start": -1, "end": -1}
        columns = {key: [list(getattr(answer, key)) for answer in answers] for key in filled}
        for key in ("start", "end"):
            filled[f"{key}_byte"] = -1
            columns[f"{key}_byte"] = [
                [len(text[:place].encode()) for place in places]
                for text, places in zip(inputs["text"], columns[key], strict=True)
            ]
        return {
            key: [[*row, *[filled[key]] * (width - len(row))] for row in rows]
            for key, rows in columns.items()
        } | by_name(answers, *RATES)

    words = [["good", "", "film"], ["", "", ""], ["한국어", "x" * 50, ""]]
    tagger_inputs: dict[str, dict[str, list]] = {
        "serving_default": {"text": TEXTS},
        "tokens": {"tokens": words},
        "tag_names": {},
    }
    inputs: dict[str, dict[str, list]] = {"serving_default": {"text": TEXTS}, "classes": {}}
    return [
        ServableCase("TextClassifier", classifier(False), inputs, classified),
        ServableCase("TextClassifier_multi_label", classifier(True), inputs, classified),
        ServableCase("TokenTagger", lambda: tagger("NOUN", "VERB", "X"), tagger_inputs, tagged),
        ServableCase(
            "TokenTagger_bio_vectors",
            lambda: tagger("O", "B-X", "I-X", vectors=np.eye(6, 5, dtype="float32")),
            tagger_inputs,
            tagged,
        ),
        *translator_cases(ServableCase, TEXTS),
        *captioner_cases(ServableCase),
        *language_model_cases(ServableCase, TEXTS),
        *music_cases(ServableCase),
    ]


# Public classes without a case of their own, and why.
NO_CASE = {
    "Dataset": "rows that were read; tests/data has its promises",
    "TextStream": "a text that was read; tests/data/streams has its promises",
    "PretrainedVectors": "an open file; nothing of it is kept",
    "Tokenizer": "what tokenizers have in common; each tokenizer has a case",
}
