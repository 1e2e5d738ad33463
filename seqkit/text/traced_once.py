"""Parts of a graph that are traced once, however many graphs they become a part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def traced_once(function: Callable[..., Any], *signature: Any) -> Callable[..., Any]:
    """Makes a function on tensors one that other graphs call instead of tracing it again.

    Normalising text takes hundreds of operations, and a model is read, scored and served by a dozen
    graphs. Called eagerly, the function is a graph too, and faster for it.

    Args:
        function: takes and gives tensors, ragged tensors, and tuples of them.
        signature: the type of each argument.

    Returns:
        The function. It is no `tf.function`: where it is an attribute of a `tf.Module`, a
        SavedModel of that module would hold it beside what is served.

    Example:
        >>> traced = []
        >>> def twice(x):
        ...     traced.append(x)
        ...     return 2 * x
        >>> twice_once = traced_once(twice, tf.TensorSpec([None], tf.int32))
        >>> four = tf.function(lambda x: twice_once(twice_once(x)))
        >>> four(tf.constant([3])).numpy().tolist(), len(traced)
        ([12], 1)
    """
    graph = tf.function(function, input_signature=signature, autograph=False)
    return lambda *arguments: graph(*arguments)
