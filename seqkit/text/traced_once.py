"""Parts of a graph that are traced once, however many graphs they are part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def traced_once(
    function: Callable[..., Any], *signature: Any, shared: bool = False
) -> Callable[..., Any]:
    """Makes a function a graph of its own, which other graphs call instead of tracing it again.

    Normalising text takes hundreds of operations, and a model has a dozen graphs for training,
    scoring and serving. An eager call runs the graph too, which is faster.

    Args:
        function: takes and returns tensors, ragged tensors, and tuples of them.
        signature: the type of each argument.
        shared: whether all models of the process use the function. It is then a graph also where
            TensorFlow is told to run functions eagerly: the pipelines of `tf.data` are graphs even
            then, and each would trace it again.

    Returns:
        The function. It is not a `tf.function`, since a SavedModel of a `tf.Module` would also
        store those among its attributes.

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

    def call(*arguments: Any) -> Any:
        if shared and tf.config.functions_run_eagerly():
            return graph.get_concrete_function()(*arguments)
        return graph(*arguments)

    return call
