"""Writes a model's signatures as a SavedModel that needs nothing but TensorFlow."""

from __future__ import annotations

import contextlib
import inspect
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import keras
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2
from tensorflow.python.saved_model import fingerprinting_utils

from seqkit.export.errors import ExportError

# TensorFlow adds it to run the table initialisers; nobody calls it.
_INTERNAL_SIGNATURES = frozenset({"__saved_model_init_op"})


class Servable(Protocol):
    """What a model offers in order to be exported.

    `core` is the `keras.Model` whose recurrent layers must be traced without cuDNN. The functions
    of `signatures` each have an `input_signature`, arguments named as their inputs, a docstring
    that documents them, and return a dict of dense tensors; `serving_default` is one of them.
    `trackables` lists every `tf.Variable` and `tf.Module` which those functions use, each once:
    `[v.value for v in core.variables]`, tables, tokenizers. `save` writes the `.keras` file.
    """

    @property
    def core(self) -> keras.Model:
        """The model on numbers."""

    def signatures(self) -> Mapping[str, Any]:
        """Makes the served functions by name."""

    def trackables(self) -> Sequence[Any]:
        """Lists the variables and modules that the served functions use."""

    def save(self, path: Path) -> None:
        """Writes the `.keras` file, with which training can continue."""


def save(servable: Servable, directory: Path) -> dict[str, Any]:
    """Saves the signatures of a servable as a SavedModel and describes them.

    The weights are stored once: a plain `tf.Module` holds the variables. Keras's own export holds
    the layers too, and so writes every weight a second time.

    Args:
        servable: the model to save.
        directory: where to write; made here.

    Returns:
        The description of `describe`.

    Raises:
        ExportError: a signature is missing or has an output other languages cannot read,
            uses a variable or table that is not among the trackables, or was traced with cuDNN.
        TypeError: a trackable is a Keras object.
    """
    holder = tf.Module()
    holder.held = [_plain(item) for item in servable.trackables()]
    with cudnn_off(servable.core), _quiet():
        functions = dict(servable.signatures())
        if "serving_default" not in functions:
            raise ExportError(
                f"signatures() gave {sorted(functions)}: 'serving_default' must be one of them"
            )
        try:
            tf.saved_model.save(
                holder,
                str(directory),
                signatures=_traced(functions),
                # Gradients are for further training, which the .keras file is for.
                options=tf.saved_model.SaveOptions(experimental_custom_gradients=False),
            )
        except AssertionError as error:
            if "untracked" not in str(error):
                raise
            raise ExportError(
                "a signature uses a variable or table that trackables() does not list: "
                f"add it there. TensorFlow says: {error}"
            ) from error
    _forget_gradients(directory)
    return describe(
        directory, {name: inspect.getdoc(f.python_function) or "" for name, f in functions.items()}
    )


