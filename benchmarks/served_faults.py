"""Asks an exported model what no one asks: wild strings, huge ones, many at once, for long.

The parts of `benchmarks.faults` that load the newest served version of an export, as any TensorFlow
process does. `hostile` gives every signature that takes rows batches of golden and hostile rows,
and counts golden rows that are answered otherwise, values that are no numbers, and errors.
`long` asks for answers to huge strings and texts, `threads` asks from many threads at once, and
`growth` asks for minutes and watches the memory. Requests are made of golden rows.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tyro

from benchmarks.wild_strings import random_bytes, random_text
from seqkit.export import layout
from seqkit.export.clean_process import to_tensor


def hostile(path: tyro.conf.Positional[Path], *, inputs: int = 10_000, seed: int = 0) -> int:
    """Asks every signature that takes rows for answers to hostile strings and numbers.

    Args:
        path: the export.
        inputs: hostile rows for each signature.
        seed: of the rows.

    Returns:
        The number of faults.
    """
    import tensorflow as tf

    generator = random.Random(seed)
    faults: list[str] = []
    asked = 0
    for name, signature, columns in _signatures(path):
        rows = _rows(columns)
        if not rows:
            continue
        expected = _answer(signature, columns)
        for _ in range(-(-inputs // rows)):
            asked += rows
            mixed = {
                key: np.concatenate([value, _hostile_rows(generator, value)])
                if value.shape[:1] == (rows,)
                else value
                for key, value in columns.items()
            }
            try:
                answers = _answer(signature, mixed)
            except tf.errors.OpError as error:
                faults.append(f"{name}: {str(error)[:200]}")
                continue
            faults += [f"{name}: {fault}" for fault in _differences(expected, answers, rows)]
    return tell("hostile", str(path), asked, faults)


def long(
    path: tyro.conf.Positional[Path], *, characters: int = 1_000_000, words: int = 100_000
) -> int:
    """Asks every signature with strings for answers to a huge string and to a text of many words.

    Prints the time and the memory that the answer takes beyond what the process holds. Twice as
    much may take at most 2.5 times the time and the memory; what is below 0.2 s and 64 MB is not
    compared.

    Args:
        path: the export.
        characters: of a string without blanks.
        words: of a text.

    Returns:
        The number of faults.
    """
    import tensorflow as tf

    faults: list[str] = []
    asked = 0
    for name, signature, columns in _signatures(path):
        for key in _strings(columns):
            for what, size in (("characters", characters), ("words", words)):
                measured = []
                for number in (size // 10, size, 2 * size):  # The first warms up.
                    inputs = {**columns, key: _huge(columns[key], what, number)}
                    inputs = _select(inputs, np.zeros(1, int), len(columns[key]))
                    asked += 1
                    try:
                        measured.append(_seconds_and_memory(signature, inputs))
                    except tf.errors.OpError as error:
                        faults.append(f"{name}, {number:,} {what}: {str(error)[:200]}")
                        break
                else:
                    _, (once, memory), (twice, more) = measured
                    told = f"{name}, {key} of {size:,} {what}"
                    print(
                        f"{told}: {once:.2f} s, {memory / 1e6:.0f} MB; "
                        f"twice as many: {twice:.2f} s, {more / 1e6:.0f} MB",
                        flush=True,
                    )
                    if twice > 2.5 * max(once, 0.2):
                        faults.append(f"{told}: time grows {twice / once:.1f} times by twice")
                    if more > 2.5 * max(memory, 64e6):
                        faults.append(f"{told}: memory grows {more / memory:.1f} times by twice")
    return tell("long", str(path), asked, faults)


def threads(
    path: tyro.conf.Positional[Path], *, number: int = 8, seconds: float = 60, seed: int = 0
) -> int:
    """Asks an export from many threads at once, and compares with what one thread was answered.

    Args:
        path: the export.
        number: of threads.
        seconds: for which they ask.
        seed: of the requests.

    Returns:
        The number of answers that differ.
    """
    generator = random.Random(seed)
    requests = _requests(path, generator, 8)
    expected = [_answer(*request[1:]) for request in requests]
    faults = [
        f"{request[0]} answers one thread in two ways"
        for request, answers in zip(requests, expected, strict=True)
        if not _equal(_answer(*request[1:]), answers)
    ]
    end, asked = time.perf_counter() + seconds, [0] * number

    def ask(thread: int) -> None:
        generator = random.Random(seed + thread)
        while not asked[thread] or time.perf_counter() < end:
            place = generator.randrange(len(requests))
            asked[thread] += 1
            try:
                if not _equal(_answer(*requests[place][1:]), expected[place]):
                    faults.append(f"{requests[place][0]} answers otherwise beside other calls")
            except Exception as error:
                faults.append(f"{requests[place][0]}: {str(error)[:200]}")

    started = [threading.Thread(target=ask, args=(thread,)) for thread in range(number)]
    for one in started:
        one.start()
    for one in started:
        one.join()
    return tell(f"threads, {number} for {seconds:g} s", str(path), sum(asked), faults)


def growth(
    path: tyro.conf.Positional[Path],
    *,
    minutes: float = 10,
    most_mb: float = 32,
    seed: int = 0,
) -> int:
    """Asks an export for answers to requests of all sizes, and watches the memory of the process.

    The first third of the time warms up. The highest memory of the last third may exceed that of
    the second by `most_mb`.

    Args:
        path: the export.
        minutes: for which it is asked.
        most_mb: by how many megabytes the memory may grow.
        seed: of the requests.

    Returns:
        1 if it grew by more, else 0.
    """
    generator = random.Random(seed)
    signatures = list(_signatures(path))
    start, asked = time.perf_counter(), 0
    highest = [0.0, 0.0, 0.0]
    while (passed := time.perf_counter() - start) < 60 * minutes:
        _answer(*_request(generator, *generator.choice(signatures))[1:])
        asked += 1
        third = min(2, int(3 * passed / (60 * minutes)))
        highest[third] = max(highest[third], _memory("VmRSS") / 1e6)
    first, second, last = highest
    print(f"highest memory of each third: {first:.0f}, {second:.0f}, {last:.0f} MB")
    grown = last - second
    faults = [f"memory grew by {grown:.0f} MB"] if grown > most_mb else []
    return tell(f"growth, {minutes:g} minutes", str(path), asked, faults)


def _signatures(path: Path) -> Iterator[tuple[str, Any, dict[str, np.ndarray]]]:
    """The signatures of the newest version that have inputs, with their golden rows by input."""
    import tensorflow as tf

    newest = path / layout.SERVING / str(layout.versions(path)[-1])
    loaded = tf.saved_model.load(str(newest))
    golden = layout.read_json(path / layout.GOLDEN)["signatures"]
    for name, record in golden.items():
        if record["inputs"]:
            columns = {key: to_tensor(value).numpy() for key, value in record["inputs"].items()}
            # A signature lives as long as the model that it belongs to.
            yield name, _Signature(loaded, name), columns


class _Signature:
    """A signature that keeps its model."""

    def __init__(self, model: Any, name: str) -> None:
        self._model, self._call = model, model.signatures[name]

    def __call__(self, **inputs: Any) -> Mapping[str, Any]:
        return self._call(**inputs)


def _strings(columns: Mapping[str, np.ndarray]) -> list[str]:
    """The names of inputs that are rows of strings."""
    return [key for key, value in columns.items() if value.dtype == object and value.ndim]


def _rows(columns: Mapping[str, np.ndarray]) -> int:
    """How many rows a signature is given; 0 if its inputs are one for all rows."""
    return max((len(value) for value in columns.values() if value.ndim), default=0)


def _select(
    columns: Mapping[str, np.ndarray], places: np.ndarray, rows: int
) -> dict[str, np.ndarray]:
    """Some of the rows of each input; what has no rows stays as it is."""
    return {
        key: value[places] if value.shape[:1] == (rows,) else value
        for key, value in columns.items()
    }


def _request(
    generator: random.Random, name: str, signature: Any, columns: Mapping[str, np.ndarray]
) -> tuple[str, Any, dict[str, np.ndarray]]:
    """Up to 64 golden rows of a signature, some of their strings with wild ones."""
    rows = _rows(columns)
    places = np.array([generator.randrange(rows) for _ in range(generator.randint(1, 64))])
    inputs = _select(columns, places, rows) if rows else dict(columns)
    for key in _strings(inputs):
        inputs[key] = inputs[key].copy()
        for place in np.ndindex(*inputs[key].shape):
            if generator.random() < 0.3:
                words = [random_text(generator) for _ in range(generator.randint(1, 20))]
                inputs[key][place] = b" ".join(words)
    return name, signature, inputs


def _requests(
    path: Path, generator: random.Random, of_each: int
) -> list[tuple[str, Any, dict[str, np.ndarray]]]:
    return [_request(generator, *one) for one in _signatures(path) for _ in range(of_each)]


def _answer(signature: Any, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    import tensorflow as tf

    answers = signature(**{key: tf.constant(value) for key, value in inputs.items()})
    return {key: value.numpy() for key, value in answers.items()}


def _equal(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> bool:
    """Whether two answers are the same, bit by bit."""
    return all(
        one[key].shape == value.shape and one[key].tobytes() == value.tobytes()
        if value.dtype != object
        else np.array_equal(one[key], value)
        for key, value in other.items()
    )


def _huge(like: np.ndarray, what: str, number: int) -> np.ndarray:
    """One row of strings, with a string of so many characters, or a text of so many words."""
    rows = like[:1].copy()
    if what == "characters":
        rows[(0,) * like.ndim] = (b"never" * (number // 5 + 1))[:number]
    elif like.ndim == 1:
        rows[0] = b"never " * (number - 1) + b"never"
    else:  # A row of words already.
        rows = np.full((1, number, *like.shape[2:]), b"never", object)
    return rows


def _seconds_and_memory(signature: Any, inputs: Mapping[str, np.ndarray]) -> tuple[float, float]:
    """How long an answer takes, and by how many bytes the process grows meanwhile at most."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # The highest memory is measured anew.
    before, start = _memory("VmRSS"), time.perf_counter()
    _answer(signature, inputs)
    return time.perf_counter() - start, max(0.0, _memory("VmHWM") - before)


