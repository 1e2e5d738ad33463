from __future__ import annotations

import json

import pytest

from seqkit import data
from seqkit.data import checks


@pytest.fixture
def report() -> data.DataReport:
    train = data.read(
        [("A film", "x"), ("a  film", "y"), ("b", "x"), ("B", "x"), ("", "x"), (" ", "y")],
        name="train.csv",
    )
    validation = data.read([("c", "x"), ("", "z")])
    test = data.read([("a FILM", "x"), ("A film", "y"), ("c", "x"), ("d", "y")])
    return data.check(train, validation, test)


def test_duplicates_and_conflicts(report: data.DataReport):
    train = report.parts["train"]
    assert (train.name, train.rows, train.empty) == ("train.csv", 6, 2)
    assert train.duplicates.count == 2
    assert train.conflicts.count == 1
    example = train.conflicts.examples[0]
    assert (example.text, example.first, example.second) == ("A film", "row 0", "row 1")
    assert example.labels == ("x", "y")
    assert train.label_counts == {"x": 4, "y": 2}
    assert train.length_percentiles == {50: 1, 90: 7, 99: 7, 100: 7}


def test_leaks(report: data.DataReport):
    assert {pair: finding.count for pair, finding in report.leaks.items()} == {
        "validation in train": 0,
        "test in train": 2,
        "test in validation": 1,
    }
    example = report.leaks["test in train"].examples[1]
    assert (example.first, example.second) == ("train row 0", "test row 1")
    assert example.text == "A film"
    assert example.labels == ("x", "y")


def test_labels_that_training_lacks(report: data.DataReport):
    assert report.parts["validation"].unseen_labels == ("z",)
    assert report.parts["test"].unseen_labels == ()


def test_as_json_and_as_lines(report: data.DataReport):
    plain = report.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["leaks"]["test in train"]["count"] == 2
    text = "\n".join(report.lines())
    assert "train (train.csv): 6 rows, 2 empty, 2 duplicates, 1 of them with another label" in text
    assert "test in train: 2 rows" in text
    assert "labels not in train: z" in text


def test_lines_of_a_file_are_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('text,label\n"a\nb",x\nc,x\na B,y\n')
    rows = data.read(path)
    example = data.check(rows).parts["train"].conflicts.examples[0]
    assert (example.first, example.second) == ("line 2", "line 5")


def test_examples_are_few_and_short():
    long = "word " * 100
    rows = data.read([(f"{long}{i % 50}", "x") for i in range(200)])
    report = data.check(rows, rows)
    for finding in (report.parts["train"].duplicates, report.leaks["validation in train"]):
        assert finding.count in (150, 200)
        assert len(finding.examples) == checks.MAX_EXAMPLES
        assert max(len(example.text) for example in finding.examples) == 81


def test_several_labels_a_row():
    rows = data.read([("a", ["x", "y"]), ("a", ["y", "x"]), ("a", ["x"]), ("b", [])])
    part = data.check(rows).parts["train"]
    assert part.duplicates.count == 2
    assert part.conflicts.count == 1
    assert part.label_counts == {"x": 3, "y": 2}
    assert part.conflicts.examples[0].labels == ("x|y", "x")


def test_without_labels_and_without_rows():
    rows = data.read(["a", "a"], columns=("text",))
    part = data.check(rows).parts["train"]
    assert (part.duplicates.count, part.conflicts.count, part.label_counts) == (1, 0, {})
    labelled = data.read([("a", "x")])
    report = data.check(labelled, labelled.take([]))
    assert report.parts["validation"].rows == 0
    assert report.leaks["validation in train"].count == 0
    assert data.check(labelled.take([]), labelled).leaks["validation in train"].count == 0
    assert report.lines()


def test_many_labels_are_listed_in_part():
    rows = data.read([(f"{i}", f"label {i}") for i in range(50)])
    assert any("… 30 more" in line for line in data.check(rows).lines())


