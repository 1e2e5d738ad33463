"""What all tokenizers promise."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.text.code_points import decode, encode
from seqkit.text.subword import SubwordTokenizer
from seqkit.text.tokenizer import Tokenizer, Tokens, deserialize, get, serialize
from tests.clean_processes import run_clean

_NAMES = ["char", "word", "jamo", "subword"]
_TEXTS = [
    "The movie wasn't good.",
    "",
    "cafe\u0301 \u1112\u1161\u11ab 한국어 q\u0301\u0323",
    "\x00\n\t \r\n",
    "👨‍👩‍👧 🇰🇷 1️⃣ \U0001f44d\U0001f3fd",
    "𝒳𐍈 ภาษาไทย 東京タワー",
    " ",
]
_HOSTILE = [b"\xff\xfe", b"a\xed\xa0\x80b", b"\xf0\x9f", b"\xc0\x80", b"\x80" * 9, b"ok"]
_FUZZ = st.lists(
    st.one_of(st.binary(max_size=24), st.text(max_size=24).map(str.encode)), max_size=6
)

# Runs where seqkit cannot be imported.
_SERVING = """
import json, sys
sys.modules["seqkit"] = None
import tensorflow as tf
# To optimise a graph takes longer than to run it; that of an export is.
tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
def shown(value):
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value.hex() if isinstance(value, bytes) else value
path, names, texts = sys.argv[1], sys.argv[2].split(","), json.loads(sys.argv[3])
loaded = tf.saved_model.load(path)
texts = tf.constant([bytes.fromhex(text) for text in texts])
answers = {}
for name in names:
    run = loaded.signatures[name]
    for batch, given in (("full", texts), ("empty", texts[:0])):
        answer = run(text=given)
        answers[f"{name} {batch}"] = {
            key: shown(value.numpy().tolist()) for key, value in answer.items()
        }
