"""Inputs with the answers that a model gave at export, written without loss.

A tensor is written as its dtype, its shape and nested values. A string of bytes that is not UTF-8
becomes `{"base64": ...}`; a float is written with all its digits, and as "NaN", "Infinity" or
"-Infinity" where JSON has no number.
"""

from __future__ import annotations

import base64
import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

ABSOLUTE_TOLERANCE = 1e-4
RELATIVE_TOLERANCE = 1e-5


def answer(
    functions: Mapping[str, Any],
    described: Mapping[str, Any],
    inputs: Mapping[str, Mapping[str, Any]],
    absolute_tolerance: float = ABSOLUTE_TOLERANCE,
) -> dict[str, Any]:
    """Runs the served functions in this process and writes down what they answer.

    Args:
        functions: the served functions by signature name.
        described: their signatures, `describe(...)["signatures"]` of `seqkit.export.saved_model`.
        inputs: nested lists of values by input name by signature; a signature without inputs
            may be left out.
        absolute_tolerance: by how much a float may differ when it is verified; or by
            `RELATIVE_TOLERANCE` times its size, if that is more.

    Returns:
        What golden.json holds.

    Raises:
        ValueError: inputs are missing, unknown, or of the wrong kind.
    """
    unknown = sorted(set(inputs) - set(described))
    if unknown:
        raise ValueError(f"golden names {unknown}, but the signatures are {sorted(described)}")
    answers: dict[str, Any] = {}
    with _full_float32():
        for name, signature in described.items():
            tensors = _tensors(name, signature["inputs"], inputs.get(name, {}))
            answers[name] = {
                "inputs": {key: encode(value) for key, value in tensors.items()},
                "outputs": {
                    key: encode(value) for key, value in sorted(functions[name](**tensors).items())
                },
            }
    return {
        "tolerance": {"absolute": absolute_tolerance, "relative": RELATIVE_TOLERANCE},
        "signatures": answers,
    }


def encode(tensor: tf.Tensor) -> dict[str, Any]:
    """Writes a dense tensor as JSON values.

    Args:
        tensor: `<any>[...]`.

    Returns:
        A dict of `dtype`, `shape` and `values`.

    Example:
        >>> import tensorflow as tf
        >>> encode(tf.constant([b"caf\\xc3\\xa9", b"\\xff"]))
        {'dtype': 'string', 'shape': [2], 'values': ['café', {'base64': '/w=='}]}
        >>> encode(tf.constant([0.1]))["values"]
        [0.10000000149011612]
    """
    values = tensor.numpy()
    if tensor.dtype == tf.string:
        leaf: Any = _encode_bytes
        nested = values.tolist() if tensor.shape.rank else values
    else:
        leaf = _encode_number
        # float64 holds every smaller float exactly, also those NumPy has no Python type for.
        nested = (values.astype(np.float64) if tensor.dtype.is_floating else values).tolist()
    return {
        "dtype": tensor.dtype.name,
        "shape": tensor.shape.as_list(),
        "values": _map_nested(leaf, nested),
    }


def _tensors(
    signature: str, specs: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, tf.Tensor]:
    if set(specs) != set(values):
        raise ValueError(
            f"golden[{signature!r}] has inputs {sorted(values)}, "
            f"but the signature takes {sorted(specs)}"
        )
    tensors = {}
    for key, spec in specs.items():
        where = f"golden[{signature!r}][{key!r}]"
        dtype = tf.as_dtype(spec["dtype"])
        nested = values[key].tolist() if isinstance(values[key], np.ndarray) else values[key]
        if dtype == tf.string:
            nested = _map_nested(lambda text, where=where: _to_bytes(text, where), nested)
        try:
            tensors[key] = tf.constant(nested, dtype)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{where} is no {dtype.name} tensor: {error}") from error
    return tensors


def _to_bytes(text: Any, where: str) -> bytes:
    if isinstance(text, bytes):
        return text
    if not isinstance(text, str):
        raise ValueError(f"{where} has {text!r} where a str or bytes is needed")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{where} has {text!r}, a lone surrogate: give the bytes") from error


def _map_nested(function: Any, nested: Any) -> Any:
    if isinstance(nested, Sequence) and not isinstance(nested, str | bytes):
        return [_map_nested(function, item) for item in nested]
    return function(nested)


def _encode_bytes(value: bytes) -> str | dict[str, str]:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _encode_number(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


@contextlib.contextmanager
def _full_float32() -> Iterator[None]:
    """Keeps GPUs from rounding products to 10 bits, which no CPU server would repeat."""
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)
