"""Every argument that a message about data names is one that somebody can give."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

from seqkit import data
from seqkit.data.request import SourceOptions

FOLDER = Path(data.__file__).parent
ARGUMENT = re.compile(r"(?<![\w.{'\"])([a-z_]+)=")


def parameters(function) -> set[str]:
    names = set(inspect.signature(function).parameters)
    return names | (set(SourceOptions.__annotations__) if "source_options" in names else set())


def named_in_messages() -> dict[str, str]:
    """The arguments that texts name, all but docstrings, each with a file that does."""
    named = {}
    for path in sorted(FOLDER.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            text = node.value if isinstance(node, ast.Constant) and id(node) not in alone else ""
            if isinstance(text, str):
                named |= dict.fromkeys(ARGUMENT.findall(text), path.name)
    return named


def test_arguments_that_messages_name_are_taken():
    public = [getattr(data, name) for name in data.__all__]
    methods = [
        getattr(kind, name)
        for kind in (data.Dataset, data.TextStream)
        for name in vars(kind)
        if callable(getattr(kind, name)) and not name.startswith("__")
    ]
    functions = [f for f in (*public, *methods) if inspect.isroutine(f)]
    known = set().union(*map(parameters, functions))
    named = named_in_messages()
    assert {"separator", "quoting", "misaligned", "stratify", "bad_images"} <= set(named)
    assert {name: file for name, file in named.items() if name not in known | {"sep"}} == {}


def test_read_stream_takes_what_is_said_of_its_tables():
    # There the one column is `column`, not `names`.
    assert set(SourceOptions.__annotations__) - {"names"} <= parameters(data.read_stream)
