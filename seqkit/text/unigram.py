"""The most probable way to split words into pieces, found in the graph."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.text.ragged import places_where, previous, row_ids

_CODE_POINT_BITS = 21
# Not a code point: it follows every word, so that no piece reaches beyond the end.
_END = (1 << _CODE_POINT_BITS) - 1
_NO_PIECE, _UNKNOWN = 0, 1
# The most cells (character, length of a piece) of a block of words that are searched together.
_CELLS_PER_BLOCK = 1 << 21


class PieceSearch(tf.Module):
    """Splits words into the pieces with the highest sum of scores, by the Viterbi algorithm.

    A character that is not a piece may stand for itself, at a penalty, and then becomes the pieces
    of its UTF-8 bytes. Of equal sums the one with the longer last piece is taken, and so on
    backwards, as in sentencepiece.

    The pieces are kept as a prefix tree in a hash table of edges, which is walked from all places
    of all words together; the search then steps through all words in parallel.

    Args:
        pieces: id and score of each piece by its text, `{text: (id, score)}`, ids above 1.
        byte_ids: `<int>[256]`, ids of the pieces for bytes.
        unknown_score: the score of a character that is not a piece.
        longest_word: the most characters of a word; only bounds memory.

    Source: T. Kudo, "Subword Regularization", 2018, section 3.2 (unigram language model).
    """

    def __init__(
        self,
        pieces: Mapping[str, tuple[int, float]],
        byte_ids: np.ndarray,
        unknown_score: float,
        longest_word: int,
    ) -> None:
        super().__init__()
        self._longest = max(map(len, pieces), default=1)
        self._characters_per_block = max(1, _CELLS_PER_BLOCK // self._longest)
        edges, piece_at = _prefix_tree({text: piece for text, (piece, _) in pieces.items()})
        scores = np.full(max((piece for piece, _ in pieces.values()), default=1) + 1, -np.inf)
        for piece, score in pieces.values():
            scores[piece] = score
        scores[_UNKNOWN] = unknown_score
        self._edges = _integer_table(edges, default=-1)
        self._joined = _integer_table({pair: 1 for pair in _pairs(pieces)}, default=0)
        with tf.init_scope(), tf.device("/CPU:0"):
            self._piece_at = tf.constant(piece_at, tf.int32)
            self._scores = tf.constant(scores, tf.float32)
            self._byte_ids = tf.constant(byte_ids, tf.int32)

    def may_be_joined(self, code_points: tf.Tensor) -> tf.Tensor:
        """Tells which characters follow the character before them in some piece.

        Any two others are never in one piece, so that a text can be split there first.

        Args:
            code_points: `<int32>[count]`.

        Returns:
            `<bool>[count]`; the first is False.
        """
        wide = tf.cast(code_points, tf.int64)
        return tf.equal(self._joined.lookup(_key(previous(wide), wide)), 1)

    def __call__(self, words: tf.RaggedTensor) -> tf.RaggedTensor:
        """Splits words into pieces.

        Args:
            words: ragged `<int32>[words, None]`, code points.

        Returns:
            Ragged `<int32>[words, None, 3]`: for each piece its id and, in characters of the word,
            where it starts and ends. The pieces for the bytes of one character share its offsets.
        """
        splits, size = words.row_splits, words.nrows()

        def block(first: tf.Tensor, cut: tf.Tensor, lengths: tf.Tensor) -> tuple[tf.Tensor, ...]:
            room = splits[first] + self._characters_per_block
            last = tf.searchsorted(splits, [room], side="right", out_type=tf.int64)[0] - 1
            last = tf.maximum(last, first + 1)
            new_cut, new_lengths = self._search(
                words.values[splits[first] : splits[last]],
                splits[first : last + 1] - splits[first],
            )
            return last, tf.concat([cut, new_cut], 0), tf.concat([lengths, new_lengths], 0)

        _, cut, lengths = tf.while_loop(
            lambda first, *_: first < size,
            block,
            [tf.zeros([], tf.int64), tf.zeros([0, 3], tf.int32), tf.zeros([0], tf.int64)],
            shape_invariants=[
                tf.TensorShape([]),
                tf.TensorShape([None, 3]),
                tf.TensorShape([None]),
            ],
            parallel_iterations=1,
        )
        return tf.RaggedTensor.from_row_lengths(cut, lengths, validate=False)

    def _search(self, code_points: tf.Tensor, splits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Splits a block of words into pieces.

        Args:
            code_points: `<int32>[count]`, of all words.
            splits: `<int64>[words + 1]`, where the words begin.

        Returns:
            `<int32>[pieces, 3]`, and `<int64>[words]`, the number of pieces of each word.
        """
        layout = _Columns.of(splits)
        characters = tf.scatter_nd(
            layout.at[:, tf.newaxis], tf.cast(code_points, tf.int64), tf.shape(layout.at, tf.int64)
        )  # [count], column by column
        lattice = self._lattice(characters, layout)
        best = self._best_lengths(lattice, layout)
        pieces, counts = self._trace_back(lattice, best, layout, splits)
        return self._spell_unknown(code_points, splits, pieces, counts)

    def _lattice(self, characters: tf.Tensor, layout: _Columns) -> tf.Tensor:
        """Finds every piece at every place.

        Args:
            characters: `<int64>[count]`, column by column.
            layout: where the columns are.

        Returns:
            `<int32>[count, longest]`: the ids of the pieces that end at a character, the longest
            first and the single character last.
        """
        size = tf.size(characters, tf.int64)
        characters = tf.concat([characters, [_END]], 0)
        following = tf.concat([layout.following, [size]], 0)

        def extend(
            depth: tf.Tensor, last: tf.Tensor, node: tf.Tensor, cells: tf.Tensor, nodes: tf.Tensor
        ) -> tuple[tf.Tensor, ...]:
            # One character further from all places where some piece still continues, [alive].
            node = self._edges.lookup(_key(node, tf.gather(characters, last)))
            alive = places_where(node >= 0)
            last, node = tf.gather(last, alive), tf.gather(node, alive)
            cells = tf.concat([cells, last * self._longest + self._longest - 1 - depth], 0)
            nodes = tf.concat([nodes, node], 0)
            return depth + 1, tf.gather(following, last), node, cells, nodes

        starts = tf.range(size)
        none = tf.zeros([0], tf.int64)
        some = tf.TensorShape([None])
        _, _, _, cells, nodes = tf.while_loop(
            lambda depth, last, *_: (tf.size(last) > 0) & (depth < self._longest),
            extend,
            [tf.zeros([], tf.int64), starts, tf.zeros_like(starts), none, none],
            shape_invariants=[tf.TensorShape([]), some, some, some, some],
        )
        pieces = tf.gather(self._piece_at, nodes)  # [visited nodes]
        whole = tf.where(pieces > _NO_PIECE)  # [pieces, 1]
        lattice = tf.scatter_nd(
            tf.gather_nd(cells, whole)[:, tf.newaxis],
            tf.gather_nd(pieces, whole),
            [size * self._longest],
        )  # [count * longest]
        # The ids of pieces are above that of the unknown, so that only cells without one change.
        alone = tf.one_hot(self._longest - 1, self._longest, _UNKNOWN, _NO_PIECE, dtype=tf.int32)
        return tf.maximum(tf.reshape(lattice, [-1, self._longest]), alone)

    def _best_lengths(self, lattice: tf.Tensor, layout: _Columns) -> tf.Tensor:
        """Finds the length of the last piece on the best path to each character.

        Args:
            lattice: `<int32>[count, longest]`.
            layout: where the columns are.

        Returns:
            `<int32>[count]`.
        """
        length = tf.size(layout.heights)
        scores = tf.TensorArray(
            tf.float32, length, element_shape=[None, self._longest], infer_shape=False
        ).split(tf.gather(self._scores, lattice), tf.cast(layout.heights, tf.int32))
        totals = tf.TensorArray(
            tf.float32, length, element_shape=[None, self._longest], infer_shape=False
        )
        # before[:, i]: the best sum up to where the piece in column i of the lattice would start.
        before = tf.fill([layout.num_words, self._longest - 1], -np.inf)
        before = tf.concat([before, tf.zeros([layout.num_words, 1])], 1)  # [words, longest]

        def step(
            column: tf.Tensor, before: tf.Tensor, totals: tf.TensorArray
        ) -> tuple[tf.Tensor, tf.Tensor, tf.TensorArray]:
            score = scores.read(column)  # [words that reach this column, longest]
            before = before[: tf.shape(score)[0]]
            total = before + score
            best = tf.reduce_max(total, 1, keepdims=True)
            before = tf.concat([before[:, 1:], best], 1)
            return column + 1, before, totals.write(column, total)

        _, _, totals = tf.while_loop(
            lambda column, *_: column < length,
            step,
            [tf.zeros([], tf.int32), before, totals],
            shape_invariants=[
                tf.TensorShape([]),
                tf.TensorShape([None, self._longest]),
                tf.TensorShape(None),
            ],
        )
        return self._longest - tf.argmax(totals.concat(), 1, output_type=tf.int32)

    def _trace_back(
        self, lattice: tf.Tensor, best: tf.Tensor, layout: _Columns, splits: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Follows the best paths from the ends of the words to their beginnings.

        Args:
            lattice: `<int32>[count, longest]`.
            best: `<int32>[count]`, the lengths of the best last pieces.
            layout: where the columns are.
            splits: `<int64>[words + 1]`, where the words begin.

        Returns:
            `<int32>[pieces, 3]` ids, starts and ends, word by word, and `<int64>[words]` counts.
        """
        # The last character of the part of a word up to `end` is at before_end[end] + rank. A part
        # with end 0 is done: it points at the zeros put in front, and stays.
        size = layout.num_words
        best = tf.concat([tf.zeros([size], tf.int32), best], 0)
        firsts = tf.cumsum(layout.heights, exclusive=True)
        before_end = tf.cast(tf.concat([[0], firsts + tf.cast(size, tf.int64)], 0), tf.int32)
        rank = tf.cast(layout.rank, tf.int32)
        ends = tf.TensorArray(tf.int32, 0, dynamic_size=True, element_shape=[None])

        def step(
            number: tf.Tensor, end: tf.Tensor, ends: tf.TensorArray
        ) -> tuple[tf.Tensor, tf.Tensor, tf.TensorArray]:
            start = end - tf.gather(best, tf.gather(before_end, end) + rank)
            return number + 1, start, ends.write(number, end)

        lengths = tf.cast(splits[1:] - splits[:-1], tf.int32)
        _, _, ends = tf.while_loop(
            lambda number, end, _: tf.reduce_any(end > 0),
            step,
            [tf.zeros([], tf.int32), lengths, ends],
            shape_invariants=[tf.TensorShape([]), tf.TensorShape([None]), tf.TensorShape(None)],
        )
        end = tf.transpose(tf.reverse(ends.stack(), [0]))  # [words, steps]
        real = tf.where(end > 0)  # [pieces, 2]
        end, word = tf.gather_nd(end, real), real[:, 0]  # [pieces]
        last = tf.gather(before_end, end) + tf.gather(rank, word)
        length = tf.gather(best, last)
        piece = tf.gather_nd(lattice, tf.stack([last - size, self._longest - length], 1))
        counts = tf.math.unsorted_segment_sum(tf.ones_like(word), word, size)
        return tf.stack([piece, end - length, end], 1), counts

    def _spell_unknown(
        self, code_points: tf.Tensor, splits: tf.Tensor, pieces: tf.Tensor, counts: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Replaces each unknown character by the pieces of its UTF-8 bytes.

        Args:
            code_points: `<int32>[count]`, of all words.
            splits: `<int64>[words + 1]`, where the words begin.
            pieces: `<int32>[pieces, 3]`.
            counts: `<int64>[words]`, the number of pieces of each word.

        Returns:
            Pieces and counts like those given.
        """
        total = tf.size(counts, tf.int64)
        word = row_ids(
            tf.concat([[0], tf.cumsum(counts)], 0), tf.range(tf.shape(pieces, tf.int64)[0])
        )  # [pieces]
        unknown = tf.equal(pieces[:, 0], _UNKNOWN)
        character = tf.gather(
            code_points, tf.gather(splits, word) + tf.cast(pieces[:, 1], tf.int64)
        )
        width = 1 + sum(tf.cast(character >= least, tf.int32) for least in (0x80, 0x800, 0x10000))
        width = tf.where(unknown, width, 1)  # [pieces]: bytes of each unknown character
        source = tf.repeat(tf.range(tf.size(width)), width)  # [new pieces]: the old piece of each
        number = tf.range(tf.size(source)) - tf.gather(tf.cumsum(width, exclusive=True), source)
        character, width = tf.gather(character, source), tf.gather(width, source)
        rest = tf.bitwise.right_shift(character, 6 * (width - 1 - number))
        first_mark = tf.gather(tf.constant([0, 0, 0xC0, 0xE0, 0xF0]), width)
        byte = tf.where(number > 0, 0x80 + rest % 64, first_mark + rest)
        spelled = tf.gather(pieces, source)
        ids = tf.where(
            tf.gather(unknown, source),
            tf.gather(self._byte_ids, byte % 256),
            spelled[:, 0],
        )
        counts = tf.math.unsorted_segment_sum(
            tf.ones_like(source, tf.int64), tf.gather(word, source), total
        )
        return tf.concat([ids[:, tf.newaxis], spelled[:, 1:]], 1), counts


class _Columns(NamedTuple):
    """The places of words' characters if all first characters come first, then all second ones.

    The words are ranked by falling length, so that each column of characters is a prefix of the
    ranks: the search goes from column to column without padding.

    Attributes:
        rank: `<int64>[words]`, of each word.
        heights: `<int64>[length]`, the number of characters in each column.
        at: `<int64>[count]`, the place in the columns of each character, in the order of the
            words.
        following: `<int64>[count]`, for each place that of the next character in the word;
            `count` after the last.
        num_words: `<int32>[]`.
    """

    rank: tf.Tensor
    heights: tf.Tensor
    at: tf.Tensor
    following: tf.Tensor
    num_words: tf.Tensor

    @classmethod
    def of(cls, splits: tf.Tensor) -> _Columns:
        """Lays out the words that begin at `splits`, `<int64>[words + 1]`."""
        lengths = splits[1:] - splits[:-1]  # [words]
        ranks = tf.range(tf.size(lengths, tf.int64))
        order = tf.cast(tf.argsort(lengths, direction="DESCENDING"), tf.int64)
        rank = tf.scatter_nd(order[:, tf.newaxis], ranks, tf.shape(ranks, tf.int64))
        number = tf.range(splits[-1])  # [count]
        word = row_ids(splits, number)  # [count]
        column = number - tf.gather(splits, word)
        num_columns = tf.maximum(tf.reduce_max(lengths), 1)
        heights = tf.math.unsorted_segment_sum(tf.ones_like(column), column, num_columns)
        at = tf.gather(tf.cumsum(heights, exclusive=True), column) + tf.gather(rank, word)
        is_last = tf.equal(column + 1, tf.gather(lengths, word))
        following = tf.where(is_last, splits[-1], tf.roll(at, -1, 0))
        following = tf.scatter_nd(at[:, tf.newaxis], following, splits[-1:])
        return cls(rank, heights, at, following, tf.size(lengths))


def _key(left: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """Packs a node or code point and the code point after it into a table key."""
    return tf.bitwise.bitwise_or(tf.bitwise.left_shift(left, _CODE_POINT_BITS), right)


def _prefix_tree(ids: Mapping[str, int]) -> tuple[dict[int, int], list[int]]:
    """Gives the edges of the prefix tree, and the id of the piece at each node."""
    edges: dict[int, int] = {}
    piece_at = [_NO_PIECE]
    for text, piece in ids.items():
        node = 0
        for character in text:
            key = node << _CODE_POINT_BITS | ord(character)
            if key not in edges:
                edges[key] = len(piece_at)
                piece_at.append(_NO_PIECE)
            node = edges[key]
        piece_at[node] = piece
    return edges, piece_at


def _pairs(pieces: Mapping[str, object]) -> set[int]:
    """Gives the table keys of all pairs of neighbouring characters in pieces."""
    return {
        ord(left) << _CODE_POINT_BITS | ord(right)
        for text in pieces
        for left, right in itertools.pairwise(text)
    }


def _integer_table(values: Mapping[int, int], default: int) -> tf.lookup.StaticHashTable:
    """Makes a table from int64 to int64, with a key -1 if empty, which TensorFlow refuses."""
    keys = np.fromiter(values.keys(), np.int64, len(values)) if values else np.array([-1])
    numbers = np.fromiter(values.values(), np.int64, len(values)) if values else [default]
    return tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(
            tf.constant(keys, tf.int64), tf.constant(numbers, tf.int64)
        ),
        default,
    )
