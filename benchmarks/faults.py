"""Injects faults into runs and exports, and asks exports for what no one should ask.

    python -m benchmarks.faults kill sentiment --moments 50 -- --epochs 2
    python -m benchmarks.faults full-disk sentiment -- --epochs 2
    python -m benchmarks.faults same-weights sentiment tagging
    python -m benchmarks.faults damage saved_models/reviews
    python -m benchmarks.faults hostile saved_models/reviews --inputs 10000
    python -m benchmarks.faults long saved_models/reviews
    python -m benchmarks.faults threads saved_models/reviews --seconds 60
    python -m benchmarks.faults growth saved_models/reviews --minutes 10

The first three are those of `benchmarks.run_faults`. `damage` changes one file of a copy at a time,
in twenty ways, and counts what `verify` does not find. The others are those of
`benchmarks.served_faults`. Each ends with 1 if it counted anything.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import tyro

from benchmarks.run_faults import exported_files, full_disk, kill, same_weights
from benchmarks.served_faults import growth, hostile, long, tell, threads
from seqkit.export import verify

_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


def damage(path: tyro.conf.Positional[Path], *, seed: int = 0) -> int:
    """Damages each file of an export in twenty ways and verifies it.

    Args:
        path: the export; a copy is damaged.
        seed: of the places.

    Returns:
        The number of damages that were not found.
    """
    generator = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(path, Path(folder) / "copy"))
        files = exported_files(root)
        faults, count = [], 0
        for file in files:
            content = file.read_bytes()
            for name, change in _damages(generator, files):
                file.write_bytes(content)
                change(file)
                if file.exists() and file.read_bytes() == content:
                    continue  # an empty file cannot be cut
                count += 1
                if verify(root).ok:
                    faults.append(f"{file.relative_to(root)}: {name} is not found")
            file.write_bytes(content)
        if not verify(root).ok:
            faults.append("the copy does not verify with all files as they were")
    return tell("damage", str(path), count, faults)


def _damages(
    generator: random.Random, files: Sequence[Path]
) -> Iterator[tuple[str, Callable[[Path], Any]]]:
    """Twenty ways to damage a file."""

    def edit(change: Callable[[bytearray], Any]) -> Callable[[Path], Any]:
        def write(file: Path) -> None:
            content = bytearray(file.read_bytes())
            change(content)
            file.write_bytes(bytes(content))

        return write

    def flip(content: bytearray) -> None:
        if content:
            content[generator.randrange(len(content))] ^= 1 << generator.randrange(8)

    def cut(content: bytearray) -> None:
        if content:
            del content[generator.randrange(len(content)) :]

    def blank(content: bytearray) -> None:
        start = generator.randrange(len(content) + 1)
        content[start : start + 512] = bytes(len(content[start : start + 512]))

    for number in range(8):
        yield f"flipped bit {number + 1}", edit(flip)
    for number in range(4):
        yield f"cut {number + 1}", edit(cut)
    yield "emptied", edit(lambda content: content.clear())
    yield "a byte more", edit(lambda content: content.append(0))
    yield "a byte before", edit(lambda content: content.insert(0, 32))
    yield "a block of zeros", edit(blank)
    yield "turned round", edit(lambda content: content.reverse())
    yield "a pointer in its place", lambda file: file.write_bytes(_POINTER)
    yield (
        "another file in its place",
        lambda file: file.write_bytes(
            generator.choice([other for other in files if other != file]).read_bytes()
        ),
    )
    yield "removed", lambda file: file.unlink()


if __name__ == "__main__":
    commands = {
        "kill": kill,
        "full-disk": full_disk,
        "same-weights": same_weights,
        "damage": damage,
        "hostile": hostile,
        "long": long,
        "threads": threads,
        "growth": growth,
    }
    sys.exit(int(tyro.extras.subcommand_cli_from_dict(commands) > 0))
