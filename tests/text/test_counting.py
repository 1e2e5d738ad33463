"""count_tokens: equal to counting in Python, whatever the batches."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

from seqkit.text.counting import count_tokens
from seqkit.text.tokenizer import Tokens


class SpaceTokenizer:
    """Cuts at spaces: what `count_tokens` needs of a tokenizer."""

    def tokenize(self, texts: tf.Tensor) -> Tokens:
        values = tf.strings.split(texts, " ")
        zeros = tf.zeros_like(values.flat_values, tf.int32)
        return Tokens(values, values.with_flat_values(zeros), values.with_flat_values(zeros))


def make_texts(number: int) -> list[str]:
    rng = np.random.default_rng(3)
    words = ["the", "고양이", "a\nb", "a\x00", "😀", *(f"w{i}" for i in range(200))]
    return [" ".join(rng.choice(words, size=rng.integers(1, 9))) for _ in range(number)]


def expected(texts: list[str]) -> Counter[str]:
    return Counter(token for text in texts for token in text.split(" "))


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return make_texts(500)


@pytest.mark.parametrize("batch_size", [1, 7, 4096])
def test_equals_counting_in_python_however_batched(texts, batch_size) -> None:
    batches = [texts[:3], [], texts[3:90], texts[90:]]
    assert count_tokens(batches, SpaceTokenizer(), batch_size=batch_size) == expected(texts)


def test_takes_lists_arrays_tensors_and_datasets(texts) -> None:
    for batches in (
        (part for part in (texts[:250], texts[250:])),
        [np.array(texts, object)],
        [tf.constant([text.encode() for text in texts])],
        tf.data.Dataset.from_tensor_slices([text.encode() for text in texts]).batch(64),
    ):
        assert count_tokens(batches, SpaceTokenizer()) == expected(texts)


def test_the_order_is_that_of_the_texts_however_long_a_batch_takes() -> None:
    class SlowAtFirst(SpaceTokenizer):
        def tokenize(self, texts: tf.Tensor) -> Tokens:
            def wait(first: np.ndarray) -> np.ndarray:
                time.sleep(0.3 if first[0] == b"a" else 0.0)
                return first

            return super().tokenize(tf.numpy_function(wait, [texts], tf.string))

    counts = count_tokens([["a", "b", "c", "d", "a"]], SlowAtFirst(), batch_size=1)
    assert list(counts.items()) == [("a", 2), ("b", 1), ("c", 1), ("d", 1)]


def test_nothing_to_count() -> None:
    assert count_tokens([], SpaceTokenizer()) == Counter()
    assert count_tokens([[]], SpaceTokenizer()) == Counter()


@pytest.mark.parametrize("batch_size", [1, 4096])
def test_a_readers_error_comes_through(batch_size) -> None:
    def broken():
        yield ["fine", "too"]
        raise OSError("reviews.csv, line 7: cut off")

    with pytest.raises(OSError, match=r"reviews\.csv, line 7"):
        count_tokens(broken(), SpaceTokenizer(), batch_size=batch_size)
    with pytest.raises(ValueError, match="1"):
        count_tokens([["fine", "too"], ["fine", None]], SpaceTokenizer(), batch_size=batch_size)


def test_many_bytes_are_counted_as_few_are(texts) -> None:
    more = texts * 60
    assert sum(map(len, more)) > 2**17
    assert count_tokens([more[:90], more[90:]], SpaceTokenizer()) == expected(more)


def test_wrong_arguments_are_explained() -> None:
    with pytest.raises(TypeError, match="one string"):
        count_tokens("a text", SpaceTokenizer())
    with pytest.raises(TypeError, match="list"):
        count_tokens(["a text"], SpaceTokenizer())
    with pytest.raises(TypeError, match="batch it"):
        count_tokens(tf.data.Dataset.from_tensor_slices(["a", "b"]), SpaceTokenizer())
    with pytest.raises(ValueError, match="batch_size=0 must be at least 1"):
        count_tokens([], SpaceTokenizer(), batch_size=0)
