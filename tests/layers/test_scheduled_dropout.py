from __future__ import annotations

import numpy as np
import pytest
from keras import ops

from seqkit.layers import ScheduledDropout

ONES = np.ones((50, 200), "float32")


def shares(layer: ScheduledDropout, calls: int) -> list[float]:
    return [float(np.mean(np.asarray(layer(ONES, training=True)) == 0)) for _ in range(calls)]


def test_the_share_rises_and_stays():
    actual = shares(ScheduledDropout(0.4, warm_up_steps=4, seed=1), 7)
    np.testing.assert_allclose(actual, [0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4], atol=0.02)


@pytest.mark.parametrize("warm_up_steps", [0, 1])
def test_what_is_kept_makes_up_for_what_is_not(warm_up_steps):
    layer = ScheduledDropout(0.5, warm_up_steps, seed=1)
    shares(layer, 1)
    outputs = np.asarray(layer(ONES, training=True))
    assert set(np.unique(outputs)) == {0.0, 2.0}
    assert abs(outputs.mean() - 1) < 0.05


def test_nothing_is_dropped_outside_of_training_and_no_step_is_counted():
    layer = ScheduledDropout(0.5, warm_up_steps=3, seed=1)
    np.testing.assert_array_equal(layer(ONES, training=False), ONES)
    assert int(ops.convert_to_numpy(layer.steps)) == 0


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="rate"):
        ScheduledDropout(1.0)
    with pytest.raises(ValueError, match="warm_up_steps"):
        ScheduledDropout(0.1, -1)
