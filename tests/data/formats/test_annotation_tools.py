"""Exports of doccano, Label Studio and Prodigy, as these programs write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seqkit import data
from seqkit.data.errors import DataError

TAGGED, PAIR = ("tokens", "tags"), ("source", "target")


def jsonl(path: Path, *rows: dict) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def doccano(number: int, text: str, label: list, **more) -> dict:
    return {"id": number, "text": text, "label": label, **more, "Comments": []}


def test_doccano_one_label_each(tmp_path: Path):
    path = jsonl(
        tmp_path / "admin.jsonl",
        doccano(1, "good", ["pos"]),
        doccano(2, "not yet read", []),
        doccano(3, "bad", ["neg"]),
    )
    rows = data.read(path)
    assert (rows.to_list("text"), rows.to_list("label")) == (["good", "bad"], ["pos", "neg"])
    assert rows.dropped == {"not annotated": 1} and rows.lines.tolist() == [1, 3]
    assert data.read(path, columns=("text",)).to_list("text") == ["good", "not yet read", "bad"]
    listed = json.loads("[" + ",".join(path.read_text().splitlines()) + "]")
    assert data.read(listed).to_list("label") == ["pos", "neg"]


def test_doccano_several_labels(tmp_path: Path):
    rows = [doccano(1, "a", ["x", "y"]), doccano(2, "b", []), doccano(3, "c", ["y"])]
    expected = [["x", "y"], [], ["y"]]
    assert data.read(jsonl(tmp_path / "a.jsonl", *rows)).to_list("label") == expected
    csv = tmp_path / "a.csv"
    csv.write_text("id,text,label,Comments\n1,a,x#y,[]\n2,b,,[]\n3,c,y,[]\n")
    assert data.read(csv).to_list("label") == expected
    csv.write_text('id,text,label,Comments\n1,a,x,[]\n2,"b, b",,[]\n3,c,C#,[]\n')
    single = data.read(csv)
    assert single.to_list("label") == ["x", "C#"] and single.dropped == {"not annotated": 1}
    assert single.lines.tolist() == [2, 4]
    # Before version 1.5, and projects of intents with slots.
    older = jsonl(tmp_path / "b.jsonl", {"id": 1, "data": "a", "label": ["x"]})
    assert data.read(older).to_list("text") == ["a"]
    intents = {"id": 1, "text": "a", "entities": [], "cats": ["x"], "Comments": []}
    assert data.read(jsonl(tmp_path / "c.jsonl", intents)).to_list("label") == ["x"]


def test_doccano_texts_to_texts(tmp_path: Path):
    path = jsonl(
        tmp_path / "a.jsonl",
        doccano(1, "Hello.", ["Hallo.", "Guten Tag."]),
        doccano(2, "Yes.", []),
        doccano(3, "No.", ["Nein."]),
    )
    pairs = data.read(path, columns=PAIR)
    assert pairs.to_list("source") == ["Hello.", "Hello.", "No."]
    assert pairs.to_list("target") == ["Hallo.", "Guten Tag.", "Nein."]
    assert pairs.dropped == {"not annotated": 1} and pairs.lines.tolist() == [1, 1, 3]


def test_doccano_spans(tmp_path: Path):
    rows = [
        doccano(1, "Ada Lovelace wrote", [[0, 12, "PER"]]),
        doccano(2, "nobody", []),
    ]
    entity = {"id": 5, "label": "PER", "start_offset": 0, "end_offset": 3}
    related = {"id": 1, "text": "Ada wrote", "entities": [entity], "relations": [], "Comments": []}
    spans = data.read(jsonl(tmp_path / "a.jsonl", *rows), columns=TAGGED)
    assert spans.to_list("tags") == [["B-PER", "I-PER", "O"], ["O"]]
    spans = data.read(jsonl(tmp_path / "b.jsonl", related), columns=TAGGED)
    assert spans.to_list("tags") == [["B-PER", "O"]]


def task(number: int, fields: dict, *annotations: dict) -> dict:
    """A task as Label Studio's JSON has it."""
    return {
        "id": number,
        "annotations": list(annotations),
        "file_upload": "a.csv",
        "drafts": [],
        "predictions": [],
        "data": fields,
        "meta": {},
        "created_at": "2026-01-01T00:00:00.000000Z",
        "inner_id": number,
        "total_annotations": len(annotations),
    }


def annotation(*results: tuple[str, str, dict], **more) -> dict:
    """An annotation: for each control its name, its type and its value."""
    return {
        "id": 7,
        "completed_by": 1,
        "result": [
            {"value": value, "id": "x", "from_name": name, "to_name": "text", "type": kind}
            for name, kind, value in results
        ],
        "was_cancelled": False,
        "ground_truth": False,
        "lead_time": 1.5,
        **more,
    }


def choice(*labels: str, name: str = "sentiment", **more) -> dict:
    return annotation((name, "choices", {"choices": list(labels)}), **more)


