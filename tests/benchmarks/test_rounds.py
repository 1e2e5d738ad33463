"""Workers take turns, and one that fails says why."""

from __future__ import annotations

import pytest

from benchmarks.rounds import (
    Entrant,
    Job,
    Worker,
    WorkerError,
    environment,
    median,
    ratio,
    take_turns,
)

STAND_IN = """
import os
import time
from benchmarks.worker import read_config, serve

def prepare():
    config = read_config()
    print("a library prints this to standard output")
    def work():
        os.system("echo and so does a program that it starts")
        with open(config["log"], "a") as log:
            log.write(config["name"])
        return {"tokens": 7}
    def fail():
        raise RuntimeError("nothing to train on")
    def timed():
        return {"seconds": 0.25}
    if config.get("broken"):
        raise ValueError("cannot get ready")
    return {"work": work, "fail": fail, "timed": timed}, {"threads": os.environ["OMP_NUM_THREADS"]}

serve(prepare)
"""


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Starts stand-ins, and stops them at the end."""
    (tmp_path / "standin.py").write_text(STAND_IN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    started = []

    def start(name, **config):
        directory = tmp_path / name
        directory.mkdir()
        config = {"name": name, "log": str(tmp_path / "log"), **config}
        started.append(Worker(Job("standin", config), directory=directory, threads=2))
        return started[-1]

    yield start
    for worker in started:
        worker.stop()


def test_workers_take_turns(start, tmp_path):
    running = {name: start(name) for name in "ABC"}
    assert running["A"].facts["threads"] == "2"
    assert running["A"].facts["prepared_in"] >= 0
    answers = take_turns([Entrant(f"the {n}", n, "work") for n in "ABC"], running, rounds=2)
    assert (tmp_path / "log").read_text() == "ABCABC"
    assert list(answers) == ["the A", "the B", "the C"]
    assert [answer["tokens"] for answer in answers["the B"]] == [7, 7]
    assert all(answer["seconds"] > 0 for answer in answers["the B"])


def test_work_may_time_itself(start):
    assert start("A").run("timed") == {"seconds": 0.25}


def test_a_worker_that_fails_tells_its_last_words(start):
    worker = start("A")
    with pytest.raises(WorkerError, match=r"standin ended with code 1(.|\n)*nothing to train on"):
        worker.run("fail")
    with pytest.raises(WorkerError, match="nothing to train on"):
        worker.run("work")


def test_a_worker_that_does_not_get_ready_tells_its_last_words(start):
    with pytest.raises(WorkerError, match="cannot get ready"):
        start("A", broken=True)


def test_the_environment_limits_threads_and_hides_accelerators(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    given = environment(3)
    assert "PYTHONDONTWRITEBYTECODE" not in given
    assert given["TF_NUM_INTRAOP_THREADS"] == given["RAYON_NUM_THREADS"] == "3"
    assert given["CUDA_VISIBLE_DEVICES"] == ""


def test_medians_and_ratios():
    slow = [
        {"seconds": 1.0, "rate": 2.0},
        {"seconds": 9.0, "rate": 1.0},
        {"seconds": 2.0, "rate": 4.0},
    ]
    fast = [{"rate": 2.0 * answer["rate"]} for answer in slow]
    assert median(slow) == 2.0
    # Of each round the two that were measured together: a slow moment strikes both.
    assert ratio(fast, slow, "rate") == 2.0
