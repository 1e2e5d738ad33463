from __future__ import annotations

import numpy as np
import pytest

from seqkit.decoding import beam_search, sequence_log_probability
from tests.decoding import prefix_model


def score(weights, rows, token_ids, **arguments):
    step = prefix_model.step_function(weights, rows)
    state = prefix_model.first_state(rows)
    return sequence_log_probability(step, state, token_ids, **arguments).numpy()


@pytest.mark.parametrize("ends", [{}, {"bos_id": 4, "eos_id": 5}])
def test_every_sequence_has_its_own_probability(ends):
    weights, rows = prefix_model.make()
    for row in range(3):
        # As long as no sequence is cut, each ends with EOS.
        sequences = [
            s
            for s in prefix_model.every_sequence(weights, rows, row, 5, banned=(0,), **ends)
            if len(s.tokens) < 4
        ]
        token_ids = np.zeros((3, len(sequences), 4), "int64")
        for place, sequence in enumerate(sequences):
            token_ids[row, place, : len(sequence.tokens)] = sequence.tokens
        found = score(weights, rows, token_ids, **ends)
        assert found.shape == (3, len(sequences)) and len(sequences) > 50
        expected = [s.log_probability for s in sequences]
        np.testing.assert_allclose(found[row], expected, rtol=1e-4)


def test_what_a_search_finds_is_scored_as_the_search_does():
    weights, rows = prefix_model.make(seed=3)
    step, state = prefix_model.step_function(weights, rows), prefix_model.first_state(rows)
    found = beam_search(step, state, max_length=9, num_beams=4, num_best=4)
    ended = found.lengths.numpy() < 9
    assert ended.sum() > 6
    scored = score(weights, rows, found.token_ids)
    np.testing.assert_allclose(scored[ended], found.log_probability.numpy()[ended], rtol=1e-4)
    assert (scored[~ended] < found.log_probability.numpy()[~ended]).all()


def test_token_ids_have_three_axes():
    with pytest.raises(ValueError, match=r"token_ids has the shape \(3, 2\); give \[batch, seq"):
        score(*prefix_model.make(), np.zeros((3, 2)))
