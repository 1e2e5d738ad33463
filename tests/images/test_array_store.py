from __future__ import annotations

import resource
import signal
from pathlib import Path

import numpy as np
import pytest

from seqkit.images import ArrayStore

KEYS = [f"key {number}" for number in range(10)]
SHAPE = (2, 3)


class Rows:
    """Computes rows, counts them, and may be interrupted."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.computed: list[int] = []
        self.stop_at = stop_at

    def __call__(self, rows):
        if self.stop_at in rows:
            raise KeyboardInterrupt
        self.computed += rows
        return all_rows()[list(rows)]


def all_rows(number: int = len(KEYS)) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(number, *SHAPE)).astype(np.float16)


def fill(path: Path, rows: Rows, *, keys=KEYS, settings="encoder 1", **options) -> ArrayStore:
    options = {"shape": SHAPE, "dtype": np.float16, "chunk": 3, **options}
    return ArrayStore.fill(path, keys, compute=rows, settings=settings, **options)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "features" / "train.npy"


def test_rows_come_back(path):
    told = []
    store = fill(path, Rows(), progress=lambda *numbers: told.append(numbers))
    assert told == [(3, 10), (6, 10), (9, 10), (10, 10)]
    assert len(store) == 10 and store.shape == SHAPE and store.dtype == np.float16
    for rows in ([7, 2, 2], np.array([9]), slice(4, 6), 3, np.array([], int)):
        np.testing.assert_array_equal(store[rows], all_rows()[rows])
    assert type(store[:2]) is np.ndarray
    np.testing.assert_array_equal(np.load(path), all_rows())
    np.testing.assert_array_equal(ArrayStore(path)[:], all_rows())
    assert sorted(p.name for p in path.parent.iterdir()) == ["train.npy", "train.npy.json"]


def test_what_is_there_is_used_again(path):
    fill(path, Rows())
    again = Rows()
    np.testing.assert_array_equal(fill(path, again)[:], all_rows())
    assert again.computed == []


@pytest.mark.parametrize("stop_at", [0, 2, 3, 7, 9])
def test_an_interrupted_run_is_gone_on_with(path, stop_at):
    with pytest.raises(KeyboardInterrupt):
        fill(path, Rows(stop_at))
    rest = Rows()
    np.testing.assert_array_equal(fill(path, rest)[:], all_rows())
    assert rest.computed == list(range(stop_at // 3 * 3, 10))


@pytest.mark.parametrize(
    "change",
    [
        {"keys": [*KEYS[:-1], "another"]},
        {"keys": KEYS[::-1]},
        {"keys": KEYS[:7]},
        {"settings": "encoder 2"},
        {"shape": (3, 2)},
        {"dtype": np.float32},
    ],
    ids=lambda change: next(iter(change)),
)
def test_with_anything_else_it_is_made_anew(path, change):
    fill(path, Rows())
    shape, dtype = change.get("shape", SHAPE), change.get("dtype", np.float16)
    number = len(change.get("keys", KEYS))

    def compute(rows):
        return np.full([len(rows), *shape], 5, dtype)

    store = fill(path, compute, **change)
    assert (store[:] == 5).all() and store[:].shape == (number, *shape)
    assert path.stat().st_size == 128 + store[:].nbytes


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b"#" + path.read_bytes()[1:]),
        lambda path: path.with_name("train.npy.json").unlink(),
        lambda path: path.with_name("train.npy.json").write_bytes(b'{"done": '),
        lambda path: path.with_name("train.npy.json").write_bytes(b"\xff"),
        lambda path: path.with_name("train.npy.json").write_text("[]"),
    ],
)
def test_damaged_files_are_made_anew(path, damage):
    fill(path, Rows())
    damage(path)
    anew = Rows()
    np.testing.assert_array_equal(fill(path, anew)[:], all_rows())
    assert anew.computed == list(range(10))


def test_what_lies_behind_the_rows_that_count_is_no_matter(path):
    """A run that was killed while it wrote leaves such bytes."""
    with pytest.raises(KeyboardInterrupt):
        fill(path, Rows(stop_at=6))
    assert not path.exists()
    with path.with_name("train.npy.part").open("ab") as file:
        file.write(b"half a row" * 100)
    np.testing.assert_array_equal(fill(path, Rows())[:], all_rows())
    assert path.stat().st_size == 128 + all_rows().nbytes


def test_whoever_reads_an_earlier_file_goes_on_reading_it(path):
    """Written in place, it would be read with rows of both, or the reader would be killed."""
    reader = fill(path, Rows())
    fill(path, lambda rows: np.full([len(rows), *SHAPE], 5, np.float16), settings="encoder 2")
    np.testing.assert_array_equal(reader[:], all_rows())
    fill(path, Rows(), keys=KEYS[:2])
    np.testing.assert_array_equal(reader[:], all_rows())


@pytest.mark.parametrize("step", [1, 2])
def test_stopped_between_its_last_steps_it_is_made_anew(path, monkeypatch, step):
    """The rows of one setting are never taken for those of another."""
    fill(path, Rows(), settings="encoder 2")
    replace, left = Path.replace, [step]

    def stopping(self, target):
        if ".part" in self.name and not self.name.startswith("."):
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", stopping)
        fill(path, lambda rows: np.full([len(rows), *SHAPE], 5, np.float16))
    store = fill(path, Rows(), settings="encoder 2")
    np.testing.assert_array_equal(store[:], all_rows())
    assert sorted(p.name for p in path.parent.iterdir()) == ["train.npy", "train.npy.json"]


def test_two_do_not_write_the_same_rows(path):
    def compute(rows):
        return fill(path, Rows())[rows]

    with pytest.raises(ValueError, match=r"path='.*train\.npy' is in use: held by process \d+ on "):
        fill(path, compute)
    np.testing.assert_array_equal(fill(path, Rows())[:], all_rows())


def test_no_rows(path):
    store = fill(path, Rows(), keys=[])
    assert len(store) == 0 and store[:].shape == (0, *SHAPE)


def test_a_full_disk_is_told_and_what_was_written_is_kept(path):
    """A limit of the process stands for the full disk: the same call fails."""
    long = np.random.default_rng(0).normal(size=(10, 10_000))
    computed = []

    def compute(rows):
        computed.extend(rows)
        return long[list(rows)]

    options = {"shape": (10_000,), "dtype": np.float64}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (long.nbytes - 1000, limits[1]))
        with pytest.raises(OSError, match=r"too large; all rows take 0\.8 MB: make room .*train"):
            fill(path, compute, **options)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    np.testing.assert_array_equal(fill(path, compute, **options)[:], long)
    assert computed == [*range(10), 9]


def test_an_error_of_compute_is_not_one_of_the_disk(path):
    def compute(rows):
        raise FileNotFoundError(2, "no image")

    with pytest.raises(FileNotFoundError, match=r"no image$"):
        fill(path, compute)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            np.zeros([3, 2, 3], np.float32),
            r"compute returned float32\[3, 2, 3\], expected float16\[3",
        ),
        (
            np.zeros([2, 2, 3], np.float16),
            r"compute returned float16\[2, 2, 3\], expected float16\[3",
        ),
    ],
)
def test_what_compute_gives_is_checked(path, values, message):
    with pytest.raises(ValueError, match=message):
        fill(path, lambda rows: values)


def test_arguments_are_checked(path):
    with pytest.raises(ValueError, match=r"path is '.*train'; its name must end in \.npy"):
        fill(path.with_suffix(""), Rows())
    with pytest.raises(ValueError, match="chunk must be at least 1, got 0"):
        fill(path, Rows(), chunk=0)
    with pytest.raises(ValueError, match="not a readable array"):
        ArrayStore(path)