def _memory(what: str) -> float:
    """Bytes of memory that Linux says the process holds, `VmRSS`, or held at most, `VmHWM`."""
    status = Path("/proc/self/status").read_text("ascii")
    return 1024 * int(re.search(rf"{what}:\s+(\d+)", status)[1])  # type: ignore[index]


def _hostile_rows(generator: random.Random, like: np.ndarray) -> np.ndarray:
    """As many rows as `like` has: strings of many scripts, and of bytes that are no UTF-8; numbers
    of which a third are at the ends of what their type holds, or none."""
    if like.dtype == object:
        rows = np.empty(like.shape, object)
        for place in np.ndindex(*like.shape):
            rows[place] = generator.choice((random_text, random_bytes))(generator)
        return rows
    rows = like.copy()
    for place in np.ndindex(*like.shape):
        if generator.random() < 1 / 3:
            rows[place] = generator.choice(_wild_numbers(like.dtype))
    return rows


def _wild_numbers(dtype: np.dtype[Any]) -> tuple[Any, ...]:
    if dtype.kind == "f":
        largest = np.finfo(dtype).max
        return (np.nan, np.inf, -np.inf, largest, -largest, 1e-30, 0, -1)
    if dtype.kind == "b":
        return (False, True)
    return (np.iinfo(dtype).min, np.iinfo(dtype).max, -1, 0, 1, 127, 128)


def _differences(
    expected: Mapping[str, np.ndarray], answers: Mapping[str, np.ndarray], rows: int
) -> Iterator[str]:
    """What the golden rows of a mixed batch are answered otherwise than alone; what is NaN."""
    for key, alone in expected.items():
        mixed = answers[key]
        if alone.dtype != object and np.isnan(mixed).any():
            yield f"{key} is not a number"
        if alone.shape[:1] != (rows,):
            continue
        # In a batch with longer rows an output may be wider, by padding.
        inside = mixed[(slice(rows), *(slice(size) for size in alone.shape[1:]))]
        close = alone.dtype.kind == "f" and np.allclose(inside, alone, atol=1e-4, equal_nan=True)
        if not (close or np.array_equal(inside, alone)):
            yield f"{key} of golden rows depends on the rows beside them"


def tell(what: str, where: str, count: int, faults: Sequence[str]) -> int:
    """Prints how many faults there were, and the first of them.

    Args:
        what: was done.
        where: the recipe or the export.
        count: how often.
        faults: a line for each.

    Returns:
        The number of faults.
    """
    print(f"{what}, {where}: {count:,} tried, {len(faults):,} faults")
    print(*faults[:20], sep="\n")
    return len(faults)
