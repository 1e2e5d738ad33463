"""Texts of other kinds than what a model was trained on: other languages, code, keyboard noise."""

from __future__ import annotations

import ast
import gzip
import random
import sysconfig
from collections.abc import Callable
from pathlib import Path

_MODULES = ("heapq", "shutil", "tarfile", "textwrap", "csv", "random", "queue", "bisect")
_JAMO = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㅏㅑㅓㅕㅗㅛㅜㅠㅡㅣ"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TABLES = {
    "customers": ("customer_id", "surname", "city", "joined_on"),
    "orders": ("order_id", "customer_id", "total", "shipped_at"),
    "invoices": ("invoice_id", "order_id", "amount", "due_date"),
    "products": ("product_id", "sku", "price", "in_stock"),
}


def python_functions() -> list[str]:
    """Functions of Python's standard library, as they are written there."""
    functions = []
    for name in _MODULES:
        source = Path(sysconfig.get_paths()["stdlib"], f"{name}.py").read_text("utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                functions.append(ast.get_source_segment(source, node) or "")
    return functions


def sql_statements(number: int = 1000, seed: int = 0) -> list[str]:
    """Made-up statements of SQL.

    Args:
        number: how many.
        seed: another seed gives others.

    Returns:
        The statements.
    """
    rng = random.Random(seed)
    return [_statement(rng) for _ in range(number)]


def _statement(rng: random.Random) -> str:
    table = rng.choice(list(_TABLES))
    one, two, three = rng.sample(_TABLES[table], 3)
    limit = rng.randint(1, 500)
    return rng.choice(
        [
            f"SELECT {one}, {two} FROM {table} WHERE {three} > {limit} ORDER BY {one} DESC;",
            f"SELECT COUNT(*), {one} FROM {table} GROUP BY {one} HAVING COUNT(*) >= {limit};",
            f"UPDATE {table} SET {one} = NULL WHERE {two} IN ({limit}, {limit + 1});",
            f"INSERT INTO {table} ({one}, {two}) VALUES ({limit}, {limit * 2});",
            f"CREATE INDEX idx_{one} ON {table} ({one}, {two});",
            f"SELECT t.{one} FROM {table} AS t LEFT JOIN orders AS o ON o.order_id = t.{two};",
        ]
    )


def keyboard_noise(letters: str, number: int = 1000, seed: int = 0) -> list[str]:
    """What a cat writes: three to ten words of two to eight letters, drawn one by one.

    Args:
        letters: the keys.
        number: how many texts.
        seed: another seed gives others.

    Returns:
        The texts.
    """
    rng = random.Random(seed)

    def word() -> str:
        return "".join(rng.choice(letters) for _ in range(rng.randint(2, 8)))

    return [" ".join(word() for _ in range(rng.randint(3, 10))) for _ in range(number)]


def _captions(language: str) -> Callable[[Path], list[str]]:
    def read(root: Path) -> list[str]:
        path = root / "translation" / "multi30k_en_de" / f"test_2016_flickr.{language}.gz"
        return gzip.open(path, "rt", encoding="utf-8").read().splitlines()

    return read


def _universal_dependencies(path: str) -> Callable[[Path], list[str]]:
    def read(root: Path) -> list[str]:
        lines = (root / "tagging" / path).read_text("utf-8").splitlines()
        return [line.removeprefix("# text = ") for line in lines if line.startswith("# text = ")]

    return read


LANGUAGES: dict[str, Callable[[Path], list[str]]] = {
    "English, captions": _captions("en"),
    "English, mails and posts": _universal_dependencies("ud_english_ewt/en_ewt-ud-test.conllu"),
    "German, captions": _captions("de"),
    "Korean, blogs and news": _universal_dependencies("ud_korean_gsd/ko_gsd-ud-test.conllu"),
}
CODE_AND_NOISE: dict[str, Callable[[], list[str]]] = {
    "Python": python_functions,
    "SQL": sql_statements,
    "random letters": lambda: keyboard_noise(_LETTERS),
    "random jamo": lambda: keyboard_noise(_JAMO),
}