def test_sentences():
    columns = ("tokens", "tags")
    train = data.read(
        [(["Go", "!"], ["V", "P"]), (["go", "!"], ["N", "P"]), (["a", "b", "c"], ["V", "V", "V"])],
        columns=columns,
    )
    test = data.read([(["go", "!"], ["V", "P"]), (["z"] * 100, ["Q"] * 100)], columns=columns)
    report = data.check(train, test=test)
    part = report.parts["train"]
    assert (part.rows, part.tokens, part.empty) == (3, 7, 0)
    assert (part.duplicates.count, part.conflicts.count) == (1, 1)
    assert part.conflicts.examples[0].labels == ("V P", "N P")
    assert part.label_counts == {"V": 4, "P": 2, "N": 1}
    assert part.length_percentiles == {50: 2, 90: 3, 99: 3, 100: 3}
    assert report.parts["test"].unseen_labels == ("Q",)
    assert report.leaks["test in train"].count == 1
    assert report.leaks["test in train"].examples[0].text == "go !"
    text = "\n".join(report.lines())
    assert "3 sentences, 7 tokens, 0 empty, 1 duplicates, 1 of them with other tags" in text
    assert "tokens of a sentence: 50 % 2" in text
    assert "tags: V 4, P 2, N 1" in text
    assert "tags not in train: Q" in text
    assert json.loads(json.dumps(report.to_dict())) == report.to_dict()
    assert data.check(data.read([["a"], ["a"]], columns=("tokens",))).parts["train"].tokens == 2


def test_the_order_of_tags_counts():
    rows = data.read(
        [(["a", "b"], ["X", "Y"]), (["A", "b"], ["Y", "X"])], columns=("tokens", "tags")
    )
    assert data.check(rows).parts["train"].conflicts.count == 1


def test_pairs(tmp_path):
    columns = ("source", "target")
    path = tmp_path / "train.csv"
    lines = [
        *[f"Sentence {i}.,Der Satz hat die Nummer {i}." for i in range(20)],
        f"sentence  3.,{'Satz 3. ' * 12}",
        "SENTENCE 4.,Der Satz hat die  Nummer 4.",
        ",x",
        "y, ",
        "One.,@",
        "@,Zwei.",
        f"{'long ' * 30},kurz",
    ]
    path.write_text("source,target\n" + "\n".join(lines) + "\n")
    train = data.read(path, columns=columns, bad_pairs="keep")
    test = data.read([("sentence 5.", "x" * 20), ("new", "n" * 100)], columns=columns)
    report = data.check(train, test=test)
    part = report.parts["train"]
    assert (part.rows, part.empty, part.label_counts, part.tokens) == (27, 2, {}, None)
    assert (part.duplicates.count, part.conflicts.count) == (2, 1)
    example = part.conflicts.examples[0]
    assert (example.first, example.second) == ("line 5", "line 22")
    assert example.labels == ("Der Satz hat die Nummer 3.", ("Satz 3. " * 12)[:80] + "…")
    assert part.details is not None
    assert 2 < part.details.length_ratio < 3
    assert part.details.target_length_percentiles[100] == 95
    assert part.details.unlike == 1
    unlike = part.details.examples[0]
    assert (unlike.place, unlike.target, len(unlike.source)) == ("line 28", "kurz", 81)
    # Measured by what is usual in training.
    assert report.parts["test"].details.length_ratio == part.details.length_ratio
    assert report.parts["test"].details.unlike == 1
    assert report.leaks["test in train"].count == 1
    text = "\n".join(report.lines())
    assert (
        "train (train): 27 pairs, 2 with an empty side, 2 whose source came before, 1 of them with "
        "another target" in text
    )
    assert "  characters of source: 50 % 11" in text
    assert "  characters of target: 50 % 26" in text
    assert "in the median of train; 1 pairs more than 4 times off\n  line 28: 'long long" in text
    assert "line 5 and line 22 have targets 'Der Satz hat die Nummer 3.' and 'Satz 3. " in text
    assert json.loads(json.dumps(report.to_dict())) == report.to_dict()


def test_dropped_pairs_are_told_once():
    rows = [(f"sentence {i}", f"Satz {i}") for i in range(20)]
    pairs = data.read([*rows, ("", "x")], columns=("source", "target"), bad_pairs="drop")
    report = data.check(*data.split(pairs, 0.2, seed=0))
    assert report.parts["train"].dropped == {"with an empty side": 1}
    assert report.parts["validation"].dropped == {}
    told = [line for line in report.lines() if "dropped" in line]
    assert told == ["  1 pair dropped: 1 with an empty side"]
    other = data.read([("a", "b"), ("c", "")], columns=("source", "target"), bad_pairs="drop")
    both = data.check(pairs, other)
    assert [part.dropped for part in both.parts.values()] == [{"with an empty side": 1}] * 2
    assert data.check(pairs.take([]), other).parts["train"].details.unlike == 0
