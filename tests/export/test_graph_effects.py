"""A graph that touches files, other machines or Python is found before it is run."""

from __future__ import annotations

import re

import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from seqkit.export.clean_process import check, find_effects
from seqkit.export.graph_effects import is_forbidden

GOLDEN = {"signatures": {}, "tolerance": {"absolute": 1e-4, "relative": 1e-5}}


def saved(folder, function, **parts):
    """A SavedModel with one signature, a weight and a table, beside other parts."""
    module = tf.Module()
    module.weight = tf.Variable(1.0)
    module.table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(["a"], [1]), default_value=0
    )
    for name, part in parts.items():
        setattr(module, name, part)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def serving_default(text):
        number = tf.cast(module.table.lookup(text), tf.float32) * module.weight
        return {"number": number, "text": function(text)}

    tf.saved_model.save(module, str(folder), signatures={"serving_default": serving_default})
    return str(folder)


def nested(function):
    """The same in a function that is called on one of two ways of a loop."""
    inner = tf.function(lambda text: tf.ensure_shape(function(text), [None]))

    def outer(text):
        def body(i, text):
            return i + 1, tf.cond(i < 5, lambda: inner(text), lambda: text)

        return tf.while_loop(
            lambda i, _: i < 1, body, (0, text), (tf.TensorShape([]), tf.TensorShape([None]))
        )[1]

    return outer


def in_python(text):
    return tf.ensure_shape(tf.py_function(lambda t: t, [text], tf.string), [None])


def in_numpy(text):
    return tf.ensure_shape(tf.numpy_function(lambda t: t, [text], tf.string), [None])


def write(text):
    with tf.control_dependencies([tf.io.write_file("/tmp/seqkit-effect", "here")]):
        return tf.identity(text)


def lines(text):
    dataset = tf.data.TextLineDataset(["/etc/passwd"]).batch(100)
    return dataset.reduce(text, lambda _, read: read)


def print_to_file(text):
    with tf.control_dependencies([tf.print(text, output_stream="file:///tmp/seqkit-effect")]):
        return tf.identity(text)


def save(text):
    names, slices = ["here"], [""]
    with tf.control_dependencies([tf.raw_ops.SaveV2(
        prefix="/tmp/seqkit-effect", tensor_names=names, shape_and_slices=slices, tensors=[text]
    )]):  # fmt: skip
        return tf.identity(text)


def restore(text):
    read = tf.raw_ops.RestoreV2(
        prefix="/tmp/x", tensor_names=["here"], shape_and_slices=[""], dtypes=[tf.string]
    )
    return tf.ensure_shape(read[0], [None])


EFFECTS = {
    "WriteFile": write,
    "ReadFile": lambda text: tf.map_fn(tf.io.read_file, text),
    "MatchingFiles": tf.io.matching_files,
    "EagerPyFunc": in_python,
    "PyFunc": in_numpy,
    "TextLineDataset": lines,
    "PrintV2": print_to_file,
    "SaveV2": save,
    "RestoreV2": restore,
}


@pytest.mark.parametrize("op", EFFECTS)
@pytest.mark.parametrize("place", ["plain", "nested"])
def test_it_is_found_and_not_run(tmp_path, op, place, monkeypatch):
    function = EFFECTS[op] if place == "plain" else nested(EFFECTS[op])
    directory = saved(tmp_path / "saved", function)
    monkeypatch.setattr(tf.saved_model, "load", lambda *_: pytest.fail("it was loaded"))
    told = f"reads or writes files, or runs Python: {op}; it was not run"
    assert check(directory, GOLDEN)["problems"] == [(None, None, None, told)]


def test_a_function_that_no_signature_calls_is_searched_too(tmp_path):
    other = tf.function(write, input_signature=[tf.TensorSpec([None], tf.string)])
    assert find_effects(saved(tmp_path, tf.identity, other=other)) == ["WriteFile"]


