"""A text classifier: strings in, labels, confidences and unknown rates out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.arguments import as_rows
from seqkit.model.growing import copy_weights
from seqkit.model.map_by_length import map_by_length
from seqkit.model.servable_model import ServableModel, config_of
from seqkit.model.text_batches import answers_to, at_least_one
from seqkit.tasks.classification.network import DEEP, WIDE, ClassifierNetwork, build_core
from seqkit.tasks.classification.windows import TOO_LONG, cut
from seqkit.text import HashedNGrams, KnownNGrams, Vocabulary
from seqkit.text.encoder import TextEncoder


@dataclass(frozen=True)
class Classification:
    """The answer for one text.

    Attributes:
        label: the most probable label; of a multi-label model, those with a probability of at
            least one half, joined with "|".
        confidence: calibrated probability that `label` is right: of ten answers with 0.9, about
            nine are. Of a multi-label model, of its least certain decision.
        scores: probability of each label.
        unknown_rate: share of the text's words that training never saw, from 0 to 1, as
            `seqkit.text.SeenWords` defines it. All words count, also those that are not read
            because the text is too long. A model saved before words were kept gives
            `unknown_token_rate`.
        unknown_token_rate: share of the tokens (pieces, words or letters) that the dictionary
            lacks; of a text without tokens 1.
    """

    label: str
    confidence: float
    scores: dict[str, float]
    unknown_rate: float
    unknown_token_rate: float = 0.0


class TextClassifier(ServableModel):
    """A core on ids, and around it the strings: tokenizer, dictionary, labels, calibration.

    One graph answers in Python and in the exported SavedModel; `signatures` gives it.

    Args:
        encoder: texts to ids.
        labels: made with `Vocabulary.from_labels`.
        core: made with `build_core` for this encoder and these labels.
        core_config: sizes and seed that `core` was made with.
        multi_label: whether a text may have any number of labels.
        max_length: tokens that the core reads at once.
        too_long: what happens to a longer text. `"window"`: it is read whole, in windows of
            `max_length`, and their logits are averaged; `"error"`: it is refused; `"truncate"`: its
            end is not read.
        path_weights: weight of each path of the core, in the order of `outputs`; None weighs all
            paths alike.

    Raises:
        ValueError: an argument is out of range, or core and labels disagree.

    Example:
        >>> from seqkit.text import TextEncoder, Vocabulary, WordTokenizer
        >>> encoder = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"good": 2, "bad": 1}))
        >>> encoder = encoder.with_words([["good bad"]])
        >>> labels = Vocabulary.from_labels(["neg", "pos"])
        >>> model = TextClassifier.build(encoder, labels, embedding_dim=4, hidden_dim=4)
        >>> answer = model.classify(["good", "never seen"])[1]
        >>> sorted(answer.scores), answer.unknown_rate
        (['neg', 'pos'], 1.0)
    """

    task = "text classifier"
    network_type = ClassifierNetwork
    settings = ("multi_label", "max_length", "too_long", "path_weights")
    dictionaries = {"encoder": TextEncoder, "labels": Vocabulary}  # noqa: RUF012
    earlier_sizes = {"dropout": 0.5}  # noqa: RUF012

    def __init__(
        self,
        encoder: TextEncoder,
        labels: Vocabulary,
        core: keras.Model,
        *,
        core_config: Mapping[str, Any],
        multi_label: bool = False,
        max_length: int = 256,
        too_long: str = "window",
        path_weights: Sequence[float] | None = None,
    ) -> None:
        super().__init__(core, core_config)
        if too_long not in TOO_LONG:
            raise ValueError(f"too_long is {too_long!r}; expected one of {', '.join(TOO_LONG)}")
        if max_length < 1:
            raise ValueError(f"max_length is {max_length}; give at least 1")
        classes = core.output[DEEP].shape[-1]
        if classes != len(labels):
            raise ValueError(f"core gives {classes} logits for {len(labels)} labels")
        self.encoder = encoder
        self.labels = labels
        self.multi_label = multi_label
        self.max_length = max_length
        self.too_long = too_long
        self.outputs = [name for name in (DEEP, WIDE) if name in core.output]
        self.path_weights = path_weights or [1 / len(self.outputs)] * len(self.outputs)

    @classmethod
    def build(
        cls,
        encoder: TextEncoder,
        labels: Vocabulary,
        network: ClassifierNetwork = ClassifierNetwork(),
        *,
        seed: int = 0,
        **arguments: Any,
    ) -> TextClassifier:
        """Makes an untrained classifier.

        Args:
            encoder: texts to ids; with n-grams, the core gets a wide path.
            labels: made with `Vocabulary.from_labels`.
            network, seed, arguments: see `ServableModel`.

        Returns:
            The classifier.
        """
        network, settings = cls._arrange(network, arguments)
        core = build_core(
            len(encoder.vocabulary),
            len(labels),
            network,
            num_ngrams=encoder.num_ngrams,
            hashed=isinstance(encoder.ngrams, HashedNGrams),
            seed=seed,
        )
        return cls(encoder, labels, core, core_config=config_of(network, seed), **settings)

    @property
    def path_weights(self) -> list[float]:
        """The weight of each path, in the order of `outputs`; fitted on validation data."""
        return list(self._path_weights)

    @path_weights.setter
    def path_weights(self, weights: Sequence[float]) -> None:
        if len(weights) != len(self.outputs) or not all(w >= 0 for w in weights):
            raise ValueError(
                f"path_weights is {list(weights)}; give {len(self.outputs)} numbers from 0"
            )
        self._path_weights = [float(w) for w in weights]
        # Weights are constants of the graph: a graph that was traced before is out of date.
        text = tf.TensorSpec([None], tf.string, name="text")
        self._function = tf.function(self.answer, input_signature=[text], autograph=False)

    def targets(self, labels: Iterable[str | Sequence[str]]) -> np.ndarray:
        """Labels as numbers.

        Args:
            labels: the label of each text, or of a multi-label model its labels.

        Returns:
            `<float32>[texts, classes]`, 1 where a label holds.

        Raises:
            TypeError: `labels` is one string, or a table.
            ValueError: a label is not known; its name is given.
        """
        given = as_rows(labels, "labels", "label")
        rows = [[label] if isinstance(label, str) else list(label) for label in given]
        targets = np.zeros((len(rows), len(self.labels)), "float32")
        lengths = [len(row) for row in rows]
        flat = [label for row in rows for label in row]
        if flat:
            ids = self.labels.token_to_id(tf.constant(flat)).numpy()
            targets[np.repeat(np.arange(len(rows)), lengths), ids] = 1.0
        return targets

    def classify(self, texts: Sequence[str], batch_size: int = 1024) -> list[Classification]:
        """Answers texts.

        Args:
            texts: strings; an empty one is answered too.
            batch_size: texts given to the graph at once.

        Returns:
            A `Classification` for each text, in order.

        Raises:
            TypeError: `texts` is one string, or a table.
            ValueError: an item is not a string that UTF-8 can hold, and its index is named; or
                `batch_size` is below 1.
        """
        names = self.labels.tokens
        answers: list[Classification] = []
        for given in answers_to(self._function, batch_size, texts=texts):
            names_of_rates = ("unknown_rate", "unknown_token_rate")
            columns = (
                given[key].numpy() for key in ("label", "confidence", "scores", *names_of_rates)
            )
            for label, confidence, scores, *rates in zip(*columns, strict=True):
                answers.append(
                    Classification(
                        label.decode(),
                        float(confidence),
                        dict(zip(names, scores.tolist(), strict=True)),
                        *map(float, rates),
                    )
                )
        return answers

    def answer(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """The graph: what `classify` runs and what is served.

        Args:
            text: `<string>[batch]`, UTF-8; bytes that are not become U+FFFD.

        Returns:
            `label` `<string>[batch]`, `confidence` `<float32>[batch]`, `scores`
            `<float32>[batch, classes]` in the order of the signature `classes`, `unknown_rate` and
            `unknown_token_rate` `<float32>[batch]`.
        """
        size = tf.shape(text)[0]
        encoded = self.encoder(at_least_one(text))
        logits = self._logits(encoded.token_ids, encoded.ngram_ids)
        names = tf.constant(self.labels.tokens)
        if self.multi_label:
            scores = tf.sigmoid(logits)
            holds = scores >= 0.5
            rows = tf.RaggedTensor.from_value_rowids(
                tf.gather(names, tf.where(holds)[:, 1]),
                tf.where(holds)[:, 0],
                nrows=tf.shape(holds, tf.int64)[0],
            )
            label = tf.strings.reduce_join(rows, axis=1, separator="|")
            confidence = tf.reduce_min(tf.maximum(scores, 1 - scores), axis=1)
        else:
            scores = tf.nn.softmax(logits)
            label = tf.gather(names, tf.argmax(scores, axis=1))
            confidence = tf.reduce_max(scores, axis=1)
        return {
            "label": label[:size],
            "confidence": confidence[:size],
            "scores": scores[:size],
            "unknown_rate": encoded.unknown_rate[:size],
            "unknown_token_rate": encoded.unknown_token_rate[:size],
        }

    def _logits(self, token_ids: tf.RaggedTensor, ngram_ids: tf.RaggedTensor) -> tf.Tensor:
        """`<float32>[batch, classes]`: windows of about one length at a time, joined again."""
        windows, text_of_window = cut(token_ids, self.max_length, self.too_long)
        lengths = tf.cast(windows.row_lengths(), tf.int32)
        classes = len(self.labels)

        def some(rows: tf.Tensor) -> list[tf.Tensor]:
            inputs = {"token_ids": tf.gather(windows, rows).to_tensor(0)}
            if WIDE in self.outputs:
                ngrams = tf.gather(ngram_ids, tf.gather(text_of_window, rows)).to_tensor(0)
                inputs["ngram_ids"] = tf.pad(ngrams, [[0, 0], [0, 1]])
            paths = self.core(inputs, training=False)
            weighted = zip(self.path_weights, self.outputs, strict=True)
            return [rows, tf.add_n([weight * paths[name] for weight, name in weighted])]

        specs = [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, classes], tf.float32)]
        rows, logits = map_by_length(lengths, some, specs)
        by_window = tf.scatter_nd(rows[:, tf.newaxis], logits, [tf.size(rows), classes])
        weight = tf.cast(lengths, tf.float32)[:, tf.newaxis]
        batch = token_ids.nrows(out_type=tf.int32)
        total = tf.math.unsorted_segment_sum(by_window * weight, text_of_window, batch)
        return total / tf.math.unsorted_segment_sum(weight, text_of_window, batch)

    def signatures(self) -> dict[str, Any]:
        """What a server offers.

        Returns:
            `serving_default`: see `answer`. `classes`: no input, `label` `<string>[classes]`, the
            order of `scores`.
        """

        def classes() -> dict[str, tf.Tensor]:
            """The labels, in the order of `scores`."""
            return {"label": tf.constant(self.labels.tokens)}

        return {
            "serving_default": self._function,
            "classes": tf.function(classes, input_signature=[], autograph=False),
        }

    def extended(self, encoder: TextEncoder, labels: Vocabulary) -> TextClassifier:
        """A classifier that knows more words or labels and has learned what this one has.

        Args:
            encoder: as this one's, its vocabulary continued.
            labels: this one's labels, continued.

        Returns:
            A new classifier; a new word is read as UNK was, until it is trained.
        """
        new = TextClassifier.build(
            encoder, labels, self.network, seed=self.seed, **self._settings()
        )
        copy_weights(self.core, new.core)
        if isinstance(encoder.ngrams, KnownNGrams):
            _weigh_new_ngrams(
                new.core, encoder.ngrams, encoder.num_ngrams - self.encoder.num_ngrams
            )
        return new


def _weigh_new_ngrams(core: keras.Model, ngrams: KnownNGrams, number: int) -> None:
    """Takes the last n-grams to be as rare as the rarest of those before."""
    idf = core.get_layer(WIDE).idf
    values = np.array(idf.numpy())
    place = len(values) - number
    rarest = np.abs(values[:place]).max()
    values[place:] = np.where(ngrams.of_letters[place - 1 :], -rarest, rarest)
    idf.assign(values)
