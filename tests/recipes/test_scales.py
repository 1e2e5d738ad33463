"""The sample tunes are music: in their key, of whole bars, with a beginning that comes back."""

from __future__ import annotations

import re

import pytest

from recipes.samples.scales import scales

# The pitches of each key, from C on.
MAJOR = {0, 2, 4, 5, 7, 9, 11}
TONICS = {"C": 0, "G": 7, "D": 2, "F": 5, "Bb": 10, "Am": 0, "Em": 7, "Bm": 2, "Dm": 5, "Gm": 10}


@pytest.fixture(scope="module")
def tunes():
    return scales(train=60, validation=10, test=10)


def test_tunes_are_in_their_keys(tunes):
    assert {tune.key for tune in tunes["train"]} == set(TONICS)
    for tune in tunes["train"]:
        classes = {(pitch - TONICS[tune.key]) % 12 for frame in tune.frames for pitch in frame}
        assert classes <= MAJOR, tune.key
        assert all(36 <= pitch <= 96 for frame in tune.frames for pitch in frame)


def test_the_second_half_begins_as_the_first_one(tunes):
    for tune in tunes["train"]:
        assert len(tune.frames) == 64
        assert tune.frames[32:48] == tune.frames[:16]


def test_parts_share_no_tune_and_the_seed_decides(tunes):
    everything = [tuple(tune.frames) for some in tunes.values() for tune in some]
    assert len(set(everything)) == len(everything) == 80
    assert scales(train=60, validation=10, test=10) == tunes
    assert scales(train=2, validation=0, test=0)["train"] == tunes["train"][:2]
    assert scales(train=60, validation=10, test=10, seed=1)["test"] != tunes["test"]
    with pytest.raises(ValueError, match=r"test must be 0 or more, got -1"):
        scales(test=-1)


def test_every_bar_of_the_abc_has_eight_eighths(tunes):
    note = re.compile(r"([A-Gz][,']*|[a-g][,']*)(\d*)")
    for tune in tunes["train"]:
        *header, first, second = tune.abc.splitlines()
        assert [line[:2] for line in header] == ["X:", "T:", "M:", "L:", "K:"]
        assert header[-1] == f"K:{tune.key}"
        bars = f"{first} {second}".replace("|]", "").split("|")
        assert len(bars) == 8
        for bar in bars:
            notes = note.findall(re.sub(r'"[^"]*"', "", bar))
            assert sum(int(length or 1) for _, length in notes) == 8, bar
