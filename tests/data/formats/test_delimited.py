from __future__ import annotations

import csv
import gzip
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqkit import data
from seqkit.data import raw_rows
from seqkit.data.errors import DataError
from seqkit.data.formats import delimited


def written(path: Path, content: str) -> Path:
    path.write_bytes(content.encode())
    return path


def refusal(path: Path, content: str, **arguments) -> str:
    with pytest.raises(DataError) as caught:
        data.read(written(path, content), **arguments)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_quoted_fields_keep_separators_quotes_and_line_breaks(tmp_path: Path):
    path = written(tmp_path / "a.csv", 'text,label\n"a, ""b""\nc",x\n\nd,y\n"",x\n')
    rows = data.read(path)
    assert rows.to_list("text") == ['a, "b"\nc', "d", ""]
    assert rows.to_list("label") == ["x", "y", "x"]
    assert rows.lines.tolist() == [2, 5, 6]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending(tmp_path: Path, ending: str):
    content = ending.join(["text,label", "a,x", "b,y", ""])
    rows = data.read(written(tmp_path / "a.csv", content))
    assert rows.to_list("text") == ["a", "b"]
    assert rows.lines.tolist() == [2, 3]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, mark: str):
    content = f"id{mark}document{mark}label\n7{mark}a b{mark}x\n"
    assert data.read(written(tmp_path / "a.csv", content)).to_list("text") == ["a b"]


def test_the_separator_is_given(tmp_path: Path):
    path = written(tmp_path / "a.csv", "text:label\na,b:x\n")
    assert data.read(path, separator=":").to_list("text") == ["a,b"]


def test_txt_with_tabs_and_a_byte_order_mark(tmp_path: Path):
    path = written(tmp_path / "a.txt", '\ufeffid\tdocument\tlabel\n1\t"quoted ""x"""\t0\n2\t\t1\n')
    rows = data.read(path)
    assert rows.to_list("text") == ['quoted "x"', ""]
    assert rows.to_list("label") == ["0", "1"]


def test_packed(tmp_path: Path):
    path = tmp_path / "a.tsv.gz"
    path.write_bytes(gzip.compress(b"text\tlabel\na\tx\n"))
    rows = data.read(path)
    assert (rows.name, rows.to_list("text")) == ("a", ["a"])


def test_quotes_as_ordinary_characters(tmp_path: Path):
    path = written(tmp_path / "a.tsv", 'text\tlabel\n"open\tx\n5" wide\ty\n')
    rows = data.read(path, quoting=False)
    assert rows.to_list("text") == ['"open', '5" wide']
    assert rows.lines.tolist() == [2, 3]


def test_a_file_without_header_by_positions(tmp_path: Path):
    path = written(tmp_path / "a.csv", "x,1,a\ny,2,b\n")
    rows = data.read(path, names={"text": 2, "label": 0})
    assert rows.to_list("text") == ["a", "b"]
    assert rows.lines.tolist() == [1, 2]
    with pytest.raises(DataError, match=r"line 1: .*asks for field 5"):
        data.read(path, names={"text": 5, "label": 0})
    with pytest.raises(ValueError, match="leaves a column out"):
        data.read(path, names={"text": 2})
    with pytest.raises(ValueError, match="count from 0"):
        data.read(path, names={"text": -1, "label": 0})


def test_text_alone(tmp_path: Path):
    rows = data.read(written(tmp_path / "a.csv", "text\na\n\nb\n"), columns=("text",))
    assert rows.column_names == ("text",)
    assert rows.to_list("text") == ["a", "", "b"]  # of one column, a blank line is an empty text


def test_several_labels(tmp_path: Path):
    path = written(tmp_path / "a.csv", "text,label\na,x|y\nb,\nc,y\n")
    assert data.read(path, label_separator="|").to_list("label") == [["x", "y"], [], ["y"]]


def test_lines_are_those_where_records_start(tmp_path: Path):
    content = 'text,label\n"a\nb\nc",x\nd,y\n"e\n",x\nf,\n'
    assert "line 8: label is empty" in refusal(tmp_path / "a.csv", content)


def test_too_few_and_too_many_fields(tmp_path: Path):
    few = refusal(tmp_path / "a.csv", "text,label\na,x\nb\n")
    assert "line 3: 1 fields instead of 2: 'b'" in few
    many = refusal(tmp_path / "a.csv", 'text,label\n"a\nb",x\nb,c,x\n')
    assert "line 4: 3 fields instead of 2: 'b,c,x'" in many
    assert "in double quotes" in many
    unquoted = refusal(tmp_path / "a.csv", "text,label\nb,c,x\n", quoting=False)
    assert "quoting=True" in unquoted


