"""The public music that is measured on; `public_data.py` says where it is."""

from __future__ import annotations

from pathlib import Path

from benchmarks.data_set import Parts, PublicData, Splitting
from benchmarks.results import files_hash
from recipes.samples.scales import scales as sample_tunes
from seqkit import data


def jsb(root: Path, how: Splitting) -> PublicData:
    """Chorales of Bach as quarter notes, with the split they come in."""
    path = root / "music" / "jsb_chorales" / "jsb-chorales-quarter.json"

    def parts(fold: int) -> Parts:
        return data.read_piano_rolls(path)

    return PublicData("jsb", "JSB chorales, quarter notes", files_hash([path]), 1, parts)


def scales(root: Path | None, how: Splitting) -> PublicData:
    """The tunes that the recipe trains on when it is given nothing."""
    tunes = {part: [tune.frames for tune in some] for part, some in sample_tunes().items()}
    parts = data.read_piano_rolls(tunes)
    digest = parts["train"].content_sha256()[:12]
    return PublicData("scales", "built-in sample", digest, 1, lambda fold: parts)
