"""Tagged sentences as padded batches of ids, in an order that depends on seed and epoch alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import keras
import numpy as np
import pyarrow as pa
import tensorflow as tf

from seqkit.data.batching import Batch, bucket_batches
from seqkit.data.dataset import Dataset
from seqkit.text.code_points import as_text_tensor
from seqkit.text.word_encoder import EncodedWords, WordEncoder
from seqkit.training.batches import EpochBatches

_WORDS = 4096
NO_TAG = -1


class EncodedSentences:
    """Sentences whose different words were encoded once; a batch gathers what it needs of them.

    Sentences longer than `max_length` become several rows, with no overlap: every tag is trained.

    Args:
        dataset: holds the column `tokens`.
        encoder: turns words into ids.
        max_length: words of a row.
        levels: fields of `EncodedWords` that a batch has, such as the inputs of a core; None takes
            all, but for pretrained vectors where the encoder has none.

    Attributes:
        lengths: `<int32>[rows]`, words of each row.
        num_cut: sentences that became several rows.
        unknown: `<bool>[words]`, which words of the whole data set neither the dictionary nor
            pretrained vectors know.

    Example:
        >>> from seqkit import data
        >>> rows = data.read([(["a", "b", "a"], ["X", "Y", "X"])], columns=("tokens", "tags"))
        >>> sentences = EncodedSentences(rows, WordEncoder.learn([["a", "a"]]), max_length=2)
        >>> sentences.lengths.tolist(), sentences.num_cut
        ([2, 1], 1)
        >>> sentences.padded(np.array([1, 0]), 2)["token_ids"].tolist()
        [[4, 0], [4, 1]]
    """

    def __init__(
        self,
        dataset: Dataset,
        encoder: WordEncoder,
        *,
        max_length: int,
        levels: Collection[str] | None = None,
    ) -> None:
        tokens = dataset["tokens"].combine_chunks()
        flat = tokens.flatten().dictionary_encode()
        self._words = flat.indices.to_numpy().astype("int32")
        columns = _encode(flat.dictionary, encoder)
        self.unknown = columns.pop("unknown")[self._words]
        if levels is None:
            without = {"pretrained_ids"} if encoder.pretrained is None else set()
            levels = columns.keys() - without
        self._columns = {name: ids for name, ids in columns.items() if name in levels}
        whole = np.diff(tokens.offsets.to_numpy())
        begin = np.cumsum(whole) - whole
        rows = (whole + max_length - 1) // max_length
        self.num_cut = int((rows > 1).sum())
        number = np.arange(rows.sum()) - np.repeat(np.cumsum(rows) - rows, rows)
        self._begin = np.repeat(begin, rows) + number * max_length
        rest = np.repeat(begin + whole, rows) - self._begin
        self.lengths = np.minimum(rest, max_length).astype("int32")

    def __len__(self) -> int:
        return len(self.lengths)

    def places(self, indices: np.ndarray, length: int) -> np.ndarray:
        """Where the words of some rows stand among all words.

        Args:
            indices: `<int>[n]`, which rows.
            length: words to pad to.

        Returns:
            `<int64>[n, length]`, -1 at padding.
        """
        columns = np.arange(length)
        inside = columns < self.lengths[indices][:, np.newaxis]
        return np.where(inside, self._begin[indices][:, np.newaxis] + columns, -1)

    def padded(self, indices: np.ndarray, length: int) -> dict[str, np.ndarray]:
        """The ids of some rows.

        Args:
            indices: `<int>[n]`, which rows.
            length: words to pad to.

        Returns:
            `token_ids` `<int32>[n, length]`, `character_ids` `<int32>[n, length, characters]`,
            `affix_ids` `<int32>[n, length, affixes]`, `pretrained_ids` `<int32>[n, length, parts]`,
            those of them that are in `levels`; zeros at padding.
        """
        places = self.places(indices, length)
        # The last word of the table is padding.
        words = np.where(places >= 0, self._words[places], -1)
        return {name: column[words] for name, column in self._columns.items()}


def emissions_of(
    core: keras.Model, sentences: EncodedSentences, batch_size: int = 128, *, shuffle: bool = False
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """What a core says of sentences, batch by batch.

    Args:
        core: made with `build_tagger_core`.
        sentences: what it reads.
        batch_size: rows computed together.
        shuffle: whether the rows come in random order, always the same.

    Yields:
        Places of the words among all, `<int64>[rows, length]`, -1 at padding, and emissions
        `<float32>[rows, length, tags]`.
    """
    plan = bucket_batches(
        sentences.lengths, batch_size=batch_size, seed=0, epoch=0, shuffle=shuffle
    )
    for indices, length in plan:
        yield (
            sentences.places(indices, length),
            core.predict_on_batch(sentences.padded(indices, length)),
        )


class TaggedBatches(EpochBatches):
    """An epoch's batches of tagged sentences, bucketed by length.

    Args:
        sentences: what the model reads.
        tag_ids: `<int32>[words]`, the tag of each word of all sentences.
        batch_size: rows of a batch.
        seed: with the epoch's number decides the order.
    """

    def __init__(
        self, sentences: EncodedSentences, tag_ids: np.ndarray, *, batch_size: int, seed: int
    ) -> None:
        super().__init__(batch_size=batch_size, seed=seed)
        self._sentences = sentences
        self._tag_ids = np.append(tag_ids, NO_TAG).astype("int32")

    def plan(self) -> list[Batch]:
        """The rows of each batch, and the length they are padded to."""
        return bucket_batches(
            self._sentences.lengths, batch_size=self.batch_size, seed=self.seed, epoch=self.epoch
        )

    def batch(self, part: Batch) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Inputs, and tag ids `<int32>[rows, length]` padded with -1."""
        indices, length = part
        places = self._sentences.places(indices, length)
        return self._sentences.padded(indices, length), self._tag_ids[places]

    def signature(self) -> tuple[dict[str, tf.TensorSpec], tf.TensorSpec]:
        """Shapes and dtypes of a batch."""
        inputs = self._sentences.padded(np.zeros(1, np.int64), 1)
        specs = {
            name: tf.TensorSpec([None, None, *ids.shape[2:]], tf.int32)
            for name, ids in inputs.items()
        }
        return specs, tf.TensorSpec([None, None], tf.int32)


def _encode(words: pa.StringArray, encoder: WordEncoder) -> dict[str, np.ndarray]:
    """The ids of different words, with one more for padding; letters only as far as there are."""
    parts = [
        encoder(as_text_tensor(words[start : start + _WORDS]))
        for start in range(0, len(words), _WORDS)
    ]
    columns = {
        name: np.concatenate([getattr(part, name).numpy() for part in parts])
        for name in ("unknown", *EncodedWords._fields)
    }
    longest = int((columns["character_ids"] > 0).sum(axis=1).max(initial=1))
    columns["character_ids"] = columns["character_ids"][:, :longest]
    return {
        name: np.concatenate([ids, np.zeros((1, *ids.shape[1:]), ids.dtype)])
        for name, ids in columns.items()
    }
