"""Every task's core learns, answers, is saved and loaded under a global policy of mixed types."""

import contextlib
import importlib

import keras
import numpy as np
import pytest

from tests.recipes.recipe_cases import CASES
from tests.recipes.runs import without_publishing, without_scores
from tests.running import step_by_step

pytestmark = pytest.mark.slow

# Dialogue is the translator of another recipe.
TASKS = [case for case in CASES if case.name != "dialogue"]


@pytest.fixture(params=["mixed_float16", "mixed_bfloat16"])
def policy(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    # Graphs of both are alike: the second runs step by step, since to trace takes longer.
    with step_by_step() if request.param == "mixed_bfloat16" else contextlib.nullcontext():
        yield request.param
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("case", TASKS, ids=[case.name for case in TASKS])
def test_a_recipe_trains_under_a_mixed_policy(case, policy, tmp_path):
    """Under one policy it is scored on test data too; of the other the training is enough."""
    assert len(TASKS) == 6
    module = importlib.import_module(f"recipes.{case.name}")
    recipe = (without_scores if policy == "mixed_bfloat16" else without_publishing)(module.recipe)
    model = recipe.train(case.data(), config=module.Config(**{**case.settings, "epochs": 1}))
    assert {layer.compute_dtype for layer in model.core.layers} >= {policy.removeprefix("mixed_")}
    weights = model.core.get_weights()
    assert all(np.isfinite(w).all() for w in weights if w.dtype.kind == "f")
    model.save(tmp_path / "model.keras")
    loaded = type(model).load(tmp_path / "model.keras")
    for one, other in zip(weights, loaded.core.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
