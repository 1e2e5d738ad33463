"""Names in Python's own sources, tagged by their role in the syntax tree."""

from __future__ import annotations

import ast
import sysconfig
import tokenize
from collections.abc import Iterator
from pathlib import Path

import numpy as np

Rows = list[tuple[list[str], list[str]]]

# In every Python since 3.11, and none of them made by a program.
_MODULES = (
    "argparse abc ast base64 bisect calendar cmd code codeop collections/__init__ configparser "
    "contextlib copy csv dataclasses difflib dis doctest enum filecmp fileinput fnmatch fractions "
    "ftplib functools getopt getpass gettext glob gzip heapq hmac html/parser http/client "
    "http/cookies imaplib inspect ipaddress json/decoder json/encoder keyword linecache locale "
    "logging/__init__ logging/config logging/handlers mimetypes netrc numbers opcode operator "
    "optparse os pathlib pdb pickle pickletools pkgutil platform plistlib poplib posixpath pprint "
    "profile pstats py_compile pyclbr queue quopri random reprlib rlcompleter sched secrets "
    "selectors shelve shlex shutil smtplib socket socketserver ssl stat statistics string "
    "stringprep subprocess symtable tabnanny tarfile tempfile textwrap threading timeit tokenize "
    "trace traceback tracemalloc turtle types typing unittest/case unittest/mock uuid warnings "
    "wave weakref webbrowser xmlrpc/client zipapp zipfile"
)
_LONGEST = 60
# Of 50,000 lines: enough to tell a good tagger from a plain one in two minutes.
_MOST_LINES = {"train": 8_000, "validation": 1_000, "test": 2_000}
OTHER = "O"


def python_names(modules: int | None = None) -> dict[str, Rows]:
    """Lines of code as tokens, each name tagged by what it is there.

    A tag is `function`, `class`, `parameter`, `attribute`, `module`, `keyword_argument` or
    `variable`; what is no name (operators, keywords, numbers, strings) is `O`. The role is that of
    the syntax tree and follows from what stands around a name, not from the name alone: `name` is
    a parameter here and an attribute there. Comments are left out. Whole modules are held out, so
    that names which training never saw come in the test.

    Args:
        modules: how many modules to read; None for all.

    Returns:
        `train`, `validation` and `test`: lists of tokens and tags, of whole modules each, at most
        8,000, 1,000 and 2,000 lines chosen by chance.

    Example:
        >>> parts = python_names(10)
        >>> tokens, tags = parts["train"][0]
        >>> len(tokens) == len(tags)
        True
    """
    library = Path(sysconfig.get_paths()["stdlib"])
    found = [path for name in _MODULES.split() if (path := library / f"{name}.py").is_file()][
        :modules
    ]
    random = np.random.default_rng(0)
    order = random.permutation(len(found)).tolist()
    held_out = max(1, len(found) // 10)
    parts: dict[str, Rows] = {"train": [], "validation": [], "test": []}
    for number, place in enumerate(order):
        part = ("validation", "test")[number // held_out] if number < 2 * held_out else "train"
        parts[part] += list(tagged_lines(found[place].read_text(encoding="utf-8")))
    return {
        part: [rows[i] for i in sorted(random.permutation(len(rows))[: _MOST_LINES[part]])]
        for part, rows in parts.items()
    }


def tagged_lines(source: str) -> Iterator[tuple[list[str], list[str]]]:
    """Logical lines of a source, as tokens with tags.

    Args:
        source: a module's text.

    Yields:
        Tokens and tags of a line; lines without a name are left out, and those of more than 60
        tokens.

    Example:
        >>> list(tagged_lines("def f(x):\\n    return x.y\\n"))[1]
        (['return', 'x', '.', 'y'], ['O', 'parameter', 'O', 'attribute'])
    """
    roles = _roles(source)
    tokens: list[str] = []
    tags: list[str] = []
    lines = iter(source.splitlines(keepends=True))
    for token in tokenize.generate_tokens(lambda: next(lines, "")):
        if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING):
            # A string counts as one token, whatever is in it.
            tokens.append("''" if token.type == tokenize.STRING else token.string)
            tags.append(roles.get(token.start, OTHER) if token.type == tokenize.NAME else OTHER)
        elif token.type == tokenize.NEWLINE:
            if 0 < len(tokens) <= _LONGEST and any(tag != OTHER for tag in tags):
                yield tokens, tags
            tokens, tags = [], []


def _roles(source: str) -> dict[tuple[int, int], str]:
    """Role of the name at each line and column."""
    lines = source.splitlines()
    names: dict[tuple[int, int], str] = {}

    def column(line: int, offset: int) -> int:
        """The tree counts bytes, the tokens count characters."""
        return len(lines[line - 1].encode()[:offset].decode(errors="replace"))

    def after(line: int, offset: int, name: str) -> tuple[int, int] | None:
        """Where a name stands that the tree only says to be on a line, from a column on."""
        place = lines[line - 1].find(name, column(line, offset))
        return None if place < 0 else (line, place)

    def visit(node: ast.AST, parameters: frozenset[str]) -> None:
        place: tuple[int, int] | None = None
        role = ""
        inner = parameters
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            role = "class" if isinstance(node, ast.ClassDef) else "function"
            skipped = {"FunctionDef": 4, "AsyncFunctionDef": 10, "ClassDef": 6}
            place = after(node.lineno, node.col_offset + skipped[type(node).__name__], node.name)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            given += [a for a in (node.args.vararg, node.args.kwarg) if a is not None]
            inner = parameters | {argument.arg for argument in given}
        elif isinstance(node, ast.arg):
            place, role = (node.lineno, column(node.lineno, node.col_offset)), "parameter"
        elif isinstance(node, ast.Name):
            place = (node.lineno, column(node.lineno, node.col_offset))
            role = "parameter" if node.id in parameters else "variable"
        elif isinstance(node, ast.Attribute) and node.end_lineno and node.end_col_offset:
            end = column(node.end_lineno, node.end_col_offset)
            place, role = (node.end_lineno, end - len(node.attr)), "attribute"
        elif isinstance(node, ast.keyword) and node.arg:
            place = (node.lineno, column(node.lineno, node.col_offset))
            role = "keyword_argument"
        elif isinstance(node, ast.alias):
            place = (node.lineno, column(node.lineno, node.col_offset))
            role = "module"
        if place is not None:
            names.setdefault(place, role)
        for child in ast.iter_child_nodes(node):
            visit(child, inner)

    visit(ast.parse(source), frozenset())
    return names
