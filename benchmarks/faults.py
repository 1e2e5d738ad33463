"""Injects faults into runs and exports, and asks exports for what no one should ask.

    python -m benchmarks.faults kill sentiment --moments 50 -- --data reviews.csv --epochs 3
    python -m benchmarks.faults full-disk sentiment -- --data reviews.csv --epochs 3
    python -m benchmarks.faults same-weights sentiment tagging
    python -m benchmarks.faults damage saved_models/reviews
    python -m benchmarks.faults hostile saved_models/reviews --inputs 10000
    python -m benchmarks.faults long saved_models/reviews
    python -m benchmarks.faults threads saved_models/reviews --seconds 60
    python -m benchmarks.faults growth saved_models/reviews --minutes 10

`kill` and `full-disk` begin with an artefact of the run that is let alone. Each time they start the
run again into a copy of that artefact; `kill` kills it, verifies what is there, ends it with
`--resume`, and compares the weights bit by bit; `full-disk` has the copy on a small disk, another
size each time. `same-weights` trains on a part of the built-in sample, with one thread and two.
`damage` changes one file of a copy at a time, in twenty ways, and counts what `verify` does not
find. The others are those of `benchmarks.served_faults`. Each ends with 1 if it counted anything.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib
import io
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tyro

from benchmarks.rounds import ROOT, environment
from benchmarks.served_faults import growth, hostile, long, tell, threads
from seqkit.evaluation import Scored
from seqkit.export import layout, verify
from seqkit.training import state_file

_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
RECIPES = (
    *("sentiment", "tagging", "translation", "dialogue", "captioning", "language_model", "music"),
)
# The sample of language models is of a few long documents.
_FEWER_ROWS = {"language_model": 50}


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
        seconds = time.perf_counter() - start
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
            if not _same_weights(path, whole):
                faults.append(f"{after:.1f} s: resumed, it ends with other weights")
            left = {p.name for p in path.iterdir()} - {p.name for p in whole.iterdir()}
            faults += [f"{after:.1f} s: {name} is left over" for name in sorted(left)]
            print(
                f"killed {moment + 1} of {moments}, after {after:.1f} of {seconds:.1f} s",
                flush=True,
            )
    return tell("kill", recipe, moments, faults)


def same_weights(
    recipes: tyro.conf.Positional[tuple[str, ...]] = RECIPES,
    *,
    rows: int = 300,
    epochs: int = 2,
    seed: int = 0,
) -> int:
    """Trains recipes twice with one thread and twice with two, and compares the weights.

    Args:
        recipes: such as `sentiment`.
        rows: of each part of the built-in sample; of the documents of language models a fiftieth.
        epochs: of each training.
        seed: of all trainings.

    Returns:
        How many times two runs with as many threads ended with other weights.
    """
    faults: list[str] = []
    print("| recipe | 1 thread, twice | 2 threads, twice | 1 thread and 2 |")
    print("| --- | --- | --- | --- |", flush=True)
    for recipe in recipes:
        count = max(2, rows // _FEWER_ROWS.get(recipe, 1))
        one, two = (
            [_digest_in_process(recipe, count, epochs, seed, number) for _ in range(2)]
            for number in (1, 2)
        )
        alike = [one[0] == one[1], two[0] == two[1], one[0] == two[0]]
        cells = " | ".join("the same bits" if same else "other bits" for same in alike)
        print(f"| {recipe} | {cells} |", flush=True)
        faults += [
            f"{recipe}: two runs with threads={number} differ"
            for number, same in ((1, alike[0]), (2, alike[1]))
            if not same
        ]
    return tell("same-weights", ", ".join(recipes), 4 * len(recipes), faults)


def digest_of_training(name: str, rows: int, epochs: int, seed: int) -> str:
    """Trains on the first rows of the built-in sample.

    Args:
        name: of the recipe, such as `sentiment`.
        rows: of each part of the sample.
        epochs: of the training.
        seed: of the training.

    Returns:
        SHA-256 of all weights.
    """
    module = importlib.import_module(f"recipes.{name}")
    # Scores take longer than so short a training, and change no weights.
    recipe = dataclasses.replace(module.recipe, score=lambda *_: Scored({}, {}, []))
    sample = recipe.sample()
    parts = [
        sample[part][:rows] if part in sample else None for part in ("train", "validation", "test")
    ]
    config = recipe.settings(None, module.Config(epochs=epochs, seed=seed))
    outcome = recipe.train_and_score(recipe.read(parts, config, None), config)
    digest = hashlib.sha256()
    for weight in outcome.model.core.weights:
        digest.update(np.ascontiguousarray(weight.numpy()))
    return digest.hexdigest()


def full_disk(
    recipe: tyro.conf.Positional[str],
    arguments: tyro.conf.Positional[tuple[str, ...]] = (),
    *,
    sizes: int = 8,
) -> int:
    """Runs a recipe on disks that lack more or less room, so that they are full at each stage.

    Mounts a tmpfs, which root may. Where it may not be mounted, says so and counts nothing.

    Args:
        recipe: such as `sentiment`.
        arguments: of the recipe's command line, after `--`, without `--export-path`.
        sizes: how many disks are tried, from one with hardly any room to one with nearly enough.

    Returns:
        The number of faults.
    """
    command = [sys.executable, "-m", f"recipes.{recipe}", *arguments, "--export-path"]
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        whole, disk = Path(folder) / "whole", Path(folder) / "disk"
        subprocess.run([*command, str(whole)], check=True, stdout=subprocess.DEVNULL)
        disk.mkdir()
        try:
            with _mounted(disk, 1 << 32):
                model = shutil.copytree(whole, disk / "model")
                least, most = _used_while([*command, str(model)], disk)
        except (subprocess.CalledProcessError, FileNotFoundError) as error:
            why = str(getattr(error, "stderr", error)).strip()
            print(f"full-disk, {recipe}: skipped, as no tmpfs can be mounted here: {why}")
            return 0
        for number in range(sizes):
            room = (most - least) * (2 * number + 1) // (2 * sizes)
            told = f"{room / 1e6:.2f} of {(most - least) / 1e6:.2f} MB"
            with _mounted(disk, least + room):
                model = shutil.copytree(whole, disk / "model")
                run = subprocess.run([*command, str(model)], capture_output=True)
                print(f"{told}: {' '.join(_said(run)) or 'ended well'}", flush=True)
                faults += [f"{told}: {p}" for p in _wrong_after(run, model, whole)]
                if not run.returncode:
                    continue
                more = ["mount", "-o", f"remount,size={least + most}", str(disk)]
                subprocess.run(more, check=True)
                again = [*command, str(model), "--resume"]
                subprocess.run(again, check=True, stdout=subprocess.DEVNULL)
                if not _same_weights(model, whole):
                    faults.append(f"{told}: resumed with more room, it ends with other weights")
    return tell("full-disk", recipe, sizes, faults)


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


@contextlib.contextmanager
def _mounted(path: Path, size: int) -> Iterator[None]:
    """A disk of so many bytes, in memory."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def _used_while(command: Sequence[str], disk: Path) -> tuple[int, int]:
    """The bytes that a disk holds before a command, and the most while it runs."""
    least = most = shutil.disk_usage(disk).used
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        most = max(most, shutil.disk_usage(disk).used)
        time.sleep(0.001)
    if process.returncode:
        raise RuntimeError(f"with room enough the run ended with {process.returncode}")
    return least, most


