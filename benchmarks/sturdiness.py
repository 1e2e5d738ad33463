"""Runs the tests that ask a trained model for a score with other seeds, threads and processors.

    python -m benchmarks.sturdiness
    python -m benchmarks.sturdiness --seeds 0 1 --threads 1 --processors default -- -k tagging
    python -m benchmarks.sturdiness --records cells

Tests marked `score` train with a seed of their own. Each is run with that seed and others, with one
thread and two, and with the rounding of other processors: `avx2` forbids oneDNN what is newer,
`plain` leaves oneDNN out. Of every comparison in them, the value closest to its bound is printed,
to stand beside the bar as "lowest seen". Ends with 1 if a test failed anywhere. Combinations take
minutes each; those that `--records` keeps from an earlier run are not run again.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import tyro

from benchmarks.rounds import ROOT, environment
from seqkit.files.whole import write_aside

Processor = Literal["default", "avx2", "plain"]
PROCESSORS: dict[Processor, dict[str, str]] = {
    "default": {},
    "avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
    "plain": {"TF_ENABLE_ONEDNN_OPTS": "0"},
}
_NUMBER = r"\(?(?:np\.float\d+\()?(-?\d[\d.]*(?:e[+-]?\d+)?)\)*"
_COMPARED = re.compile(rf"^{_NUMBER} (<=?|>=?) {_NUMBER}(?: |$)")


def main(
    pytest: tyro.conf.Positional[tuple[str, ...]] = (),
    *,
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4),
    threads: tuple[int, ...] = (1, 2),
    processors: tuple[Processor, ...] = get_args(Processor),
    records: Path | None = None,
) -> int:
    """Runs every combination and prints what came closest to each bound.

    Args:
        pytest: Arguments for pytest, after `--`.
        seeds: Added to each test's own.
        threads: Of each process.
        processors: Whose rounding.
        records: A folder that keeps what each combination compared, of one state of the code and
            the same tests; None keeps nothing.

    Returns:
        The number of tests that failed.
    """
    compared: list[dict[str, Any]] = []
    for cell in itertools.product(seeds, threads, processors):
        compared += _kept(records, *cell) or run_cell(*cell, pytest, records)
        failed = [record for record in compared if "failed" in record]
        print(f"{_name(*cell)}: {len(failed)} tests failed so far", flush=True)
    print(*closest(compared), sep="\n")
    for record in failed:
        print(f"\nFAILED {record['test']} ({record['cell']})\n{record['failed']}")
    return len(failed)


def run_cell(
    seed: int,
    threads: int,
    processor: Processor,
    arguments: Sequence[str],
    keep_in: Path | None = None,
) -> list[dict[str, Any]]:
    """Runs the tests once, in a process of their own.

    Args:
        seed: added to the seed of each test.
        threads: of TensorFlow's operations.
        processor: a key of `PROCESSORS`.
        arguments: further arguments for pytest.
        keep_in: a folder to keep the records in, once the tests have ended.

    Returns:
        A record of each assertion that held, with its values, and of each test that failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.jsonl"
        variables = {
            **environment(threads),
            **PROCESSORS[processor],
            "SEED_OFFSET": str(seed),
            "ASSERTION_LOG": str(log),
            # Assertions are compiled otherwise where their values are logged.
            "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "seqkit_sturdiness"),
        }
        plugin = ["-p", "benchmarks.seed_plugin", "-o", "enable_assertion_pass_hook=true"]
        command = [sys.executable, "-m", "pytest", "-q", "-m", "score", *plugin, *arguments]
        run = subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL)
        records = _read(log, _name(seed, threads, processor)) if log.exists() else []
        if keep_in and run.returncode in (0, 1):  # All tests were run.
            keep_in.mkdir(parents=True, exist_ok=True)
            with write_aside(_file(keep_in, seed, threads, processor)) as aside:
                aside.write_bytes(log.read_bytes())
    return records


def _kept(folder: Path | None, *cell: Any) -> list[dict[str, Any]]:
    """The records of a combination that an earlier run kept; none where it was not run."""
    file = folder and _file(folder, *cell)
    return _read(file, _name(*cell)) if file and file.exists() else []


def _file(folder: Path, seed: int, threads: int, processor: str) -> Path:
    return folder / f"{seed}_{threads}_{processor}.jsonl"


def _read(log: Path, cell: str) -> list[dict[str, Any]]:
    lines = log.read_text(encoding="utf-8").splitlines()
    return [{**json.loads(line), "cell": cell} for line in lines]


def _name(seed: int, threads: int, processor: str) -> str:
    return f"seed +{seed}, threads {threads}, {processor}"


def closest(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Tells of each comparison the value that came closest to its bound.

    Args:
        records: those of `run_cell`.

    Returns:
        A line for each comparison of two numbers.

    Example:
        >>> record = {"test": "t", "line": 3, "asserted": "x > 0.9", "cell": "seed +0"}
        >>> closest([{**record, "values": f"{x} > 0.9"} for x in (0.97, 0.95, 1.0)])
        ['t:3: x > 0.9: 0.95 of 3 (seed +0)']
    """
    seen: dict[tuple[str, int, str], list[tuple[float, float, str]]] = defaultdict(list)
    for record in records:
        compared = _COMPARED.match(record.get("values", ""))
        if compared:
            value, bound = float(compared[1]), float(compared[3])
            margin = value - bound if compared[2].startswith(">") else bound - value
            place = (record["test"], record["line"], record["asserted"])
            seen[place].append((margin, value, record["cell"]))
    lines = []
    for (test, line, asserted), values in seen.items():
        _, value, cell = min(values)
        lines.append(f"{test}:{line}: {asserted}: {value:g} of {len(values)} ({cell})")
    return lines


if __name__ == "__main__":
    sys.exit(int(tyro.cli(main) > 0))
