"""The vocabulary: a table between tokens and integer ids, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import tensorflow as tf

PAD_ID, UNK_ID, BOS_ID, EOS_ID = 0, 1, 2, 3
PAD, UNK, BOS, EOS = "[PAD]", "[UNK]", "[BOS]", "[EOS]"
SPECIAL_TOKENS = (PAD, UNK, BOS, EOS)

StringTensor: TypeAlias = tf.Tensor | tf.RaggedTensor

_NOT_A_LABEL = -1


class Coverage(NamedTuple):
    """How much of a counted text a vocabulary knows.

    Attributes:
        total: the number of tokens counted.
        known: how many of them have an id of their own.
        unknown_rate: `1 - known / total`; 0.0 when nothing was counted.
        most_common_unknown: `(token, count)` of the most frequent unknown tokens, by count, then
            by code point.
    """

    total: int
    known: int
    unknown_rate: float
    most_common_unknown: list[tuple[str, int]]


@dataclass(frozen=True)
class _Entries:
    """The tokens in id order and back; not a tuple, since `tf.Module` would copy and track one."""

    tokens: tuple[str, ...]
    ids: dict[str, int]


class Vocabulary(tf.Module):
    """Maps tokens to integer ids and back, in the graph.

    The first four ids are PAD 0, UNK 1, BOS 2 and EOS 3. No text has these tokens: the characters
    `[PAD]` in a text are an unknown token, never padding. A vocabulary of labels (see
    `from_labels`) has no special tokens, and an unknown label is an error.

    The table is built from tensors, not from a file, so that a token may be any string, also with
    newlines and NUL, and comes back unchanged from a SavedModel.

    Args:
        tokens: every token in the order of the ids, the four special tokens first.
        special_tokens: False for labels: no special tokens, no unknown.

    Raises:
        TypeError: `tokens` is one string, or contains something that is not a string.
        ValueError: a token occurs twice or contains a lone surrogate, the special tokens are not
            the first four, or there is no label.

    Example:
        >>> from seqkit.text.vocabulary import Vocabulary
        >>> vocabulary = Vocabulary.from_counts({"the": 5, "cat": 2, "mat": 1}, min_count=2)
        >>> vocabulary.tokens
        ('[PAD]', '[UNK]', '[BOS]', '[EOS]', 'the', 'cat')
        >>> vocabulary.token_to_id(["the", "mat", "[PAD]"]).numpy().tolist()
        [4, 1, 1]
        >>> vocabulary.id_to_token([4, 5]).numpy().tolist()
        [b'the', b'cat']
    """

    def __init__(self, tokens: Sequence[str], *, special_tokens: bool = True) -> None:
        super().__init__(name="vocabulary")
        self.special_tokens = special_tokens
        ids = _ids(tokens, special_tokens=special_tokens)
        self._entries = _Entries(tuple(ids), ids)
        keys = [token.encode() for token in ids]
        values = list(ids.values())
        default = _NOT_A_LABEL
        if special_tokens:
            values[: len(SPECIAL_TOKENS)] = [UNK_ID] * len(SPECIAL_TOKENS)
            default = UNK_ID
        self._id_to_token = tf.constant(keys)
        self._token_to_id = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(self._id_to_token, tf.constant(values, tf.int32)),
            default,
        )

    @classmethod
    def from_counts(
        cls, counts: Mapping[str, int], min_count: int = 1, max_size: int | None = None
    ) -> Vocabulary:
        """Builds a vocabulary from token counts, the most frequent first, then by code point.

        Args:
            counts: number of occurrences of each token, as `count_tokens` returns them. The
                special tokens' own spellings are left out.
            min_count: tokens that occur less often are left out, and so are unknown.
            max_size: the most ids, the four special ones included.

        Returns:
            The vocabulary.

        Raises:
            ValueError: `min_count` is below 1 or `max_size` below 4.

        Example:
            >>> from seqkit.text.vocabulary import Vocabulary
            >>> Vocabulary.from_counts({"b": 2, "a": 2, "c": 9}, max_size=6).tokens[4:]
            ('c', 'a')
        """
        return cls(SPECIAL_TOKENS).extended(counts, min_count, max_size)

    @classmethod
    def from_labels(cls, labels: Iterable[str]) -> Vocabulary:
        """Builds a vocabulary of the distinct labels, sorted, without special tokens.

        Labels that are all integers are sorted as numbers, others by code point.

        Args:
            labels: labels of the examples, in any order and with repetitions.

        Returns:
            The vocabulary; its `token_to_id` fails for unknown labels.

        Raises:
            TypeError: `labels` is one string, or a label is not a string.
            ValueError: there is no label.

        Example:
            >>> from seqkit.text.vocabulary import Vocabulary
            >>> Vocabulary.from_labels(["10", "9", "9", "1"]).tokens
            ('1', '9', '10')
        """
        if isinstance(labels, str | bytes):
            raise TypeError(f"labels={labels!r} is one string: pass the labels as a list of str.")
        distinct = dict.fromkeys(labels)
        for label in distinct:
            _check_token(label, "labels", f"label {label!r}")
        return cls(_in_label_order(distinct), special_tokens=False)

    @property
    def tokens(self) -> tuple[str, ...]:
        """Gives every token, in the order of the ids."""
        return self._entries.tokens

    def __len__(self) -> int:
        """Gives the number of ids, the special ones included."""
        return len(self._entries.tokens)

    def __contains__(self, token: object) -> bool:
        """Tells whether a token of a text has an id of its own; special tokens have not."""
        if self.special_tokens and token in SPECIAL_TOKENS:
            return False
        return token in self._entries.ids

    def token_to_id(self, tokens: StringTensor | Sequence[Any]) -> StringTensor:
        """Looks tokens up.

        Args:
            tokens: `<string>[...]`, dense or ragged, or a (nested, rectangular) list of str.

        Returns:
            `<int32>[...]`, ids of the same structure; UNK (1) for unknown tokens.

        Raises:
            ValueError: an unknown label, in a vocabulary made by `from_labels`
                (tf.errors.InvalidArgumentError inside a graph).

        Example:
            >>> import tensorflow as tf
            >>> from seqkit.text.vocabulary import Vocabulary
            >>> vocabulary = Vocabulary.from_counts({"a": 1})
            >>> vocabulary.token_to_id(tf.ragged.constant([["a"], [], ["a", "?"]])).to_list()
            [[4], [], [4, 1]]
        """
        if isinstance(tokens, tf.RaggedTensor):
            return tokens.with_flat_values(self.token_to_id(tokens.flat_values))
        tokens = tf.convert_to_tensor(tokens, tf.string)
        ids = self._token_to_id.lookup(tokens)
        if not self.special_tokens:
            self._refuse_unknown_labels(tokens, ids)
        return ids

    def id_to_token(self, ids: StringTensor | Sequence[Any]) -> StringTensor:
        """Looks ids up.

        Args:
            ids: `<int32>[...]`, dense or ragged, each from 0 to `len(self) - 1`.

        Returns:
            `<string>[...]`, tokens of the same structure.

        Raises:
            tf.errors.InvalidArgumentError: an id is out of range.

        Example:
            >>> from seqkit.text.vocabulary import Vocabulary
            >>> Vocabulary.from_labels(["no", "yes"]).id_to_token([[1], [0]]).numpy().tolist()
            [[b'yes'], [b'no']]
        """
        if isinstance(ids, tf.RaggedTensor):
            return ids.with_flat_values(tf.gather(self._id_to_token, ids.flat_values))
        return tf.gather(self._id_to_token, ids)

    def coverage(self, counts: Mapping[str, int], num_unknown: int = 20) -> Coverage:
        """Reports how much of a counted text the vocabulary knows.

        Args:
            counts: number of occurrences of each token, as `count_tokens` returns them.
            num_unknown: how many of the most frequent unknown tokens to report.

        Returns:
            The totals, the unknown rate and the most frequent unknown tokens.

        Example:
            >>> from seqkit.text.vocabulary import Vocabulary
            >>> Vocabulary.from_counts({"a": 1}).coverage({"a": 3, "b": 1})
            Coverage(total=4, known=3, unknown_rate=0.25, most_common_unknown=[('b', 1)])
        """
        total = sum(counts.values())
        unknown = {token: count for token, count in counts.items() if token not in self}
        known = total - sum(unknown.values())
        rate = 1.0 - known / total if total else 0.0
        return Coverage(total, known, rate, _by_frequency(unknown)[:num_unknown])

    def extended(
        self, counts: Mapping[str, int], min_count: int = 1, max_size: int | None = None
    ) -> Vocabulary:
        """Gives a vocabulary with new tokens appended; every old token keeps its id.

        Args:
            counts: number of occurrences of each token; known tokens are ignored.
            min_count: new tokens that occur less often are not added.
            max_size: the most ids, old and special ones included. Old tokens are never dropped: if
                there are `max_size` of them already, none is added.

        Returns:
            The new vocabulary: new tokens by frequency, then code point; new labels in the order
            of `from_labels`.

        Raises:
            ValueError: `min_count` is below 1, or `max_size` below 4 (below 1 for labels).

        Example:
            >>> from seqkit.text.vocabulary import Vocabulary
            >>> old = Vocabulary.from_counts({"a": 9})
            >>> old.extended({"c": 2, "a": 5, "b": 1}, min_count=2).tokens[4:]
            ('a', 'c')
        """
        least = len(SPECIAL_TOKENS) if self.special_tokens else 1
        if min_count < 1:
            raise ValueError(
                f"min_count={min_count!r} leaves nothing out: pass 1 to keep every token, "
                "or more to leave rare ones out."
            )
        if max_size is not None and max_size < least:
            raise ValueError(
                f"max_size={max_size!r} counts every id, the special ones too: pass at least "
                f"{least}, or None for no limit."
            )
        reserved = SPECIAL_TOKENS if self.special_tokens else ()
        new = {
            token: count
            for token, count in counts.items()
            if count >= min_count and token not in self and token not in reserved
        }
        for token in new:
            _check_token(token, "counts", f"token {token!r}")
        ranked = [token for token, _ in _by_frequency(new)]
        if max_size is not None:
            ranked = ranked[: max(0, max_size - len(self))]
        if not self.special_tokens:
            ranked = _in_label_order(ranked)
        return Vocabulary([*self.tokens, *ranked], special_tokens=self.special_tokens)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this vocabulary again, as JSON-able values."""
        return {"tokens": list(self.tokens), "special_tokens": self.special_tokens}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Vocabulary:
        """Makes the vocabulary again from the result of `get_config`."""
        return cls(config["tokens"], special_tokens=config["special_tokens"])

    def _refuse_unknown_labels(self, labels: tf.Tensor, ids: tf.Tensor) -> None:
        """Fails, naming the labels, if one has no id."""
        unknown = tf.equal(ids, _NOT_A_LABEL)
        if tf.executing_eagerly():
            if tf.reduce_any(unknown):
                wrong = tf.unique(tf.boolean_mask(labels, unknown))[0].numpy().tolist()
                names = [label.decode(errors="replace") for label in wrong]
                raise ValueError(
                    f"tokens: unknown label {_quote(names)}; the labels are "
                    f"{_quote(self.tokens)}. Correct it in the data, or add it with extended()."
                )
            return
        tf.debugging.Assert(
            tf.logical_not(tf.reduce_any(unknown)),
            [
                "tokens: unknown label; correct it in the data, or add it with extended():",
                tf.boolean_mask(labels, unknown),
            ],
        )


