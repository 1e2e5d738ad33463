"""Takes turns between workers, and makes medians and ratios of what they answer."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
# Figures of each entrant, round by round, by its name.
Answers = dict[str, list[dict[str, Any]]]
_LOG_LINES = 15


class Entrant(NamedTuple):
    """One thing that is measured.

    Attributes:
        name: what the table calls it.
        worker: the name of the worker that does it.
        variant: what that worker is asked for.
    """

    name: str
    worker: str
    variant: str


class Job(NamedTuple):
    """What a worker is started with.

    Attributes:
        module: what it runs, such as `benchmarks.peers.pytorch_training`.
        config: what it reads before it prepares.
        python: its interpreter.
    """

    module: str
    config: Mapping[str, Any]
    python: str = sys.executable


class WorkerError(RuntimeError):
    """A worker ended, or answered something else than it should."""


class Worker:
    """A process that measures; it sleeps while others work.

    Args:
        job: what it is started with.
        directory: where its configuration and log are written.
        threads: how many threads its libraries may use.

    Raises:
        WorkerError: it did not get ready; the end of its log is told.
    """

    def __init__(
        self,
        job: Job,
        *,
        directory: Path,
        threads: int,
    ) -> None:
        self.module = job.module
        self._log = directory / f"{job.module}.log"
        config_path = directory / f"{job.module}.json"
        config_path.write_text(json.dumps(dict(job.config)), encoding="utf-8")
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [job.python, "-m", job.module, str(config_path)],
                cwd=ROOT,
                env=environment(threads),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.facts: dict[str, Any] = self._answer()["facts"]

    def run(self, variant: str) -> dict[str, Any]:
        """Has some work done once.

        Args:
            variant: which work.

        Returns:
            Its figures; `seconds` is among them.

        Raises:
            WorkerError: the process failed; the end of its log is told.
        """
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # The answer that does not come says why.
            print(json.dumps({"variant": variant}), file=self._process.stdin, flush=True)
        return self._answer()

    def stop(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            log = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
            end = "\n".join(log[-_LOG_LINES:])
            raise WorkerError(f"{self.module} ended with code {code}. Its last words:\n{end}")
        return json.loads(line)


@contextmanager
def workers(jobs: Mapping[str, Job], directory: Path, threads: int) -> Iterator[dict[str, Worker]]:
    """Starts workers, one after another, and stops them at the end.

    Args:
        jobs: what each worker is started with, by its name.
        directory: where configurations and logs are written.
        threads: how many threads each may use.

    Yields:
        The workers by name.

    Raises:
        WorkerError: one did not get ready.
    """
    running: dict[str, Worker] = {}
    try:
        for name, job in jobs.items():
            print(f"preparing {name}", flush=True)
            running[name] = Worker(job, directory=directory, threads=threads)
        yield running
    finally:
        for worker in running.values():
            worker.stop()


def take_turns(entrants: Sequence[Entrant], running: Mapping[str, Worker], rounds: int) -> Answers:
    """Measures A B C, A B C, …: what slows the machine for a while slows all of them.

    Args:
        entrants: what is measured.
        running: the workers.
        rounds: how often each has its turn.

    Returns:
        The answers of every entrant, by its name.
    """
    answers: Answers = {entrant.name: [] for entrant in entrants}
    for number in range(rounds):
        for entrant in entrants:
            answer = running[entrant.worker].run(entrant.variant)
            answers[entrant.name].append(answer)
            turn = f"round {number + 1} of {rounds}, {entrant.name}"
            print(f"{turn}: {answer['seconds']:.2f} s", flush=True)
    return answers


def median(answers: Sequence[Mapping[str, float]], key: str = "seconds") -> float:
    """The median of one figure.

    Args:
        answers: what an entrant answered, round by round.
        key: the figure.

    Returns:
        Its median.
    """
    return statistics.median(answer[key] for answer in answers)


def ratio(
    ours: Sequence[Mapping[str, float]], peer: Sequence[Mapping[str, float]], key: str
) -> float:
    """How many times as large a figure of ours is: the median of the rounds' own ratios.

    Args:
        ours: answers, round by round.
        peer: answers of the same rounds.
        key: the figure, the more of it the better.

    Returns:
        The ratio.

    Example:
        >>> ratio([{"rate": 4.0}, {"rate": 2.0}], [{"rate": 2.0}, {"rate": 1.0}], "rate")
        2.0
    """
    return statistics.median(a[key] / b[key] for a, b in zip(ours, peer, strict=True))


def with_rates(answers: Answers, unit: str) -> Answers:
    """Adds how many of what is counted were done in a second.

    Args:
        answers: of entrants, by name.
        unit: what is counted.

    Returns:
        The answers with `rate`.
    """
    return {
        name: [{**answer, "rate": answer[unit] / answer["seconds"]} for answer in given]
        for name, given in answers.items()
    }


def environment(threads: int) -> dict[str, str]:
    """The environment of a measured process: no accelerator, few threads, bytecode cached.

    Args:
        threads: how many threads its libraries may use.

    Returns:
        Variables by name.
    """
    number = str(threads)
    limits = (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "RAYON_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    )
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return (
        kept
        | dict.fromkeys(limits, number)
        | {
            "CUDA_VISIBLE_DEVICES": "",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "TOKENIZERS_PARALLELISM": "true",
            "PYTHONUNBUFFERED": "1",
        }
    )


def use_cores(count: int) -> None:
    """Keeps this process, and those it will start, to some cores.

    Args:
        count: how many.
    """
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[:count])
