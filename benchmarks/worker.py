"""The half of the measuring protocol that runs in a worker: prepare once, then run when asked.

A worker is a process that has all it needs in memory and is warm. It reads a request a line,
`{"variant": "padded"}`, does that work once, and answers one line of JSON with the seconds it took.
So the workers of several packages can take turns in one comparison, one at a time.

Needs the standard library alone: it also runs in the peers' environments.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

Work = Callable[[], Mapping[str, Any] | None]


def read_config() -> dict[str, Any]:
    """Reads the configuration that the command line names.

    Returns:
        What `speed.py` wrote for this worker.
    """
    return json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def serve(prepare: Callable[[], tuple[Mapping[str, Work], Mapping[str, Any]]]) -> None:
    """Prepares, says so, and answers requests until there are no more.

    Args:
        prepare: Gives what can be run, by name, and facts for the report, such as versions. Work
            returns further figures, for example the number of tokens, or None.
    """
    answers = _only_for_answers()
    start = time.perf_counter()
    works, facts = prepare()
    _say(answers, {"facts": {**facts, "prepared_in": time.perf_counter() - start}})
    for line in sys.stdin:
        work = works[json.loads(line)["variant"]]
        start = time.perf_counter()
        figures = work() or {}
        # Work may time a part of itself, where its beginning does not belong to the measurement.
        _say(answers, {"seconds": time.perf_counter() - start, **figures})


def _only_for_answers() -> TextIO:
    """The pipe to the parent; whatever a library prints goes to standard error from here on."""
    pipe = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(pipe, "w", encoding="utf-8")


def _say(answers: TextIO, answer: Mapping[str, Any]) -> None:
    print(json.dumps(answer), file=answers, flush=True)
