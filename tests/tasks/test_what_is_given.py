"""What every method of every model refuses: tables, single strings, batches of nothing."""

import functools

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import tensorflow as tf

from recipes import dialogue
from seqkit import data
from seqkit.tasks.tagging.given_words import word_tensor
from tests.contract_cases import servable_cases
from tests.small_language_models import small_language_model

CASES = {case.name: case for case in servable_cases()}


@functools.cache
def model(name):
    return small_language_model("char") if name == "LanguageModel" else CASES[name].make()


# Each method with the class of its model, and the column that its rows are likely to be in.
METHODS = {
    "TextClassifier.classify": "text",
    "TextClassifier.targets": "label",
    "TokenTagger.tag": "tokens",
    "TokenTagger.targets": "tags",
    "Translator.translate": "text",
    "Translator.n_best": "text",
    "Translator.align": "text",
    "Translator.score": "text",
    "LanguageModel.generate": "text",
    "LanguageModel.go_on": "text",
    "LanguageModel.score": "text",
    "LanguageModel.complete": "text",
    "LanguageModel.surprise": "text",
    "ImageCaptioner.caption": "image",
    "ImageCaptioner.n_best": "image",
    "ImageCaptioner.attention": "image",
    "FrameModel.generate": "frames",
    "FrameModel.score": "frames",
}
WITHOUT_BATCHES = {"TextClassifier.targets", "TokenTagger.targets"}
# A single string is a prefix, and a text.
OF_ONE_TEXT = {"LanguageModel.complete", "LanguageModel.surprise"}


def call(method, given, **arguments):
    name, _, attribute = method.partition(".")
    rest = [given] if method == "Translator.score" else []
    rest += [2] if method == "FrameModel.generate" else []
    return getattr(model(name), attribute)(given, *rest, **arguments)


class LazyFrame:
    """As a lazy frame of Polars, which warns when it is asked for its columns."""

    def __init__(self, columns):
        self._columns = columns

    @property
    def columns(self):
        raise AssertionError("asking for the columns costs a query")

    def collect_schema(self):
        return dict.fromkeys(self._columns, "str")

    def collect(self):
        raise NotImplementedError


def tables(column):
    """A table with this column and another, in whatever holds tables, and the remedy for each."""
    columns = {column: ["a b", "c d"], "other": ["1", "2"]}
    arrow = pa.table(columns)
    rows = data.Dataset(
        {name: pa.chunked_array([values]) for name, values in columns.items()},
        name="rows",
        source="a test",
        sha256="",
    )
    records = np.array([("a b", "1")], dtype=[(column, "U9"), ("other", "U9")])
    one = f'df["{column}"]'
    return [
        (columns, one),
        (pd.DataFrame(columns), one),
        (arrow, one),
        (arrow.to_batches()[0], one),
        (rows, one),
        (records, one),
        (LazyFrame(columns), f'df.collect()["{column}"]'),
        (tf.data.Dataset.from_tensor_slices(columns), "as_numpy_iterator"),
    ]


@pytest.mark.parametrize("method", METHODS)
def test_a_table_is_refused(method):
    for table, remedy in tables(METHODS[method]):
        with pytest.raises(TypeError) as error:
            call(method, table)
        message = str(error.value)
        assert f"is a {type(table).__name__} with the columns {METHODS[method]}, other" in message
        assert remedy in message


def test_a_table_without_the_likely_column_is_refused_too():
    table = pd.DataFrame({"review": ["good"], 7: ["pos"]})
    with pytest.raises(TypeError, match=r'texts is a DataFrame with .* review, 7; .* df\["review"'):
        model("TextClassifier").classify(table)
    with pytest.raises(TypeError, match=r"df\[7\]"):
        model("TextClassifier").classify(table[[7]])
    with pytest.raises(TypeError, match="without columns; pass a list"):
        model("TextClassifier").classify({})


@pytest.mark.parametrize("method", sorted(METHODS.keys() - OF_ONE_TEXT))
@pytest.mark.parametrize("one", ["a b", b"a b"])
def test_a_single_string_is_refused(method, one):
    with pytest.raises(TypeError, match=r"is one (string|image), b?'a b'; pass a list"):
        call(method, one)


@pytest.mark.parametrize("method", sorted(METHODS.keys() - WITHOUT_BATCHES))
@pytest.mark.parametrize("batch_size", [0, -1, 1.5])
def test_a_batch_of_nothing_is_refused(method, batch_size):
    given = [b""] if METHODS[method] == "image" else [[[60]]]
    with pytest.raises(ValueError, match=f"batch_size={batch_size} must be at least 1"):
        call(
            method,
            given if METHODS[method] in ("image", "frames") else ["a"],
            batch_size=batch_size,
        )


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ([["Ada", None, "went"]], r"sources\[0\]\[1\] is missing \(None\)"),
        ([["Ada"], ["a", "b", 0]], r"sources\[1\]\[2\] is 0 of type int"),
        ([["Ada", float("nan")]], r"sources\[0\]\[1\] is missing \(nan\)"),
        ([["Ada", False]], r"sources\[0\]\[1\] is False of type bool"),
        ([["Ada"], None], r"sources\[1\] is None of type NoneType; give a text or a list"),
        (["Ada", None], r"sources\[1\] is missing \(None\)"),
        ([None, "Ada"], r"sources\[0\] is None"),
        ([{"Ada": 1}], r"sources\[0\] is \{'Ada': 1\} of type dict"),
        ([["Ada"], "went"], r"texts and lists of words.*sources\[1\] is 'went'"),
    ],
)
def test_what_is_no_word_is_named(sources, message):
    with pytest.raises(ValueError, match=message):
        model("TokenTagger").tag(sources)


def test_a_missing_word_of_a_later_batch_is_named():
    with pytest.raises(ValueError, match=r"sources\[3\]\[0\] is missing"):
        word_tensor([["c"], [None]], 2)


def test_a_single_turn_is_refused():
    with pytest.raises(ValueError, match="must be a list of at least one text"):
        dialogue.reply(model("Translator"), "Hello.")
