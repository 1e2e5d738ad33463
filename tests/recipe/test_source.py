"""Columns that settings name, on the command line by position too."""

import re

import pytest

from recipes import captioning, dialogue, language_model, music, sentiment, tagging, translation
from seqkit.recipe.endings import in_flags
from seqkit.recipe.source import in_settings

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


ROWS_OF_TEXTS = [(f"a text {i}", "xy"[i % 2]) for i in range(20)]
TAGGED = "".join(f"Word{i} I-PER\nis O\n\n" for i in range(20))
SPANS = "".join(f'{{"text": "Ada{i} wrote", "spans": [[0, 2, "PER"]]}}\n' for i in range(20))
PAIRS = "source,target\na,\n" + "".join(f"b{i},c{i}\n" for i in range(20))
LINES = "".join(f"{label}\t{text}\n" for text, label in ROWS_OF_TEXTS)
ONCE = "text,label\n" + "".join(f"a text {i},label {i}\n" for i in range(20))


def texts(head: str, mark: str = ",", begin: str = "") -> str:
    """Texts with labels, after a line that names the columns."""
    return head + "".join(f"{begin}{text}{mark}{label}\n" for text, label in ROWS_OF_TEXTS)


TALKS = "".join(f'{{"talk": ["Hello {i}.", "Hi {i}."]}}\n' for i in range(20))
TUNES = "".join(f"X:{i}\nT:재\nK:C\nCDE{'FGA'[i % 3] * i}|\n\n" for i in range(1, 21))
PIECES = '{"train": [' + ",".join(f"[[{i + 40}], [60]]" for i in range(20)) + "]}"
NESTED = "".join(
    f'{{"body": "Ada{i} wrote", "texts": "x", "entities": [[0, {3 + len(str(i))}, "PER"]]}}\n'
    for i in range(20)
)

# A file, and what the message about it names: the setting, and the flag.
REMEDIES = [
    (
        sentiment,
        "a.csv",
        texts(""),
        {"text_column": "0", "label_column": "1"},
        "=0, --label-column=1",
    ),
    (sentiment, "a.csv", texts("blurb,label\n"), {"text_column": "blurb"}, "--text-column=…"),
    (sentiment, "a.csv", texts("text,label\n", begin="재미"), {"encoding": "cp949"}, "='cp949'"),
    (sentiment, "a.csv", texts("text,label\n") + '"a,x\n', {"quoting": "no"}, "--quoting='no'"),
    (sentiment, "a.csv", texts("text:label\n", ":"), {"separator": ":"}, "--separator=…"),
    (sentiment, "a.train", LINES, {"format": "lines"}, "--format="),
    (sentiment, "a.csv", ONCE, {"stratify": False}, "--no-stratify"),
    (tagging, "a.conll", TAGGED, {"tag_scheme": "IOB1"}, "--tag-scheme='IOB1'"),
    (tagging, "a.conll", TAGGED, {"tag_scheme": "plain"}, "--tag-scheme='plain'"),
    (tagging, "a.jsonl", SPANS, {"misaligned": "widen"}, "--misaligned='widen'"),
    (tagging, "a.jsonl", NESTED, {"text_column": "body"}, "--text-column=…"),
    (sentiment, "a.csv", texts("text,label\n"), {"validation_fraction": 0.1}, "--validation-"),
    (translation, "a.csv", PAIRS, {"bad_pairs": "drop"}, "--bad-pairs='drop'"),
    (translation, "a.tsv", PAIRS.replace("a,\n", ""), {"separator": ","}, "--separator=…"),
    (language_model, "a.csv", texts("text:label\n", ":"), {"separator": ":"}, "--separator=…"),
    (dialogue, "a.jsonl", TALKS, {"turns_column": "talk"}, "--turns-column=…"),
    (
        dialogue,
        "a.txt",
        "".join(f"재{i}\n미\n\n" for i in range(20)),
        {"encoding": "cp949"},
        "--encoding='cp949'",
    ),
    (music, "a.abc", TUNES, {"encoding": "cp949"}, "--encoding='cp949'"),
    (music, "a.json", PIECES, {"encoding": "cp500"}, "--encoding=…"),
]


@pytest.mark.parametrize(
    ("module", "file", "content", "settings", "flag"),
    REMEDIES,
    ids=[f"{next(iter(row[3].items()))}" for row in REMEDIES],
)
def test_what_a_message_proposes_is_there_and_helps(
    module, file, content, settings, flag, tmp_path
):
    recipe, path = module.recipe, tmp_path / file
    path.write_bytes(content.encode(settings.get("encoding", "utf-8")))
    strict = recipe.defaults
    if module is translation:
        strict = strict.replace(bad_pairs="error")
    if "validation_fraction" in settings:
        strict = strict.replace(validation_fraction=2.0)
    with pytest.raises(ValueError, match=re.escape(next(iter(settings)))) as caught:
        recipe.read_parts(str(path), config=strict)
    message = str(caught.value)
    assert "names=" not in message and "columns=" not in message
    assert flag in in_flags(message, strict.flat())
    parts = recipe.read_parts(str(path), config=strict.replace(**settings))
    assert sum(map(len, parts.values())) in (20, 21)


def test_a_stream_of_text_is_read_as_other_data_are(tmp_path):
    recipe, path = language_model.recipe, tmp_path / "a.csv"
    path.write_text("id:blurb\n" + "".join(f"{i}:a text {i}\n" for i in range(100)))
    stream = recipe.defaults.replace(unit="stream")
    with pytest.raises(ValueError, match="separator=") as caught:
        recipe.read_parts(str(path), config=stream.replace(text_column="blurb"))
    assert "--separator=…" in in_flags(str(caught.value), stream.flat())
    with pytest.raises(ValueError, match="text_column=…"):
        recipe.read_parts(str(path), config=stream.replace(separator=":"))
    config = stream.replace(separator=":", text_column="blurb", validation_fraction=0.1)
    parts = recipe.read_parts(str(path), config=config)
    assert parts["train"].head(16) == "a text 0a text 1"
    plain = tmp_path / "a.txt"
    plain.write_text("a text\n" * 100)
    for unit in ("stream", "sentences"):
        with pytest.raises(ValueError, match=r"separator=';' is for tables, but .* format='csv'"):
            recipe.read_parts(str(plain), config=config.replace(unit=unit, separator=";"))


def test_labels_alone_are_spread_evenly():
    for module in (tagging, translation, captioning, language_model, dialogue, music):
        with pytest.raises(TypeError, match="no setting 'stratify'"):
            module.recipe.defaults.replace(stratify=False)


def test_what_recipes_have_no_setting_for_is_not_proposed():
    said = {
        "Map them first, or say with columns=… what they hold.": "Map them first.",
        "Read another split, or columns=('text',).": "Read another split.",
        "Leave names out, or give columns in another order.": "Leave these out.",
        "Take it out, or give another separator.": "Take it out.",
        "Say which it is with column=….": "Say which it is with text_column=….",
    }
    assert {words: in_settings(words, ("text", "label")) for words in said} == said


def test_other_names_stay():
    for message in ("with names={'spans': …}", "names={'turns': …}", "names={}"):
        assert in_settings(message, ("tokens", "tags")) == message
