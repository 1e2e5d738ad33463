"""Every promise of `contracts.py` on every public class."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from pathlib import Path

import pytest

from tests import contract_cases, contracts, layer_cases

pytestmark = pytest.mark.slow

PACKAGES = ("seqkit", "seqkit.layers", "seqkit.optimizers")

LAYERS = layer_cases.layer_cases()
OPTIMIZERS = contract_cases.optimizer_cases()
TOKENIZERS = contract_cases.tokenizer_cases()
CONFIGS = contract_cases.config_cases()
SERVABLES = contract_cases.servable_cases()


def names(cases):
    return [case.name for case in cases]


layers = pytest.mark.parametrize("case", LAYERS, ids=names(LAYERS))


def public_classes() -> dict[str, type]:
    """Classes a user makes; not records (tuples, dataclasses) and not errors."""
    found = {}
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in getattr(module, "__all__", dir(module)):
            value = getattr(module, name)
            if (
                inspect.isclass(value)
                and value.__module__.startswith("seqkit")
                and not issubclass(value, tuple | BaseException)
                and not dataclasses.is_dataclass(value)
            ):
                found[name] = value
    return found


def test_every_public_class_has_a_case():
    found = public_classes()
    assert len(found) >= 10, "too few public classes were found to check anything"
    everything = [*LAYERS, *OPTIMIZERS, *CONFIGS, *SERVABLES]
    covered = {case.name.split("_")[0] for case in everything} | set(contract_cases.NO_CASE)
    assert not set(found) - covered, "add a case to tests/*_cases.py for these"
    assert not covered - set(found), "these cases are for classes that are no longer public"


def test_case_names_are_unique():
    every = names([*LAYERS, *OPTIMIZERS, *CONFIGS, *SERVABLES])
    assert len(set(every)) == len(every)


@layers
@pytest.mark.parametrize("promise", contracts.LAYER_PROMISES, ids=lambda promise: promise.__name__)
def test_layer(case, promise):
    promise(case)


# The two loops that matter, and each other layer: compiling a loop takes seconds.
COMPILED = [
    case
    for case in LAYERS
    if not case.name.startswith("RecurrentEncoder") or case.name.endswith(("gru", "lstm"))
]


@pytest.mark.parametrize("case", COMPILED, ids=names(COMPILED))
def test_compiled_step_equals_plain_step(case):
    contracts.compiled_step_equals_plain_step(case)


@layers
def test_every_weight_gets_a_gradient(case):
    contracts.every_weight_gets_a_gradient(case)


@layers
def test_keras_file_round_trip(case, tmp_path: Path):
    contracts.keras_file_round_trip(case, tmp_path)


@layers
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_trains(case, policy):
    contracts.mixed_precision_trains(case, policy)


@pytest.mark.parametrize("case", OPTIMIZERS, ids=names(OPTIMIZERS))
def test_optimizer_survives_a_keras_file(case, tmp_path: Path):
    contracts.optimizer_survives_a_keras_file(case, tmp_path)


@pytest.mark.parametrize("case", CONFIGS, ids=names(CONFIGS))
def test_config_makes_it_again(case):
    contracts.config_makes_it_again(case)


@pytest.mark.parametrize("case", TOKENIZERS, ids=names(TOKENIZERS))
def test_text_comes_back(case):
    contracts.text_comes_back(case)


def test_some_tokenizers_are_lossless():
    assert {case.name for case in TOKENIZERS if case.make().lossless} >= {
        "CharTokenizer",
        "JamoTokenizer",
        "SubwordTokenizer",
    }


@pytest.fixture(scope="module", params=SERVABLES, ids=names(SERVABLES))
def made(request):
    """A case and its model, made once for the tests that ask it: its graphs are traced once."""
    return request.param, request.param.make()


@pytest.mark.usefixtures("unoptimized")
def test_exported_signature_equals_python(made, tmp_path: Path):
    contracts.exported_signature_equals_python(*made, tmp_path / "served")


def test_model_file_round_trip(made, tmp_path: Path):
    contracts.model_file_round_trip(*made, tmp_path)