def region(text: str, start: int, end: int, *labels: str) -> tuple[str, str, dict]:
    return "ner", "labels", {"start": start, "end": end, "text": text, "labels": list(labels)}


def test_label_studio_one_label_each(tmp_path: Path):
    tasks = [
        task(1, {"review": "good"}, choice("pos")),
        task(2, {"review": "skipped"}, choice(was_cancelled=True)),
        task(3, {"review": "open"}),
        task(4, {"review": "bad"}, choice("neg"), choice("neg")),
        task(5, {"review": "fine"}, choice("neg"), choice("pos", ground_truth=True)),
        task(6, {"review": "so so"}, choice("neg"), choice("pos")),
        task(7, {"review": "empty"}, choice()),
    ]
    path = tmp_path / "project-1-at-2026.json"
    path.write_text(json.dumps(tasks))
    rows = data.read(path)
    assert rows.to_list("text") == ["good", "bad", "fine", "so so", "so so"]
    assert rows.to_list("label") == ["pos", "neg", "pos", "neg", "pos"]
    assert rows.dropped == {"skipped": 1, "not annotated": 2}
    assert data.read(tasks).to_list("label") == rows.to_list("label")


def test_label_studio_several_labels_and_controls(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps([task(1, {"t": "a"}, choice("x", "y")), task(2, {"t": "b"}, choice("y"))])
    )
    rows = data.read(path)
    assert (rows.to_list("text"), rows.to_list("label")) == (["a", "b"], [["x", "y"], ["y"]])
    both = annotation(
        ("sentiment", "choices", {"choices": ["pos"]}), ("topic", "choices", {"choices": ["food"]})
    )
    path.write_text(json.dumps([task(1, {"text": "a"}, both)]))
    with pytest.raises(DataError, match=r"2 controls could give 'label'; .*'sentiment', 'topic'\]"):
        data.read(path)
    assert data.read(path, names={"label": "topic"}).to_list("label") == ["food"]
    path.write_text(json.dumps([task(1, {"text": "a"})]))
    with pytest.raises(DataError, match="no control gives 'label'"):
        data.read(path)


def test_label_studio_texts(tmp_path: Path):
    path = tmp_path / "a.json"
    answer = annotation(("answer", "textarea", {"text": ["Hallo."]}))
    path.write_text(
        json.dumps([task(1, {"source": "Hello."}, answer), task(2, {"source": "Yes."})])
    )
    pairs = data.read(path, columns=PAIR)
    assert (pairs.to_list("source"), pairs.to_list("target")) == (["Hello."], ["Hallo."])
    assert pairs.dropped == {"not annotated": 1}


def test_label_studio_spans(tmp_path: Path):
    # Browsers count UTF-16, in which 🙂 has two units.
    tasks = [
        task(1, {"text": "Ada Lovelace wrote"}, annotation(region("Ada Lovelace", 0, 12, "PER"))),
        task(2, {"text": "🙂 Ada 한국"}, annotation(region("Ada", 3, 6, "PER"))),
        task(3, {"text": "nobody"}, annotation()),
        task(4, {"text": "open"}),
    ]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(tasks))
    rows = data.read(path, columns=TAGGED)
    assert rows.to_list("tags")[0] == ["B-PER", "I-PER", "O"]
    assert (
        dict(zip(rows.to_list("tokens")[1], rows.to_list("tags")[1], strict=True))["Ada"] == "B-PER"
    )
    assert rows.to_list("tags")[2] == ["O"]
    assert rows.dropped == {"not annotated": 1}


def short(number: int, text: str, **answers) -> dict:
    """An annotation as JSON-MIN has it: data, number, controls, and more about it."""
    return {
        "text": text,
        "url": "a",
        "id": number,
        **answers,
        "annotator": 1,
        "annotation_id": number,
        "created_at": "2026-01-01T00:00:00.000000Z",
        "updated_at": "2026-01-01T00:00:00.000000Z",
        "lead_time": 2.5,
    }


