"""Adam that updates only the rows of an embedding that a batch uses."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class LazyAdam(keras.optimizers.Adam):
    """Adam that updates only the rows of an embedding that the batch has used.

    Adam moves every row of an embedding at every step, since the moments of a row outlive its
    last gradient; with a large vocabulary this costs more than all the rest of a small model. Here
    a gradient given as rows (on TensorFlow, that of an embedding used only for look-up) updates
    those rows of the weights and of both moments, and nothing else. The bias correction counts all
    steps, as in Adam. A row used at every step moves exactly as in Adam; the row of a rare word
    keeps its moments from its last use.

    All other gradients are left to Adam: those of backends without row gradients (JAX), those of an
    embedding that is also used as a whole (tied to the output), and all of them with
    `gradient_accumulation_steps`. Clipping works on the summed rows. `weight_decay` and `use_ema`
    still process whole weights, at Adam's cost.

    The arguments are those of `keras.optimizers.Adam`.

    Example:
        >>> import keras, numpy as np
        >>> model = keras.Sequential([keras.layers.Embedding(9, 2), keras.layers.Flatten()])
        >>> model.compile(LazyAdam(0.1), "mse")
        >>> before = model.predict(np.arange(9), verbose=0)
        >>> history = model.fit(np.array([[3]]), np.ones((1, 2)), verbose=0)
        >>> after = model.predict(np.arange(9), verbose=0)
        >>> np.flatnonzero((before != after).any(axis=1)).tolist()
        [3]

    Source: Kingma and Ba (2015), arXiv:1412.6980, algorithm 1 in the form of its section 2, on
    rows.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates a variable and its moments from a gradient, whole or in rows."""
        if not has_rows(gradient):
            super().update_step(gradient, variable, learning_rate)
            return
        rows = sum_repeated(gradient)
        dtype = variable.dtype
        step = ops.cast(self.iterations + 1, dtype)
        correction_1 = 1 - ops.power(ops.cast(self.beta_1, dtype), step)
        correction_2 = 1 - ops.power(ops.cast(self.beta_2, dtype), step)
        rate = ops.cast(learning_rate, dtype) * ops.sqrt(correction_2) / correction_1
        values = ops.cast(rows.values, dtype)

        def change(target: Any, difference: Tensor) -> None:
            # `where`, not a product: a repeated index must add exactly nothing.
            kept = ops.where(rows.first, difference, ops.zeros_like(difference))
            self.assign_add(target, type(gradient)(kept, rows.indices, gradient.dense_shape))

        def move(moment: Any, towards: Tensor, beta: float) -> Tensor:
            old = read_rows(moment, rows.indices)
            difference = (towards - old) * (1 - beta)
            change(moment, difference)
            return old + difference

        index = self._get_variable_index(variable)
        momentum = move(self._momentums[index], values, self.beta_1)
        velocity = move(self._velocities[index], ops.square(values), self.beta_2)
        if self.amsgrad:
            highest = self._velocity_hats[index]
            old = read_rows(highest, rows.indices)
            velocity = ops.maximum(old, velocity)
            change(highest, velocity - old)
        change(variable, -momentum * rate / (ops.sqrt(velocity) + self.epsilon))

    def _clip_gradients(self, grads: list[Any]) -> list[Any]:
        """Clips rows as rows; Keras would first convert them to the whole embedding."""
        if not (self.clipnorm or self.global_clipnorm or self.clipvalue):
            return grads
        summed = {i: sum_repeated(grad) for i, grad in enumerate(grads) if has_rows(grad)}
        whole = [summed[i].values if i in summed else grad for i, grad in enumerate(grads)]
        clipped = super()._clip_gradients(whole)
        return [
            type(grads[i])(grad, summed[i].indices, grads[i].dense_shape) if i in summed else grad
            for i, grad in enumerate(clipped)
        ]


class SummedRows(NamedTuple):
    """Rows of a gradient in the order of their indices.

    Attributes:
        indices: `<int>[n]`, ascending; an index may be repeated.
        values: `<float>[n, ...]`, the sum of an index's rows at its first place, zeros at its
            other places.
        first: `<bool>[n, 1, ...]`, true at the first place of each index.
    """

    indices: Tensor
    values: Tensor
    first: Tensor


def has_rows(gradient: Any) -> bool:
    """Tells whether a gradient is given as rows and their indices."""
    return hasattr(gradient, "indices") and hasattr(gradient, "values")


def sum_repeated(gradient: Any) -> SummedRows:
    """Sums the rows of a gradient that have the same index, in a fixed order.

    The number of rows does not change, so that shapes remain static and the step can be compiled.
    """
    order = ops.argsort(gradient.indices)  # [n]
    indices = ops.take(gradient.indices, order)
    # Indices are never negative, so that the first one differs from -1.
    preceding = ops.concatenate([ops.full_like(indices[:1], -1), indices[:-1]])
    first = ops.not_equal(indices, preceding)
    group = ops.cumsum(ops.cast(first, "int32")) - 1
    in_order = ops.take(gradient.values, order, axis=0)  # [n, ...]
    sums = ops.segment_sum(in_order, group, num_segments=ops.shape(indices)[0])  # [n, ...]
    first = ops.reshape(first, (-1,) + (1,) * (len(in_order.shape) - 1))  # [n, 1, ...]
    values = ops.take(sums, group, axis=0)
    return SummedRows(indices, ops.where(first, values, ops.zeros_like(values)), first)


def read_rows(variable: Any, indices: Tensor) -> Tensor:
    """Reads some rows of a variable without copying the others."""
    if isinstance(variable, keras.Variable):
        variable = variable.value
    return variable.sparse_read(indices)
