"""The shape of the repository: imports point down, files stay small, and names say something."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# What each part of seqkit may import of the others; what is not named here has no place yet.
BELOW: dict[str, set[str]] = {
    "text": set(),
    "layers": set(),
    "losses": {"layers"},
    "metrics": {"layers"},
    "decoding": {"layers"},
    "optimizers": set(),
    "images": set(),
    "data": {"images", "text"},
    "models": {"data", "decoding", "images", "layers", "losses", "metrics", "text"},
    "export": {"images"},
    "command_line": {"export"},
    "training": {"data", "images", "layers", "losses", "metrics", "models", "optimizers", "text"},
    "evaluation": {"data", "images", "metrics", "models", "text"},
    "publish": {"data", "evaluation", "export", "images", "models", "text"},
}
# These run on every Keras backend.
WITHOUT_TENSORFLOW = ("layers", "losses", "metrics", "decoding", "optimizers")
THEIR_PACKAGES = {"keras", "numpy", "seqkit"} | sys.stdlib_module_names
# Shared by recipes; everything else in recipes/ is a recipe, and recipes do not know each other.
RECIPE_PARTS = {"samples"}

MOST_LINES = 400


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((REPOSITORY / folder).rglob("*.py"))]


def imported(source: str) -> Iterator[str]:
    """Every module that a source imports, inside functions too, as dotted names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: import by full name"
            if node.module in ("seqkit", "recipes"):
                yield from (f"{node.module}.{name.name}" for name in node.names)
            elif node.module:
                yield node.module


def part_of(path: Path) -> str:
    """`seqkit/text/char.py` is of `text`, `seqkit/optimizers.py` of `optimizers`."""
    return path.relative_to(REPOSITORY).parts[1].removesuffix(".py")


def wrong_imports(part: str, source: str) -> list[str]:
    """The imports of a module of seqkit that its place does not allow."""
    wrong = []
    for module in imported(source):
        top, _, rest = module.partition(".")
        other = rest.split(".")[0]
        if (
            top == "recipes"
            or (top == "seqkit" and other != part and other not in BELOW[part])
            or (part in WITHOUT_TENSORFLOW and top not in THEIR_PACKAGES)
        ):
            wrong.append(module)
    return wrong


def test_imports_point_down():
    checked = 0
    for path in sources("seqkit"):
        part = part_of(path)
        if part == "__init__":
            assert not any(m.startswith("seqkit") for m in imported(path.read_text("utf-8")))
            continue
        assert part in BELOW, f"say in BELOW what {path} may import"
        wrong = wrong_imports(part, path.read_text("utf-8"))
        assert not wrong, f"{path} imports {wrong}"
        checked += sum(m.startswith("seqkit.") for m in imported(path.read_text("utf-8")))
    assert checked > 20, "found next to no imports to check"


@pytest.mark.parametrize("part", ["layers", "decoding", "text", "data", "models", "export"])
def test_there_is_something_to_check(part):
    assert any(part_of(path) == part for path in sources("seqkit"))


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("layers", "import tensorflow as tf"),
        ("layers", "def f():\n    from tensorflow import keras"),
        ("optimizers", "import jax.numpy as jnp"),
        ("text", "from seqkit.data import read"),
        ("text", "from seqkit import data"),
        ("export", "import seqkit.models.text_classifier.model"),
        ("models", "from recipes import sentiment"),
        ("data", "from seqkit.models import TextClassifier"),
    ],
)
def test_a_wrong_import_is_found(part, source):
    assert wrong_imports(part, source)


def test_what_runs_on_every_backend_names_no_tensor_library():
    """Also not by a name in a string, as in `import_module("tensorflow")`."""
    paths = [p for p in sources("seqkit") if part_of(p) in WITHOUT_TENSORFLOW]
    assert len(paths) >= 5
    for path in paths:
        strings = {
            node.value
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not strings & {"tensorflow", "jax", "torch"}, path


def test_recipes_do_not_know_each_other():
    checked = 0
    for path in sources("recipes"):
        for module in imported(path.read_text("utf-8")):
            if module.startswith("recipes."):
                assert module.split(".")[1] in RECIPE_PARTS, f"{path} imports {module}"
            checked += module.startswith("seqkit")
    assert checked, "found no recipe that imports seqkit"


def test_import_seqkit_loads_no_framework():
    program = (
        "import sys, seqkit; dir(seqkit); "
        "print(seqkit.__version__, {'tensorflow', 'keras', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.split(maxsplit=1)[1].strip() == "set()"


def test_files_stay_small():
    paths = sources("seqkit", "recipes", "tests", "benchmarks")
    assert len(paths) > 30
    long = {str(p): n for p in paths if (n := len(p.read_text("utf-8").splitlines())) > MOST_LINES}
    assert not long, f"more than {MOST_LINES} lines; one concept a file: {long}"


def test_names_say_something():
    paths = sources("seqkit", "recipes", "tests", "benchmarks")
    vague = re.compile(r"(^|_)(utils?|helpers?|misc|common)(_|$)")
    names = {part for p in paths for part in p.relative_to(REPOSITORY).with_suffix("").parts}
    assert not [name for name in names if vague.search(name)]


def test_constraints_are_names_and_versions():
    lines = (REPOSITORY / "constraints.txt").read_text("utf-8").splitlines()
    pinned = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(pinned) > 20
    for line in pinned:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.!+_-]*", line), line
    names = [re.sub(r"[._-]+", "-", line.split("==")[0].lower()) for line in pinned]
    assert len(set(names)) == len(names), "a package is pinned twice"
