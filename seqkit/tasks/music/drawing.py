"""How a frame is drawn: a component of the mixture, then its pitches from low to high."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from seqkit.layers.pitches_below import PitchesBelow
from seqkit.tasks.music.network import NUM_PITCHES, NextFrame

# The lowest temperature that logits are divided by: lower ones, and 0, mean the same.
_COLDEST = 1e-6


def draw_frame(
    following: NextFrame, layer: PitchesBelow | None, temperature: tf.Tensor, numbers: tf.Tensor
) -> tf.Tensor:
    """Draws a component and its pitches by numbers from 0 to 1.

    Args:
        following: what is known of the frame.
        layer: what the pitches below a pitch add to its logit; None for nothing.
        temperature: `<float32>[batch]`, what logits are divided by.
        numbers: `<float32>[batch, 129]`, one for each pitch and, last, for the component.

    Returns:
        `<bool>[batch, 128]`, which pitches sound.
    """
    warmth = tf.maximum(temperature, _COLDEST)[:, tf.newaxis]
    logits = following.logits / warmth[..., tf.newaxis]
    reached = tf.cumsum(tf.nn.softmax(logits[..., -1]), axis=-1)
    passed = tf.reduce_sum(tf.cast(reached <= numbers[:, -1:], tf.int32), axis=-1)
    # By rounding, the sum of all may stay below 1, and below the number.
    component = tf.minimum(passed, tf.shape(logits)[1] - 1)
    chosen = tf.gather(logits[..., :-1], component, batch_dims=1)  # [batch, 128]
    if layer is None:
        return numbers[:, :-1] < tf.sigmoid(chosen)
    # Terms change only when a pitch sounds: instead of pitch by pitch, all above the last one that
    # sounds are drawn at once, and the lowest that sounds is kept.
    context = following.context[:, tf.newaxis]  # [batch, 1, 128, hidden_dim]

    def add_next(place: Any, drawn: Any) -> tuple[Any, Any]:
        terms = layer.terms(context, tf.cast(drawn, context.dtype)[:, tf.newaxis])[:, 0]
        sounds = numbers[:, :-1] < tf.sigmoid(chosen + terms / warmth)
        sounds &= tf.range(NUM_PITCHES) >= place[:, tf.newaxis]
        lowest = tf.argmax(sounds, axis=1, output_type=tf.int32)
        lowest = tf.where(tf.reduce_any(sounds, axis=1), lowest, NUM_PITCHES)
        return lowest + 1, drawn | tf.one_hot(lowest, NUM_PITCHES, on_value=True, off_value=False)

    silence = tf.zeros_like(chosen, tf.bool)
    _, drawn = tf.while_loop(
        lambda place, drawn: tf.reduce_any(place < NUM_PITCHES),
        add_next,
        [tf.zeros([tf.shape(chosen)[0]], tf.int32), silence],
    )
    return drawn
