from __future__ import annotations

import json
from pathlib import Path

import pytest

from seqkit import data
from seqkit.data.errors import DataError
from tests.tiny_images import png, write_images

COLUMNS = ("image", "caption")


def read(source, **options) -> data.Dataset:
    return data.read(source, columns=COLUMNS, **options)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    """Twelve pictures, the last two of them the first two again under another name."""
    folder = write_images(tmp_path_factory.mktemp("pictures"), *(f"{i}.png" for i in range(10)))
    for name, same in (("again.png", "0.png"), ("twin.png", "1.png")):
        (folder / name).write_bytes((folder / same).read_bytes())
    return folder


@pytest.fixture(scope="module")
def rows(pictures: Path) -> data.Dataset:
    names = [*(f"{i}.png" for i in range(10)), "again.png", "twin.png"]
    captions = [(name, f"caption {i} of {name}") for i in range(3) for name in names]
    return read(captions, image_dir=pictures)


def test_an_image_is_in_one_part_whatever_its_names(rows: data.Dataset):
    for seed in range(8):
        first, second = data.split(rows, 0.2, seed=seed)
        assert not set(first.to_list("image_sha256")) & set(second.to_list("image_sha256"))
        assert len(set(second.to_list("image_sha256"))) == 2
        assert len(first) + len(second) == 36
    parts = data.read_parts(rows, columns=COLUMNS, fraction=0.2)
    assert sum(map(len, parts.values())) == 36
    assert {f.count for f in data.check(**parts).leaks.values()} == {0}


def test_the_report(pictures: Path):
    train = read(
        [("0.png", ["A dog .", "a  DOG .", "x", ""]), ("1.png", "A dog ."), ("twin.png", "z")],
        image_dir=pictures,
    )
    test = read(
        [("2.png", "new"), ("again.png", ["one", "two"]), ("twin.png", "z")], image_dir=pictures
    )
    report = data.check(train, test=test)
    part = report.parts["train"]
    assert (part.rows, part.empty, part.duplicates.count, part.conflicts.count) == (6, 1, 1, 0)
    example = part.duplicates.examples[0]
    assert (example.first, example.second) == ("row 0", "row 1")
    assert example.text.endswith("0.png: A dog .")
    assert part.length_percentiles == {50: 7, 90: 8, 99: 8, 100: 8}
    captions = part.details
    assert (captions.images, captions.distinct) == (2, 3)
    assert (captions.fewest, captions.mean, captions.most) == (2, 3.0, 4)
    assert captions.renamed == 1
    assert captions.examples[0].startswith("row 5 and row 4 have the same image: ")
    leak = report.leaks["test in train"]
    assert leak.count == 2
    assert (leak.examples[0].first, leak.examples[0].second) == ("train row 0", "test row 1")
    plain = report.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    text = "\n".join(report.lines())
    for line in (
        "train (list of 3): 2 images, 6 captions, 1 empty, 1 duplicates\n",
        "  captions of an image: fewest 2, mean 3.0, most 4; 3 different captions\n",
        "  images that are there under another name: 1\n",
        "test in train: 2 images\n  test row 1 has the image of train row 0: '",
    ):
        assert line in text


def test_images_in_memory_are_told_by_their_captions():
    train = read([(png(1), "one"), (png(2), "two")])
    report = data.check(train, test=read([(png(2), "other")]))
    assert report.leaks["test in train"].count == 1
    assert report.leaks["test in train"].examples[0].text == "other"
    assert report.parts["train"].details.renamed == 0


def test_captions_by_image(rows: data.Dataset, pictures: Path):
    images, captions = data.captions_by_image(rows)
    assert images == [str(pictures / f"{i}.png") for i in range(10)]
    assert captions[0] == [
        f"caption {i} of {name}" for i in range(3) for name in ("0.png", "again.png")
    ]
    assert list(map(len, captions)) == [6, 6] + [3] * 8
    images, captions = data.captions_by_image(rows.take([14, 3, 2]))
    assert images == [str(pictures / "2.png"), str(pictures / "3.png")]
    assert captions == [["caption 1 of 2.png", "caption 0 of 2.png"], ["caption 0 of 3.png"]]
    assert data.captions_by_image(rows.take([])) == ([], [])
    bytes_of_one = read([(png(3), ["x", "y"])])
    assert data.captions_by_image(bytes_of_one) == ([png(3)], [["x", "y"]])
    with pytest.raises(ValueError, match="has no 'image'; read it with columns="):
        data.captions_by_image(data.read([("a", "x")]))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    write_images(tmp_path / "images", *(f"{i}.png" for i in range(10)))
    path = tmp_path / "captions.csv"
    parts = ["train"] * 5 + ["Val", "restval", "test", "train", "val"]
    lines = [f"{i}.png,{part},caption {i}" for i, part in enumerate(parts)]
    path.write_text("\n".join(["image,split,caption", *lines]))
    return path


def test_parts_told_by_a_column(table: Path):
    parts = data.read_parts(table, columns=COLUMNS, split_column="split")
    assert {part: rows.to_list("caption") for part, rows in parts.items()} == {
        "train": [f"caption {i}" for i in (0, 1, 2, 3, 4, 6, 8)],
        "validation": ["caption 5", "caption 9"],
        "test": ["caption 7"],
    }
    table.write_text(table.read_text().replace(",test,", ",train,"))
    parts = data.read_parts(table, columns=COLUMNS, split_column="split", fraction=0.25)
    assert {part: len(rows) for part, rows in parts.items()} == {
        "train": 6, "validation": 2, "test": 2,
    }  # fmt: skip


def test_parts_told_twice_or_wrongly(table: Path):
    given = read([(png(1), "x")])
    with pytest.raises(DataError, match=r"line 9: split is 'test', but test is also given"):
        data.read_parts(table, test=given, columns=COLUMNS, split_column="split")
    table.write_text(table.read_text().replace("restval", "fold 3"))
    with pytest.raises(DataError, match=r"line 8: split is 'fold 3', which is not one of 'train'"):
        data.read_parts(table, columns=COLUMNS, split_column="split")
    table.write_text("image,split,caption\n0.png,test,x\n")
    with pytest.raises(DataError, match="no row has split 'train'"):
        data.read_parts(table, columns=COLUMNS, split_column="split")
