"""The conditional random field: learned scores of transitions between tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from seqkit.layers import linear_chain
from seqkit.layers.arguments import arguments_of

Tensor = Any

# Added to the score of a transition that is not allowed: lower than the score of any allowed
# sequence of tags, and high enough to be summed over thousands of positions in float32. It is never
# in float16: chains are computed in at least float32.
FORBIDDEN = -1e6


@keras.saving.register_keras_serializable("seqkit")
class LinearChainCRF(keras.layers.Layer):
    """Scores whole sequences of tags, so that neighbouring tags fit together.

    To the emissions (a score for each tag at each position, from the layers below) the layer adds
    learned scores of the transitions from tag to tag, and of starting and ending with a tag. A
    call returns the emissions, so that the layer can stand last in a functional model, which then
    has its weights; train with `seqkit.losses.CRFNegativeLogLikelihood`, which uses them, and call
    `decode` for tags. A loss on the layer's output alone does not train its weights. Everything is
    computed in at least float32; in a model of mixed precision give the layer `dtype="float32"`,
    or it rounds the emissions.

    Args:
        num_tags: number of tags.
        allowed_transitions: `num_tags` rows of `num_tags` truth values: whether the tag of the
            column may follow that of the row; None allows all.
        allowed_start: whether each tag may come first; None allows all.
        allowed_end: whether each tag may come last; None allows all.

    Sequences that are not allowed are neither decoded nor counted as possible in training, unless
    no allowed one has the row's length. A row of training tags that breaks the constraints has a
    log-likelihood of about minus a million for each breach: check the data first.

    Raises:
        ValueError: a size is not positive, a constraint has the wrong size or allows nothing, or
            the width of the emissions is not `num_tags`.

    Example:
        >>> import numpy as np
        >>> crf = LinearChainCRF(2, allowed_transitions=[[False, True], [True, False]])
        >>> emissions = np.array([[[1.0, 0.0], [1.0, 0.0], [3.0, 0.0]]], "float32")
        >>> tags, score = crf.decode(emissions)
        >>> np.asarray(tags).tolist(), np.asarray(score).tolist()
        ([[0, 1, 0]], [4.0])
        >>> round(float(np.exp(crf.log_likelihood(emissions, tags))[0]), 3)
        0.953

    Sources: Lafferty, McCallum and Pereira (2001); Lample et al. (2016), arXiv:1603.01360,
    section 2.2.
    """

    def __init__(
        self,
        num_tags: int,
        allowed_transitions: Sequence[Sequence[bool]] | None = None,
        allowed_start: Sequence[bool] | None = None,
        allowed_end: Sequence[bool] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if num_tags < 1:
            raise ValueError(f"num_tags is {num_tags}; give at least 1")
        # Kept as arrays, since Keras wraps lists to track changes.
        self._allowed = {
            "allowed_transitions": _truth_values(
                "allowed_transitions", allowed_transitions, (num_tags, num_tags)
            ),
            "allowed_start": _truth_values("allowed_start", allowed_start, (num_tags,)),
            "allowed_end": _truth_values("allowed_end", allowed_end, (num_tags,)),
        }
        self.num_tags = num_tags
        # Created here, not in `build`: they do not depend on the input, and `decode` and the loss
        # may be used before the first call. Mixed precision does not cast them.
        self.transitions, self.start, self.end = (
            self.add_weight(name=name, shape=shape, initializer="zeros", autocast=False)
            for name, shape in (
                ("transitions", (num_tags, num_tags)),
                ("start", (num_tags,)),
                ("end", (num_tags,)),
            )
        )

    @property
    def allowed_transitions(self) -> list[list[bool]] | None:
        """Whether the tag of the column may follow that of the row."""
        return _as_list(self._allowed["allowed_transitions"])

    @property
    def allowed_start(self) -> list[bool] | None:
        """Whether each tag may come first."""
        return _as_list(self._allowed["allowed_start"])

    @property
    def allowed_end(self) -> list[bool] | None:
        """Whether each tag may come last."""
        return _as_list(self._allowed["allowed_end"])

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Checks the width of the emissions."""
        self._check_width(input_shape)
        self.built = True

    def call(self, emissions: Tensor, padding_mask: Tensor | None = None) -> Tensor:
        """Returns the emissions, with zeros at padding.

        Args:
            emissions: `<float>[batch, length, num_tags]`, padded on the right.
            padding_mask: `<bool>[batch, length]`, true at valid positions; None if all are.

        Returns:
            `<float>[batch, length, num_tags]`.
        """
        if padding_mask is None:
            return emissions
        valid = ops.expand_dims(ops.cast(padding_mask, "bool"), -1)  # [batch, length, 1]
        return ops.where(valid, emissions, ops.zeros_like(emissions))

    def log_likelihood(
        self, emissions: Tensor, tags: Tensor, padding_mask: Tensor | None = None
    ) -> Tensor:
        """Gives the log-probability of each row's tags among all allowed sequences.

        Args:
            emissions: `<float>[batch, length, num_tags]`, `length` at least 1.
            tags: `<int>[batch, length]`, from 0 to below `num_tags`; anything at padding.
            padding_mask: `<bool>[batch, length]`, true at valid positions; None if all are.

        Returns:
            `<float32>[batch]` (float64 if the emissions are), 0 for a row that is all padding.
        """
        return linear_chain.log_likelihood(self._chain(emissions, padding_mask), tags)

    def decode(self, emissions: Tensor, padding_mask: Tensor | None = None) -> tuple:
        """Gives the best allowed tags of each row.

        Args:
            emissions: `<float>[batch, length, num_tags]`, `length` at least 1.
            padding_mask: `<bool>[batch, length]`, true at valid positions; None if all are.

        Returns:
            `<int32>[batch, length]`, the tags, 0 at padding, and `<float32>[batch]`, their score:
            a sum of scores, not a probability (see `log_likelihood`).
        """
        return linear_chain.viterbi(self._chain(emissions, padding_mask))

    def marginals(self, emissions: Tensor, padding_mask: Tensor | None = None) -> Tensor:
        """Gives the probability of each tag at each position, over all allowed sequences.

        Args:
            emissions: `<float>[batch, length, num_tags]`, `length` at least 1.
            padding_mask: `<bool>[batch, length]`, true at valid positions; None if all are.

        Returns:
            `<float32>[batch, length, num_tags]`, zeros at padding.
        """
        return linear_chain.marginals(self._chain(emissions, padding_mask))

    def _chain(self, emissions: Tensor, padding_mask: Tensor | None) -> linear_chain.Chain:
        """Checks emissions and adds the learned scores, those not allowed made very low."""
        emissions = ops.convert_to_tensor(emissions)
        self._check_width(emissions.shape)
        learned = (self.transitions, self.start, self.end)
        scores = (
            ops.copy(weight)
            if allowed is None
            else ops.add(weight, ops.cast(np.where(allowed, 0.0, FORBIDDEN), weight.dtype))
            for weight, allowed in zip(learned, self._allowed.values(), strict=True)
        )
        return linear_chain.make_chain(emissions, padding_mask, *scores)

    def _check_width(self, shape: tuple[int | None, ...]) -> None:
        if len(shape) != 3 or shape[-1] != self.num_tags:
            raise ValueError(
                f"emissions have the shape {tuple(shape)} and num_tags is {self.num_tags}; give "
                "[batch, length, num_tags], for example from keras.layers.Dense(num_tags)"
            )

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Gives the shape of the emissions."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, LinearChainCRF)


def _truth_values(argument: str, given: Any, shape: tuple[int, ...]) -> np.ndarray | None:
    """Converts a constraint to an array; refuses one of the wrong size or that allows nothing."""
    if given is None:
        return None
    sizes = {len(row) for row in given} if len(shape) == 2 else set()
    if len(given) != shape[0] or not sizes <= {shape[-1]}:
        raise ValueError(
            f"{argument} is {given!r}; give {' rows of '.join(map(str, shape))} truth values, "
            "one for each tag, or None to allow all"
        )
    allowed = np.array(given, "bool")
    # All transitions may be forbidden: sequences of one tag need none.
    if not allowed.any() and len(shape) == 1:
        raise ValueError(f"{argument} is {given!r} and allows no tag; allow at least one")
    return allowed


def _as_list(allowed: np.ndarray | None) -> Any:
    return None if allowed is None else allowed.tolist()