def test_a_missing_column_names_the_header_line(tmp_path: Path):
    message = refusal(tmp_path / "a.csv", "id,blurb\n1,a\n")
    assert "line 1: no column for 'text'" in message
    assert "'id', 'blurb'" in message


def test_no_rows(tmp_path: Path):
    assert "no rows" in refusal(tmp_path / "a.csv", "text,label\n")
    assert "no column" in refusal(tmp_path / "a.csv", "")


def test_a_quote_never_closed_names_the_line_it_opens_on(tmp_path: Path):
    rows = "".join(f"row {i},x\n" for i in range(50))
    message = refusal(tmp_path / "a.csv", f'text,label\n{rows}"open,y\n{rows}')
    assert "line 52: a quoted field that opens here is never closed: '\"open,y" in message
    assert "quoting=False" in message


def test_a_quote_never_closed_is_given_up_early(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(delimited, "MAX_RECORD_CHARACTERS", 1_000)
    content = 'text,label\n"open,y\n' + "row,x\n" * 100_000
    assert "line 2: a quoted field that opens here is not closed within 1,00" in refusal(
        tmp_path / "a.csv", content
    )


def test_a_quote_not_doubled(tmp_path: Path):
    message = refusal(tmp_path / "a.csv", 'text,label\na,x\n"a "b" c",x\n')
    assert "line 3: ',' expected after '\"'" in message
    assert "quoting=False" in message


@pytest.mark.parametrize("mark", [",", "\t"])
@pytest.mark.parametrize("between", [0, 1, 30])
def test_a_quote_closed_by_another_row_is_told(tmp_path: Path, mark: str, between: int):
    rows = f"fine{mark}x\nbad{mark}y\n"
    swallowed = f"row{mark}x\n" * between
    content = f'text{mark}label\n{rows}"open{mark}y\n{swallowed}end"{mark}x\n{rows}'
    path = written(tmp_path / "a.csv", content)
    with pytest.warns(UserWarning, match=r"quoting=False") as caught:
        texts = data.read(path).to_list("text")
    assert texts == ["fine", "bad", f"open{mark}y\n{swallowed}end", "fine", "bad"]
    (message,) = (str(warning.message) for warning in caught)
    assert f"{path}: quoted fields over several lines" in message
    assert f"rows of their own: 1, lines 4 to {5 + between} (" in message


def test_a_quote_closed_by_another_row_is_told_without_labels_known(tmp_path: Path):
    content = 'id,text\n1,"open\n' + "2,row\n" * 30 + 'end"\n'
    path = written(tmp_path / "a.csv", content * 5)
    with pytest.warns(UserWarning, match="own: 5, lines 2 to 33 .*lines 68 to 99 .*, 2 more") as _:
        data.read(path, columns=("text",))


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
def test_texts_of_many_lines_with_separators_are_read(tmp_path: Path, quoting: int):
    reviews = [
        "\n".join(f'Line {n}, of "review" {i}, by me' for n in range(25)) + "\n\nEnd." * (i % 2)
        for i in range(6)
    ]
    reviews.append("\r\n".join(["Dear all,", "", "yes, no", "good, pos", "Yours, A."]))
    reviews.append("\n".join(f"{i}, and so on" for i in range(25)))
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, quoting=quoting)
        writer.writerows([["text", "label"], *((text, "pos") for text in reviews)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = data.read(path)
    assert rows.to_list("text") == reviews
    assert rows.lines[:2].tolist() == [2, 27]


def test_a_label_over_several_lines_cannot_be_right(tmp_path: Path):
    content = 'text,label\na,x\nb,"y\nc,x\nd,y"\n'
    message = refusal(tmp_path / "a.csv", content)
    assert "line 3: the label runs to line 5: 'y\\nc,x\\nd,y'. Close the quote" in message
    path = written(tmp_path / "b.csv", 'text,label\na,x\nb,"y\nx"\n')
    assert data.read(path, label_separator="\n").to_list("label") == [["x"], ["y", "x"]]
    outer = written(tmp_path / "c.csv", 'text,label\na,x\nb,"x\n"\n')
    assert data.read(outer).to_list("label") == ["x", "x"]


def test_a_long_text_of_many_lines_is_no_fault(tmp_path: Path):
    poem = "\n".join(f"line {i}, and so on" for i in range(500))
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["text", "label"], ["short", "x"], [poem, "y"], [poem, "x"]])
    assert data.read(path).to_list("text") == ["short", poem, poem]


def test_a_field_beyond_the_limit_of_csv(tmp_path: Path):
    text = "word " * 100_000
    path = written(tmp_path / "a.csv", f"text,label\n{text},x\n")
    assert data.read(path).to_list("text") == [text]


