from __future__ import annotations

import keras
import numpy as np
import pytest

from seqkit.layers import WordDropout

TOKEN_IDS = np.where(np.arange(200) < 150, np.arange(200) % 7 + 2, 0)[np.newaxis].repeat(50, 0)


def test_the_share_is_replaced_and_padding_is_not():
    dropped = WordDropout(0.25, unk_id=1, seed=0)(TOKEN_IDS, training=True).numpy()
    changed = dropped != TOKEN_IDS
    assert (dropped[changed] == 1).all()
    assert not changed[TOKEN_IDS == 0].any()
    assert abs(changed[TOKEN_IDS != 0].mean() - 0.25) < 0.02


def test_ids_are_as_given():
    dropped = WordDropout(0.5, unk_id=9, pad_id=8, seed=0)(TOKEN_IDS, training=True).numpy()
    changed = dropped != TOKEN_IDS
    assert set(dropped[changed]) == {9}
    assert changed[TOKEN_IDS == 0].any() and not changed[TOKEN_IDS == 8].any()


@pytest.mark.parametrize("layer", [WordDropout(0.0), WordDropout(0.9)])
def test_nothing_happens_outside_training_or_at_rate_zero(layer):
    np.testing.assert_array_equal(layer(TOKEN_IDS, training=layer.rate == 0), TOKEN_IDS)


def test_the_type_stays_an_integer():
    given = keras.Input((None,), dtype="int32")
    assert WordDropout(0.5)(given).dtype == "int32"
    assert WordDropout(0.5)(TOKEN_IDS.astype("int64"), training=True).dtype == "int64"


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_a_wrong_rate_is_named(rate):
    with pytest.raises(ValueError, match=rf"rate must be in \[0, 1\), got {rate}"):
        WordDropout(rate)
