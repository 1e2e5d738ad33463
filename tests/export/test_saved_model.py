"""What is written for servers."""

from __future__ import annotations

import importlib
from pathlib import Path

import keras
import pytest
import tensorflow as tf

from seqkit.export import ExportError
from seqkit.export.saved_model import cudnn_off, describe, save


@pytest.fixture
def pretended_gpu(monkeypatch):
    """Makes Keras trace cuDNN kernels, as it does where there is a GPU."""
    keras_rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")
    monkeypatch.setattr(keras_rnn, "_is_gpu_available", lambda: True)


class Changed:
    """A servable with some of its answers replaced."""

    def __init__(self, original, **changes):
        self.original = original
        self.__dict__.update(changes)

    def __getattr__(self, name):
        return getattr(self.original, name)


def text_function(answer):
    return tf.function(answer, input_signature=[tf.TensorSpec([None], tf.string, "text")])


def test_weights_are_stored_once(make_stand_in, tmp_path):
    stand_in = make_stand_in(hidden_dim=128)
    save(stand_in, tmp_path / "1")
    weights = sum(v.value.numpy().nbytes for v in stand_in.core.variables)
    stored = sum(f.stat().st_size for f in (tmp_path / "1/variables").iterdir())
    assert weights > 400_000
    assert weights <= stored < weights * 1.02 + 4096


def test_no_keras_object_is_among_the_held(exported):
    names = [
        name for name, _ in tf.train.list_variables(str(exported.serving / "variables/variables"))
    ]
    assert names
    assert all(name.startswith(("held/", "_CHECKPOINTABLE")) for name in names)


def test_no_place_of_this_machine_is_written(exported):
    graph = (exported.serving / "saved_model.pb").read_bytes()
    for place in (exported.path, Path(__file__).parent, Path(tf.__file__).parent):
        assert str(place).encode() not in graph


def test_description_names_what_the_graph_has(exported):
    described = describe(exported.serving, {"classes": "Labels."})
    assert described["tags"] == ["serve"]
    signatures = described["signatures"]
    assert sorted(signatures) == ["classes", "serving_default"]
    assert signatures["classes"]["doc"] == "Labels."
    assert signatures["classes"]["inputs"] == {}
    text = signatures["serving_default"]["inputs"]["text"]
    assert (text["dtype"], text["shape"]) == ("string", [None])
    scores = signatures["serving_default"]["outputs"]["scores"]
    assert (scores["dtype"], scores["shape"]) == ("float32", [None, 3])
    graph = tf.Graph()
    with graph.as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.saved_model.load(session, ["serve"], str(exported.serving))
        for signature in signatures.values():
            for tensor in [*signature["inputs"].values(), *signature["outputs"].values()]:
                assert graph.get_tensor_by_name(tensor["tensor"]).dtype.name == tensor["dtype"]


def test_cudnn_is_off_only_meanwhile(stand_in):
    bidirectional = stand_in.core.layers[1]
    layers = [bidirectional.forward_layer, bidirectional.backward_layer]
    with pytest.raises(KeyError), cudnn_off(stand_in.core):
        assert [layer.use_cudnn for layer in layers] == [False, False]
        raise KeyError
    assert [layer.use_cudnn for layer in layers] == ["auto", "auto"]


def test_a_gpu_leaves_no_trace(make_stand_in, pretended_gpu, tmp_path):
    save(make_stand_in(), tmp_path / "1")
    assert b"Cudnn" not in (tmp_path / "1/saved_model.pb").read_bytes()


def test_a_function_traced_on_a_gpu_is_refused(make_stand_in, pretended_gpu, tmp_path):
    stand_in = make_stand_in()
    spec = tf.TensorSpec([None, 8], tf.int32)
    inner = tf.function(stand_in.core, input_signature=[spec]).get_concrete_function()

    def signatures():
        return {"serving_default": text_function(lambda text: {"scores": inner(ids(text))})}

    def ids(text):
        return tf.strings.length(text)[:, None] * tf.ones([1, 8], tf.int32)

    with pytest.raises(ExportError, match=r"CudnnRNN.*let signatures\(\) make it anew"):
        save(Changed(stand_in, signatures=signatures), tmp_path / "1")


def test_a_ragged_answer_is_refused(stand_in, tmp_path):
    def signatures():
        return {"serving_default": text_function(lambda text: {"words": tf.strings.split(text)})}

    with pytest.raises(ExportError, match=r"'words' of signature 'serving_default'.*to_tensor"):
        save(Changed(stand_in, signatures=signatures), tmp_path / "1")


def test_a_forgotten_table_is_named(stand_in, tmp_path):
    def trackables():
        return [v.value for v in stand_in.core.variables]

    with pytest.raises(ExportError, match=r"trackables\(\) does not list"):
        save(Changed(stand_in, trackables=trackables), tmp_path / "1")


@pytest.mark.parametrize("item", ["layer", "variable"])
def test_keras_objects_are_refused(stand_in, item, tmp_path):
    given = keras.layers.Dense(2) if item == "layer" else stand_in.core.variables[0]
    with pytest.raises(TypeError, match=r"\[v.value for v in core.variables\]"):
        save(Changed(stand_in, trackables=lambda: [given]), tmp_path / "1")


def test_serving_default_is_needed(stand_in, tmp_path):
    def signatures():
        return {"classes": stand_in.signatures()["classes"]}

    with pytest.raises(ExportError, match="'serving_default' must be one"):
        save(Changed(stand_in, signatures=signatures), tmp_path / "1")
