"""What language models are tested on is what the literature tests on, and is not trained on."""

from __future__ import annotations

import pytest

from benchmarks import acceptability, public_data
from benchmarks.data_set import Splitting
from recipes.samples import pydoc_text

HOW = Splitting(folds=1, fraction=0.1, seed=0)


def test_the_last_tenth_of_tinyshakespeare_is_the_test(tmp_path):
    path = tmp_path / "language_model" / "tinyshakespeare" / "input.txt"
    path.parent.mkdir(parents=True)
    text = "".join(f"{number:03}\n" for number in range(500))
    path.write_text(text, encoding="utf-8")
    public = public_data.SETS["tinyshakespeare"](tmp_path, HOW)
    parts = {name: part.head(2000) for name, part in public.parts(0).items()}
    assert "".join(parts[name] for name in ("validation", "train", "test")) == text
    assert parts["test"] == text[1800:]
    assert len(parts["validation"]) == pytest.approx(180, abs=4)
    assert public.judge is None and public.folds == 1


def test_cola_is_read_without_labels_and_judged_by_them(tmp_path, monkeypatch):
    folder = tmp_path / "acceptability" / "cola" / "raw"
    folder.mkdir(parents=True)
    for name, rows in (("in_domain_train", 50), ("in_domain_dev", 4), ("out_of_domain_dev", 3)):
        lines = (f'x1\t{i % 2}\t{"" if i % 2 else "*"}\t"{name} {i}\n' for i in range(rows))
        (folder / f"{name}.tsv").write_text("".join(lines), encoding="utf-8")
    public = public_data.SETS["cola"](tmp_path, HOW)
    parts = public.parts(0)
    assert {name: len(part) for name, part in parts.items()} == {
        **{"train": 45, "validation": 5, "test": 4},
    }
    assert all(part.column_names == ("text",) for part in parts.values())
    assert parts["test"].to_list("text") == [f'"in_domain_dev {i}' for i in range(4)]
    given = []
    monkeypatch.setattr(acceptability, "judge", lambda *arguments: given.append(arguments) or {})
    public.judge("model")
    ((model, train_texts, known, tests),) = given
    assert model == "model" and train_texts == parts["train"].to_list("text")
    assert known.texts == parts["validation"].to_list("text")
    for texts, labels in (known, *tests.values()):
        assert labels == [int(text.rsplit(" ")[-1]) % 2 for text in texts]
    assert [len(test.texts) for test in tests.values()] == [4, 3]
    assert public_data.settings_of("cola", None) == {"tokenizer": "subword"}


def test_the_sample_is_that_of_the_recipe(monkeypatch):
    texts = {"train": ["one", "two"], "validation": ["three"], "test": ["four"]}
    monkeypatch.setattr(pydoc_text, "pydoc_text", lambda: texts)
    public = public_data.SETS["pydoc"](None, HOW)
    parts = public.parts(0)
    assert {name: part.documents for name, part in parts.items()} == {
        **{"train": 2, "validation": 1, "test": 1},
    }
    assert len(public.sha256) == 12