def _ids(tokens: Sequence[str], *, special_tokens: bool) -> dict[str, int]:
    """Gives the id of each token, or raises an error if the list is not a vocabulary."""
    if isinstance(tokens, str | bytes):
        raise TypeError(f"tokens={tokens!r} is one string: pass the tokens as a list of str.")
    ids: dict[str, int] = {}
    for index, token in enumerate(tokens):
        _check_token(token, "tokens", f"tokens[{index}]={token!r}")
        if token in ids:
            raise ValueError(
                f"tokens[{index}]={token!r} is tokens[{ids[token]}] again: give each token once."
            )
        ids[token] = index
    if special_tokens and tuple(ids)[: len(SPECIAL_TOKENS)] != SPECIAL_TOKENS:
        raise ValueError(
            f"tokens must begin with {list(SPECIAL_TOKENS)}, not with "
            f"{list(ids)[: len(SPECIAL_TOKENS)]}: put them first, or count the tokens and use "
            "Vocabulary.from_counts, which does so; for labels use Vocabulary.from_labels."
        )
    if not ids:
        raise ValueError("tokens=[] has no label: pass the labels of the training data.")
    return ids


def _check_token(token: object, argument: str, place: str) -> None:
    """Raises an error if a token is not text that UTF-8 can encode."""
    if not isinstance(token, str):
        raise TypeError(
            f"{argument}: {place} is {type(token).__name__}, not str: decode bytes, "
            "and write numbers with str()."
        )
    try:
        token.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{argument}: {place} has a lone surrogate at position {error.start}, which UTF-8 "
            "cannot encode: read the data with errors='replace'."
        ) from None


def _by_frequency(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Sorts by falling count, then by code point, so that equal counts have one order."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _in_label_order(labels: Iterable[str]) -> list[str]:
    """Sorts labels, as numbers where all are integers."""
    ordered = sorted(labels)
    try:
        # A stable sort: "01" and "1" are labels with the same number, and keep code point order.
        return sorted(ordered, key=int)
    except ValueError:
        return ordered


def _quote(names: Sequence[str], most: int = 10) -> str:
    """Quotes a few names and counts the rest."""
    shown = ", ".join(repr(name) for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
