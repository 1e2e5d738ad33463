"""The shape of the repository: imports point down, files stay small, and names say something."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jax_environment import run_on_jax

REPOSITORY = Path(__file__).resolve().parents[1]

# The rooms of seqkit, top to bottom: a room imports those below it, and none of its own floor.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("recipe",),
    ("tasks",),
    ("model", "training", "evaluation"),
    ("export",),
    ("data",),
    ("text", "images", "decoding", "losses"),
    ("layers", "optimizers", "files", "arguments"),
)
# These run on every Keras backend, as does the network of each task.
WITHOUT_TENSORFLOW = ("layers", "losses", "decoding", "optimizers")
THEIR_PACKAGES = {"keras", "numpy", "seqkit"} | sys.stdlib_module_names
# Shared by recipes; everything else in recipes/ is a recipe, and recipes do not know each other.
RECIPE_PARTS = {"samples"}
# Imported where they are used, so that no recipe waits for what it may not need.
LATE_PACKAGES = (
    *("matplotlib", "mido", "openpyxl", "pandas", "sacrebleu", "sentencepiece", "sklearn"),
    *("tensorboard", "tensorflow_datasets"),
)

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60


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


def room_of(module: str) -> str:
    """`seqkit.text.char` is of `text`, `seqkit.tasks.tagging.model` of `tasks.tagging`."""
    parts = module.split(".")[1:]
    return ".".join(parts[: 2 if parts[:1] == ["tasks"] else 1])


def module_of(path: Path) -> str:
    """The dotted name of a source; a package's is that of its `__init__`."""
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floor_of(room: str) -> int:
    name = room.split(".")[0]
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def runs_anywhere(module: str) -> bool:
    """Whether a module may import Keras alone, no backend of it."""
    return room_of(module) in WITHOUT_TENSORFLOW or module.endswith(".network")


def wrong_imports(module: str, source: str) -> list[str]:
    """The imports of a module of seqkit that its room does not allow."""
    room, wrong = room_of(module), []
    for other in imported(source):
        top, _, rest = other.partition(".")
        if top == "recipes" or (runs_anywhere(module) and top not in THEIR_PACKAGES):
            wrong.append(other)
        elif top == "seqkit" and rest and room_of(other) != room:
            known = any(room_of(other).split(".")[0] in rooms for rooms in FLOORS)
            if not known or floor_of(room_of(other)) <= floor_of(room):
                wrong.append(other)
    return wrong


def test_imports_point_down():
    checked = 0
    for path in sources("seqkit"):
        module, source = module_of(path), path.read_text("utf-8")
        if module == "seqkit":
            assert not any(m.startswith("seqkit") for m in imported(source))
            continue
        wrong = wrong_imports(module, source)
        assert not wrong, f"{path} imports {wrong}"
        checked += sum(m.startswith("seqkit.") for m in imported(source))
    assert checked > 300, "found next to no imports to check"


@pytest.mark.parametrize("room", [name for floor in FLOORS for name in floor])
def test_there_is_something_to_check(room):
    rooms = {room_of(module_of(p)).split(".")[0] for p in sources("seqkit")}
    assert room in rooms, f"seqkit.{room} is gone: take it out of FLOORS"


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("seqkit.layers.crf", "import tensorflow as tf"),
        ("seqkit.layers.crf", "def f():\n    from tensorflow import keras"),
        ("seqkit.tasks.tagging.network", "import tensorflow as tf"),
        ("seqkit.optimizers", "import jax.numpy as jnp"),
        ("seqkit.text.char", "from seqkit.data import read"),
        ("seqkit.text.char", "from seqkit import data"),
        ("seqkit.export.card", "import seqkit.tasks.classification.model"),
        ("seqkit.tasks.tagging.model", "from seqkit.tasks.classification import model"),
        ("seqkit.tasks.tagging.model", "from seqkit.recipe import recipe"),
        ("seqkit.training.loop", "from seqkit.model.growing import grow"),
        ("seqkit.model.growing", "from recipes import sentiment"),
        ("seqkit.data.read", "from seqkit import TextClassifier"),
    ],
)
def test_a_wrong_import_is_found(module, source):
    assert wrong_imports(module, source)