def describe(directory: Path, docs: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Reads the signatures of a SavedModel with the tensor names that C clients need.

    Args:
        directory: a SavedModel.
        docs: what each signature does, by signature; a SavedModel does not keep it.

    Returns:
        `{"tags": ["serve"], "signatures": {name: {"doc", "method", "inputs", "outputs"}}}`, where
        inputs and outputs give `dtype`, `shape` (None where free) and `tensor` (its name in the
        graph, such as `StatefulPartitionedCall:2`) by name.

    Raises:
        ExportError: an output is not a single dense tensor, or the graph has cuDNN operations.
    """
    graph = _meta_graph(directory)
    _refuse_cudnn(graph)
    signatures: dict[str, Any] = {}
    for name, definition in sorted(graph.signature_def.items()):
        if name in _INTERNAL_SIGNATURES:
            continue
        signatures[name] = {
            "doc": (docs or {}).get(name, ""),
            "method": definition.method_name,
            "inputs": {
                key: _describe_tensor(name, key, info)
                for key, info in sorted(definition.inputs.items())
            },
            "outputs": {
                key: _describe_tensor(name, key, info)
                for key, info in sorted(definition.outputs.items())
            },
        }
    return {"tags": list(graph.meta_info_def.tags), "signatures": signatures}


@contextlib.contextmanager
def cudnn_off(core: keras.Model) -> Iterator[None]:
    """Makes the recurrent layers of a model use plain operations while they are traced.

    A layer traced where there is a GPU otherwise bakes in cuDNN kernels, which no CPU server has.

    Args:
        core: the model; layers inside wrappers such as `Bidirectional` are found too.

    Example:
        >>> import keras
        >>> core = keras.Sequential([keras.layers.Bidirectional(keras.layers.GRU(2))])
        >>> with cudnn_off(core):
        ...     core.layers[0].backward_layer.use_cudnn
        False
        >>> core.layers[0].backward_layer.use_cudnn
        'auto'
    """
    before = [
        (layer, layer.use_cudnn) for layer in core._flatten_layers() if hasattr(layer, "use_cudnn")
    ]
    try:
        for layer, _ in before:
            layer.use_cudnn = False
        yield
    finally:
        for layer, use_cudnn in before:
            layer.use_cudnn = use_cudnn


def _traced(functions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The functions as they were traced to answer in Python: saving would trace each once more.

    On a GPU they may have been traced with cuDNN, and are to be traced anew.
    """
    if tf.config.list_logical_devices("GPU"):
        return functions
    return {name: function.get_concrete_function() for name, function in functions.items()}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps TensorFlow from logging a path that is only temporary."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        logger.setLevel(level)


def _forget_gradients(directory: Path) -> None:
    """Takes the names of custom gradients out of a saved graph, which has no functions for them.

    Whoever loads such a name is warned that gradients may fail; answers do not depend on it.
    """
    proto = _read_proto(directory)
    for graph in proto.meta_graphs:
        functions = graph.graph_def.library.function
        for nodes in (graph.graph_def.node, *(function.node_def for function in functions)):
            for node in nodes:
                node.attr.pop("_gradient_op_type", None)
    (directory / "saved_model.pb").write_bytes(proto.SerializeToString(deterministic=True))
    fingerprinting_utils.write_fingerprint(str(directory))


def _plain(item: Any) -> Any:
    if isinstance(item, keras.Layer | keras.Variable):
        raise TypeError(
            f"trackables() lists the Keras object {item!r}, which would store its weights twice: "
            "list the TensorFlow variables instead, [v.value for v in core.variables]"
        )
    return item


def _read_proto(directory: Path) -> saved_model_pb2.SavedModel:
    proto = saved_model_pb2.SavedModel()
    proto.ParseFromString((directory / "saved_model.pb").read_bytes())
    return proto


def _meta_graph(directory: Path) -> meta_graph_pb2.MetaGraphDef:
    return _read_proto(directory).meta_graphs[0]


def _refuse_cudnn(graph: meta_graph_pb2.MetaGraphDef) -> None:
    nodes = [*graph.graph_def.node]
    for function in graph.graph_def.library.function:
        nodes.extend(function.node_def)
    cudnn = sorted({node.op for node in nodes if "Cudnn" in node.op})
    if cudnn:
        raise ExportError(
            f"the traced graph has {', '.join(cudnn)}, which no CPU server can run: a concrete "
            "function that a signature calls was traced before; let signatures() make it anew"
        )


def _describe_tensor(signature: str, key: str, info: meta_graph_pb2.TensorInfo) -> dict[str, Any]:
    if info.WhichOneof("encoding") != "name" or info.dtype == types_pb2.DT_INVALID:
        raise ExportError(
            f"{key!r} of signature {signature!r} is not a single dense tensor, so that only Python "
            "could read it: for ragged values give .to_tensor() and the row lengths"
        )
    unknown_rank = info.tensor_shape.unknown_rank
    shape = [None if dim.size < 0 else int(dim.size) for dim in info.tensor_shape.dim]
    return {
        "dtype": tf.as_dtype(info.dtype).name,
        "shape": None if unknown_rank else shape,
        "tensor": info.name,
    }
