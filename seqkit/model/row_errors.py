"""What is wrong with the numbers of a row, as an output of a served graph that cannot fail."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf


def number_error(name: str, numbers: tf.Tensor, right: tf.Tensor, remedy: str) -> tf.Tensor:
    """Names numbers that are out of their range.

    Args:
        name: the input.
        numbers: `<float or int>[batch]`.
        right: `<bool>[batch]`, whether each may be so.
        remedy: what to give instead.

    Returns:
        `<string>[batch]`, empty where all is well.

    Example:
        >>> numbers = tf.constant([1.0, -0.5])
        >>> number_error("warmth", numbers, numbers >= 0, "give 0 or more").numpy().tolist()
        [b'', b'warmth is -0.5; give 0 or more']
    """
    shown = tf.strings.as_string(numbers, shortest=numbers.dtype.is_floating)
    return tf.where(right, "", tf.strings.join([f"{name} is ", shown, f"; {remedy}"]))


def temperature_error(temperature: tf.Tensor) -> tf.Tensor:
    """Names temperatures, `<float32>[batch]`, that are negative, infinite or no numbers."""
    right = tf.math.is_finite(temperature) & (temperature >= 0)
    return number_error("temperature", temperature, right, "give 0 or more, and finite")


def state_error(state: tf.Tensor) -> tf.Tensor:
    """Names states, `<float32>[batch, dim]`, with a value that is infinite or no number."""
    remedy = "state has a value that is not finite; give zeros at first, then what a step gave"
    return tf.where(tf.reduce_all(tf.math.is_finite(state), axis=1), "", remedy)


def first_error(errors: Sequence[tf.Tensor]) -> tf.Tensor:
    """The first error of each row.

    Args:
        errors: `<string>[batch]` each, empty where all is well.

    Returns:
        `<string>[batch]`.

    Example:
        >>> first_error([tf.constant(["", "a", ""]), tf.constant(["b", "c", ""])]).numpy().tolist()
        [b'b', b'a', b'']
    """
    first = errors[-1]
    for error in errors[-2::-1]:
        first = tf.where(tf.equal(error, ""), first, error)
    return first
