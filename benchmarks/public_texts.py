"""The public data that language models are measured on; `public_data.py` says where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import acceptability
from benchmarks.data_set import Parts, PublicData, Splitting
from benchmarks.results import files_hash
from seqkit import data
from seqkit.data import Dataset


def tinyshakespeare(root: Path, how: Splitting) -> PublicData:
    """Plays of Shakespeare; the last tenth is the test, and the beginning validates.

    What stands just before the test is of the same plays, and worth much: 5-grams that are not
    trained on the last twentieth before it need 1.95 nats a character in place of 1.67.
    """
    path = root / "language_model" / "tinyshakespeare" / "input.txt"

    def parts(fold: int) -> Parts:
        whole = data.read_stream(path)
        learned = whole.slice(0, place := int(0.9 * whole.characters))
        validation, train = data.split_stream(learned, 1 - how.fraction)
        return {"train": train, "validation": validation, "test": whole.slice(place)}

    return PublicData("tinyshakespeare", "tinyshakespeare", files_hash([path]), 1, parts)


def cola(root: Path, how: Splitting) -> PublicData:
    """Sentences out of linguists' papers; a language model reads all of those to train on."""
    folder = root / "acceptability" / "cola" / "raw"
    names = ("in_domain_train", "in_domain_dev", "out_of_domain_dev")
    paths = [folder / f"{name}.tsv" for name in names]

    def read_labelled() -> Parts:
        train, inside, outside = (data.read(_judgements(path)) for path in paths)
        train, validation = data.split(train, how.fraction, seed=how.seed)
        return {"train": train, "validation": validation, "in": inside, "out": outside}

    def texts(dataset: Dataset) -> Dataset:
        return data.read({"text": dataset.to_list("text")}, columns=("text",))

    def parts(fold: int) -> Parts:
        labelled = read_labelled()
        own = {"train": "train", "validation": "validation", "test": "in"}
        return {part: texts(labelled[name]) for part, name in own.items()}

    def judge(model: Any) -> dict[str, Any]:
        labelled = read_labelled()
        known, inside, outside = (
            acceptability.Judged(rows.to_list("text"), [int(x) for x in rows.to_list("label")])
            for rows in (labelled["validation"], labelled["in"], labelled["out"])
        )
        tests = {"CoLA, in domain": inside, "CoLA, out of domain": outside}
        return acceptability.judge(model, labelled["train"].to_list("text"), known, tests)

    title = "CoLA, in domain, pieces of words"
    return PublicData("cola", title, files_hash(paths), 1, parts, judge=judge)


def pydoc(root: Path | None, how: Splitting) -> PublicData:
    """The text that the recipe trains on when it is given nothing."""
    from recipes.samples.pydoc_text import pydoc_text

    texts = {part: data.read_stream(documents) for part, documents in pydoc_text().items()}
    digest = texts["train"].content_sha256()[:12]
    return PublicData("pydoc", "built-in sample", digest, 1, lambda fold: texts)


def _judgements(path: Path) -> list[tuple[str, str]]:
    """Sentences of a CoLA file and whether they are acceptable, `1` or `0`; nothing is quoted."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [(sentence, label) for _, label, _, sentence in rows]
