"""Long texts as windows of bounded length."""

from __future__ import annotations

import tensorflow as tf

TOO_LONG = ("window", "error", "truncate")


def cut(
    token_ids: tf.RaggedTensor, max_length: int, too_long: str
) -> tuple[tf.RaggedTensor, tf.Tensor]:
    """Cuts texts into windows that a core can read at once.

    Args:
        token_ids: ragged `<int32>[batch, None]`, no row empty.
        max_length: tokens of a window.
        too_long: what happens to a longer text. `"window"`: it becomes several windows, the last
            one shorter; `"error"`: it is refused; `"truncate"`: its end is left out.

    Returns:
        The windows, ragged `<int32>[windows, None]`, and `<int32>[windows]`, the row of the text
        that each was cut from.

    Raises:
        tf.errors.InvalidArgumentError: a text is longer and `too_long` is `"error"`.

    Example:
        >>> windows, rows = cut(tf.ragged.constant([[1, 2, 3], [4]]), 2, "window")
        >>> windows.to_list(), rows.numpy().tolist()
        ([[1, 2], [3], [4]], [0, 0, 1])
    """
    lengths = tf.cast(token_ids.row_lengths(), tf.int32)
    rows = tf.range(tf.size(lengths))
    if too_long == "truncate":
        return token_ids[:, :max_length], rows
    if too_long == "error":
        message = f"a text has more than max_length={max_length} tokens; shorten it"
        fits = tf.debugging.assert_less_equal(tf.reduce_max(lengths), max_length, message)
        with tf.control_dependencies([fits]):
            return token_ids, tf.identity(rows)
    counts = (lengths + max_length - 1) // max_length
    text_of_window = tf.repeat(rows, counts)
    first = tf.gather(tf.cumsum(counts, exclusive=True), text_of_window)
    place = tf.range(tf.size(text_of_window)) - first
    rest = tf.gather(lengths, text_of_window) - place * max_length
    windows = tf.RaggedTensor.from_row_lengths(
        token_ids.values, tf.minimum(rest, max_length), validate=False
    )
    return windows, text_of_window