def test_what_runs_on_every_backend_names_no_tensor_library():
    """Also not by a name in a string, as in `import_module("tensorflow")`."""
    paths = [p for p in sources("seqkit") if runs_anywhere(module_of(p))]
    assert len(paths) >= 5
    for path in paths:
        strings = {
            node.value
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not strings & {"tensorflow", "jax", "torch"}, path


def test_networks_load_no_tensorflow():
    """Neither do the packages on the way to them."""
    networks = [module_of(p) for p in sources("seqkit/tasks") if p.name == "network.py"]
    assert len(networks) >= 6
    output = run_on_jax(REPOSITORY / "tests/tasks/jax_program.py", *networks)
    assert output.strip() == f"imported {len(networks)}"


def test_recipes_do_not_know_each_other():
    checked = 0
    for path in sources("recipes"):
        for module in imported(path.read_text("utf-8")):
            if module.startswith("recipes."):
                assert module.split(".")[1] in RECIPE_PARTS, f"{path} imports {module}"
            checked += module.startswith("seqkit")
    assert checked, "found no recipe that imports seqkit"


@pytest.mark.parametrize(
    ("program", "unloaded"),
    [
        ("import seqkit; dir(seqkit); seqkit.__version__", {"tensorflow", "keras", "numpy"}),
        ("import seqkit.recipe.command_line", {"tensorflow", "keras"}),
    ],
    ids=["seqkit", "the command"],
)
def test_it_loads_no_framework(program, unloaded):
    program += f"; import sys; print({unloaded} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def imported_at_once(source: str) -> set[str]:
    """The packages that a source imports as soon as it is imported itself."""
    first = [
        node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return {name.split(".")[0] for node in first for name in imported(ast.unparse(node))}


def test_heavy_packages_are_imported_where_they_are_used():
    """Statically, since Keras itself imports some of them where they are installed."""
    paths = sources("seqkit", "recipes")
    late = {p: imported(p.read_text("utf-8")) for p in paths}
    used = {name.split(".")[0] for names in late.values() for name in names}
    assert len(used & set(LATE_PACKAGES)) >= 5, "nothing imports the packages to be checked"
    for path in paths:
        early = imported_at_once(path.read_text("utf-8")) & set(LATE_PACKAGES)
        assert not early, f"{path} imports {early} before they are used"


def test_a_heavy_package_imported_at_once_is_found():
    assert imported_at_once("import sklearn.metrics\ndef f():\n    import pandas") == {"sklearn"}


def test_recipes_are_imported_without_heavy_packages():
    """Also not through other packages: they can be imported where none of these is installed."""
    recipes = [module_of(p) for p in (REPOSITORY / "recipes").glob("*.py") if p.stem != "__init__"]
    assert len(recipes) >= 7
    program = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({LATE_PACKAGES}))\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "from seqkit.export import figures\n"
        "try:\n"
        "    figures.page_style()\n"
        "except ImportError as error:\n"
        "    print(error.name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *recipes], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert done.stdout == "matplotlib\n", done.stderr.splitlines()[-1]


def test_files_stay_small():
    paths = sources("seqkit", "recipes", "tests", "benchmarks")
    assert len(paths) > 30
    long = {str(p): n for p in paths if (n := len(p.read_text("utf-8").splitlines())) > MOST_LINES}
    assert not long, f"more than {MOST_LINES} lines; one concept a file: {long}"


def lines_of(function: ast.FunctionDef) -> int:
    """The lines of a function, its docstring left out."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_functions_stay_short():
    lengths = {
        f"{path}: {node.name}": lines_of(node)
        for path in sources("seqkit", "recipes")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert len(lengths) > 1000, "found next to no functions to check"
    long = {name: number for name, number in lengths.items() if number > MOST_LINES_OF_A_FUNCTION}
    assert not long, f"more than {MOST_LINES_OF_A_FUNCTION} lines: {long}"


def test_a_docstring_does_not_count_for_the_length_of_a_function():
    [function] = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1').body
    assert isinstance(function, ast.FunctionDef) and lines_of(function) == 2


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
