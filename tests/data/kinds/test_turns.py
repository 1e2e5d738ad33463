"""Pairs of a turn and the turns before it, and the parts that they come into."""

from __future__ import annotations

import pytest
import tensorflow as tf

from seqkit import data
from seqkit.data import raw_rows
from seqkit.data.errors import DataError
from seqkit.text import CharTokenizer, JamoTokenizer, Normalizer, SubwordTokenizer, WordTokenizer

TALK = ["a", "b", "c", "d"]


def pairs_of(dataset: data.Dataset) -> list[tuple[str, str]]:
    return list(zip(dataset.to_list("source"), dataset.to_list("target"), strict=True))


@pytest.mark.parametrize(
    ("history", "sources"),
    [
        (1, ["a", "b", "c"]),
        (2, ["a", "a|b", "b|c"]),
        (3, ["a", "a|b", "a|b|c"]),
        (9, ["a", "a|b", "a|b|c"]),
    ],
)
def test_sources_are_the_turns_before(history: int, sources: list[str]):
    found = data.read_turns([TALK], history=history, separator="|")
    assert found.to_list("source") == sources
    assert found.to_list("target") == ["b", "c", "d"]
    asked = [data.join_turns(TALK[:i], history, "|") for i in (1, 2, 3)]
    assert asked == sources


def test_conversations_in_memory():
    talks = ((f"{i}", f"{i} yes", "no") for i in range(3))
    found = data.read_turns(talks, history=1, name="talk")
    assert pairs_of(found)[2:4] == [("1", "1 yes"), ("1 yes", "no")]
    assert found.to_list("conversation") == ["0", "0", "1", "1", "2", "2"]
    assert found.lines is None and found.name == "talk"
    again = data.read_turns([[f"{i}", f"{i} yes", "no"] for i in range(3)], history=1)
    assert again.sha256 == found.sha256
    assert again.name == "list of 3"


def test_the_same_conversation_has_the_same_number():
    found = data.read_turns([["a", "b"], ["c", "d"], ["A ", "b"], ["a b"], ["a", "b", "c"]])
    assert found.to_list("conversation") == ["0", "1", "0", "3", "3"]


def test_more_pairs_than_one_chunk_holds(monkeypatch):
    monkeypatch.setattr(raw_rows, "MOST_ROWS", 2)
    found = data.read_turns([TALK, TALK[1:]])
    assert found["source"].num_chunks == 3
    assert found.to_list("target") == ["b", "c", "d", "c", "d"]


def test_a_conversation_stays_in_one_part():
    talks = [["Hello.", f"I am {i}.", "Fine.", f"Bye {i}."] for i in range(40)]
    talks += talks[:10]
    parts = data.read_parts(data.read_turns(talks), columns=("source", "target"))
    held = {part: set(rows.to_list("conversation")) for part, rows in parts.items()}
    assert {part: len(numbers) for part, numbers in held.items()} == {
        "train": 32,
        "validation": 4,
        "test": 4,
    }
    assert len(set.union(*held.values())) == 40
    assert sum(map(len, parts.values())) == 150


def test_turns_are_checked_as_pairs():
    found = data.check(data.read_turns([TALK], history=1)).parts["train"]
    assert found.details is not None and found.details.length_ratio == 1


NORMALIZERS = [Normalizer(form, lowercase=True, digits="zero") for form in (None, "NFC", "NFKC")]


@pytest.mark.parametrize("normalizer", NORMALIZERS, ids=lambda n: str(n.unicode_form))
def test_tokenizers_keep_the_separator(normalizer: Normalizer):
    text = data.join_turns(["How are you?", "Fine, 안녕!"])
    learned = SubwordTokenizer.train(
        [text] * 20, vocabulary_size=300, normalizer=normalizer, character_coverage=1.0
    )
    tokenizers = [WordTokenizer(normalizer), CharTokenizer(normalizer), learned]
    if normalizer.unicode_form:
        tokenizers.append(JamoTokenizer(normalizer))
    for tokenizer in tokenizers:
        tokens = [t.decode() for t in tokenizer.tokenize(tf.constant([text])).values[0].numpy()]
        assert [t for t in tokens if "⏎" in t] in (["⏎"], ["▁⏎"])
    words = [t.decode() for t in tokenizers[0].tokenize([text]).values[0].numpy()]
    assert words == ["how", "are", "you", "?", "⏎", "fine", ",", "안녕", "!"]


@pytest.mark.parametrize(
    ("talks", "words"),
    [
        ([["a", "b"], "Hello"], "list of 2, conversation 1: 'Hello' is not a list of turns"),
        ([["a", ""]], "list of 1, conversation 0, turn 1: empty"),
        ([["a", b"\xff"]], "conversation 0, turn 1: text has byte 0xff at position 0"),
        ([["a ⏎", "b"]], "conversation 0, turn 0: 'a ⏎' holds the separator"),
        ([["a"], ["b"]], "list of 2: no conversation of two turns"),
        ([], "no conversation of two turns"),
    ],
)
def test_what_is_no_conversation_is_named(talks, words: str):
    with pytest.raises(DataError, match=words):
        data.read_turns(talks)


@pytest.mark.parametrize("source", [5, b"ab", {"turns": ["a", "b"]}])
def test_a_source_of_no_known_kind(source):
    with pytest.raises(TypeError, match=f"source is {type(source).__name__}"):
        data.read_turns(source)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"history": 0}, "history=0 must be at least 1"),
        ({"separator": " \n"}, r"separator=' \\n' is only white space"),
    ],
)
def test_arguments_that_cannot_be_meant(arguments, words: str):
    with pytest.raises(ValueError, match=words):
        data.read_turns([TALK], **arguments)
    with pytest.raises(ValueError, match=words):
        data.join_turns(TALK, **arguments)


@pytest.mark.parametrize(
    ("said", "words"),
    [([], "at least one text"), ("Hello", "must be a list"), (["a ⏎ b"], "holds the separator")],
)
def test_turns_that_cannot_be_joined(said, words: str):
    with pytest.raises(ValueError, match=words):
        data.join_turns(said)


def test_the_turns_of_the_second_speaker_alone_can_be_learned():
    talk = ["a", "b", "c", "d", "e"]
    pairs = data.read_turns([talk, ["x", "y"]], history=3, every=2)
    assert pairs.to_list("target") == ["b", "d", "y"]
    assert pairs.to_list("source") == ["a", "a ⏎ b ⏎ c", "x"]
    with pytest.raises(ValueError, match="every=0"):
        data.read_turns([talk], every=0)


def test_messages_propose_what_read_turns_takes(tmp_path):
    wrong = {
        "a.talks": ('["Hi.", "Hello."]\n', r"does not tell its format; name a file .*\.jsonl"),
        "a.csv": ("Hi.,Hello.\n", r"name a file with a list of turns on every line \.jsonl"),
        "a.json": ('[\n["Hi.", "Hello."]\n["a", "b"]]', "write one conversation on every line"),
        "a.jsonl": ('{"talk": ["Hi.", "Hello."]}\n', "names={'turns': …}"),
    }
    for name, (content, remedy) in wrong.items():
        path = tmp_path / name
        path.write_text(content)
        with pytest.raises(ValueError, match=remedy) as caught:
            data.read_turns(path)
        assert "format=" not in str(caught.value)