def test_a_graph_that_only_computes_is_let_through(tmp_path):
    """Its saver writes and reads files: of weights, when TensorFlow Serving asks."""
    directory = saved(tmp_path, nested(tf.strings.lower))
    assert find_effects(directory) == []
    path = tmp_path / "saved_model.pb"
    assert b"SaveV2" in path.read_bytes() and b"RestoreV2" in path.read_bytes()
    # Nothing else may call it: here, a signature answers only after it has saved.
    model = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    [graph] = model.meta_graphs
    saver = graph.saver_def.save_tensor_name
    graph.signature_def["serving_default"].outputs["text"].name = saver
    path.write_bytes(model.SerializeToString())
    assert "SaveV2" in find_effects(directory)


def test_nor_may_a_function_call_the_saver(tmp_path):
    directory = saved(tmp_path, tf.identity)
    path = tmp_path / "saved_model.pb"
    model = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    [graph] = model.meta_graphs
    library = graph.graph_def.library.function
    [saver] = [f for f in library if any(node.op == "SaveV2" for node in f.node_def)]
    [served] = [f for f in library if "serving_default" in f.signature.name][:1]
    called = served.node_def.add(name="more", op="StatefulPartitionedCall")
    called.attr["f"].func.name = saver.signature.name
    path.write_bytes(model.SerializeToString())
    assert "SaveV2" in find_effects(directory)


HARMLESS = {
    "AssignVariableXlaConcatND",
    "BarrierReadySize",
    "BoostedTreesExampleDebugOutputs",
    "CheckNumericsV2",
    "DecodeCSV",
    "DeepCopy",
    "DisableCopyOnRead",
    "Fingerprint",
    "LookupTableExport",
    "LookupTableExportV2",
    "LookupTableImport",
    "LookupTableImportV2",
    "Merge",
    "PartitionedCall",
    "Print",
    "PrintV2",
    "ReadVariableOp",
    "ReadVariableXlaSplitND",
    "RefMerge",
    "RngReadAndSkip",
    "SdcaFprint",
    "ShardedFilename",
    "ShardedFilespec",
    "Snapshot",
    "SoftmaxCrossEntropyWithLogits",
    "SparseSoftmaxCrossEntropyWithLogits",
    "StatefulPartitionedCall",
    "TensorArrayRead",
    "TensorArrayReadV2",
    "TensorArrayReadV3",
    "TensorArrayWrite",
    "TensorArrayWriteV2",
    "TensorArrayWriteV3",
    "ThreadUnsafeUnigramCandidateSampler",
    "XlaConcatND",
    "XlaSplitND",
    "Xlog1py",
    "AutoShardDataset",
    "ExperimentalAutoShardDataset",
    "ShardDataset",
    "DatasetFingerprint",
    "MultiDeviceIteratorGetNextFromShard",
    "RewriteDataset",
    "XlaSparseCoreAdagrad",
    "XlaSparseCoreAdagradMomentum",
    "XlaSparseCoreAdam",
}


def test_all_operations_of_tensorflow_whose_names_tell_are_known():
    """A new TensorFlow may have new ones: each is forbidden, or listed here as harmless."""
    telling = re.compile(
        "(?i)file|read(?!y|pool)|writ|save|restore|loadd|py|summary|checkpoint|snapshot|sql|csv|"
        "record|dump|debug|print|import|export|rpc|service|remote|session|lmdb|shard|merge|"
        "matching|path|trt|xla(?!sparse)|collective|send|recv|call|abort"
    )
    names = [name for name in dir(tf.raw_ops) if name[0].isupper()]
    assert len(names) > 1000
    node = tf.compat.v1.NodeDef
    unknown = [
        name
        for name in names
        if telling.search(name) and not is_forbidden(node(op=name)) and name not in HARMLESS
    ]
    assert not unknown
    assert not any(is_forbidden(node(op=name)) for name in HARMLESS)
