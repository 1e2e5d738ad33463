"""The sample of tagged tokens: names in Python's sources by their role."""

import pytest

from recipes.samples.python_names import python_names, tagged_lines

SOURCE = '''
import os.path as p
from typing import Any

class Shape(Base):
    """Text é."""
    def área(self, x, *rest, key=None):
        s = "é"; y = self.size(x, key=1) + rest[0]
        async def inner(): return lambda a: a + x
        return y.z
'''


def roles():
    return [pair for line in tagged_lines(SOURCE) for pair in zip(*line, strict=True)]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("os", "module"),
        ("Any", "module"),
        ("Shape", "class"),
        ("Base", "variable"),
        ("área", "function"),
        ("inner", "function"),
        ("rest", "parameter"),
        ("size", "attribute"),
        ("z", "attribute"),
        ("y", "variable"),
        ("a", "parameter"),
        ("def", "O"),
        ("=", "O"),
        ("''", "O"),
    ],
)
def test_roles(name, role):
    assert {tag for token, tag in roles() if token == name} == {role}


def test_one_name_has_several_roles():
    assert [tag for token, tag in roles() if token == "key"] == ["parameter", "keyword_argument"]
    assert [tag for token, tag in roles() if token == "self"] == ["parameter", "parameter"]


def test_parts_hold_different_modules():
    parts = python_names(20)
    assert len(parts["train"]) > len(parts["test"]) > 50
    assert all(len(tokens) == len(tags) for rows in parts.values() for tokens, tags in rows)
    assert python_names(20) == parts


def test_the_whole_sample_is_small():
    sizes = {part: len(rows) for part, rows in python_names().items()}
    assert sizes == {"train": 8_000, "validation": 1_000, "test": 2_000}
