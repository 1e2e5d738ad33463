"""A small part of what `benchmarks.faults` does: damage is found, golden rows stay as they are."""

import tensorflow as tf

from benchmarks import faults


def test_every_damage_of_an_export_is_found(exported, capsys):
    assert faults.damage(exported.path) == 0
    told = capsys.readouterr().out
    count = int(told.split(": ")[1].split()[0].replace(",", ""))
    files = [file for file in exported.path.rglob("*") if file.is_file()]
    # Twenty ways for each file but the lock of runs; an empty file cannot be cut.
    assert count > 15 * (len(files) - 1)


def test_damage_that_is_not_found_is_counted(exported, monkeypatch, capsys):
    class Blind:
        ok = True

    monkeypatch.setattr(faults, "verify", lambda path: Blind())
    assert faults.damage(exported.path) > 100
    assert "flipped bit 1 is not found" in capsys.readouterr().out


def test_hostile_rows_leave_golden_rows_alone(exported):
    assert faults.hostile(exported.path, inputs=100) == 0


def test_a_row_that_changes_with_its_neighbours_is_counted():
    alone = {"score": tf.constant([[1.0], [2.0]])}
    beside = {"score": tf.constant([[1.0, 0.0], [2.5, 0.0], [float("nan"), 0.0]])}
    assert list(faults._differences(alone, beside, 2)) == [
        "score is not a number",
        "score of golden rows depends on the rows beside them",
    ]
