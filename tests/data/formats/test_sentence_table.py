"""Tables with a word in every row, as Kaggle's `ner_dataset.csv` is."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqkit import data
from seqkit.data.errors import DataError

KAGGLE = (
    "Sentence #,Word,POS,Tag\n"
    "Sentence: 1,Thousands,NNS,O\n,of,IN,O\n,Café,NNP,B-org\n"
    'Sentence: 2,"""",``,O\n,"1,000",CD,O\n'
)


def test_kaggles_ner_dataset(tmp_path: Path):
    path = tmp_path / "ner_dataset.csv"
    path.write_text(KAGGLE, "latin-1")
    with pytest.raises(DataError, match=r"line 4: byte 0xe9 .*encoding='cp1252'"):
        data.read_tagged(path)
    for encoding in ("latin-1", "cp1252"):
        rows = data.read_tagged(path, encoding=encoding)
        assert rows.to_list("tokens") == [["Thousands", "of", "Café"], ['"', "1,000"]]
        assert rows.to_list("tags") == [["O", "O", "B-org"], ["O", "O"]]
        assert rows.lines.tolist() == [2, 5]
    pos = data.read_tagged(path, encoding="latin-1", names={"tags": "POS"}, tag_scheme="plain")
    assert pos.to_list("tags")[0] == ["NNS", "IN", "NNP"]
    words = data.read_tagged(path, encoding="latin-1", columns=("tokens",))
    assert words.to_list("tokens") == rows.to_list("tokens")


def test_a_number_in_every_row(tmp_path: Path):
    path = tmp_path / "a.tsv"
    path.write_text("word\tsentence_idx\ttag\nAda\t1\tB-PER\nwrote\t1\tO\nYes\t2\tO\n")
    assert data.read_tagged(path).to_list("tokens") == [["Ada", "wrote"], ["Yes"]]
    path.write_text("word;sentence_idx;tag\nAda;1;B-PER\n;1;O\n")
    with pytest.raises(DataError, match=r"a\.tsv, line 2, token 1: the token is empty"):
        data.read_tagged(path, separator=";")


def test_what_is_missing_is_named(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("Word,Tag\nAda,B-PER\n")
    with pytest.raises(DataError, match=r"no column numbers the sentences .*\.conll"):
        data.read_tagged(path, format="sentence table")
    path.write_text("Sentence #,Word,Mark\n1,Ada,B-PER\n")
    with pytest.raises(DataError, match=r"no column for 'tags' .*names={'tags': …}"):
        data.read_tagged(path)
    assert data.read_tagged(path, names={"tags": "Mark"}).to_list("tags") == [["B-PER"]]