print(json.dumps(answers))
"""


@functools.cache
def _tokenizer(name: str) -> Tokenizer:
    if name == "subword":
        corpus = ["the movie was good", "the film was not good", "한국어 영화", "a film"] * 20
        return SubwordTokenizer.train(corpus, vocabulary_size=300)
    return get(name)


@functools.cache
def _graph(name: str) -> Callable[[Any], tuple[Tokens, tf.Tensor, tf.Tensor]]:
    tokenizer = _tokenizer(name)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def run(text: tf.Tensor) -> tuple[Tokens, tf.Tensor, tf.Tensor]:
        tokens = tokenizer.tokenize(text)
        normalized = tokenizer.normalizer(decode(text)).code_points
        return (
            tokens,
            tokenizer.detokenize(tokens.values),
            encode(normalized.flat_values, normalized.row_splits),
        )

    return run


def _tensor(texts: list[Any]) -> tf.Tensor:
    return tf.constant(texts, tf.string, shape=[len(texts)])


def _lists(tokens: Tokens) -> list[Any]:
    return [part.to_list() for part in tokens]


@pytest.mark.parametrize("name", _NAMES)
@settings(max_examples=30, deadline=None)
@given(texts=_FUZZ)
def test_any_bytes_are_answered(name: str, texts: list[bytes]) -> None:
    tokens, back, normalized = _graph(name)(_tensor(texts))
    assert tokens.values.dtype == tf.string
    assert tokens.start.dtype == tokens.end.dtype == tf.int32
    rows = list(zip(*_lists(tokens), texts, strict=True))
    assert len(rows) == back.shape[0] == len(texts)
    for values, start, end, text in rows:
        length = len(text.decode("utf-8", "replace"))
        assert len(values) == len(start) == len(end)
        assert all(0 <= s <= e <= length for s, e in zip(start, end, strict=True))
        # Only the space that subword puts before a text has no place in it.
        assert name == "subword" or all(s < e for s, e in zip(start, end, strict=True))
        assert start == sorted(start)
    if _tokenizer(name).lossless:
        assert back.numpy().tolist() == normalized.numpy().tolist()


@pytest.mark.parametrize("name", _NAMES)
@settings(max_examples=12, deadline=None)
@given(texts=_FUZZ)
def test_a_text_does_not_depend_on_its_neighbours(name: str, texts: list[bytes]) -> None:
    together = _lists(_graph(name)(_tensor(texts))[0])
    for index, text in enumerate(texts):
        alone = _lists(_graph(name)(_tensor([text]))[0])
        assert [part[index] for part in together] == [part[0] for part in alone]


@pytest.mark.parametrize("name", _NAMES)
def test_batches_may_be_empty_and_so_may_texts(name: str) -> None:
    for texts in ([], [""], ["", "", ""]):
        tokens, back, _ = _graph(name)(_tensor(texts))
        assert _lists(tokens) == [[[] for _ in texts]] * 3
        assert back.numpy().tolist() == [b"" for _ in texts]


@pytest.mark.parametrize("name", _NAMES)
def test_eager_graph_and_pipeline_agree(name: str) -> None:
    texts = _TEXTS + [text.decode("utf-8", "replace") for text in _HOSTILE]
    tokenizer = _tokenizer(name)
    expected, back, _ = _graph(name)(_tensor(texts))
    assert _lists(tokenizer.tokenize(texts)) == _lists(expected)
    assert tokenizer.detokenize(expected.values).numpy().tolist() == back.numpy().tolist()
    assert tokenizer.detokenize(expected.values.to_list()).numpy().tolist() == back.numpy().tolist()
    data = tf.data.Dataset.from_tensor_slices(texts).batch(4)
    rows = [row for batch in data.map(tokenizer.tokenize) for row in batch.values.to_list()]
    assert rows == expected.values.to_list()


@pytest.mark.parametrize("name", _NAMES)
def test_a_long_text_is_no_trouble(name: str) -> None:
    long = "The movie wasn't good. 한국어 cafe\u0301 👍🏽 " * 3000
    assert len(long) > 100_000
    tokens, back, normalized = _graph(name)(_tensor(["short", long, ""]))
    assert tokens.end.to_list()[1][-1] in (len(long), len(long) - 1)
    if _tokenizer(name).lossless:
        assert back.numpy().tolist() == normalized.numpy().tolist()


@pytest.mark.parametrize("name", _NAMES)
def test_the_configuration_makes_the_same_tokenizer(name: str) -> None:
    tokenizer = _tokenizer(name)
    description = json.loads(json.dumps(serialize(tokenizer)))
    assert description["name"] == name
    again = deserialize(description)
    assert type(again) is type(tokenizer)
    assert serialize(again) == serialize(tokenizer)
    assert _lists(again.tokenize(_TEXTS)) == _lists(tokenizer.tokenize(_TEXTS))


def test_an_unknown_tokenizer_is_named() -> None:
    with pytest.raises(ValueError, match="name is 'words'; expected one of char, word"):
        get("words")
    with pytest.raises(ValueError, match="tokenizer is a Tokenizer"):
        serialize(Tokenizer(get("char").normalizer))


def _answer(name: str, text: tf.Tensor) -> dict[str, tf.Tensor]:
    tokens, back, _ = _graph(name)(text)
    return {
        "tokens": tokens.values.to_tensor(),
        "start": tokens.start.to_tensor(-1),
        "end": tokens.end.to_tensor(-1),
        "text": back,
    }


def _signature(name: str) -> Any:
    specification = tf.TensorSpec([None], tf.string, name="text")
    return tf.function(functools.partial(_answer, name), input_signature=[specification])


def _hex(value: Any) -> Any:
    if isinstance(value, list):
        return [_hex(item) for item in value]
    return value.hex() if isinstance(value, bytes) else value


def test_a_server_without_seqkit_answers_the_same(tmp_path: Path) -> None:
    served = tf.Module()
    served.tokenizers = {name: _tokenizer(name) for name in _NAMES}
    signatures = {name: _signature(name) for name in _NAMES}
    path = tmp_path / "served"
    tf.saved_model.save(served, str(path), signatures=signatures)
    # Every table once, whatever the number of uses: all four tokenizers in little room.
    assert (path / "saved_model.pb").stat().st_size < 2_500_000

    texts = [text.encode() for text in _TEXTS] + _HOSTILE
    arguments = [str(path), ",".join(_NAMES), json.dumps([text.hex() for text in texts])]
    process = run_clean(["-c", _SERVING, *arguments])
    assert process.returncode == 0, process.stderr.decode()[-2000:]
    answers = json.loads(process.stdout.splitlines()[-1])
    for name in _NAMES:
        for batch, inputs in (("full", texts), ("empty", [])):
            expected = _answer(name, _tensor(inputs))
            actual = answers[f"{name} {batch}"]
            assert actual == {key: _hex(value.numpy().tolist()) for key, value in expected.items()}
