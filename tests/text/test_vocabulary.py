"""Vocabulary: ids, specials, unknowns, labels, coverage, extension, SavedModel."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.text.vocabulary import (
    BOS_ID,
    EOS_ID,
    PAD_ID,
    SPECIAL_TOKENS,
    UNK_ID,
    Vocabulary,
)

ODD_TOKENS = [
    "a\nb",
    "\n",
    "\x00",
    "a\x00",
    "👩\u200d💻",
    "\xe9",
    "e\u0301",
    "각",
    " ",
    "",
    "[unk]",
]


def ids(vocabulary: Vocabulary, tokens: object) -> list:
    actual = vocabulary.token_to_id(tokens)
    assert actual.dtype == tf.int32
    return actual.to_list() if isinstance(actual, tf.RaggedTensor) else actual.numpy().tolist()


def test_counts_are_ordered_by_frequency_then_code_point() -> None:
    counts = {"z": 3, "b": 1, "é": 3, "a": 1, "😀": 3}
    assert Vocabulary.from_counts(counts).tokens == (*SPECIAL_TOKENS, "z", "é", "😀", "a", "b")


def test_the_order_of_counting_does_not_matter() -> None:
    counts = {chr(97 + i): i % 5 + 1 for i in range(26)}
    backwards = dict(reversed(counts.items()))
    assert Vocabulary.from_counts(counts).tokens == Vocabulary.from_counts(backwards).tokens


def test_min_count_and_max_size_leave_rare_tokens_out() -> None:
    counts = {"a": 5, "b": 4, "c": 3, "d": 2, "e": 1}
    assert Vocabulary.from_counts(counts, min_count=3).tokens[4:] == ("a", "b", "c")
    assert Vocabulary.from_counts(counts, max_size=6).tokens[4:] == ("a", "b")
    assert Vocabulary.from_counts(counts, max_size=4).tokens == SPECIAL_TOKENS
    assert Vocabulary.from_counts(counts, min_count=5, max_size=6).tokens[4:] == ("a",)


def test_a_vocabulary_may_be_empty_but_for_the_specials() -> None:
    assert ids(Vocabulary.from_counts({}), ["a", ""]) == [UNK_ID, UNK_ID]


def test_specials_spelled_in_a_text_are_unknown_not_special() -> None:
    vocabulary = Vocabulary.from_counts({"[PAD]": 9, "[UNK]": 9, "[BOS]": 9, "[EOS]": 9, "a": 1})
    assert len(vocabulary) == 5
    assert ids(vocabulary, [*SPECIAL_TOKENS, "a"]) == [UNK_ID] * 4 + [4]
    assert all(token not in vocabulary for token in SPECIAL_TOKENS)
    assert vocabulary.id_to_token([PAD_ID, UNK_ID, BOS_ID, EOS_ID]).numpy().tolist() == [
        b"[PAD]", b"[UNK]", b"[BOS]", b"[EOS]",
    ]  # fmt: skip


def test_lookup_keeps_the_structure() -> None:
    vocabulary = Vocabulary.from_counts({"a": 2, "b": 1})
    nested = tf.ragged.constant([[["a"], []], [], [["b", "x"]]], dtype=tf.string)
    assert ids(vocabulary, nested) == [[[4], []], [], [[5, UNK_ID]]]
    assert ids(vocabulary, tf.constant([["a", "b"]])) == [[4, 5]]
    assert ids(vocabulary, tf.constant("b")) == 5
    assert ids(vocabulary, tf.zeros([0, 3], tf.string)) == []
    back = vocabulary.id_to_token(vocabulary.token_to_id(nested))
    assert back.to_list() == [[[b"a"], []], [], [[b"b", b"[UNK]"]]]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True))
def test_any_unicode_token_goes_to_its_id_and_back(tokens: list[str]) -> None:
    vocabulary = Vocabulary.from_counts(Counter(tokens))
    known = [token for token in tokens if token not in SPECIAL_TOKENS]
    actual = vocabulary.token_to_id(tf.constant([token.encode() for token in known], tf.string))
    assert sorted(actual.numpy().tolist()) == list(range(4, 4 + len(known)))
    assert [t.decode() for t in vocabulary.id_to_token(actual).numpy().tolist()] == known


def test_odd_tokens_survive_a_saved_model(tmp_path: Path) -> None:
    vocabulary = Vocabulary.from_counts({token: 1 for token in ODD_TOKENS})
    labels = Vocabulary.from_labels(ODD_TOKENS)
    server = tf.Module()
    server.vocabulary, server.labels = vocabulary, labels

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def serve(tokens: tf.Tensor) -> dict[str, tf.Tensor]:
        actual = server.vocabulary.token_to_id(tokens)
        return {"ids": actual, "tokens": server.labels.id_to_token(actual - 4)}

    tf.saved_model.save(server, str(tmp_path), signatures={"serving_default": serve})
    loaded = tf.saved_model.load(str(tmp_path))
    answer = loaded.signatures["serving_default"](
        tokens=tf.constant([token.encode() for token in sorted(ODD_TOKENS)])
    )
    assert answer["ids"].numpy().tolist() == list(range(4, 4 + len(ODD_TOKENS)))
    assert [t.decode() for t in answer["tokens"].numpy()] == sorted(ODD_TOKENS)


def test_config_round_trip_through_json() -> None:
    for vocabulary in (
        Vocabulary.from_counts({token: 1 for token in ODD_TOKENS}),
        Vocabulary.from_labels(ODD_TOKENS),
    ):
        again = Vocabulary.from_config(json.loads(json.dumps(vocabulary.get_config())))
        assert again.tokens == vocabulary.tokens
        assert again.special_tokens == vocabulary.special_tokens


def test_labels_are_sorted_as_numbers_where_all_are_integers() -> None:
    assert Vocabulary.from_labels(["10", "9", "-1", "9"]).tokens == ("-1", "9", "10")
    assert Vocabulary.from_labels(["10", "9", "x"]).tokens == ("10", "9", "x")
    assert Vocabulary.from_labels(["1", "01", "0"]).tokens == ("0", "01", "1")


def test_a_label_may_spell_a_special_token() -> None:
    assert ids(Vocabulary.from_labels(["[PAD]", "a"]), ["[PAD]", "a"]) == [0, 1]


def test_an_unknown_label_is_named() -> None:
    labels = Vocabulary.from_labels(["no", "yes"])
    with pytest.raises(ValueError, match="unknown label 'maybe'; the labels are 'no', 'yes'"):
        labels.token_to_id(["no", "maybe"])
    with pytest.raises(ValueError, match="unknown label 'maybe'"):
        labels.token_to_id(tf.ragged.constant([["maybe"], []]))
    in_graph = tf.function(labels.token_to_id)
    with pytest.raises(tf.errors.InvalidArgumentError, match="maybe"):
        in_graph(tf.constant(["no", "maybe"]))
    assert in_graph(tf.constant(["no", "yes"])).numpy().tolist() == [0, 1]


def test_coverage_counts_occurrences_and_names_the_unknown() -> None:
    vocabulary = Vocabulary.from_counts({"a": 2, "b": 1})
    coverage = vocabulary.coverage({"a": 6, "y": 1, "x": 1, "[PAD]": 2}, num_unknown=2)
    assert (coverage.total, coverage.known) == (10, 6)
    assert coverage.unknown_rate == pytest.approx(0.4)
    assert coverage.most_common_unknown == [("[PAD]", 2), ("x", 1)]
    assert vocabulary.coverage({}) == (0, 0, 0.0, [])


def test_extended_keeps_old_ids() -> None:
    old = Vocabulary.from_counts({"b": 9, "a": 1})
    new = old.extended({"d": 2, "c": 2, "a": 7, "e": 1, "[PAD]": 5}, min_count=2)
    assert new.tokens == (*old.tokens, "c", "d")
    assert old.extended({"c": 3, "d": 2}, max_size=7).tokens == (*old.tokens, "c")
    assert old.extended({"c": 3}, max_size=5).tokens == old.tokens
    labels = Vocabulary.from_labels(["2", "5"]).extended({"10": 1, "3": 1, "5": 1})
    assert labels.tokens == ("2", "5", "3", "10")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Vocabulary("abc"), TypeError, "is one string"),
        (lambda: Vocabulary([]), ValueError, r"must begin with \['\[PAD\]'"),
        (lambda: Vocabulary(["a", "b"]), ValueError, "must begin with"),
        (lambda: Vocabulary([*SPECIAL_TOKENS, "a", "b", "a"]), ValueError, r"tokens\[6\]='a' is"),
        (lambda: Vocabulary([*SPECIAL_TOKENS, b"a"]), TypeError, r"tokens\[4\]=b'a' is bytes"),
        (lambda: Vocabulary([*SPECIAL_TOKENS, "a\ud800"]), ValueError, "lone surrogate at pos"),
        (lambda: Vocabulary.from_counts({"a": 1}, max_size=3), ValueError, "max_size=3"),
        (lambda: Vocabulary.from_counts({"a": 1}, min_count=0), ValueError, "min_count=0"),
        (lambda: Vocabulary.from_counts({7: 1}), TypeError, "token 7 is int"),
        (lambda: Vocabulary.from_labels([]), ValueError, "no label"),
        (lambda: Vocabulary.from_labels("ab"), TypeError, "is one string"),
        (lambda: Vocabulary.from_labels([1, 2]), TypeError, "label 1 is int, not str"),
        (lambda: Vocabulary.from_labels(["a", None]), TypeError, "label None is NoneType"),
    ],
)
def test_errors_name_argument_value_and_remedy(make, error, message) -> None:
    with pytest.raises(error, match=message):
        make()
