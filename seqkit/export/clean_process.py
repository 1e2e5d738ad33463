"""Compares what a SavedModel answers with what it should, in a process that has nothing else.

Run by `seqkit.export.verify` as `python -I clean_process.py REQUEST RESULT` (two JSON files). It
needs TensorFlow and NumPy alone, uses the CPU, and cannot import seqkit or Keras.
"""

from __future__ import annotations

import base64
import json
import os
import runpy
import sys
import time
from typing import Any

import numpy as np

FORBIDDEN = ("seqkit", "keras")
MOST_PROBLEMS_EACH = 5


def decode(encoded: Any) -> tuple[list[Any], list[int]]:
    """Reads a tensor of golden.json as a flat list of values and a shape."""
    flat = encoded["values"]
    for _ in encoded["shape"][1:]:
        flat = [item for row in flat for item in row]
    flat = flat if encoded["shape"] else [flat]
    if encoded["dtype"] == "string":
        flat = [v.encode() if isinstance(v, str) else base64.b64decode(v["base64"]) for v in flat]
    return flat, encoded["shape"]


def to_tensor(encoded: Any) -> Any:
    """Reads a tensor of golden.json as a TensorFlow tensor."""
    import tensorflow as tf

    flat, shape = decode(encoded)
    dtype = tf.as_dtype(encoded["dtype"])
    if dtype.is_floating:
        flat = [float(value) for value in flat]
    return tf.reshape(tf.constant(flat, dtype), shape)


def compare(name: str, got: Any, encoded: Any, tolerance: Any) -> tuple[list[Any], float]:
    """Compares one answered tensor with the expected one.

    Returns the differences as `(output, row, message)`, and the greatest difference of floats.
    """
    expected, shape = decode(encoded)
    if got.dtype.name != encoded["dtype"]:
        return [(name, None, f"expected {encoded['dtype']}, got {got.dtype.name}")], 0.0
    if got.shape.as_list() != shape:
        return [(name, None, f"expected shape {shape}, got {got.shape.as_list()}")], 0.0
    values = got.numpy()
    greatest = 0.0
    if got.dtype.is_floating:
        actual = values.astype(np.float64).ravel()
        wanted = np.array([float(value) for value in expected], np.float64)
        with np.errstate(invalid="ignore"):
            difference = np.abs(actual - wanted)
        same = (actual == wanted) | (np.isnan(actual) & np.isnan(wanted))
        difference = np.where(same, 0.0, difference)
        allowed = np.maximum(tolerance["absolute"], tolerance["relative"] * np.abs(wanted))
        # Written so that a NaN, which compares as neither, counts as wrong.
        wrong = ~(difference <= np.where(np.isfinite(wanted), allowed, 0.0))
        expected = wanted.tolist()
        finite = difference[np.isfinite(difference)]
        greatest = float(finite.max()) if finite.size else 0.0
    else:
        actual = values.ravel() if shape else [values if got.dtype.name == "string" else values[()]]
        wrong = np.array([a != e for a, e in zip(actual, expected, strict=True)], bool)
    places = np.flatnonzero(wrong)
    row_size = max(1, int(np.prod(shape[1:], dtype=np.int64)))
    problems: list[Any] = []
    for place in places[:MOST_PROBLEMS_EACH].tolist():
        row = place // row_size if shape else None
        got_value = actual[place].item() if hasattr(actual[place], "item") else actual[place]
        problems.append((name, row, f"expected {expected[place]!r}, got {got_value!r}"))
    if len(places) > MOST_PROBLEMS_EACH:
        problems.append((name, None, f"{len(places) - MOST_PROBLEMS_EACH} more values differ"))
    return problems, greatest