def _wrong_after(
    run: subprocess.CompletedProcess[bytes], model: Path, whole: Path
) -> Iterator[str]:
    """What a run on a full disk must not do to what it says, and to the model exported before."""
    if run.returncode:
        lines = _said(run)
        if run.returncode != 1 or len(lines) != 1 or not lines[0].startswith("error: "):
            yield f"ended with {run.returncode} and {len(lines)} lines: {lines[-1:]}"
        if "No space left on device" not in "".join(lines):
            yield f"does not say that the disk is full: {lines[-1:]}"
        before, after = ({f.relative_to(r) for f in layout.files_below(r)} for r in (whole, model))
        kept = {Path(".training/state.npz"), Path(".training/lock")}
        yield from (f"{name} is left over" for name in sorted(after - before - kept))
    yield from verify(model).problems
    if not _same_weights(model, whole):
        yield "the weights are not those of the model before"
    try:
        state_file.read(model / ".training")
    except ValueError as error:
        yield str(error)


def _said(run: subprocess.CompletedProcess[bytes]) -> list[str]:
    """What a run told of errors; TensorFlow's own remarks begin with a letter and numbers."""
    lines = run.stderr.decode().splitlines()
    remarks = re.compile(r"[EWI]\d{4} \d\d:|WARNING: All log messages before absl")
    return [line for line in lines if line and not remarks.match(line)]


def _digest_in_process(recipe: str, rows: int, epochs: int, seed: int, threads: int) -> str:
    """`digest_of_training` in a process with so many threads."""
    call = f"digest_of_training({recipe!r}, {rows}, {epochs}, {seed})"
    program = f"from benchmarks.faults import *; print(); print({call})"
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(threads),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return run.stdout.splitlines()[-1]


def _weights(root: Path) -> list[np.ndarray]:
    """The weights of an artefact's `.keras` file, in the order of their names."""
    import h5py

    weights: list[np.ndarray] = []
    with zipfile.ZipFile(root / "model.keras") as archive:
        stored = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    stored.visititems(lambda _, item: weights.append(item[()]) if hasattr(item, "shape") else None)
    return weights


def _same_weights(root: Path, other: Path) -> bool:
    """Whether two artefacts have the same weights, bit by bit."""
    one, two = _weights(root), _weights(other)
    return len(one) == len(two) and all(map(np.array_equal, one, two))


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
