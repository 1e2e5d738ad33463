"""Columns that settings name, on the command line by position too."""

import pytest

from recipes import captioning, language_model, sentiment, tagging, translation

ROWS = [f"{i},some text {i},{'ab'[i % 2]}" for i in range(20)]


@pytest.mark.parametrize(
    ("recipe", "named", "expected"),
    [
        (sentiment.recipe, {"text_column": "1", "label_column": "2"}, ("text", "label")),
        (translation.recipe, {"source_column": "1", "target_column": "2"}, ("source", "target")),
        (language_model.recipe, {"text_column": "1"}, ("text",)),
    ],
)
def test_columns_are_named_by_position(recipe, named, expected, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(ROWS) + "\n")
    parts = recipe.read_parts(str(path), config=recipe.defaults.replace(format="csv", **named))
    rows = [row for part in parts.values() for row in part.to_list(expected[0])]
    assert sorted(rows) == sorted(row.split(",")[1] for row in ROWS)
    assert all(parts["train"].to_list(column) for column in expected)


@pytest.mark.parametrize(
    ("recipe", "column", "name", "content"),
    [
        (captioning.recipe, "caption_column", "rows.csv", "image,caption\na.png,a cat\n"),
        (tagging.recipe, "tags_column", "rows.conll", "Ada NAME\nwrote O\n"),
    ],
)
def test_a_position_beyond_the_columns_is_named(recipe, column, name, content, tmp_path):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ValueError, match=r"\b7\b"):
        recipe.read_parts(str(path), config=recipe.defaults.replace(**{column: "7"}))
