"""A case for every public class: how `contracts.py` gets small ones to try its promises on.

To add a class, add a case to the list of its kind. `test_contracts.py` fails as long as a public
class has neither a case here nor a reason in `NO_CASE`. Nothing here imports TensorFlow until a
case needs it, since layers are also tried where it is not installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from tests.asked_layers import asked, asked_crf, asked_decoder
from tests.music_cases import music_cases
from tests.small_captioners import captioner_cases
from tests.small_language_models import language_model_cases
from tests.small_models import RATES, TRAINING_TEXTS, TRAINING_WORDS, by_name, words_seen
from tests.small_translators import translator_cases

BATCH, LENGTH, DIM = 4, 5, 3
NUM_IDS = 12


@dataclass(frozen=True)
class LayerCase:
    """A layer, made anew for each promise.

    Attributes:
        name: unique; begins with the class's name.
        make: makes the layer with small sizes.
        reads: "vectors" with a padding mask, padded "ids", or the padded "letters" of words.
        empty_row_is_zero: whether a row that is all padding gives zeros, or only finite values.
        random: whether training=True draws random numbers.
        compiles: whether XLA compiles a training step on TensorFlow.
    """

    name: str
    make: Callable[[], keras.layers.Layer]
    reads: str
    empty_row_is_zero: bool = True
    random: bool = False
    compiles: bool = True

    def inputs(self, extra: int = 0) -> dict[str, np.ndarray]:
        """Right-padded inputs of lengths 5, 3, 1 and 0, with more padding if asked."""
        rng = np.random.default_rng(3)
        mask = np.arange(LENGTH + extra) < np.array([5, 3, 1, 0])[:, np.newaxis]
        if self.reads == "letters":
            letters = rng.integers(1, NUM_IDS, (BATCH, LENGTH, DIM)) * mask[:, :LENGTH, None]
            letters[:, 1, 1:] = 0  # a word of one letter
            padded = np.pad(letters, [(0, 0), (0, extra), (0, extra)])
            return {"letters": padded.astype("int32")}
        if self.reads == "ids":
            ids = np.pad(rng.integers(4, NUM_IDS, (BATCH, LENGTH)), [(0, 0), (0, extra)])
            return {"ids": np.where(mask, ids, 0).astype("int32")}
        # What stands at padding is not zero: a layer must not look at it.
        vectors = np.full((BATCH, LENGTH + extra, DIM), 0.7 + extra, "float32")
        vectors[:, :LENGTH] = rng.normal(size=(BATCH, LENGTH, DIM))
        vectors[~mask] = 0.7 + extra
        return {"vectors": vectors, "padding_mask": mask}


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


def layer_cases() -> list[LayerCase]:
    """Every layer, in each of its ways of working."""
    from seqkit import layers

    def encoder(**arguments: Any) -> Callable[[], keras.layers.Layer]:
        return lambda: layers.RecurrentEncoder(4, **arguments)

    def pooling(mode: str) -> Callable[[], keras.layers.Layer]:
        return lambda: layers.Pooling(mode)

    recurrent = {
        "RecurrentEncoder_gru": {"cell": "gru"},
        "RecurrentEncoder_lstm": {"cell": "lstm"},
        "RecurrentEncoder_simple_rnn": {"cell": "simple_rnn"},
        "RecurrentEncoder_forward_only": {"bidirectional": False},
        "RecurrentEncoder_stacked_residual": {"num_layers": 3, "residual": True, "cell": "lstm"},
        "RecurrentEncoder_with_state": {"return_state": True, "num_layers": 2},
    }
    return [
        *(
            LayerCase(name, encoder(**arguments), "vectors")
            for name, arguments in recurrent.items()
        ),
        LayerCase(
            "RecurrentEncoder_dropout",
            encoder(dropout=0.3, recurrent_dropout=0.3, seed=5),
            "vectors",
            random=True,
        ),
        *(
            LayerCase(f"Pooling_{mode}", pooling(mode), "vectors")
            for mode in ("last", "mean", "max", "attention")
        ),
        LayerCase("WordDropout", lambda: layers.WordDropout(0.5, seed=5), "ids", random=True),
        LayerCase(
            "BagOfNGrams",
            lambda: layers.BagOfNGrams(NUM_IDS, 2, dropout=0.5, seed=5),
            "ids",
            empty_row_is_zero=False,  # its bias is what it knows of a text without n-grams
            random=True,
        ),
        LayerCase(
            "CharacterConvolution",
            lambda: layers.CharacterConvolution(NUM_IDS, 3, 4, dropout=0.3, seed=5),
            "letters",
            random=True,
        ),
        LayerCase("LinearChainCRF", lambda: asked_crf(False), "vectors"),
        LayerCase("LinearChainCRF_constrained", lambda: asked_crf(True), "vectors"),
        LayerCase(
            "RecurrentDecoder_lstm",
            lambda: asked_decoder(cell="lstm", attention="additive", num_layers=2),
            "vectors",
        ),
        LayerCase(
            "RecurrentDecoder_dropout",
            lambda: asked_decoder(num_layers=2, dropout=0.3, recurrent_dropout=0.3, seed=5),
            "vectors",
            random=True,
        ),
        LayerCase(
            "RecurrentDecoder_input_feeding",
            lambda: asked_decoder(num_layers=2, input_feeding=True, dropout=0.3, seed=5),
            "vectors",
            random=True,
            compiles=False,
        ),
        *(
            LayerCase(
                f"SourceAttention_{score}",
                lambda score=score: asked("SourceAttention", score),
                "vectors",
            )
            for score in ("dot", "scaled_dot", "additive")
        ),
        LayerCase(
            "RecurrentStack",
            lambda: asked("RecurrentStack", 3, 2, dropout=0.3, recurrent_dropout=0.3, seed=5),
            "vectors",
            random=True,
        ),
        LayerCase("GridPositions", lambda: asked("GridPositions", 0.5, 5), "vectors"),
        LayerCase(
            "PitchesBelow",
            lambda: asked("PitchesBelow", 3, reach=2, reach_before=1, dropout=0.3, seed=5),
            "vectors",
            random=True,
        ),
        LayerCase("TokenOutput", lambda: asked("TokenOutput", 7), "vectors"),
        LayerCase(
            "ScheduledDropout",
            lambda: asked("ScheduledDropout", 0.3, seed=5),
            "vectors",
            random=True,
        ),
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
            "TextEncoder",
            lambda: text.TextEncoder(text.WordTokenizer(), vocabulary(), text.HashedNGrams(50)),
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
                text.HashedNGrams(50),
            ).with_words([TRAINING_TEXTS])
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
