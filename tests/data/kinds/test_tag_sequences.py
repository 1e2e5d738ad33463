from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.kinds.tag_scheme import follows, from_spans, spans
from seqkit.data.kinds.tag_sequences import check_tags

TAGGED = ("tokens", "tags")


def column(*chunks: list[list[str]]) -> pa.ChunkedArray:
    return pa.chunked_array(list(chunks), pa.list_(pa.string()))


def place(row: int, token: int) -> str:
    return f"row {row}, token {token}"


@pytest.mark.parametrize(
    ("tags", "tag_scheme", "words"),
    [
        ([["O", "I-X"]], None, r"row 0, token 1: tag 'I-X' follows 'O', which BIO.*\(1 .*IOB1"),
        ([["B-Y", "I-X"]], None, "row 0, token 1: tag 'I-X' follows 'B-Y'"),
        ([["B-X", "I-X"], ["I-X", "I-X"]], None, "row 1, token 0: tag 'I-X' begins its sentence"),
        ([["B-X"], ["O", "S-X"]], None, "row 0, token 0: tag 'B-X' ends its sentence inside"),
        ([["S-X"], ["B-X", "O", "I-X"]], None, r"row 1, token 1: tag 'O' follows 'B-X'.*\(2 such"),
        ([["B-X", "I-X", "X"]], None, r"token 2: tag 'X' is not a tag of BIO or IOBES.*plain"),
        ([["O"], ["B-X", "M-X", "E-X"]], None, r"row 1, token 1: tag 'M-X' is not a tag of"),
        ([["NOUN"]], "BIO", "tag 'NOUN' is not a tag of BIO"),
        ([["B-X", "E-X"]], "BIO", "tag 'E-X' is not a tag of BIO"),
        ([["X"]], "IOB1", "tag 'X' is not a tag of IOB1"),
    ],
)
def test_the_first_wrong_tag_is_named_and_all_are_counted(tags, tag_scheme, words):
    with pytest.raises(DataError, match=words):
        check_tags(column(tags), tag_scheme, place)


def test_chunks_do_not_matter():
    with pytest.raises(DataError, match=r"row 3, token 1: .*\(2 such"):
        check_tags(column([["O"], ["B-X"]], [["I-Y"][:0] or ["O"], ["O", "I-X", "O"]],
                            [["I-X"]]), None, place)  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "tag_scheme"),
    [
        ([["B-X", "I-X", "O"], ["O"], ["B-X", "B-X"]], None),
        ([["B-X", "E-X"], ["S-X"], ["O"]], None),
        ([["NOUN"], ["VERB", "NOUN"]], None),
        ([["O", "I-X"], ["E-X"]], "plain"),
        ([["O"]], "BIO"),
        ([["B-VP", "-LRB-"]], None),
    ],
)
def test_legal_tags_come_back_as_they_are(tags, tag_scheme):
    assert check_tags(column(tags), tag_scheme, place).to_pylist() == tags


def test_iob1_becomes_bio():
    rows = [["I-X", "I-X", "B-X", "I-Y"], ["I-Y", "O", "I-Y"], ["O"]]
    made = check_tags(column(rows[:1], rows[1:]), "IOB1", place)
    assert made.to_pylist() == [from_spans(spans(tags, "IOB1"), len(tags)) for tags in rows]
    assert made.to_pylist()[0] == ["B-X", "I-X", "B-X", "B-Y"]


@pytest.mark.parametrize("tag_scheme", ["BIO", "IOBES"])
def test_agrees_with_the_rule_for_two_tags(tag_scheme: str):
    names = ["O", "B-X", "I-X", "B-Y", "I-Y"] + ["E-X", "S-Y"] * (tag_scheme == "IOBES")
    random = np.random.default_rng(0)
    for _ in range(100):
        tags = [names[i] for i in random.integers(0, len(names), random.integers(1, 5))]
        steps = zip([None, *tags], [*tags, None], strict=True)
        legal = all(follows(before, tag, tag_scheme) for before, tag in steps)
        try:
            check_tags(column([["O"], tags, ["O"]]), tag_scheme, place)
        except DataError as error:
            assert not legal and str(error).startswith("row 1, ")
        else:
            assert legal


def test_rows_in_memory_are_named():
    rows = [(["a"], ["B-X"]), (["b", "c"], ["O", "I-X"])]
    with pytest.raises(DataError, match="list of 2, row 1, token 1: tag 'I-X' follows 'O'"):
        data.read(rows, columns=TAGGED)
    assert data.read(rows, columns=TAGGED, tag_scheme="IOB1").to_list("tags") == [
        ["B-X"],
        ["O", "B-X"],
    ]
    with pytest.raises(ValueError, match="tag_scheme='bio' must be None or one of 'plain', 'BIO'"):
        data.read(rows, columns=TAGGED, tag_scheme="bio")
