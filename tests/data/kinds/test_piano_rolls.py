"""Piano rolls are read in every form people have them in, and what is wrong is named."""

import json

import numpy as np
import pytest

from seqkit.data import DataError, check, check_piece, pieces_of, read_piano_rolls

SCALE = [[60], [62, 74], [], [64, 48]]
PARTS = {"train": [SCALE, SCALE[:2]], "valid": [SCALE[1:]], "test": [SCALE[:3], [[7]]]}


def pieces(number):
    return [[[pitch], [pitch + 4, pitch]] for pitch in range(40, 40 + number)]


def test_a_file_with_its_parts(tmp_path):
    path = tmp_path / "chorales.json"
    path.write_text(json.dumps(PARTS))
    parts = read_piano_rolls(path, license="free")
    assert list(parts) == ["train", "validation", "test"]
    assert pieces_of(parts["train"]) == [
        [(60,), (62, 74), (), (48, 64)],
        [(60,), (62, 74)],
    ]
    assert pieces_of(parts["test"])[1] == [(7,)]
    train = parts["train"]
    assert (train.name, train.license, len(train.sha256)) == ("chorales", "free", 64)
    assert train.sha256 == parts["test"].sha256


def test_parts_of_their_own_take_the_place_of_those_in_the_file(tmp_path):
    path = tmp_path / "chorales.json"
    path.write_text(json.dumps(PARTS))
    parts = read_piano_rolls(path, validation=path, test=[[[1]]])
    assert pieces_of(parts["test"]) == [[(1,)]]
    assert pieces_of(parts["validation"]) == [[(62, 74), (), (48, 64)]]


def test_what_is_not_given_is_split_and_equal_pieces_stay_together():
    parts = read_piano_rolls(pieces(30) * 2, fraction=0.2, seed=3)
    found = {part: {str(p) for p in pieces_of(rows)} for part, rows in parts.items()}
    assert [len(rows) for rows in parts.values()] == [38, 10, 12]
    assert sum(map(len, found.values())) == len(set.union(*found.values())) == 30
    again = read_piano_rolls(pieces(30) * 2, fraction=0.2, seed=3)
    assert pieces_of(again["test"]) == pieces_of(parts["test"])
    other = read_piano_rolls(pieces(30) * 2, fraction=0.2, seed=4)
    assert pieces_of(other["test"]) != pieces_of(parts["test"])


def test_a_folder_of_pieces_and_one_of_parts(tmp_path):
    for number, piece in enumerate(pieces(12)):
        (tmp_path / f"{number:02}.json").write_text(json.dumps(piece))
    (tmp_path / "more.json").write_text(json.dumps(pieces(2)))
    assert sum(len(part) for part in read_piano_rolls(tmp_path).values()) == 14
    named = tmp_path / "named"
    named.mkdir()
    for part, some in PARTS.items():
        (named / f"{part}.json").write_text(json.dumps(some))
    assert {k: len(v) for k, v in read_piano_rolls(named).items()} == {
        **{"train": 2, "validation": 1, "test": 2},
    }
    (named / "other.json").write_text(json.dumps(SCALE))
    with pytest.raises(DataError, match="of no part"):
        read_piano_rolls(named)


def test_a_single_piece_is_one_and_arrays_are_lists():
    parts = read_piano_rolls(SCALE, validation=[SCALE], test=[np.array([[60, -1], [-1, 59]])])
    assert pieces_of(parts["train"]) == pieces_of(parts["validation"])
    assert pieces_of(parts["test"]) == [[(60,), (59,)]]


def test_the_report_counts_pieces_and_frames_and_finds_leaks():
    parts = read_piano_rolls({"train": [SCALE, SCALE], "valid": [SCALE[1:]], "test": [SCALE]})
    lines = check(**parts).lines()
    assert lines[0].endswith(": 2 pieces, 8 frames, 1 duplicates")
    assert "  frames of a piece: 50 % 4, 90 % 4, 99 % 4, longest 4" in lines
    assert "test in train: 1 rows" in lines and "validation in train: 0 rows" in lines


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ([SCALE, [[60], [128]]], "piece 1, frame 1 has the pitch 128"),
        ({"train": [SCALE, [[60], [5, -2]]]}, "train: piece 1, frame 1 has the pitch -2"),
        ([[[60.5]]], "piece 0, frame 0 has the pitch 60.5"),
        ([[[True]]], "has the pitch True"),
        ([SCALE, [[60], 61]], "piece 1, frame 1 is 61"),
        ([SCALE, []], "piece 1 has no frames"),
        ([SCALE, "abc"], "piece 1 is 'abc'"),
        ([], "holds no piece"),
        (7, "is 7"),
        ({"train": [SCALE], "first": [SCALE]}, "'first' names no part"),
        ({"valid": [SCALE], "dev": [SCALE]}, "'dev' is a second validation"),
        ({"test": [SCALE]}, "has no part 'train'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, named):
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(content))
    with pytest.raises(DataError, match=str(path)) as refused:
        read_piano_rolls(path)
    assert named in str(refused.value)


def test_files_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_piano_rolls(tmp_path / "nothing.json")
    with pytest.raises(DataError, match=r"no \.json file"):
        read_piano_rolls(tmp_path)
    path = tmp_path / "broken.json"
    path.write_text("[[[60],\n[61,]]]")
    with pytest.raises(DataError, match="line 2: this is not JSON"):
        read_piano_rolls(path)
    path.write_bytes(b"[[[60]]]\xff")
    with pytest.raises(DataError, match="byte 8 is not UTF-8"):
        read_piano_rolls(path)


def test_other_rows_have_no_pieces():
    from seqkit.data import read

    with pytest.raises(ValueError, match="read_piano_rolls"):
        pieces_of(read([("good", "pos")]))
    with pytest.raises(DataError, match="piece 5 is 3"):
        check_piece(3, "piece 5")


def test_files_in_another_encoding(tmp_path):
    path = tmp_path / "notes.json"
    for encoding in ("utf-16", "utf-8-sig", "cp500"):
        path.write_text(json.dumps({"train": [SCALE] * 3, "valid": [SCALE[1:]]}), encoding)
        if encoding == "cp500":
            with pytest.raises(DataError, match=r"encoding=…"):
                read_piano_rolls(path)
        given = {"encoding": encoding} if encoding == "cp500" else {}
        assert len(read_piano_rolls(path, test=[SCALE], **given)["train"]) == 3
