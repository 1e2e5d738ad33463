from __future__ import annotations

from pathlib import Path

import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.kinds import image_column
from tests.tiny_images import jpeg, png, write_images

COLUMNS = ("image", "caption")


def read(source, **options) -> data.Dataset:
    return data.read(source, columns=COLUMNS, **options)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two captions of each of eleven images, of which seven cannot be used."""
    write_images(tmp_path, "a.jpg", "b.png", "c.jpg", "d.png")
    (tmp_path / "cut.jpg").write_bytes(jpeg(5, 64)[:-200])
    (tmp_path / "text.png").write_text("not found")
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "giant.png").write_bytes(png(7, 40))
    names = ["a.jpg", "cut.jpg", "text.png", "b.png", "empty.png", "folder.png", "giant.png"]
    names += ["gone.jpg", "c.jpg", "", "d.png"]
    path = tmp_path / "captions.csv"
    rows = [f"{name},caption {i}" for i in range(2) for name in names]
    path.write_text("\n".join(["image,caption", *rows]))
    return path


def test_bad_images_are_named_in_one_error(table: Path):
    with pytest.raises(DataError) as caught:
        read(table, max_pixels=1_000)
    first, *listed, more, remedy = str(caught.value).splitlines()
    assert first == f"{table}: 7 of 11 images cannot be used:"
    assert [line.split(": ")[:2] for line in listed] == [
        [f"  {table}, line {line}", f"image '{name}'"]
        for line, name in (
            (3, "cut.jpg"), (4, "text.png"), (6, "empty.png"), (7, "folder.png"), (8, "giant.png"),
        )
    ]  # fmt: skip
    assert all(line.split(": ")[2] for line in listed)
    assert more == "  and 2 more"
    assert remedy == "Mend or remove them, or leave them out with bad_images='skip'."


def test_bad_images_are_left_out_and_counted(table: Path):
    with pytest.warns(UserWarning, match=r"7 of 11 images .*(\n.*)*line 3: image 'cut.jpg'"):
        rows = read(table, max_pixels=1_000, bad_images="skip")
    names = [Path(image).name for image in rows.to_list("image")]
    assert names == ["a.jpg", "b.png", "c.jpg", "d.png"] * 2
    assert rows.lines.tolist() == [2, 5, 10, 12, 13, 16, 21, 23]
    assert rows.dropped == {"that cannot be used": 7}
    lines = data.check(rows).lines()
    assert "  7 images dropped: 7 that cannot be used" in lines
    with pytest.warns(UserWarning, match="6 of 11"):
        assert len(read(table, bad_images="skip")) == 10


def test_images_that_are_all_bad(table: Path):
    table.write_text("image,caption\ngone.jpg,x\nlost.jpg,y\n")
    with pytest.raises(DataError, match=r"2 of 2 images(.*\n)*No image is left. Is image_dir"):
        read(table, bad_images="skip")
    with pytest.raises(DataError, match=r"image 'gone.jpg': there is no such file \(looked in '"):
        read(table)


def test_a_file_that_is_far_too_large_is_not_read(tmp_path: Path, monkeypatch):
    path = tmp_path / "a.jpg"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # takes no space on disk
    with pytest.raises(DataError, match=r"1,099,511,627,776 bytes are more than an image"):
        read([(path, "x")])


def test_few_images_are_held_at_a_time(tmp_path: Path, monkeypatch):
    write_images(tmp_path, *(f"{i}.png" for i in range(9)))
    import seqkit.images

    batches: list[int] = []
    check = seqkit.images.image_errors

    def counted(images, **options):
        batches.append(len(images))
        return check(images, **options)

    monkeypatch.setattr(seqkit.images, "image_errors", counted)
    monkeypatch.setattr(image_column, "_CHECKED", 4)
    rows = read([(f"{i % 9}.png", f"caption {i}") for i in range(30)], image_dir=tmp_path)
    assert len(rows) == 30 and batches == [4, 4, 1]
    monkeypatch.setattr(image_column, "_CHECKED_BYTES", 1)
    batches.clear()
    read([(f"{i}.png", "x") for i in range(9)], image_dir=tmp_path)
    assert batches == [1] * 9


def test_many_images_show_how_far_they_are(tmp_path: Path, monkeypatch, capsys):
    write_images(tmp_path, *(f"{i}.png" for i in range(5)))
    monkeypatch.setattr(image_column, "_CHECKED", 2)
    rows = [(f"{i}.png", "x") for i in range(5)]
    read(rows, image_dir=tmp_path)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(image_column, "_MANY", 5)
    read(rows, image_dir=tmp_path)
    out = capsys.readouterr().out
    assert "2/5" in out and "5/5" in out and "/image" in out


def test_names_that_no_file_can_have():
    rows = [("a\0b.jpg", "x"), ("\udcff.jpg", "y"), (" ", "z")]
    with pytest.raises(DataError, match="3 of 3 images cannot be used"):
        read(rows)
