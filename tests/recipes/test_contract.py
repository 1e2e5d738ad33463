"""The promises of every recipe; a new recipe passes them by being listed in `recipe_cases`."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqkit.export import layout
from seqkit.export.kept_rows import keep_rows
from seqkit.recipe.growth import FEWEST_STEPS
from seqkit.recipe.recipe import Recipe
from seqkit.recipe.settings import Settings
from tests.recipes.recipe_cases import CASES, RecipeCase
from tests.recipes.runs import ROOT, resumed, without_publishing

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("eagerly")]

EPOCHS = 2
recipes = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def module_of(case: RecipeCase) -> Any:
    return importlib.import_module(f"recipes.{case.name}")


def config_of(case: RecipeCase, **changes: Any) -> Any:
    settings = {**case.settings, "epochs": EPOCHS, **changes}
    return module_of(case).Config(**settings)


_trained: dict[str, Any] = {}


@pytest.fixture
def trained(case: RecipeCase) -> Any:
    """A small model of the recipe, trained once without a break."""
    if case.name not in _trained:
        keras.utils.clear_session()
        recipe = without_publishing(module_of(case).recipe)
        _trained[case.name] = recipe.train(case.data(), config=config_of(case))
    return _trained[case.name]


def test_every_recipe_has_a_case():
    modules = {path.stem for path in (ROOT / "recipes").glob("*.py")} - {"__init__"}
    assert len(modules) >= 7
    assert modules == {case.name for case in CASES}
    for name in modules:
        # Where a model has been exported already: an export takes longer than all else here.
        asked = (ROOT / "tests" / "recipes" / f"test_{name}.py").read_text(encoding="utf-8")
        assert f'check_artefact("{name}", ' in asked


@recipes
def test_a_recipe_is_a_record_with_its_functions(case):
    module = module_of(case)
    assert isinstance(module.recipe, Recipe) and issubclass(module.Config, Settings)
    assert module.recipe.defaults == module.DEFAULTS == module.Config()
    assert module.FINE_TUNING.min_steps == FEWEST_STEPS
    for name in ("train", "fine_tune", "train_and_score"):
        assert getattr(module, name) == getattr(module.recipe, name)
        assert inspect.signature(getattr(module, name)) == inspect.signature(
            getattr(module_of(CASES[0]), name)
        )


@recipes
def test_every_setting_is_a_flag_that_says_what_it_is(case, capsys):
    module = module_of(case)
    with pytest.raises(SystemExit) as ended:
        module.recipe.run(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert f"usage: python -m recipes.{case.name}" in shown
    for name in module.DEFAULTS.flat():
        assert f"--{name.replace('_', '-')}" in shown
    parts = [
        field
        for field in dataclasses.fields(module.Config)
        if dataclasses.is_dataclass(field.default)
    ]
    assert {"network", "training"} <= {part.name for part in parts}
    for part in parts:
        assert f"config.{part.name} options" in shown
    documented = [inspect.getdoc(module.Config) or ""]
    documented += [
        inspect.getdoc(kind) or "" for part in parts for kind in type(part.default).__mro__
    ]
    for name in module.DEFAULTS.flat():
        assert any(f"\n    {name}: " in text for text in documented), f"{name} is not documented"


@recipes
def test_a_setting_that_is_given_wins_over_those_for_the_sample(case):
    module = module_of(case)
    sample = module.recipe.settings(None)
    assert sample == getattr(module, "SAMPLE", module.DEFAULTS)
    assert (sample != module.DEFAULTS) == hasattr(module, "SAMPLE")
    assert module.recipe.settings(None, module.Config(seed=5)) == sample.replace(seed=5)
    for name, value in module.DEFAULTS.flat().items():
        # Also where it is that of the defaults, which the sample may have otherwise.
        assert getattr(module.recipe.settings(None, module.Config(**{name: value})), name) == value
    assert module.recipe.settings(case.data()) == module.DEFAULTS


@recipes
def test_bad_input_ends_with_code_2_and_one_line(case, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        module_of(case).recipe.run(["--data", case.bad(tmp_path)])
    assert ended.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("error: ") and case.named in last


@recipes
def test_a_run_that_was_interrupted_ends_with_the_same_bits(case, trained, tmp_path, monkeypatch):
    """So do two runs with the same seed, of which these are two; other settings are refused."""
    recipe, config = module_of(case).recipe, config_of(case)
    other = config.replace(learning_rate=0.5)
    again = resumed(recipe, case.data(), tmp_path / "model", config, monkeypatch, refused=other)
    assert len(again.core.weights) == len(trained.core.weights) > 3
    for ours, expected in zip(again.core.weights, trained.core.weights, strict=True):
        np.testing.assert_array_equal(ours.numpy(), expected.numpy())


@pytest.mark.score
@recipes
def test_fine_tune_learns_what_is_new_and_tells_what_is_forgotten(case, trained, tmp_path, capsys):
    trained.save(tmp_path / "model.keras")
    (tmp_path / layout.WORK).mkdir()  # as an export leaves it
    module, published = module_of(case), {}
    old = module.recipe.read_parts(case.data(), config=config_of(case))["validation"]
    golden = {"validation": keep_rows(old)}
    (tmp_path / "golden.json").write_text(json.dumps(golden), encoding="utf-8")

    def publish(outcome, path, **provenance):
        published[path] = outcome

    recipe = dataclasses.replace(module.recipe, publish=publish)
    model = recipe.fine_tune(tmp_path, case.more(), config=module.Config(epochs=1))
    assert case.knows(model)
    [(path, outcome)] = published.items()
    assert path == tmp_path and outcome.model is model  # the next version of what it went on from
    told = outcome.forgetting.lines()[0]
    assert re.fullmatch(
        r"on [\d,]+ (rows|characters) of the old validation data.*: [\w \-]+ [\d.]+ before, "
        r"[\d.]+ after.*",
        told,
    )
    assert told in capsys.readouterr().out.splitlines()
    before, after = (m.core.get_weights() for m in (trained, model))
    assert any(a.shape != b.shape or (a != b).any() for a, b in zip(before, after, strict=True))


@recipes
def test_fine_tune_refuses_a_size_that_the_model_cannot_follow(case, trained, tmp_path):
    trained.save(tmp_path / "model.keras")
    module = module_of(case)
    for given in ({"hidden_dim": 7}, case.fixed):
        [(name, value)] = given.items()
        with pytest.raises(ValueError, match=f"{name}={value!r} cannot be followed: the model"):
            module.fine_tune(tmp_path, case.more(), config=module.Config(**given))
    with pytest.raises(ValueError, match="data is None"):
        module.fine_tune(Path(tmp_path), None)
