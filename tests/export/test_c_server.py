"""A C program answers texts with an export: no Python, no Keras, no seqkit."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

TENSORFLOW = Path(tf.__file__).parent


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    """The compiled program."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    program = tmp_path_factory.mktemp("c") / "serve"
    subprocess.run(
        [
            *("gcc", "-Wall", "-Wextra", "-Werror", "-O1", Path(__file__).with_name("serve.c")),
            *("-o", program, "-isystem", TENSORFLOW / "include", "-L", TENSORFLOW),
            *("-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"),
            f"-Wl,-rpath,{TENSORFLOW}",
            # The library is a gigabyte; this linker reads it in a fifth of the time.
            *(["-fuse-ld=gold"] if shutil.which("ld.gold") else []),
        ],
        check=True,
    )
    return program


def run(serve, exported, texts):
    """Serves texts by the names in signatures.json, and reads the printed answers."""
    signatures = json.loads((exported.path / "signatures.json").read_text())["signatures"]
    signature = signatures["serving_default"]
    (given,) = signature["inputs"].values()
    names = list(signature["outputs"])
    tensors = [signature["outputs"][name]["tensor"] for name in names]
    ran = subprocess.run(
        [serve, exported.serving, given["tensor"], *tensors, "--", *texts],
        capture_output=True,
        check=True,
    )
    answers = {}
    for name, line in zip(names, ran.stdout.decode().splitlines(), strict=True):
        shape, _, values = line.partition("|")
        parts = values.split()
        read = bytes.fromhex if signature["outputs"][name]["dtype"] == "string" else float
        answers[name] = [int(size) for size in shape.split()], [read(part) for part in parts]
    return answers


def test_a_c_server_answers_as_this_process(serve, exported, stand_in):
    texts = ["the film was good", "영화 not", "", b"\xff broken"]
    expected = stand_in.signatures()["serving_default"](text=tf.constant(texts))
    answers = run(serve, exported, texts)
    assert sorted(answers) == ["confidence", "label", "scores", "unknown_rate"]
    for name, (shape, values) in answers.items():
        assert shape == expected[name].shape.as_list()
        flat = expected[name].numpy().ravel()
        if name == "label":
            assert values == flat.tolist()
        else:
            np.testing.assert_allclose(values, flat, atol=1e-5)


def test_a_c_server_answers_nobody(serve, exported):
    answers = run(serve, exported, [])
    assert {name: shape for name, (shape, _) in answers.items()} == {
        "confidence": [0],
        "label": [0],
        "scores": [0, 3],
        "unknown_rate": [0],
    }
