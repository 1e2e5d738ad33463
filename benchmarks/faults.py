"""Injects faults: kills runs at random moments, damages exports, asks served models wild strings.

    python -m benchmarks.faults kill sentiment --moments 50 -- --data reviews.csv --epochs 3
    python -m benchmarks.faults damage saved_models/reviews
    python -m benchmarks.faults hostile saved_models/reviews --inputs 10000

`kill` begins with an artefact of the run that is let alone. Each time it starts the run again into
a copy of that artefact, kills it, verifies what is there, ends it with `--resume`, and compares the
weights bit by bit. `damage` changes one file of a copy at a time, in twenty ways, and counts what
`verify` does not find. `hostile` gives every signature that takes strings batches of golden and
hostile rows, and counts golden rows that are answered otherwise, values that are no numbers, and
errors. Each ends with 1 if it counted anything.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tyro

from benchmarks.wild_strings import random_bytes, random_text
from seqkit.export import verify
from seqkit.export.clean_process import to_tensor

_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


def kill(
    recipe: tyro.conf.Positional[str],
    arguments: tyro.conf.Positional[tuple[str, ...]] = (),
    *,
    moments: int = 50,
    seed: int = 0,
) -> int:
    """Kills runs of a recipe at random moments and resumes them.

    Args:
        recipe: such as `sentiment`.
        arguments: of the recipe's command line, after `--`, without `--export-path`.
        moments: how many runs are killed.
        seed: of the moments.

    Returns:
        The number of faults.
    """
    generator = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        whole, path = Path(folder) / "whole", Path(folder) / "killed"

        def command(root: Path, *more: str) -> list[str]:
            module = [sys.executable, "-m", f"recipes.{recipe}"]
            return [*module, *arguments, "--export-path", str(root), *more]

        start = time.perf_counter()
        subprocess.run(command(whole), check=True, stdout=subprocess.DEVNULL)
        seconds, weights = time.perf_counter() - start, _weights(whole)
        faults: list[str] = []
        for moment in range(moments):
            shutil.rmtree(path, ignore_errors=True)
            shutil.copytree(whole, path)
            process = subprocess.Popen(command(path), stdout=subprocess.DEVNULL)
            after = generator.uniform(0, seconds)
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            faults += [f"{after:.1f} s: {problem}" for problem in verify(path).problems]
            subprocess.run(command(path, "--resume"), check=True, stdout=subprocess.DEVNULL)
            same = zip(_weights(path), weights, strict=True)
            if not all(np.array_equal(one, other) for one, other in same):
                faults.append(f"{after:.1f} s: resumed, it ends with other weights")
            left = {p.name for p in path.iterdir()} - {p.name for p in whole.iterdir()}
            faults += [f"{after:.1f} s: {name} is left over" for name in sorted(left)]
            print(
                f"killed {moment + 1} of {moments}, after {after:.1f} of {seconds:.1f} s",
                flush=True,
            )
    return _tell("kill", recipe, moments, faults)


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
        # What is under .seqkit belongs to runs, and to no export.
        files = sorted(f for f in root.rglob("*") if f.is_file() and ".seqkit" not in f.parts)
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
    return _tell("damage", str(path), count, faults)


def hostile(path: tyro.conf.Positional[Path], *, inputs: int = 10_000, seed: int = 0) -> int:
    """Asks every signature with strings among its inputs for answers to hostile strings.

    Args:
        path: the export.
        inputs: hostile rows for each signature.
        seed: of the strings.

    Returns:
        The number of faults.
    """
    import tensorflow as tf

    generator = random.Random(seed)
    newest = max((path / "serving").iterdir(), key=lambda version: int(version.name))
    served = tf.saved_model.load(str(newest)).signatures
    golden = json.loads((path / "golden.json").read_text("utf-8"))["signatures"]
    faults: list[str] = []
    asked = 0
    for name, record in golden.items():
        columns = {key: to_tensor(value).numpy() for key, value in record["inputs"].items()}
        strings = [key for key, value in columns.items() if value.dtype == object and value.ndim]
        if not strings:
            continue
        rows = len(columns[strings[0]])
        expected = served[name](**{k: tf.constant(v) for k, v in columns.items()})
        for _ in range(-(-inputs // rows)):
            asked += rows
            mixed = {
                key: np.concatenate([value, _hostile_rows(generator, value)])
                if key in strings
                else np.concatenate([value, value])
                if value.shape[:1] == (rows,)
                else value
                for key, value in columns.items()
            }
            try:
                answers = served[name](**{k: tf.constant(v) for k, v in mixed.items()})
            except tf.errors.OpError as error:
                faults.append(f"{name}: {str(error)[:200]}")
                continue
            faults += [f"{name}: {fault}" for fault in _differences(expected, answers, rows)]
    return _tell("hostile", str(path), asked, faults)


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


def _hostile_rows(generator: random.Random, like: np.ndarray) -> np.ndarray:
    """As many strings as `like` has, of many scripts, and of bytes that are no UTF-8."""
    rows = np.empty(like.shape, object)
    for place in np.ndindex(*like.shape):
        rows[place] = generator.choice((random_text, random_bytes))(generator)
    return rows


def _differences(
    expected: Mapping[str, Any], answers: Mapping[str, Any], rows: int
) -> Iterator[str]:
    """What the golden rows of a mixed batch are answered otherwise than alone; what is NaN."""
    for key, value in expected.items():
        alone, mixed = value.numpy(), answers[key].numpy()
        if alone.dtype != object and np.isnan(mixed).any():
            yield f"{key} is not a number"
        if alone.shape[:1] != (rows,):
            continue
        # In a batch with longer rows an output may be wider, by padding.
        inside = mixed[(slice(rows), *(slice(size) for size in alone.shape[1:]))]
        close = alone.dtype.kind == "f" and np.allclose(inside, alone, atol=1e-4, equal_nan=True)
        if not (close or np.array_equal(inside, alone)):
            yield f"{key} of golden rows depends on the rows beside them"


def _weights(root: Path) -> list[np.ndarray]:
    """The weights of an artefact's `.keras` file, in the order of their names."""
    import h5py

    weights: list[np.ndarray] = []
    with zipfile.ZipFile(root / "model.keras") as archive:
        stored = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    stored.visititems(lambda _, item: weights.append(item[()]) if hasattr(item, "shape") else None)
    return weights


def _tell(what: str, where: str, count: int, faults: Sequence[str]) -> int:
    print(f"{what}, {where}: {count:,} tried, {len(faults):,} faults")
    print(*faults[:20], sep="\n")
    return len(faults)


if __name__ == "__main__":
    commands = {"kill": kill, "damage": damage, "hostile": hostile}
    sys.exit(int(tyro.extras.subcommand_cli_from_dict(commands) > 0))
