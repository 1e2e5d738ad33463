"""Against every row of tags there is, one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import tensorflow as tf

from seqkit.layers.linear_chain import Chain, log_likelihood, make_chain, marginals, viterbi

LENGTHS = np.array([4, 3, 1, 0])
BATCH, LENGTH, TAGS = 4, 4, 3
MASK = np.arange(LENGTH) < LENGTHS[:, np.newaxis]
LISTS = ("TensorListReserve", "EmptyTensorList")
NAMES = ("emissions", "transitions", "start", "end")


def drawn(seed: int = 0, scale: float = 1.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = [(BATCH, LENGTH, TAGS), (TAGS, TAGS), (TAGS,), (TAGS,)]
    given = {
        name: rng.normal(size=shape, scale=scale) for name, shape in zip(NAMES, shapes, strict=True)
    }
    given["emissions"][~MASK] = np.nan  # nothing may look at the padding
    return given


TARGET = np.where(MASK, np.random.default_rng(1).integers(0, TAGS, MASK.shape), -1)


def rows_of_tags(given: dict[str, np.ndarray], row: int) -> dict[tuple[int, ...], float]:
    """The score of every row of tags that is as long as the sentence."""
    length = LENGTHS[row]
    scores = {}
    for tags in itertools.product(range(TAGS), repeat=length):
        score = sum(given["emissions"][row, t, tag] for t, tag in enumerate(tags))
        score += sum(given["transitions"][pair] for pair in itertools.pairwise(tags))
        if tags:
            score += given["start"][tags[0]] + given["end"][tags[-1]]
        scores[tags] = float(score)
    return scores


def expected_likelihoods(given: dict[str, np.ndarray]) -> np.ndarray:
    actual = []
    for row in range(BATCH):
        scores = rows_of_tags(given, row)
        gold = scores[tuple(TARGET[row, : LENGTHS[row]].tolist())]
        actual.append(gold - np.logaddexp.reduce(list(scores.values())))
    return np.array(actual)


def likelihoods(given: dict[str, np.ndarray], tags=TARGET, padding_mask=MASK) -> tf.Tensor:
    return log_likelihood(chain_of(given, padding_mask), tags)


def chain_of(given: dict[str, np.ndarray], padding_mask=MASK) -> Chain:
    emissions, *scores = (given[name] for name in NAMES)
    return make_chain(emissions, padding_mask, *scores)


def gradients(given: dict[str, np.ndarray], weights: np.ndarray) -> dict[str, np.ndarray]:
    watched = {name: tf.constant(given[name]) for name in NAMES}
    with tf.GradientTape() as tape:
        tape.watch(watched)
        total = tf.reduce_sum(likelihoods(watched) * weights)
    return {name: value.numpy() for name, value in tape.gradient(total, watched).items()}


@pytest.mark.parametrize("scale", [0.0, 1.0, 30.0])
def test_likelihoods(scale):
    given = drawn(scale=scale)
    actual = likelihoods(given)
    assert actual.dtype == "float64"
    np.testing.assert_allclose(actual, expected_likelihoods(given), rtol=1e-9, atol=1e-9)
    assert actual[-1] == 0


def test_without_a_mask_all_positions_count():
    given = drawn()
    whole = {name: x[:1] if name == "emissions" else x for name, x in given.items()}
    actual = likelihoods(whole, TARGET[:1], None)
    np.testing.assert_allclose(actual, expected_likelihoods(given)[:1], rtol=1e-9)
    np.testing.assert_allclose(
        marginals(chain_of(whole, None)),
        marginals(chain_of(given))[:1],
        atol=1e-12,
    )
    tags, _ = viterbi(chain_of(whole, None))
    np.testing.assert_array_equal(tags, viterbi(chain_of(given))[0][:1])


def test_gradients_equal_finite_differences():
    given, weights, step = drawn(), np.array([1.0, -2.0, 3.0, 5.0]), 1e-5
    for name, actual in gradients(given, weights).items():
        assert np.isfinite(actual).all()
        for place in np.ndindex(given[name].shape):
            if name == "emissions" and not MASK[place[:2]]:
                assert actual[place] == 0
                continue
            around = []
            for change in (step, -step):
                moved = given | {name: given[name].copy()}
                moved[name][place] += change
                around.append(expected_likelihoods(moved) @ weights)
            expected = (around[0] - around[1]) / (2 * step)
            np.testing.assert_allclose(actual[place], expected, atol=1e-8, err_msg=f"{name}{place}")


@pytest.mark.parametrize("scale", [0.0, 1.0, 30.0])
def test_marginals(scale):
    given = drawn(scale=scale)
    actual = marginals(chain_of(given)).numpy()
    expected = np.zeros((BATCH, LENGTH, TAGS))
    for row in range(BATCH):
        scores = rows_of_tags(given, row)
        total = np.logaddexp.reduce(list(scores.values()))
        for tags, score in scores.items():
            for position, tag in enumerate(tags):
                expected[row, position, tag] += np.exp(score - total)
    np.testing.assert_allclose(actual, expected, atol=1e-9)
    assert not actual[~MASK].any()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("whole_numbers", [False, True])
def test_viterbi(seed, whole_numbers):
    given = drawn(seed)
    if whole_numbers:  # many rows are equally good then: any of them will do
        given = {name: np.round(x) for name, x in given.items()}
    tags, best = (x.numpy() for x in viterbi(chain_of(given)))
    assert tags.dtype == "int32" and not tags[~MASK].any()
    for row in range(BATCH):
        scores = rows_of_tags(given, row)
        np.testing.assert_allclose(best[row], max(scores.values()), atol=1e-9)
        np.testing.assert_allclose(scores[tuple(tags[row, : LENGTHS[row]].tolist())], best[row])


def test_extra_padding_changes_nothing():
    given = drawn()
    wider = given | {"emissions": np.pad(given["emissions"], [(0, 0), (0, 3), (0, 0)])}
    wider["emissions"][:, LENGTH:] = 1e30
    mask = np.pad(MASK, [(0, 0), (0, 3)])
    tags = np.pad(TARGET, [(0, 0), (0, 3)], constant_values=2)
    np.testing.assert_allclose(likelihoods(wider, tags, mask), likelihoods(given), rtol=1e-12)
    for one, other in zip(
        viterbi(chain_of(wider, mask)),
        viterbi(chain_of(given)),
        strict=True,
    ):
        one = one.numpy()
        if one.ndim == 2:
            assert not one[:, LENGTH:].any()
            one = one[:, :LENGTH]
        np.testing.assert_array_equal(one, other)
    actual = marginals(chain_of(wider, mask)).numpy()
    assert not actual[:, LENGTH:].any()
    np.testing.assert_allclose(actual[:, :LENGTH], marginals(chain_of(given)))


@pytest.mark.parametrize("size", [1e3, 1e-30])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_extreme_scores_stay_numbers(size, dtype):
    given = drawn()
    given["emissions"] = np.where(np.isnan(given["emissions"]), 0, given["emissions"]) * size
    given["transitions"][:, 1] = given["end"][1] = -1e4
    given = {name: tf.cast(x, dtype) for name, x in given.items()}
    actual = likelihoods(given).numpy()
    assert actual.dtype == "float32" and np.isfinite(actual).all() and (actual <= 0).all()
    for value in gradients(given, np.ones(BATCH, "float32")).values():
        assert np.isfinite(value.astype("float32")).all() and np.abs(value).max() <= 10
    at_tags = marginals(chain_of(given))
    np.testing.assert_allclose(np.sum(at_tags, axis=-1), MASK, atol=1e-6)
    assert np.isfinite(viterbi(chain_of(given))[1]).all()


def test_where_every_row_of_tags_is_forbidden_nothing_breaks():
    given = {name: np.nan_to_num(x).astype("float32") for name, x in drawn().items()}
    for name in ("transitions", "start", "end"):
        given[name][:] = -1e6
    np.testing.assert_allclose(likelihoods(given)[:3], expected_likelihoods(given)[:3], atol=2)
    for value in gradients(given, np.ones(BATCH, "float32")).values():
        assert np.isfinite(value).all() and np.abs(value).max() <= 5
    at_tags = marginals(chain_of(given))
    np.testing.assert_allclose(np.sum(at_tags, axis=-1), MASK, atol=1e-6)


def test_long_rows_do_not_underflow():
    length = 2000
    emissions = np.full((1, length, 2), -50, "float32")
    flat = np.zeros((2, 2), "float32"), np.zeros(2, "float32"), np.zeros(2, "float32")
    tags = np.zeros((1, length), "int32")
    run = tf.function(lambda *given: log_likelihood(make_chain(*given), tags))
    np.testing.assert_allclose(run(emissions, None, *flat), length * -np.log(2), rtol=1e-5)


def test_sizes_unknown_until_a_graph_runs():
    given = drawn()
    weights = tuple(tf.constant(given[name]) for name in NAMES[1:])

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, TAGS], "float64"),
            tf.TensorSpec([None, None], "int64"),
            tf.TensorSpec([None, None], "bool"),
        ]
    )
    def run(emissions, tags, padding_mask):
        with tf.GradientTape() as tape:
            tape.watch((emissions, weights))
            values = log_likelihood(make_chain(emissions, padding_mask, *weights), tags)
        slopes = tape.gradient(values, [emissions, *weights])
        chain = make_chain(emissions, padding_mask, *weights)
        return values, slopes, marginals(chain), viterbi(chain)

    for rows in (slice(0, 4), slice(1, 3)):
        for length in (1, 4):
            part = {**given, "emissions": given["emissions"][rows, :length]}
            mask, tags = MASK[rows, :length], TARGET[rows, :length]
            values, slopes, at_tags, (best, _) = run(part["emissions"], tags, mask)
            np.testing.assert_allclose(values, likelihoods(part, tags, mask), atol=1e-12)
            assert all(np.isfinite(slope).all() for slope in slopes)
            chain = chain_of(part, mask)
            np.testing.assert_allclose(at_tags, marginals(chain), atol=1e-12)
            np.testing.assert_array_equal(best, viterbi(chain)[0])


def test_memory_for_pairs_of_tags_is_not_kept_for_every_position():
    """The graph of the gradient holds no tensor of all positions and all pairs."""
    length, batch, tags = 7, 5, 3

    @tf.function
    def run(emissions, transitions, start, end):
        with tf.GradientTape() as tape:
            tape.watch(transitions)
            target = tf.zeros((batch, length), "int32")
            chain = make_chain(emissions, None, transitions, start, end)
            total = tf.reduce_sum(log_likelihood(chain, target))
        return tape.gradient(total, transitions)

    shapes = [(batch, length, tags), (tags, tags), (tags,), (tags,)]
    graph = run.get_concrete_function(*(tf.zeros(shape) for shape in shapes)).graph
    bodies = [graph, *(graph._get_function(name).graph for name in graph._functions)]
    outputs = [t for body in bodies for op in body.get_operations() for t in op.outputs]
    sizes = [t.shape.num_elements() or 0 for t in outputs if t.shape.rank is not None]
    assert batch * tags * tags in sizes, "found no tensor of pairs at one position"
    assert max(sizes) < length * batch * tags * tags
    # Lists of what a loop keeps show the shape of one element.
    kept = [op.inputs[0] for body in bodies for op in body.get_operations() if op.type in LISTS]
    elements = [tf.get_static_value(shape) for shape in kept]
    assert len(elements) >= 2, "found no lists"
    assert all(np.size(shape) < 3 for shape in elements), elements
