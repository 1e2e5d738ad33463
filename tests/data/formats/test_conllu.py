from __future__ import annotations

from pathlib import Path

import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.formats import conll

TAGGED = ("tokens", "tags")


def line(id: str, form: str, upos: str = "X", xpos: str = "Y", feats: str = "_") -> str:
    return "\t".join([id, form, "_", upos, xpos, feats, "0", "root", "_", "_"]) + "\n"


SENTENCES = (
    "# sent_id = 1\n# text = vámonos # al\n"
    + line("0.1", "e", "_")
    + line("1-2", "vámonos", "_", "_")
    + line("1", "vamos", "VERB", "V")
    + line("2", "nos", "PRON", "P", "Case=Acc")
    + line("2.1", "e")
    + line("3", "#", "SYM", "S")
    + "\n\n# text = _\n"
    + line("1", "_", "PUNCT", "P")
)


def read(path: Path, text: str, **arguments) -> data.Dataset:
    path.write_bytes(text.encode())
    return data.read(path, **{"columns": TAGGED, **arguments})


@pytest.mark.parametrize("ending", ["", "\n", "\n\n"])
def test_syntactic_words_are_the_tokens(tmp_path: Path, ending: str):
    rows = read(tmp_path / "a.conllu", SENTENCES + ending)
    assert rows.to_list("tokens") == [["vamos", "nos", "#"], ["_"]]
    assert rows.to_list("tags") == [["VERB", "PRON", "SYM"], ["PUNCT"]]
    assert rows.lines.tolist() == [5, 12]


@pytest.mark.parametrize("name", ["xpos", "XPOS", 4])
def test_other_fields(tmp_path: Path, name):
    rows = read(tmp_path / "a.conllu", SENTENCES, names={"tags": name})
    assert rows.to_list("tags") == [["V", "P", "S"], ["P"]]


def test_an_underscore_may_stand_for_none(tmp_path: Path):
    rows = read(tmp_path / "a.conllu", SENTENCES, names={"tags": "feats"})
    assert rows.to_list("tags") == [["_", "Case=Acc", "_"], ["_"]]
    text = line("1", "_") + line("2", "a")
    rows = read(tmp_path / "a.conllu", text, columns=("tokens",))
    assert rows.to_list("tokens") == [["_", "a"]]
    with pytest.raises(DataError, match="line 2: LEMMA of 'a' is '_'"):
        read(tmp_path / "a.conllu", text, names={"tags": "lemma"})


def test_spaces_in_words_and_packed_chunks(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(conll, "MOST_ROWS", 2)
    text = "".join(line("1", f"w {i}") + "\n" for i in range(5))
    rows = read(tmp_path / "a.conllx", text)
    assert rows.to_list("tokens") == [[f"w {i}"] for i in range(5)]
    assert rows["tokens"].num_chunks == 3


def test_the_line_of_a_wrong_tag_is_named(tmp_path: Path):
    text = line("1", "a", "B-X") + line("2-3", "bc") + line("2", "b", "I-X") + line("3", "c", "O")
    with pytest.raises(DataError, match=r"a\.conllu, line 5: tag 'I-X' follows 'O'"):
        read(tmp_path / "a.conllu", text + line("4", "d", "I-X"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (line("1", "a") + "2 b\n", r"line 2: 1 field\(s\) in '2 b'; CoNLL-U has 10"),
        (line("1", "a") + line("3", "b"), "line 2: ID is '3'; expected 2, .*blank line"),
        (line("1", "a") + line("1", "b"), "line 2: ID is '1'; expected 2"),
        (line("x", "a"), "line 1: ID is 'x'; expected 1"),
        (line("1", "a") + line("3.1", "b"), "line 2: ID is '3.1'; expected 2"),
        (line("1", "a") + line("1-2", "b"), "line 2: ID is '1-2'; expected 2"),
        (line("1-0", "a"), "line 1: ID is '1-0'"),
        (line("1-3", "a") + line("1", "b") + line("2-3", "c"), "line 3: ID is '2-3'"),
        (line("1-2", "ab") + line("1", "a"), "line 1: the multiword token ends with word 2"),
        (line("1-2", "a") + line("1", "a") + "\n" + line("1", "b"), "line 1: the multiword"),
        (line("1", "a", "_"), "line 1: UPOS of 'a' is '_'.*'xpos'"),
        (line("1", "_", "_") + line("2", "a"), "line 1: UPOS of '_' is '_'"),
        (line("1", "a", ""), "line 1: UPOS of 'a' is ''"),
        (line("1", "", "X"), "line 1: FORM of '' is ''"),
        ("# c\n" + line("1", "_") + line("2", "_"), "line 2: every form is '_'"),
        ("# nothing\n\n", "no rows"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, words: str):
    with pytest.raises(DataError, match=words):
        read(tmp_path / "a.conllu", text)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"tags": "pos"}, "'pos'} is not a field of CoNLL-U; use one of 'id', 'form'"),
        ({"tags": 10}, "is not a field"),
        ({"tags": "FORM"}, "both be 'form'"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, names, words: str):
    with pytest.raises(ValueError, match=words):
        read(tmp_path / "a.conllu", SENTENCES, names=names)
