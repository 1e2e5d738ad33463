"""Injects faults into runs of recipes: kills them, fills their disks, compares their weights.

The parts of `benchmarks.faults` that train. Runs take the built-in sample cut small, or the data
that their arguments name. `kill` and `full_disk` begin with an artefact of the run that is let
alone, and start the run again into a copy of it. `kill` kills it several times in a row, looks
after each whether the model there is whole, lets it go on with `--resume`, and compares the weights
bit by bit; `full_disk` has the copy on a small disk, another size each time. `same_weights` trains
with one thread and two.
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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tyro

from benchmarks.rounds import ROOT, environment
from benchmarks.served_faults import tell
from seqkit.evaluation import Scored
from seqkit.export import layout, verify
from seqkit.recipe.recipe import Recipe
from seqkit.recipe.run_folder import STATE
from seqkit.training import state_file

RECIPES = (
    *("sentiment", "tagging", "translation", "dialogue", "captioning", "language_model", "music"),
)
# The sample of language models is of a few long documents.
_FEWER_ROWS = {"language_model": 50}


def kill(
    recipe: tyro.conf.Positional[str],
    arguments: tyro.conf.Positional[tuple[str, ...]] = (),
    *,
    rows: int = 300,
    moments: int = 50,
    in_a_row: int = 5,
    seed: int = 0,
) -> int:
    """Kills runs of a recipe at random moments and resumes them.

    Args:
        recipe: such as `sentiment`.
        arguments: of the recipe's command line, after `--`, without `--export-path`.
        rows: of each part of the built-in sample, where the arguments name no data; of the
            documents of language models a fiftieth.
        moments: how many times a run is killed.
        in_a_row: how many times, before it is let go on to its end.
        seed: of the moments.

    Returns:
        The number of faults.
    """
    generator = random.Random(seed)
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        whole, path = Path(folder) / "whole", Path(folder) / "killed"
        command = _command(recipe, rows, arguments)
        start = time.perf_counter()
        subprocess.run([*command, str(whole)], check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        killed = 0
        while killed < moments:
            shutil.rmtree(path, ignore_errors=True)
            shutil.copytree(whole, path)
            run = [*command, str(path)]
            for _ in range(min(in_a_row, moments - killed)):
                after = generator.uniform(0, seconds)
                if _ended_within(after, run):
                    break
                killed += 1
                told = f"kill {killed} of {moments}, after {after:.1f} of {seconds:.1f} s"
                print(told, flush=True)
                faults += [f"{told}: {problem}" for problem in _not_whole(path, whole)]
                run = [*command, str(path), "--resume"]
            else:
                subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
            faults += [
                f"before kill {killed + 1}: {what}" for what in _wrong_at_the_end(path, whole)
            ]
    return tell("kill", recipe, moments, faults)


def _command(recipe: str, rows: int, arguments: Sequence[str]) -> list[str]:
    """The command line of a recipe on a part of its sample, but for the path of the export."""
    program = f"from benchmarks.run_faults import cut; cut({recipe!r}, {rows}).run()"
    return [sys.executable, "-c", program, *arguments, "--export-path"]


def cut(name: str, rows: int) -> Recipe[Any, Any]:
    """A recipe whose built-in sample has few rows.

    Args:
        name: of the recipe, such as `sentiment`.
        rows: of each part; of the documents of language models a fiftieth.

    Returns:
        The recipe.
    """
    recipe: Recipe[Any, Any] = importlib.import_module(f"recipes.{name}").recipe
    count = max(2, rows // _FEWER_ROWS.get(name, 1))
    return dataclasses.replace(
        recipe, sample=lambda: {part: data[:count] for part, data in recipe.sample().items()}
    )


def _ended_within(seconds: float, command: Sequence[str]) -> bool:
    """Whether a command ends within a while; it is killed if not."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    if code:
        raise RuntimeError(f"a run ended by itself with {code}")
    return True


def _not_whole(path: Path, before: Path) -> Sequence[str]:
    """What is wrong with the model that a killed run left where another was."""
    # The model that was there, to the byte, was verified when it was written.
    return () if _exported(path) == _exported(before) else verify(path).problems


def _exported(root: Path) -> dict[Path, bytes]:
    """What an export holds, file by file; not what belongs to runs."""
    return {f.relative_to(root): f.read_bytes() for f in exported_files(root)}


def exported_files(root: Path) -> list[Path]:
    """Lists the files of an export, without those that belong to runs.

    Args:
        root: the directory of the export.

    Returns:
        Their paths.
    """
    of_runs = (STATE, layout.WORK)
    return [f for f in layout.files_below(root) if f.relative_to(root).parts[0] not in of_runs]


def _wrong_at_the_end(path: Path, whole: Path) -> Iterator[str]:
    """What a run that was killed and resumed leaves otherwise than one that was let alone."""
    if not _same_weights(path, whole):
        yield "it ends with other weights"
    left = {p.name for p in path.iterdir()} - {p.name for p in whole.iterdir()}
    yield from (f"{name} is left over" for name in sorted(left))


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
        one, two = (
            [_digest_in_process(recipe, rows, epochs, seed, number) for _ in range(2)]
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
    # Scores take longer than so short a training, and change no weights.
    recipe = dataclasses.replace(cut(name, rows), score=lambda *_: Scored({}, {}, []))
    config = type(recipe.defaults)(epochs=epochs, seed=seed)
    outcome = recipe.train_and_score(
        recipe.read_parts(config=config), recipe.settings(None, config)
    )
    digest = hashlib.sha256()
    for weight in outcome.model.core.weights:
        digest.update(np.ascontiguousarray(weight.numpy()))
    return digest.hexdigest()


def full_disk(
    recipe: tyro.conf.Positional[str],
    arguments: tyro.conf.Positional[tuple[str, ...]] = (),
    *,
    rows: int = 300,
    sizes: int = 8,
) -> int:
    """Runs a recipe on disks that lack more or less room, so that they are full at each stage.

    Mounts a tmpfs, which root may. Where it may not be mounted, says so and counts nothing.

    Args:
        recipe: such as `sentiment`.
        arguments: of the recipe's command line, after `--`, without `--export-path`.
        rows: as in `kill`.
        sizes: how many disks are tried, from one with hardly any room to one with nearly enough.

    Returns:
        The number of faults.
    """
    command = _command(recipe, rows, arguments)
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
    program = f"from benchmarks.run_faults import *; print(); print({call})"
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
