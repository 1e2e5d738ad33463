"""The state on disk: whole, or refused by name; a full disk costs nothing that was there."""

from __future__ import annotations

import re
import resource

import numpy as np
import pytest

from seqkit.training import state_file
from seqkit.training.state_file import SavedState


def state(epochs: int) -> SavedState:
    history = [{"val_loss": float(epoch)} for epoch in range(epochs)]
    now = [np.full([40, 50], epochs, np.float32), np.array(3)]
    return SavedState({"seed": 1}, history, 0, now, [now[0] + 1])


def test_a_state_comes_back(tmp_path):
    assert state_file.read(tmp_path / "none") is None
    state_file.write(tmp_path / "a" / "b", state(2))
    found = state_file.read(tmp_path / "a" / "b")
    assert found is not None
    assert (found.fingerprint, found.history, found.best_epoch) == (
        {"seed": 1},
        state(2).history,
        0,
    )
    for ours, expected in zip(
        (*found.now, *found.best), (*state(2).now, *state(2).best), strict=True
    ):
        np.testing.assert_array_equal(ours, expected)
    assert state_file.describe(tmp_path / "a" / "b") == ["2 finished epochs"]
    assert state_file.describe(tmp_path) == ["2 finished epochs of stage 'a/b'"]
    assert state_file.describe(tmp_path / "none") == []


def flip(content: bytes, place: float) -> bytes:
    where = int(len(content) * place)
    return content[:where] + bytes([content[where] ^ 1]) + content[where + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:1000],
        lambda content: flip(content, 0.25),
        lambda content: flip(content, 0.75),
        lambda content: b"version https://git-lfs.github.com/spec/v1\n",
        lambda content: b"PK\x03\x04" + content[:10],
        lambda content: b"\x93NUMPY",
    ],
    ids=["empty", "cut", "cut early", "a bit", "another bit", "pointer", "head of a zip", "array"],
)
def test_a_damaged_state_is_refused_by_name(tmp_path, damage):
    state_file.write(tmp_path, state(3))
    path = tmp_path / "state.npz"
    path.write_bytes(damage(path.read_bytes()))
    told = f"{re.escape(str(path))} is damaged and cannot be continued .* with restart=True"
    with pytest.raises(ValueError, match=told):
        state_file.read(tmp_path)
    assert len(state_file.describe(tmp_path)) == 1


def test_a_file_of_another_program_is_refused_by_name(tmp_path):
    np.savez(tmp_path / "state.npz", weights=np.zeros(3))
    with pytest.raises(ValueError, match=r"state\.npz is damaged"):
        state_file.read(tmp_path)
    np.save(tmp_path / "array.npy", np.zeros(3))
    (tmp_path / "array.npy").replace(tmp_path / "state.npz")
    with pytest.raises(ValueError, match=r"state\.npz is damaged"):
        state_file.read(tmp_path)
    assert state_file.describe(tmp_path) == ["a damaged state"]


def test_a_full_disk_is_told_and_the_state_before_is_whole(tmp_path):
    """A limit of the process stands for the full disk: the same call fails."""
    state_file.write(tmp_path, state(2))
    before = (tmp_path / "state.npz").read_bytes()
    told = (
        r"File too large; weights and optimizer take 0\.0 MB.*: make room; the state after epoch 2 "
        r"is whole.*state\.npz"
    )
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
        with pytest.raises(OSError, match=told):
            state_file.write(tmp_path, state(3))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / "state.npz").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]


def test_what_killed_runs_left_is_removed_and_nothing_else(tmp_path):
    state_file.write(tmp_path, state(2))
    kept = ["state.npz", "state.npz.txt", "other.npz.12", "notes", ".notes.state.npz"]
    for name in [*kept[1:], "state.npz.4711", ".4712.state.npz"]:
        (tmp_path / name).write_text("")
    state_file.clear_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
