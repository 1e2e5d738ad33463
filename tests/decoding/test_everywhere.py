"""The same answers eagerly, in a graph, compiled, and served by TensorFlow alone."""

from __future__ import annotations

import json
import os
import sys

import numpy as np
import pytest
import tensorflow as tf

from seqkit.export.clean_process import to_tensor
from seqkit.export.golden import answer
from seqkit.export.saved_model import describe
from seqkit.export.verify import CLEAN_PROCESS
from tests.clean_processes import run_clean
from tests.decoding import prefix_model
from tests.decoding.searches import ROWS, WEIGHTS, searches

# What verifies an export, asked about two batches of one model that is loaded once.
_CHECK = """
import json, runpy, sys
process = runpy.run_path(sys.argv[1])
process["forbid"]()
request = json.load(sys.stdin)
sys.path += request["import_paths"]
import tensorflow as tf
problems = process["find_effects"](request["serving"])
model = tf.saved_model.load(request["serving"])
for golden in request["goldens"]:
    assert set(golden["signatures"]) == set(model.signatures)
    for name, expected in golden["signatures"].items():
        different, _ = process["check_signature"](
            model.signatures[name], expected, golden["tolerance"]
        )
        problems += [(name, *problem) for problem in different]
print(json.dumps(problems))
"""


def assert_same(actual, expected):
    for key, value in actual.items():
        if value.dtype == "int32":
            np.testing.assert_array_equal(value, expected[key])
        else:
            np.testing.assert_allclose(value, expected[key], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["greedy", "sample", "beam_search"])
def test_compiled(name):
    search = searches(WEIGHTS)[name]
    assert_same(tf.function(search, jit_compile=True)(ROWS), search(ROWS))


class Served(tf.Module):
    """Searches as signatures with a free batch; the longest answer depends on the source."""

    def __init__(self):
        super().__init__()
        self.weights = [tf.Variable(weight) for weight in WEIGHTS]

    def signatures(self):
        run = searches(prefix_model.Weights(*self.weights))
        batch = [
            tf.TensorSpec([None, prefix_model.DIM], name="start"),
            tf.TensorSpec([None, None, prefix_model.DIM], name="keys"),
            tf.TensorSpec([None, None], "bool", name="source_mask"),
        ]

        def lengths(source_mask):
            return 1 + 2 * tf.reduce_sum(tf.cast(source_mask, "int32"), axis=1)

        @tf.function(input_signature=batch)
        def serve_greedy(start, keys, source_mask):
            rows = prefix_model.Rows(start, keys, source_mask)
            return run["greedy"](rows, lengths(source_mask))

        @tf.function(input_signature=batch)
        def serve_beam_search(start, keys, source_mask):
            rows = prefix_model.Rows(start, keys, source_mask)
            return run["beam_search"](rows, lengths(source_mask))

        @tf.function(
            input_signature=[
                *batch,
                tf.TensorSpec([None], "int64", name="seed"),
                tf.TensorSpec([], name="temperature"),
                tf.TensorSpec([None], "int32", name="top_k"),
                tf.TensorSpec([None], name="top_p"),
            ]
        )
        def serve_sample(start, keys, source_mask, seed, temperature, top_k, top_p):
            rows = prefix_model.Rows(start, keys, source_mask)
            return run["sample"](rows, seed, temperature, top_k, top_p, lengths(source_mask))

        @tf.function(input_signature=[*batch, tf.TensorSpec([], "int32", name="seed")])
        def serve_one_seed(start, keys, source_mask, seed):
            rows = prefix_model.Rows(start, keys, source_mask)
            return run["sample"](rows, seed)

        return {
            "greedy": serve_greedy,
            "beam_search": serve_beam_search,
            "sample": serve_sample,
            "one_seed": serve_one_seed,
        }


@pytest.fixture(scope="module")
def served(tmp_path_factory, unoptimized):
    module, path = Served(), tmp_path_factory.mktemp("served") / "1"
    functions = module.signatures()
    tf.saved_model.save(module, str(path), signatures=functions)
    return functions, path


def given(rows):
    """The golden inputs of all signatures, for some rows of the batch."""
    batch = {name: x[rows] for name, x in ROWS._asdict().items()}
    limits = {
        "seed": np.array([3, -4, 2**40, 3])[rows],
        "top_k": np.array([0, 6, 2, 0])[rows],
        "top_p": np.array([1.0, 0.95, 1.0, 0.5])[rows],
    }
    return {
        "greedy": batch,
        "beam_search": batch,
        "sample": batch | limits | {"temperature": 1.5},
        "one_seed": batch | {"seed": 3},
    }


def eager_answers(rows):
    """What eager searches answer for some rows of the batch, by signature."""
    own = prefix_model.Rows(*(x[rows] for x in ROWS))
    lengths = 1 + 2 * own.source_mask.sum(axis=1)
    run, asked = searches(WEIGHTS), given(rows)["sample"]
    limits = (asked[name] for name in ("seed", "temperature", "top_k", "top_p"))
    return {
        "greedy": run["greedy"](own, lengths),
        "beam_search": run["beam_search"](own, lengths),
        "sample": run["sample"](own, *limits, lengths),
        "one_seed": run["sample"](own),
    }


def test_served_without_seqkit_and_keras(served):
    """All rows and one alone; also an empty batch, which is checked with each."""
    functions, path = served
    described, goldens = describe(path)["signatures"], []
    for rows in ([0, 1, 2, 3], [2]):
        goldens.append(answer(functions, described, given(rows)))
        # What the graphs here answer is what eager searches do.
        for name, expected in eager_answers(rows).items():
            outputs = goldens[-1]["signatures"][name]["outputs"]
            assert_same({key: to_tensor(value) for key, value in outputs.items()}, expected)
    request = {
        "serving": str(path),
        "goldens": goldens,
        "import_paths": [x for x in sys.path if os.path.isdir(os.path.join(x, "tensorflow"))],
    }
    ran = run_clean(["-c", _CHECK, CLEAN_PROCESS], given=json.dumps(request).encode())
    assert ran.returncode == 0, ran.stderr.decode()
    assert json.loads(ran.stdout.splitlines()[-1]) == []
