"""A model of frames: music in which several pitches may sound at once, one step at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.arguments import slices
from seqkit.data.kinds.piano_rolls import Piece
from seqkit.decoding.random_bits import uniform
from seqkit.losses.frame_cross_entropy import (
    frame_cross_entropy,
    pitch_cross_entropy,
    pitch_probabilities,
)
from seqkit.model.recurrent_core import first_state, state_dim
from seqkit.model.row_errors import state_error, temperature_error
from seqkit.model.search_settings import check_temperature
from seqkit.model.servable_model import ServableModel, config_of
from seqkit.tasks.music.drawing import draw_frame
from seqkit.tasks.music.network import (
    NUM_PITCHES,
    FrameNetwork,
    NextFrame,
    build_frame_core,
    frame_step,
    pitches_below,
)
from seqkit.tasks.music.piano_rolls import (
    PieceScore,
    as_pieces,
    as_pitches,
    as_rolls,
    check_pieces,
    padded,
)


class FrameModel(ServableModel):
    """A core on piano rolls, and around it lists of pitches.

    A piece is a list of frames, a frame a list of MIDI pitches (0 to 127, 60 is middle C). The
    next frame is drawn from one of several components, and there from low to high, each pitch with
    a probability that depends on those below it.

    One graph answers in Python and in the exported SavedModel; `signatures` gives it. There,
    pieces are `<int32>[batch, length, voices]`, -1 where there is no pitch, with the number of
    frames of each beside them, since an empty frame is a rest.

    Args:
        core: made with `build_frame_core`.
        core_config: sizes and seed that `core` was made with.
        max_length: the most frames that are generated at once.

    Raises:
        ValueError: `max_length` is not positive.

    Example:
        >>> model = FrameModel.build(embedding_dim=4, hidden_dim=4)
        >>> [piece] = model.generate([[[60, 64, 67]]], length=5, temperature=0.5)
        >>> len(piece), piece == model.generate([[[67, 64, 60]]], 5, temperature=0.5)[0]
        (5, True)
        >>> [score] = model.score([[[60, 64], []]])
        >>> score.by_frame.shape
        (2,)
    """

    task = "frame model"
    network_type = FrameNetwork
    settings = ("max_length",)
    earlier_sizes = {"pitch_hidden_dim": 0, "pitch_dropout": 0.0}  # noqa: RUF012
    adjustable = ("max_length",)

    def __init__(
        self, core: keras.Model, *, core_config: Mapping[str, Any], max_length: int = 4096
    ) -> None:
        super().__init__(core, core_config)
        if max_length < 1:
            raise ValueError(f"max_length is {max_length}; give at least 1 frame")
        self.max_length = max_length
        pieces = [
            tf.TensorSpec([None, None, None], tf.int32, name="pitches"),
            tf.TensorSpec([None], tf.int32, name="frames"),
        ]
        drawing = [
            tf.TensorSpec([None], dtype, name=name)
            for name, dtype in (
                ("length", tf.int32),
                ("temperature", tf.float32),
                ("seed", tf.int64),
            )
        ]
        moment = [
            tf.TensorSpec([None, None], tf.int32, name="pitches"),
            tf.TensorSpec([None, state_dim(core)], tf.float32, name="state"),
        ]
        self._layer = pitches_below(core)
        # Without AutoGraph: there is nothing to convert, and it would only make tracing slow.
        self._generate, self._scores, self._step, self._draw = (
            tf.function(function, input_signature=signature, autograph=False)
            for function, signature in (
                (self.answer, [*pieces, *drawing]),
                (self.answer_scores, pieces),
                (self.answer_step, moment),
                (self.answer_draw, [*moment, *drawing[1:]]),
            )
        )

    @classmethod
    def build(
        cls, network: FrameNetwork = FrameNetwork(), *, seed: int = 0, **arguments: Any
    ) -> FrameModel:
        """Makes an untrained model.

        Args:
            network, seed, arguments: see `ServableModel`.

        Returns:
            The model.
        """
        network, settings = cls._arrange(network, arguments)
        core = build_frame_core(network, seed=seed)
        return cls(core, core_config=config_of(network, seed), **settings)

    def generate(
        self,
        prompts: Sequence[Any],
        length: int,
        temperature: float = 1.0,
        seed: int = 0,
        batch_size: int = 64,
    ) -> list[Piece]:
        """Continues beginnings of pieces.

        Args:
            prompts: lists of frames; an empty one for a piece from its beginning.
            length: frames of each answer, from 1 to `max_length`.
            temperature: what logits are divided by: below 1 for more probable pitches; at 0 a pitch
                sounds where that is more likely than not, given those below it.
            seed: prompt k draws with `seed + k`; the same seed gives the same piece.
            batch_size: prompts given to the graph at once.

        Returns:
            Pieces of `length` frames, each a tuple of pitches from low to high.

        Raises:
            DataError: a prompt is not a piece; its index and frame are named.
            TypeError: `prompts` is a table.
            ValueError: a number is out of its range.
        """
        if not 1 <= length <= self.max_length:
            raise ValueError(f"length is {length}; give from 1 to max_length, {self.max_length}")
        check_temperature(temperature)
        answers: list[Piece] = []
        checked = check_pieces(prompts, "prompts", empty=True)
        for rows in slices(len(checked), batch_size):
            some = checked[rows]
            seeds = seed + np.arange(rows.start, rows.start + len(some), dtype=np.int64)
            lengths = np.full(len(some), length, np.int32)
            temperatures = np.full(len(some), temperature, np.float32)
            answer = self._generate(*padded(some), lengths, temperatures, seeds)
            answers += as_pieces(answer["pitches"].numpy(), answer["frames"].numpy())
        return answers

    def score(self, pieces: Sequence[Any], batch_size: int = 64) -> list[PieceScore]:
        """Scores how likely pieces are.

        Args:
            pieces: lists of frames, from their beginnings.
            batch_size: pieces given to the graph at once.

        Returns:
            A `PieceScore` for each, in order.

        Raises:
            DataError: an item is not a piece; its index and frame are named.
            TypeError: `pieces` is a table.
            ValueError: `batch_size` is below 1.
        """
        checked = check_pieces(pieces, "pieces")
        scores: dict[int, PieceScore] = {}
        # Pieces of about one length together, because padding is computed too.
        order = sorted(range(len(checked)), key=lambda number: len(checked[number]))
        for rows in slices(len(order), batch_size):
            numbers = order[rows]
            answer = self._scores(*padded([checked[number] for number in numbers]))
            keys = ("log_likelihood", "frames", "by_frame", "independent")
            columns = (answer[name].numpy() for name in keys)
            for number, whole, frames, *by_frame in zip(numbers, *columns, strict=True):
                scores[number] = PieceScore(float(whole), *(row[:frames] for row in by_frame))
        return [scores[number] for number in range(len(checked))]

    def answer(
        self,
        pitches: tf.Tensor,
        frames: tf.Tensor,
        length: tf.Tensor,
        temperature: tf.Tensor,
        seed: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        """Continues beginnings of pieces.

        Args:
            pitches: `<int32>[batch, length, voices]`; -1, or any number that is not a MIDI pitch,
                stands for none.
            frames: `<int32>[batch]`, the number of frames of each; 0 for a new piece.
            length: `<int32>[batch]`, frames to generate, up to `max_length`.
            temperature: `<float32>[batch]`, what logits are divided by; at 0 a pitch sounds where
                that is more likely than not.
            seed: `<int64>[batch]`; a row depends on its own seed alone.

        Returns:
            `pitches` `<int32>[batch, length, voices]`, those of the frames that follow, from low to
            high, -1 where there is none; `frames` `<int32>[batch]`, the number of these frames;
            `error` `<string>[batch]`, empty, or what is wrong with a row's temperature: it has no
            frames then.
        """
        size = tf.shape(pitches)[0]
        pitches, frames, length, temperature, seed = (
            _at_least_one(x) for x in (pitches, frames, length, temperature, seed)
        )
        error = temperature_error(temperature)
        wrong = tf.not_equal(error, "")
        temperature = tf.where(wrong, 1.0, temperature)
        length = tf.where(wrong, 0, tf.clip_by_value(length, 0, self.max_length))
        steps = tf.maximum(tf.reduce_max(length), 1)
        frames = tf.clip_by_value(frames, 0, tf.shape(pitches)[1])
        following, state = self._hear(as_rolls(pitches, frames), frames)
        batch = tf.shape(pitches)[0]
        # For each frame one number for every pitch, and the last for the component.
        numbers = uniform(seed, batch, steps * (NUM_PITCHES + 1))
        numbers = tf.reshape(numbers, [batch, steps, NUM_PITCHES + 1])
        numbers = tf.transpose(numbers, [1, 0, 2])  # [steps, batch, 129]

        def draw(place: Any, following: Any, state: Any, drawn: Any) -> tuple[Any, ...]:
            sounds = draw_frame(following, self._layer, temperature, numbers[place])
            following, state = frame_step(self.core, tf.cast(sounds, state.dtype), state)
            return place + 1, following, state, drawn.write(place, sounds)

        drawn = tf.TensorArray(tf.bool, steps, element_shape=[None, NUM_PITCHES])
        *_, drawn = tf.while_loop(
            lambda place, *rest: place < steps, draw, [0, following, state, drawn]
        )
        rolls = tf.reshape(drawn.stack(), [steps, batch, NUM_PITCHES])
        rolls = tf.transpose(rolls, [1, 0, 2])  # [batch, steps, 128]
        rolls &= tf.sequence_mask(length, steps)[..., tf.newaxis]
        return {
            "pitches": as_pitches(rolls)[:size],
            "frames": length[:size],
            "error": error[:size],
        }

    def answer_scores(self, pitches: tf.Tensor, frames: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores how likely pieces are.

        Args:
            pitches: `<int32>[batch, length, voices]`, from the beginning of each piece.
            frames: `<int32>[batch]`, the number of frames of each.

        Returns:
            `log_likelihood` `<float32>[batch]`, of the whole piece, natural logarithm; `frames`
            `<int32>[batch]`, the number of its frames; `by_frame` `<float32>[batch, length]`, of
            each frame given those before it, 0 after the last; `independent` `<float32>[batch,
            length]`, the same from the probability of each pitch by itself, whatever else sounds.
        """
        size = tf.shape(pitches)[0]
        pitches, frames = _at_least_one(pitches), _at_least_one(frames)
        frames = tf.clip_by_value(frames, 0, tf.shape(pitches)[1])
        rolls = as_rolls(pitches, frames)
        outputs = self._read(rolls)
        by_frame = -frame_cross_entropy(rolls, outputs["logits"][:, :-1])
        alone = outputs.get("alone", outputs["logits"])
        independent = -pitch_cross_entropy(rolls, alone[:, :-1])
        return {
            "log_likelihood": tf.reduce_sum(by_frame, axis=1)[:size],
            "frames": frames[:size],
            "by_frame": by_frame[:size],
            "independent": independent[:size],
        }

    def answer_step(self, pitches: tf.Tensor, state: tf.Tensor) -> dict[str, tf.Tensor]:
        """Reads one frame and predicts the next; the state is all there is to remember.

        Args:
            pitches: `<int32>[batch, voices]`, -1 where there is none; none at all, with a state of
                zeros, for the beginning of a piece.
            state: `<float32>[batch, state_dim]`, as the step before gave it.

        Returns:
            `probabilities` `<float32>[batch, 128]`, of each pitch in the next frame, by itself;
            `state` `<float32>[batch, state_dim]`; `error` `<string>[batch]`, empty, or that the
            state given is not finite: all of the row is zeros then. Where the pitches below a pitch
            add nothing, also `weights` `<float32>[batch, components]` and `components`
            `<float32>[batch, components, 128]`: to draw a frame, draw a component, then its
            pitches. Else see `answer_draw`.
        """
        size = tf.shape(pitches)[0]
        following, state, error = self._step_from(pitches, state)
        answer = {"probabilities": pitch_probabilities(following.alone)}
        if self._layer is None:
            answer["weights"] = tf.nn.softmax(following.logits[..., -1])
            answer["components"] = tf.sigmoid(following.logits[..., :-1])
        answer["state"] = tf.cast(state, tf.float32)
        right = tf.equal(error, "")
        for name, values in answer.items():
            shape = [-1, *[1] * (values.shape.rank - 1)]
            answer[name] = tf.where(tf.reshape(right, shape), values, 0.0)[:size]
        return answer | {"error": error[:size]}

    def answer_draw(
        self, pitches: tf.Tensor, state: tf.Tensor, temperature: tf.Tensor, seed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Reads one frame and draws the next; the state is all there is to remember.

        Args:
            pitches, state: as for `answer_step`.
            temperature: `<float32>[batch]`, as for `answer`.
            seed: `<int64>[batch]`, another for each frame of a piece; a row depends on its own
                alone.

        Returns:
            `pitches` `<int32>[batch, voices]`, from low to high, -1 where there is none; `state`
            `<float32>[batch, state_dim]`; `error` `<string>[batch]`, empty, or what is wrong with a
            row's state or temperature: it has no pitch then, and a state of zeros.
        """
        size = tf.shape(pitches)[0]
        temperature, seed = _at_least_one(temperature), _at_least_one(seed)
        following, state, error = self._step_from(pitches, state)
        error = tf.where(tf.equal(error, ""), temperature_error(temperature), error)
        right = tf.equal(error, "")[:, tf.newaxis]
        temperature = tf.where(right[:, 0], temperature, 1.0)
        numbers = uniform(seed, tf.shape(state)[0], NUM_PITCHES + 1)
        sounds = right & draw_frame(following, self._layer, temperature, numbers)
        return {
            "pitches": as_pitches(sounds)[:size],
            "state": tf.where(right, tf.cast(state, tf.float32), 0.0)[:size],
            "error": error[:size],
        }

    def _step_from(
        self, pitches: tf.Tensor, state: tf.Tensor
    ) -> tuple[NextFrame, tf.Tensor, tf.Tensor]:
        """Reads one frame of at least one row; for a wrong state, from a state of zeros."""
        pitches, state = _at_least_one(pitches), _at_least_one(state)
        roll = as_rolls(pitches[:, tf.newaxis], tf.ones([tf.shape(pitches)[0]], tf.int32))
        error = state_error(state)
        state = tf.where(tf.equal(error, "")[:, tf.newaxis], state, 0.0)
        return *frame_step(self.core, roll[:, 0], state), error

    def _read(self, rolls: tf.Tensor) -> dict[str, tf.Tensor]:
        """What the core gives before each frame and after the last, `[batch, length + 1, …]`."""
        # A piece begins after an empty frame, which only there meets a state of zeros.
        nothing = tf.zeros([tf.shape(rolls)[0], 1, NUM_PITCHES])
        inputs = {"frames": tf.concat([nothing, rolls], axis=1)}
        if self._layer is not None:
            inputs["following"] = tf.concat([rolls, nothing], axis=1)
        inputs["state"] = first_state(self.core, tf.shape(rolls)[0])
        return self.core(inputs, training=False)

    def _hear(self, rolls: tf.Tensor, frames: tf.Tensor) -> tuple[NextFrame, tf.Tensor]:
        """What is known of the frame after the last of each piece, and the state there."""
        # The last frame is read by a step of its own; a new piece has but the empty one.
        before_last = tf.sequence_mask(frames - 1, tf.shape(rolls)[1])[..., tf.newaxis]
        state = self._read(tf.where(before_last, rolls, -1.0))["state"]
        begun = frames > 0
        state = tf.where(begun[:, tf.newaxis], state, tf.zeros_like(state))
        last = tf.gather(
            tf.pad(rolls, [[0, 0], [1, 0], [0, 0]]), frames, axis=1, batch_dims=1
        )  # [batch, 128]
        return frame_step(self.core, last, state)

    def signatures(self) -> dict[str, Any]:
        """What a server offers.

        Returns:
            `serving_default`: see `answer`. `scores`: see `answer_scores`. `step`: see
            `answer_step`. Where the pitches below a pitch decide too, `draw`: see `answer_draw`.
        """
        signatures = {
            "serving_default": self._generate,
            "scores": self._scores,
            "step": self._step,
        }
        return signatures if self._layer is None else signatures | {"draw": self._draw}


def _at_least_one(values: tf.Tensor) -> tf.Tensor:
    """Adds a row of zeros, removed afterwards: kernels fail on an empty batch."""
    values = tf.convert_to_tensor(values)  # an array, where functions are run step by step
    missing = tf.maximum(1 - tf.shape(values)[0], 0)
    return tf.pad(values, [[0, missing], *[[0, 0]] * (values.shape.rank - 1)])
