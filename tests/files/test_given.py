"""Paths that lead nowhere are refused in a line that names the argument."""

from __future__ import annotations

import re

import pandas
import pytest

from seqkit.files.given import given_path, refuse_empty, writable_directory


def test_a_directory_is_made(tmp_path):
    assert writable_directory(tmp_path / "a" / "b", "log_dir") == tmp_path / "a" / "b"
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_relative_one_is_absolute_afterwards(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert writable_directory("models", "export_path") == tmp_path / "models"


@pytest.mark.parametrize("ask", [given_path, writable_directory])
def test_an_unset_variable_is_not_the_current_folder(ask):
    with pytest.raises(ValueError, match=r"export_path='' is empty \(an unset variable\?\): give"):
        ask("", "export_path")


def test_only_empty_texts_are_refused():
    """A frame compares with a text cell by cell."""
    frame = pandas.DataFrame({"text": ["", "a"]})
    refuse_empty({"data": frame, "test": [], "seed": 0, "label_separator": " ", "format": None})
    with pytest.raises(ValueError, match=r"format='' is empty .*leave it out, or give a value"):
        refuse_empty({"seed": 0, "format": ""})


def link_to_nothing(folder):
    (folder / "link").symlink_to("gone")
    return folder / "link"


def link_to_itself(folder):
    (folder / "link").symlink_to("link")
    return folder / "link"


def file_of_the_name(folder):
    (folder / "file").write_text("")
    return folder / "file"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (link_to_nothing, "/link' is a link to 'gone', which does not exist; make that, or remove"),
        (link_to_itself, "/link' is a link to 'link', which does not exist"),
        (lambda folder: link_to_nothing(folder) / "below", "/link' is a link to 'gone', which"),
        (file_of_the_name, "is a file: give a directory"),
        (lambda folder: file_of_the_name(folder) / "below", "is a file: give a directory"),
        (lambda folder: folder / ("n" * 300), "cannot be made: File name too long"),
        (lambda folder: str(folder / "a\0b"), "cannot be made: embedded null byte"),
        (lambda _: "/proc/here", "cannot be made: "),  # no permission, even for root
    ],
)
def test_what_cannot_be_written_to_is_told(tmp_path, make, told):
    path = make(tmp_path)
    with pytest.raises(ValueError, match=f"log_dir={re.escape(repr(str(path)))}.*{told}"):
        writable_directory(path, "log_dir")


def test_a_directory_on_a_read_only_disk_is_refused():
    """As is every file system whose folders cannot hold new files."""
    with pytest.raises(ValueError, match="export_path='/proc/self' cannot be written to: "):
        writable_directory("/proc/self", "export_path")
