"""Results are kept whole and put into the pages where they belong."""

from __future__ import annotations

import hashlib

import pytest

from benchmarks.quality import PLACES
from benchmarks.results import (
    PAGES,
    files_hash,
    markdown,
    put_into_page,
    read_json,
    short_hash,
    write_json,
)

PAGE = "before\n<!-- results:begin -->\nold\n<!-- results:end -->\nafter\n<!-- other:begin -->\n"


def test_only_the_marked_place_of_a_page_changes(tmp_path):
    page = tmp_path / "README.md"
    page.write_text(PAGE)
    put_into_page("results", "| a \\1 |", page)
    put_into_page("results", "| b \\1 |\n", page)
    assert page.read_text() == PAGE.replace("old", "| b \\1 |")
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize("name", PAGES)
def test_each_table_has_a_place_on_its_page(name, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGES[name].read_text("utf-8"), "utf-8")
    put_into_page(name, "| new |", page)
    assert f"<!-- {name}:begin -->\n| new |\n<!-- {name}:end -->" in page.read_text("utf-8")


def test_each_recipe_has_a_page_for_its_table():
    assert set(PLACES.values()) <= PAGES.keys()


@pytest.mark.parametrize(
    "text",
    [
        "nothing here",
        "<!-- results:begin -->",
        "<!-- results:end --><!-- results:begin -->",
        PAGE + PAGE,
    ],
)
def test_a_page_without_one_such_place_is_refused_and_left(tmp_path, text):
    page = tmp_path / "README.md"
    page.write_text(text)
    with pytest.raises(ValueError, match=r"README\.md must hold the lines <!-- results:begin -->"):
        put_into_page("results", "new", page)
    assert page.read_text() == text


def test_what_is_written_is_read_back_and_nothing_is_left_aside(tmp_path):
    path = tmp_path / "new" / "results.json"
    assert read_json(path, []) == []
    write_json(path, [{"영화": 0.5}])
    write_json(path, [{"영화": 0.25}])
    assert read_json(path, []) == [{"영화": 0.25}]
    assert [item.name for item in path.parent.iterdir()] == ["results.json"]


def test_a_write_that_fails_leaves_the_old_results(tmp_path):
    path = tmp_path / "results.json"
    write_json(path, [1])
    with pytest.raises(TypeError):
        write_json(path, [object()])
    assert read_json(path, []) == [1]


def test_numbers_are_rounded_to_what_is_worth_reading():
    values = [1234567, 1234.5, 99.96, 12.34, 2.0417, 0.5, 0.0123, None, "a|b"]
    rows = markdown([{"v": value} for value in values]).splitlines()[2:]
    assert [row[2:-2] for row in rows] == [
        *("1,234,567", "1,234", "100.0", "12.3", "2.04", "0.50", "0.012", "–", "a\\|b"),
    ]


def test_digests_stand_for_content(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"one")
    second.write_bytes(b"two")
    assert files_hash([first]) == hashlib.sha256(b"one").hexdigest()[:12]
    assert files_hash([first, second]) == hashlib.sha256(b"onetwo").hexdigest()[:12]
    assert short_hash({"a": 1, "b": 2}) == short_hash({"b": 2, "a": 1}) != short_hash({"a": 1})


def test_every_table_has_its_place_on_its_page():
    assert len(PAGES) >= 9
    for name, page in PAGES.items():
        text = page.read_text(encoding="utf-8")
        begin, end = (text.index(f"<!-- {name}:{mark} -->") for mark in ("begin", "end"))
        assert begin < end, name
