"""What workers share works in the environments of the peers too, and counts alike for all."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

from benchmarks import workloads
from benchmarks.measuring import count_ids, measure_writing, split_into_batches
from benchmarks.results import ROOT

# What the peers' environments lack.
_MISSING = ("seqkit", "recipes", "tensorflow", "keras", "sklearn")


def test_peers_can_import_what_they_share():
    modules = [
        f"benchmarks.workloads.{module.name}" for module in pkgutil.iter_modules(workloads.__path__)
    ]
    assert len(modules) > 5
    program = [
        "import sys",
        *(f"sys.modules['{name}'] = None" for name in _MISSING),
        *(f"import {name}" for name in ("benchmarks.worker", "benchmarks.measuring", *modules)),
    ]
    subprocess.run([sys.executable, "-c", "\n".join(program)], cwd=ROOT, check=True)


def test_batches_hold_everything_in_order():
    assert split_into_batches([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
    assert split_into_batches([1, 2, 3], 2, most=1) == [[1, 2]]
    assert split_into_batches([], 2) == []


def test_ids_are_counted_over_all_batches():
    batches = [["a b", "c"], ["d"]]
    counted = count_ids(lambda texts: sum(len(text.split()) for text in texts), batches)
    assert counted == {"tokens": 4, "texts": 3}


def test_bytes_and_strings_are_counted_alike():
    batches = [["a", "b"], ["c"]]
    written = {
        kind: measure_writing(write, batches, "sentences")
        for kind, write in {
            "bytes": lambda batch: [f"{item} é.".encode() for item in batch],
            "strings": lambda batch: [f"{item} é." for item in batch],
        }.items()
    }
    for figures in written.values():
        assert figures.pop("seconds") >= 0
        assert figures == {"sentences": 3, "tokens": 12, "first": "a é."}