def check_signature(function: Any, golden: Any, tolerance: Any) -> tuple[list[Any], float]:
    """Runs one signature on its golden inputs, then on no row at all."""
    import tensorflow as tf

    specs = function.structured_input_signature[1]
    if set(specs) != set(golden["inputs"]):
        return [(None, None, f"takes {sorted(specs)}, golden has {sorted(golden['inputs'])}")], 0.0
    inputs = {key: to_tensor(value) for key, value in golden["inputs"].items()}
    outputs = function(**inputs)
    if set(outputs) != set(golden["outputs"]):
        return [
            (None, None, f"answers {sorted(outputs)}, golden has {sorted(golden['outputs'])}")
        ], 0.0
    problems: list[Any] = []
    greatest = 0.0
    for key, expected in golden["outputs"].items():
        differences, difference = compare(key, outputs[key], expected, tolerance)
        problems += differences
        greatest = max(greatest, difference)
    # An input of unknown rank takes one value, or one a row; here it is what golden has.
    batched = [
        key
        for key, spec in specs.items()
        if (spec.shape.rank is None and inputs[key].shape.rank)
        or (spec.shape.rank and spec.shape[0] is None)
    ]
    if batched:
        rows = {int(inputs[key].shape[0]) for key in batched}
        for key in batched:
            inputs[key] = tf.zeros([0, *inputs[key].shape[1:]], inputs[key].dtype)
        try:
            empty = function(**inputs)
        except Exception as error:
            return [*problems, (None, None, f"an empty batch fails: {first_line(error)}")], greatest
        for key, spec in function.structured_outputs.items():
            has_batch = spec.shape.rank and spec.shape[0] is None
            if has_batch and outputs[key].shape[0] in rows and empty[key].shape[0] != 0:
                problems.append(
                    (key, None, f"an empty batch is answered with {empty[key].shape[0]} rows")
                )
    return problems, greatest


def find_effects(directory: str) -> list[str]:
    """Names the operations of a SavedModel that do more than compute; nothing is run for it."""
    from tensorflow.core.protobuf import saved_model_pb2

    path = os.path.join(directory, "saved_model.pb")
    if not os.path.isfile(path):
        return []  # What loads it says what is missing.
    model = saved_model_pb2.SavedModel()
    with open(path, "rb") as file:
        model.ParseFromString(file.read())
    # By its path: this process cannot import seqkit.
    search = runpy.run_path(os.path.join(os.path.dirname(__file__), "graph_effects.py"))
    return sorted({op for graph in model.meta_graphs for op in search["find_effects"](graph)})


def first_line(error: BaseException) -> str:
    """Shortens the error of a graph, which repeats itself over many lines."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:400]}"


def check(directory: str, golden: Any) -> dict[str, Any]:
    """Loads a SavedModel and checks all its signatures."""
    import tensorflow as tf

    started = time.perf_counter()
    problems: list[Any] = []
    greatest = 0.0
    rows: dict[str, int] = {}
    model = None
    try:
        effects = find_effects(directory)
        if effects:
            told = f"reads or writes files, or runs Python: {', '.join(effects)}; it was not run"
            return {"problems": [(None, None, None, told)]}
        # Kept in a name: the functions of a model that is gone have lost their variables.
        model = tf.saved_model.load(directory)
        served = dict(model.signatures)
    except Exception as error:
        problems.append((None, None, None, f"does not load: {first_line(error)}"))
        served = {}
    loaded = time.perf_counter()
    expected = golden["signatures"]
    for name in sorted(set(served) | set(expected) if model is not None else ()):
        if name not in served or name not in expected:
            where = "the served model" if name not in served else "golden.json"
            problems.append((name, None, None, f"is not in {where}"))
            continue
        try:
            own, difference = check_signature(served[name], expected[name], golden["tolerance"])
        except Exception as error:
            own, difference = [(None, None, f"fails: {first_line(error)}")], 0.0
        problems += [(name, *problem) for problem in own]
        greatest = max(greatest, difference)
        shapes = [v["shape"] for v in expected[name]["inputs"].values() if v["shape"]]
        rows[name] = max((shape[0] for shape in shapes), default=1)
    return {
        "tensorflow": tf.__version__,
        "load_seconds": loaded - started,
        "rows": rows,
        "greatest_difference": greatest,
        "problems": problems,
    }


def forbid() -> None:
    """Makes it impossible to import what the served model must do without."""
    for name in FORBIDDEN:
        if name in sys.modules:
            raise SystemExit(f"{name} is imported already: this process is not clean")
        sys.modules[name] = None  # type: ignore[assignment]


def main(request_path: str, result_path: str) -> None:
    """Reads a request, checks, and writes the result."""
    with open(request_path, encoding="utf-8") as file:
        request = json.load(file)
    if os.environ.get("CUDA_VISIBLE_DEVICES") != "":
        raise SystemExit("CUDA_VISIBLE_DEVICES must be empty: a server without a GPU is the test")
    forbid()
    # Where the caller has TensorFlow from, should an isolated interpreter not look there.
    sys.path += [path for path in request["import_paths"] if path not in sys.path]
    with open(request["golden"], encoding="utf-8") as file:
        golden = json.load(file)
    result = check(request["serving"], golden)
    with open(result_path, "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
