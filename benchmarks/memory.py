"""Measures the memory that training takes on a large file.

    python -m benchmarks.memory --update-pages
    python -m benchmarks.memory --steps 0 --recipe=--epochs=1 --recipe=--hidden-dim=8

A CSV of made-up reviews is written to a temporary directory, and `python -m recipes.sentiment`
trains on it as any user would. The highest resident memory is what Linux says of the process
(`VmHWM`), by phase. Once the dictionary is learned, the texts are read and training goes, each
step takes as much as the one before: after `--steps` of them the process is stopped. With
`--steps 0` it ends by itself, export included; that is many hours with the recipe's defaults.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tyro

from benchmarks.results import RESULTS, markdown, put_into_page, read_json, write_json
from benchmarks.rounds import ROOT, environment

_WORDS = 300_000
_ROWS_AT_ONCE = 20_000
_STEP = re.compile(r"\b(\d+)/\d+\b.*loss")


def main(
    gigabytes: float = 1.0,
    mean_words: int = 40,
    steps: int = 300,
    seed: int = 0,
    threads: int = 2,
    recipe: tuple[str, ...] = (),
    update_pages: bool = False,
    results: Path = RESULTS / "memory.json",
) -> None:
    """Writes the file, trains, and tells the highest memory.

    Args:
        gigabytes: Size of the file, in 10^9 bytes.
        mean_words: Words of a text, on average; a fifth of the texts have more than 1.6 times that.
        steps: Training steps before the process is stopped; 0 lets it end by itself.
        seed: Seed of the texts.
        threads: Threads of the libraries.
        recipe: Further arguments of the recipe.
        update_pages: Put the table into its page.
        results: The file that keeps the results.
    """
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "reviews.csv"
        rows = write_reviews(data, int(gigabytes * 1e9), mean_words, seed)
        command = [sys.executable, "-m", "recipes.sentiment", "--data", str(data)]
        command += ["--export-path", str(Path(name) / "model"), *recipe]
        peak, phases, seconds = measure_memory(command, steps, threads)
    row = {
        "file, GB": gigabytes,
        "texts": rows,
        "words of a text": mean_words,
        "highest resident memory, GB": peak / 1e9,
        "measured until": f"step {steps}" if steps else "the end",
        "minutes": seconds / 60,
        "further arguments": " ".join(recipe) or "none",
    }
    print(f"\nhighest by then: {phases}")
    kept: dict[str, Any] = read_json(results, {})
    kept[f"{gigabytes} {mean_words} {row['measured until']} {row['further arguments']}"] = row
    write_json(results, kept)
    table = markdown(list(kept.values()))
    print(table)
    if update_pages:
        put_into_page("memory", table)


def write_reviews(path: Path, size: int, mean_words: int, seed: int) -> int:
    """Writes made-up reviews with two labels.

    Args:
        path: the file, a CSV with the columns `text` and `label`.
        size: bytes, at least.
        mean_words: words of a text, on average; lengths are log-normal.
        seed: seed of the texts.

    Returns:
        The number of texts.
    """
    random = np.random.default_rng(seed)
    letters = np.array(list("etaoinshrdlucmfwypvbgkqjxz"))
    words = ["".join(random.choice(letters, 2 + int(rank**0.16))) for rank in range(1, _WORDS + 1)]
    shares = np.arange(1, _WORDS + 1) ** -1.0
    limits = np.cumsum(shares / shares.sum())
    rows = written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("text,label\n")
        while written < size:
            for text in _texts(random, words, limits, mean_words):
                line = f"{text},{'pos' if random.random() < 0.5 else 'neg'}\n"
                file.write(line)
                written += len(line)
                rows += 1
    return rows


def _texts(
    random: np.random.Generator, words: list[str], limits: np.ndarray, mean_words: int
) -> Iterator[str]:
    spread = 0.8
    middle = np.log(mean_words) - spread**2 / 2
    lengths = np.maximum(1, random.lognormal(middle, spread, _ROWS_AT_ONCE)).astype(int)
    ranks = np.searchsorted(limits, random.random(lengths.sum())).clip(max=_WORDS - 1).tolist()
    start = 0
    for length in lengths.tolist():
        yield " ".join([words[rank] for rank in ranks[start : start + length]])
        start += length


def measure_memory(
    command: list[str], steps: int, threads: int
) -> tuple[int, dict[str, str], float]:
    """Runs a command and watches its memory.

    Args:
        command: trains.
        steps: training steps after which it is stopped; 0 for never.
        threads: threads of its libraries.

    Returns:
        Bytes at the highest, the same as it was at each line that the command told, and seconds.

    Raises:
        RuntimeError: it failed.
    """
    start = time.perf_counter()
    phases: dict[str, str] = {}
    peak = 0
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(threads),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        done = False
        for line in _lines(process.stdout.fileno()):
            peak = max(peak, _highest(process.pid))
            step = _STEP.search(line)
            phase = "training" if step else re.sub(r"[\d.,]+|[━─]+", "#", line).strip()[:60]
            if phase:
                phases[phase] = f"{peak / 1e9:.2f} GB"
            if steps and step and int(step[1]) >= steps:
                done = True
                process.send_signal(signal.SIGKILL)
                break
        code = process.wait()
    if code and not done:
        raise RuntimeError(f"{' '.join(command)} ended with code {code}; run it by hand")
    return peak, phases, time.perf_counter() - start


def _lines(pipe: int) -> Iterator[str]:
    """What comes, as soon as it comes: progress bars end no line."""
    while content := os.read(pipe, 65_536):
        yield from re.split(r"[\r\n\x08]+", content.decode(errors="replace"))


def _highest(process: int) -> int:
    """Bytes of the highest resident memory of a process so far; 0 when it has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return 0
    highest = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(highest[1]) * 1024 if highest else 0


if __name__ == "__main__":
    tyro.cli(main)
