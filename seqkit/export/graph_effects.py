"""Operations of a SavedModel that reach beyond its answers: files, other machines, Python.

Read as a file too, by a process that cannot import seqkit: it needs the standard library alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# By name, since TensorFlow does not say of an operation what it touches. A test goes through all
# that the installed TensorFlow has.
_FILES = (
    "ReadFile|WriteFile|MatchingFiles|Save|SaveV2|SaveSlices|DistributedSave|Restore|RestoreV2|"
    "RestoreSlice|MergeV2Checkpoints|LoadAndRemapMatrix|GenerateVocabRemapping|RecordInput|"
    "InitializeTableFromTextFile|InitializeTableFromTextFileV2|FileSystemSetConfiguration|"
    r"\w*Reader|\w*ReaderV2|Reader(Read|Restore|Reset|Serialize|Num)\w*|"
    "(Experimental)?(CSV|Sql|LMDB|MatchingFiles|FixedLengthRecord|TextLine|TFRecord|Load|Save|Cache)"
    r"Dataset(V\d)?|(Experimental)?DatasetToTFRecord|\w*Snapshot\w+|\w*Summary\w*|ImportEvent|"
    r"Debug\w*|Copy|CopyHost|TRT\w*|\w*TRTResource\w*"
)
_MACHINES = (
    r"_?(Host)?(Send|Recv)|\w*(Send|Recv)(V2)?|Collective\w*|Nccl\w*|RemoteCall|\w*RemoteFused\w*|"
    r"\w*TPU\w*|DataService\w*|\w*Session(Handle|Tensor)(V2)?|\w*Rpc\w*"
)
_PROCESS = r"\w*PyFunc\w*|Abort|XlaCallModule|XlaHost\w*|_Xla\w*Host\w*"
_FORBIDDEN = re.compile("|".join((_FILES, _MACHINES, _PROCESS)))
# What writes and reads the weights. TensorFlow Serving calls it when it loads a model.
_OF_SAVER = frozenset({"SaveV2", "RestoreV2", "MergeV2Checkpoints", "ShardedFilename"})


def is_forbidden(node: Any) -> bool:
    """Whether an operation may touch anything but tensors.

    Args:
        node: a `NodeDef`.
    """
    if node.op == "PrintV2":  # To a stream of the process, or to a file.
        return node.attr["output_stream"].s.startswith(b"file:")
    return _FORBIDDEN.fullmatch(node.op) is not None


def find_effects(graph: Any) -> list[str]:
    """Names the operations that an exported graph must not have.

    Args:
        graph: a `MetaGraphDef`. Functions in functions are searched too, and what saves and
            restores weights is let through where nothing else can call it.

    Returns:
        Their kinds, sorted; none for a graph that only computes.
    """
    functions = {f.signature.name: f.node_def for f in graph.graph_def.library.function}
    nodes = {node.name: node for node in graph.graph_def.node}
    saver = {
        name
        for name in (
            graph.saver_def.save_tensor_name.split(":")[0],
            graph.saver_def.restore_op_name.split(":")[0],
        )
        if name in nodes and not _is_answer(name, graph, nodes)
    }
    of_saver = _reached((nodes[name] for name in saver), functions)
    # All that anything else than the saver can call, and what nothing calls.
    others = [node for name, node in nodes.items() if name not in saver]
    named = set(graph.object_graph_def.concrete_functions) | (functions.keys() - of_saver)
    free = _reached(others, functions) | named & functions.keys()
    free |= _reached((node for name in free for node in functions[name]), functions)
    effects = {node.op for node in others if is_forbidden(node)}
    effects |= {node.op for name in free for node in functions[name] if is_forbidden(node)}
    effects |= {
        node.op
        for name in of_saver - free
        for node in functions[name]
        if is_forbidden(node) and node.op not in _OF_SAVER
    }
    return sorted(effects)


def _is_answer(name: str, graph: Any, nodes: Mapping[str, Any]) -> bool:
    """Whether an answer of a signature depends on a node."""
    left = [
        tensor.name
        for signature in graph.signature_def.values()
        for tensor in signature.outputs.values()
    ]
    seen: set[str] = set()
    while left:
        current = left.pop().lstrip("^").split(":")[0]
        if current not in seen and current in nodes:
            seen.add(current)
            left += nodes[current].input
    return name in seen


def _reached(nodes: Iterable[Any], functions: Mapping[str, Any]) -> set[str]:
    """The functions that nodes call, and those call."""
    reached: set[str] = set()
    left = [name for node in nodes for name in _called(node)]
    while left:
        name = left.pop()
        if name in functions and name not in reached:
            reached.add(name)
            left += [other for node in functions[name] for other in _called(node)]
    return reached


def _called(node: Any) -> Iterator[str]:
    yield node.op
    for value in node.attr.values():
        yield value.func.name
        yield from (function.name for function in value.list.func)