def test_label_studio_in_short(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps([short(1, "good", tone="pos"), short(2, "bad", tone="neg")], indent=2)
    )
    rows = data.read(path)
    assert (rows.to_list("text"), rows.to_list("label")) == (["good", "bad"], ["pos", "neg"])
    several = [short(1, "a", tone={"choices": ["x", "y"]}), short(2, "b", tone="y"), short(3, "c")]
    path.write_text(json.dumps(several, indent=2))
    rows = data.read(path)
    assert rows.to_list("label") == [["x", "y"], ["y"]] and rows.dropped == {"not annotated": 1}
    spans = [{"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]}]
    path.write_text(json.dumps([short(1, "Ada wrote", ner=spans), short(2, "nobody")]))
    assert data.read(path, columns=TAGGED).to_list("tags") == [["B-PER", "O"], ["O"]]


def test_label_studio_csv(tmp_path: Path):
    # Its columns are sorted, and what is no number is in quotes.
    path = tmp_path / "a.csv"
    path.write_text(
        '"annotation_id","annotator","created_at","id","lead_time","sentiment","text","updated_at",'
        '"was_cancelled"\n'
        '1,1,"2026",1,2.5,"pos","good, so","2026",False\n'
        '2,1,"2026",2,2.5,"","not this","2026",True\n'
        '3,1,"2026",3,2.5,"{""choices"":[""neg""]}","bad","2026",False\n'
    )
    rows = data.read(path)
    assert (rows.to_list("text"), rows.to_list("label")) == (["good, so", "bad"], ["pos", "neg"])
    assert rows.dropped == {"skipped": 1} and rows.lines.tolist() == [2, 4]
    path.write_text(
        "annotation_id,annotator,id,label,lead_time,text\n"
        '1,1,1,"[{""start"":0,""end"":3,""text"":""Ada"",""labels"":[""PER""]}]",2.5,Ada wrote\n'
    )
    assert data.read(path, columns=TAGGED).to_list("tags") == [["B-PER", "O"]]


def test_label_studio_conll(tmp_path: Path):
    path = tmp_path / "a.conll"
    path.write_text("-DOCSTART- -X- O\nAda -X- _ B-PER\nwrote -X- _ O\n\nnobody -X- _ O\n\n")
    rows = data.read(path, columns=TAGGED)
    assert rows.to_list("tokens") == [["Ada", "wrote"], ["nobody"]]
    assert rows.to_list("tags") == [["B-PER", "O"], ["O"]]


def prodigy(text: str, answer: str = "accept", **more) -> dict:
    return {"text": text, "_input_hash": 1, "_task_hash": 2, **more, "answer": answer}


OPTIONS = [{"id": "A", "text": "A"}, {"id": "B", "text": "B"}]


def test_prodigy_options(tmp_path: Path):
    single = {"options": OPTIONS, "_view_id": "choice", "config": {"choice_style": "single"}}
    path = jsonl(
        tmp_path / "a.jsonl",
        prodigy("a", accept=["A"], **single),
        prodigy("b", accept=[], **single),
        prodigy("c", "reject", accept=["A"], **single),
        prodigy("d", "ignore", accept=[], **single),
        prodigy("e", options=OPTIONS, accept=["B"]),
    )
    rows = data.read(path)
    assert (rows.to_list("text"), rows.to_list("label")) == (["a", "e"], ["A", "B"])
    assert rows.dropped == {"not annotated": 1, "rejected": 1, "ignored": 1}
    several = {"options": OPTIONS, "config": {"choice_style": "multiple"}}
    path = jsonl(
        tmp_path / "b.jsonl",
        prodigy("a", accept=["A"], **several),
        prodigy("b", accept=[], **several),
        prodigy("c", accept=["B", "A"], **several),
    )
    assert data.read(path).to_list("label") == [["A"], [], ["B", "A"]]


def test_prodigy_spans_that_not_every_task_has(tmp_path: Path):
    span = {"start": 0, "end": 3, "label": "PER", "token_start": 0, "token_end": 0}
    path = jsonl(tmp_path / "a.jsonl", prodigy("nobody"), prodigy("Ada wrote", spans=[span]))
    rows = data.read(path, columns=TAGGED)
    assert rows.to_list("tags") == [["O"], ["B-PER", "O"]]


def older(number: int, text: str, **answer) -> dict:
    return {"id": number, "text": text, "meta": {}, "annotation_approver": None, **answer}


def test_doccano_before_version_1_5(tmp_path: Path):
    # "JSONL (text labels)": names in lists.
    spans = older(1, "Ada wrote", labels=[[0, 3, "PER"]]), older(2, "Yes", labels=[])
    rows = data.read_tagged(jsonl(tmp_path / "spans.jsonl", *spans))
    assert rows.to_list("tags") == [["B-PER", "O"], ["O"]]
    classes = older(1, "good", labels=["pos"]), older(2, "so", labels=[])
    rows = data.read(jsonl(tmp_path / "classes.jsonl", *classes))
    assert rows.to_list("label") == ["pos"] and rows.dropped == {"not annotated": 1}
    # "JSONL": the numbers of labels, in objects.
    marked = {"label": 4, "start_offset": 0, "end_offset": 3, "user": 1}
    path = jsonl(tmp_path / "a.jsonl", older(1, "Ada wrote", annotations=[marked]))
    with pytest.warns(UserWarning, match=r"a\.jsonl, line 1: labels are numbers"):
        assert data.read_tagged(path).to_list("tags") == [["B-4", "O"]]
    path = jsonl(
        tmp_path / "b.jsonl",
        {"id": 1, "text": "good", "annotations": [{"label": 2, "user": 1}], "meta": {}},
        {"id": 2, "text": "so", "annotations": [], "meta": {}},
    )
    with pytest.warns(UserWarning, match="labels are numbers"):
        rows = data.read(path)
    assert rows.to_list("label") == ["2"] and rows.dropped == {"not annotated": 1}
    path = jsonl(tmp_path / "c.jsonl", older(1, "Hello.", annotations=[{"text": "Hallo."}]))
    assert data.read_pairs(path).to_list("target") == ["Hallo."]
