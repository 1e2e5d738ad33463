"""One process at a time holds a lock; a dead one holds nothing."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from seqkit.files.lock import hold

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from pathlib import Path
from seqkit.files.lock import hold
with hold(Path(sys.argv[1]), "it"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock until it is told to end."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path / "lock"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_told_who_holds_it_where_and_since_when(holder, tmp_path):
    told = (
        rf"the folder is in use: held by process {holder.pid} on {platform.node()} since \d{{4}}-"
        r"\d\d-\d\d \d\d:\d\d:\d\d\+.*; wait until it ends, or choose another folder"
    )
    for _ in range(2):
        with pytest.raises(ValueError, match=told), hold(tmp_path / "lock", "the folder"):
            pytest.fail("two hold it")


def test_what_a_dead_process_held_is_free(holder, tmp_path):
    holder.kill()
    holder.wait()
    assert (tmp_path / "lock").exists()
    with hold(tmp_path / "lock", "the folder"):
        assert str(os.getpid()) in (tmp_path / "lock").read_text()
        assert str(holder.pid) not in (tmp_path / "lock").read_text()
    assert list(tmp_path.iterdir()) == []


def test_it_is_free_again_once_it_was_given_back(holder, tmp_path):
    holder.communicate("")
    for _ in range(2):
        with hold(tmp_path / "lock", "the folder"):
            pass


def test_one_process_does_not_hold_it_twice(tmp_path):
    with hold(tmp_path / "lock", "the folder"):
        told = f"held by process {os.getpid()} "
        with pytest.raises(ValueError, match=told), hold(tmp_path / "lock", "the folder"):
            pytest.fail("it is held twice")
        assert (tmp_path / "lock").exists()


def test_a_holder_that_has_not_written_its_name_is_told_all_the_same(holder, tmp_path):
    (tmp_path / "lock").write_text("")
    told = "held by another process since just now"
    with pytest.raises(ValueError, match=told), hold(tmp_path / "lock", "the folder"):
        pytest.fail("two hold it")