def test_more_rows_than_one_chunk_holds(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(raw_rows, "MOST_ROWS", 7)
    content = "text,label\n" + "".join(f"text {i},{i % 3}\n" for i in range(100))
    rows = data.read(written(tmp_path / "a.csv", content))
    assert rows["text"].num_chunks == 15
    assert rows.to_list("text") == [f"text {i}" for i in range(100)]
    assert rows.lines.tolist() == list(range(2, 102))
    monkeypatch.setattr(raw_rows, "MOST_ROWS", 1_000)
    monkeypatch.setattr(raw_rows, "MOST_CHARACTERS", 50)
    assert data.read(tmp_path / "a.csv")["text"].num_chunks > 10


@pytest.mark.parametrize("separator", ["", ",,", '"', "\n"])
def test_a_separator_that_cannot_be_is_refused(tmp_path: Path, separator: str):
    path = written(tmp_path / "a.csv", "text,label\na,x\n")
    with pytest.raises(ValueError, match="must be one character"):
        data.read(path, separator=separator)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
ROWS = st.lists(st.tuples(TEXT, st.sampled_from(["label one", "label two"])), min_size=1)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, mark=st.sampled_from([",", "\t", ";"]), ending=st.sampled_from(["\n", "\r\n"]))
def test_what_csv_writes_is_read_back(tmp_path: Path, rows, mark: str, ending: str):
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=mark, lineterminator=ending, quoting=csv.QUOTE_ALL)
        writer.writerows([("text", "label"), *rows])
    read = data.read(path, separator=mark)
    assert list(zip(read.to_list("text"), read.to_list("label"), strict=True)) == rows


PAIR = ("source", "target")


def pairs(path: Path, content: str, **arguments) -> list[tuple[str, str]]:
    rows = data.read(written(path, content), columns=PAIR, **arguments)
    return list(zip(rows.to_list("source"), rows.to_list("target"), strict=True))


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("source\ttarget", None),
        ("src\ttgt", None),
        ("Source\tTRG", None),
        ("question\tanswer", None),
        ("en\tko", {"source": "en", "target": "ko"}),
    ],
)
def test_pairs_in_columns(tmp_path: Path, header: str, names):
    content = f'{header}\n"a ""b"""\tc\n'
    assert pairs(tmp_path / "a.tsv", content, names=names) == [('a "b"', "c")]
    assert pairs(tmp_path / "a.csv", content.replace("\t", ","), names=names) == [('a "b"', "c")]


@pytest.mark.parametrize("first", ["Go.", "뛰어!", '"Who is it?"', "Was?»", "行け。"])
def test_pairs_without_a_header(tmp_path: Path, first: str):
    content = f'{first}\tGeh\tCC-BY\n"Yes," he said.\t"Ja", sagte er.\tCC-BY\n'
    expected = [(first, "Geh"), ('"Yes," he said.', '"Ja", sagte er.')]
    assert pairs(tmp_path / "a.txt", content) == expected
    assert pairs(tmp_path / "a.tsv", content, names={"source": 0, "target": 1}) == expected
    turned = pairs(tmp_path / "a.tsv", content, names={"source": 1, "target": 0})
    assert turned == [(target, source) for source, target in expected]
    with pytest.raises(DataError, match=r"quoting=False"):
        pairs(tmp_path / "a.tsv", content, quoting=True)


def test_what_may_be_a_header_is_not_taken_for_a_pair(tmp_path: Path):
    message = refusal(tmp_path / "a.tsv", "english\tgerman\nGo.\tGeh.\n", columns=PAIR)
    assert "line 1: no column for 'source'" in message
    assert message.endswith("Without a header line: names={'source': 0, 'target': 1}.")
    # One side is named: then this is a header, whatever the other is.
    message = refusal(tmp_path / "a.tsv", "source\tGerman (checked).\nGo.\tGeh.\n", columns=PAIR)
    assert "no column for 'target'" in message


def test_texts_without_a_header_are_told_of_positions(tmp_path: Path):
    message = refusal(tmp_path / "a.csv", "good,1\nbad,0\n")
    assert message.endswith("Without a header line: names={'text': 0, 'label': 1}.")


def test_pairs_come_in_chunks(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(raw_rows, "MOST_CHARACTERS", 10)
    content = "source\ttarget\n" + "".join(f"{i}\t{'x' * 9}{i}\n" for i in range(7))
    expected = [(str(i), f"{'x' * 9}{i}") for i in range(7)]
    assert pairs(tmp_path / "a.tsv", content) == expected
