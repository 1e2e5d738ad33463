"""One file for core and shell, whole or not at all."""

import json
import re
import zipfile

import keras
import pytest

from seqkit.model.keras_file import FORMAT, read_keras_file, write_keras_file


@pytest.fixture
def core():
    return keras.Sequential([keras.Input([2]), keras.layers.Dense(1)])


def test_core_and_shell_come_back(core, tmp_path):
    path = tmp_path / "model.keras"
    write_keras_file(path, core, "some task", {"names": ["가", "b\n"]})
    loaded, shell = read_keras_file(tmp_path, "some task")
    assert shell == {"names": ["가", "b\n"]}
    assert loaded.count_params() == core.count_params()
    assert keras.models.load_model(path).count_params() == core.count_params()
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]


def test_what_is_wrong_is_told(core, tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.keras"):
        write_keras_file(tmp_path / "model.h5", core, "some task", {})
    with pytest.raises(ValueError, match="no file"):
        read_keras_file(tmp_path / "absent.keras", "some task")
    write_keras_file(tmp_path / "model.keras", core, "some task", {})
    with pytest.raises(ValueError, match="holds no other task; its task is 'some task'"):
        read_keras_file(tmp_path / "model.keras", "other task")
    core.save(tmp_path / "core.keras")
    with pytest.raises(ValueError, match="holds no some task; was it saved by one"):
        read_keras_file(tmp_path / "core.keras", "some task")


def test_the_first_format_without_a_number_is_read(core, tmp_path):
    path = tmp_path / "model.keras"
    core.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("some_task.json", '{"names": ["가"]}')
    assert read_keras_file(path, "some task")[1] == {"names": ["가"]}
    with pytest.raises(ValueError, match="holds no other task"):
        read_keras_file(path, "other task")


# Of whatever task: what a later version calls it, this one cannot know.
@pytest.mark.parametrize("task", ["some task", "other task"])
def test_a_file_from_the_future_is_refused(core, tmp_path, task):
    path = tmp_path / "model.keras"
    core.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("seqkit.json", json.dumps({"format": FORMAT + 1, "task": task}))
    told = rf"{re.escape(str(path))} has format {FORMAT + 1}, .* formats up to {FORMAT}; upgrade"
    with pytest.raises(ValueError, match=told):
        read_keras_file(path, "some task")


def test_a_shell_that_cannot_be_written_leaves_the_old_file(core, tmp_path):
    path = tmp_path / "model.keras"
    write_keras_file(path, core, "some task", {"version": 1})
    with pytest.raises(TypeError):
        write_keras_file(path, core, "some task", {"version": object()})
    assert read_keras_file(path, "some task")[1] == {"version": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]
