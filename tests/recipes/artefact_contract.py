"""What every recipe exports; the tests of each recipe ask it of the artefact they have at hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from seqkit.data import Dataset
from seqkit.export.kept_rows import MOST_ROWS, read_kept
from tests.recipes.recipe_cases import CASES

FILES = {"model.keras", "serving", "card.json", "card.md", "golden.json", "report.html"}
FILES |= {"signatures.json"}


def check_artefact(
    recipe: str, path: Path, config: Mapping[str, Any], headings: Iterable[str]
) -> dict[str, Any]:
    """Checks that an artefact is whole, with task and scores of its case.

    Args:
        recipe: name of the recipe.
        path: the artefact.
        config: settings that the card must tell.
        headings: what the page must have, to the letter.

    Returns:
        The card.
    """
    [case] = [case for case in CASES if case.name == recipe]
    assert {file.name for file in path.iterdir()} >= FILES
    assert not (path / ".training").exists()
    card: dict[str, Any] = json.loads((path / "card.json").read_text(encoding="utf-8"))
    assert (card["name"], card["task"]) == (path.name, case.task)
    assert set(card["scores"][case.score]) == {"model", "baseline"}
    assert None not in card["scores"][case.score].values()
    assert len(card["baselines"]) == case.baselines
    assert {name: card["config"][name] for name in config} == config
    kept = read_kept(path)
    assert kept is not None
    if isinstance(kept, Dataset):
        assert 0 < len(kept) <= min(MOST_ROWS, card["data"]["validation"]["examples"])
    page = (path / "report.html").read_text(encoding="utf-8")
    assert not [title for title in headings if f'<h2 dir="auto">{title}</h2>' not in page]
    return card
