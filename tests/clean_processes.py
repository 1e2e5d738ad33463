"""Processes that have imported TensorFlow and nothing else, by forking one that did so once.

To import TensorFlow takes longer than to load and ask a small SavedModel. A process that waits has
imported it, and has run nothing; each request is answered by a child of its own, which ends. What
`python -I` starts by itself is asked by the tests of `seqkit.export.verify`.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_WAITING = """
import json, os, runpy, sys, traceback
lacking = ("seqkit", "recipes", "keras")
sys.path += json.loads(sys.argv[1])
sys.modules.update(dict.fromkeys(lacking))  # so that TensorFlow does not import them
import tensorflow
for name in lacking:
    del sys.modules[name]
loaded = [name for name in sys.modules if name.split(".")[0] in lacking]
assert not loaded, loaded
print("ready", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    child = os.fork()
    if child:
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    code = 1
    try:
        for number, path in enumerate(request["streams"]):
            os.dup2(os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY), number)
        sys.argv = request["arguments"]
        if sys.argv[0] == "-c":
            program = sys.argv.pop(1)
            exec(compile(program, "<string>", "exec"), {"__name__": "__main__"})
        else:
            runpy.run_path(sys.argv[0], run_name="__main__")
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
"""


def run_clean(
    arguments: Sequence[str | Path], given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Runs a program where neither seqkit, recipes nor Keras have been imported.

    Args:
        arguments: as those of `python -I`: a file and its arguments, or `-c`, a program and its.
        given: what it reads from its standard input.

    Returns:
        Its exit code, and what it wrote.
    """
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("given", "output", "errors")]
        for path, content in zip(streams, (given, b"", b""), strict=True):
            path.write_bytes(content)
        request = {
            "arguments": [str(argument) for argument in arguments],
            "streams": [str(path) for path in streams],
        }
        waiting = _waiting()
        assert waiting.stdin is not None and waiting.stdout is not None
        waiting.stdin.write(json.dumps(request) + "\n")
        waiting.stdin.flush()
        code = int(waiting.stdout.readline())
        return subprocess.CompletedProcess(
            list(arguments), code, streams[1].read_bytes(), streams[2].read_bytes()
        )


@functools.cache
def _waiting() -> subprocess.Popen[str]:
    """The process that is forked; it ends with this one, whose end of the pipe is closed then."""
    paths = [path for path in sys.path if path and Path(path, "tensorflow").is_dir()]
    waiting = subprocess.Popen(
        [sys.executable, "-I", "-c", _WAITING, json.dumps(paths)],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "ready\n"
    return waiting
