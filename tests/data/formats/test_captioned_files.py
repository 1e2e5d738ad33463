from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seqkit import data
from seqkit.data.errors import DataError
from tests.tiny_images import png, write_images

COLUMNS = ("image", "caption")
ROWS = [("a.jpg", "A dog ."), ("a.jpg", "The dog , running ."), ("b.png", "A cat .")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_images(tmp_path, "a.jpg", "b.png")


def rows_of(dataset: data.Dataset) -> list[tuple[str, str]]:
    names = [Path(image).name for image in dataset.to_list("image")]
    return list(zip(names, dataset.to_list("caption"), strict=True))


def read(source, **options) -> data.Dataset:
    return data.read(source, columns=COLUMNS, **options)


def written(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(rows) + "\n")
    return path


QUOTED = ["a.jpg,A dog .", 'a.jpg,"The dog , running ."', "b.png,A cat ."]
FLICKR = ["a.jpg#0\tA dog .", "a.jpg#1\tThe dog , running .", "", "b.png#0\tA cat ."]
WIDE = ["a.jpg;A dog .;The dog , running .", "b.png;A cat .;"]


@pytest.mark.parametrize(
    ("name", "lines", "numbers"),
    [
        ("captions.csv", ["image,caption", *QUOTED], [2, 3, 4]),
        ("captions.csv", ["file_name,text", *QUOTED], [2, 3, 4]),
        ("captions.txt", ["image,caption", *QUOTED], [2, 3, 4]),
        ("captions.tsv", ["Image\tDescription", *("\t".join(row) for row in ROWS)], [2, 3, 4]),
        ("captions.txt", FLICKR, [1, 2, 4]),
        ("Flickr8k.token", FLICKR, [1, 2, 4]),
        ("wide.csv", ["image;caption_1;caption_2", *WIDE], [2, 2, 3]),
        ("wide.csv", ["Caption 1;Caption 2;file",
                      "A dog .;The dog , running .;a.jpg", "A cat .;;b.png"], [2, 2, 3]),
        ("results.csv", ["image_name| comment_number| comment",
                         "a.jpg| 0| A dog .", "a.jpg| 1| The dog , running .",
                         "b.png| 0| A cat ."], [2, 3, 4]),
        ("captions.jsonl", [json.dumps({"img": a, "caption": b}) for a, b in ROWS], [1, 2, 3]),
        ("captions.json", [json.dumps({"image": a, "caption": b}) for a, b in ROWS], [1, 2, 3]),
        ("captions.jsonl", ['{"image": "a.jpg", "captions": ["A dog .", "The dog , running ."]}',
                            '{"image": "b.png", "captions": "A cat ."}'], [1, 1, 2]),
    ],
)  # fmt: skip
def test_files_of_captions(folder: Path, name: str, lines: list[str], numbers: list[int]):
    path = written(folder / name, lines)
    rows = read(path)
    assert rows_of(rows) == ROWS
    assert rows.lines.tolist() == numbers
    assert rows.to_list("image")[0] == str(folder / "a.jpg")
    assert rows.column_names == (*COLUMNS, "image_sha256")
    (folder / f"{name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert read(folder / f"{name}.gz").sha256 == rows.sha256


def test_parquet_of_paths_bytes_and_both(folder: Path):
    path = folder / "a.parquet"
    pq.write_table(pa.table({"image": ["a.jpg", "b.png"], "captions": [["x", "y"], ["z"]]}), path)
    rows = read(path)
    assert rows_of(rows) == [("a.jpg", "x"), ("a.jpg", "y"), ("b.png", "z")]
    images = [{"bytes": png(9), "path": "gone.png"}, {"bytes": None, "path": "a.jpg"}]
    pq.write_table(pa.table({"image": images, "text": ["x", "y"]}), path)
    assert read(path).to_list("image") == [png(9), (folder / "a.jpg").read_bytes()]
    many = [png(i % 250, 4 + i // 250) for i in range(300)]
    pq.write_table(pa.table({"image": many, "text": ["x"] * 300}), path)
    assert read(path).to_list("image") == many


def test_names_and_positions(folder: Path):
    path = written(folder / "a.csv", ["x;what;a", "b.png;A cat .;caption"])
    rows = read(path, names={"image": "x", "caption": "what"})
    assert rows_of(rows) == [("b.png", "A cat .")]
    path = written(folder / "b.csv", ["A cat .;b.png"])
    rows = read(path, names={"image": 1, "caption": 0})
    assert rows_of(rows) == [("b.png", "A cat .")]


@pytest.mark.parametrize("inside", ["images", "Images"])
def test_images_beside_the_file_and_elsewhere(tmp_path: Path, inside: str):
    write_images(tmp_path / "texts" / inside, "a.jpg")
    write_images(tmp_path / "elsewhere", "b.jpg", "a.jpg")
    path = written(tmp_path / "texts" / "a.csv", ["image,caption", "a.jpg,x"])
    near = read(path)
    assert near.to_list("image") == [str(path.parent / inside / "a.jpg")]
    far = read(path, image_dir=tmp_path / "elsewhere")
    assert far.to_list("image") == [str(tmp_path / "elsewhere" / "a.jpg")]
    assert near.sha256 != far.sha256
    written(path, ["image,caption", f"{tmp_path / 'elsewhere' / 'b.jpg'},x"])
    assert read(path).to_list("image") == [str(tmp_path / "elsewhere" / "b.jpg")]
    with pytest.raises(FileNotFoundError, match=r"image_dir='.*nowhere': there is no such folder"):
        read(path, image_dir=tmp_path / "nowhere")


def test_the_digest_is_that_of_captions_and_images(folder: Path):
    path = written(folder / "a.csv", ["image,caption", "a.jpg,x"])
    first = read(path)
    (folder / "c.jpg").write_bytes((folder / "a.jpg").read_bytes())
    assert read(written(path, ["image,caption", "c.jpg,x"])).sha256 == first.sha256
    assert read(written(path, ["image,caption", "c.jpg,y"])).sha256 != first.sha256
    assert read(written(path, ["image,caption", "b.png,x"])).sha256 != first.sha256


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["captions.json", "captions_val.json.gz"])
def test_coco(folder: Path, indent: int | None, name: str):
    whole = {
        "info": {"year": 2014},
        "images": [
            {"id": 7, "file_name": "a.jpg", "width": 8},
            {"id": 3, "file_name": "b.png"},
            {"id": 4, "file_name": "none.jpg"},
        ],
        "annotations": [
            {"image_id": 3, "id": 1, "caption": "A cat ."},
            {"image_id": 7, "id": 2, "caption": "A dog ."},
            {"image_id": 7, "id": 3, "caption": "The dog , running .\n"},
        ],
    }
    text = json.dumps(whole, indent=indent).encode()
    path = folder / name
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    rows = read(path)
    assert rows_of(rows) == ROWS
    assert rows.dropped == {"without a caption": 1}


COCO = {"images": [{"id": 1, "file_name": "a.jpg"}]}


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        ({**COCO, "annotations": [{"image_id": 2, "caption": "x"}]},
         r"annotations\[0\]: image_id 2 is that of no image among 1"),
        ({**COCO, "annotations": [{"image_id": 1}]},
         r"annotations\[0\]: .* has no 'image_id' and 'caption'"),
        ({**COCO, "annotations": [{"image_id": 1, "caption": None}]},
         r"annotations\[0\]: caption is None"),
        ({"images": COCO["images"] * 2, "annotations": []},
         r"images\[1\]: id 1 is that of 'a.jpg' too"),
        ({"images": [{"id": [], "file_name": "a"}], "annotations": []}, r"images\[0\]: id is \[\]"),
        ({"annotations": []}, r"no list 'images' in \['annotations'\]"),
        ({**COCO, "annotations": []}, "no rows"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_coco_is_placed(folder: Path, whole: dict, words: str):
    path = folder / "captions.json"
    path.write_text(json.dumps(whole))
    with pytest.raises(DataError, match=words) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))


def test_json_that_is_none(folder: Path):
    path = written(folder / "captions.json", ["{", '"images": [,]', "}"])
    with pytest.raises(DataError, match=r"captions.json, line 2, column 12: not JSON"):
        read(path)
    path.write_bytes(b'{\n"images": "\xff"}')
    with pytest.raises(DataError, match="byte 0xff at offset 13 is not utf-8"):
        read(path, format="coco")


def test_a_line_that_is_not_flickrs(folder: Path):
    path = written(folder / "captions.txt", ["a.jpg#0\tx", "a.jpg y"])
    with pytest.raises(DataError, match=r"captions.txt, line 2: 'a.jpg y' is not an image's name"):
        read(path)


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["image,caption", *QUOTED], "captions.csv"),
        (FLICKR, "captions.txt"),
        ([json.dumps({"file_name": a, "text": b}) for a, b in ROWS], "metadata.jsonl"),
    ],
)
@pytest.mark.parametrize("inside", ["", "images"])
def test_a_folder_with_a_file_of_captions(tmp_path: Path, lines: list[str], name: str, inside: str):
    write_images(tmp_path / inside, "a.jpg", "b.png")
    rows = read(written(tmp_path / name, lines).parent)
    assert rows_of(rows) == ROWS
    assert rows.source == str(tmp_path / name)


def test_a_folder_with_a_text_beside_every_image(folder: Path):
    write_images(folder / "more", "c.jpeg", "d.jpg")
    written(folder / "a.txt", ["", "A dog .", "  The dog , running .  "])
    written(folder / "b.txt", ["A cat ."])
    written(folder / "more" / "c.txt", ["새 ."])
    written(folder / "notes.txt", ["no caption"])
    rows = read(folder)
    assert rows_of(rows) == [*ROWS, ("c.jpeg", "새 .")]
    assert rows.to_list("image")[-1] == str(folder / "more" / "c.jpeg")
    assert rows.dropped == {"without a caption": 1}
    assert rows.name == folder.name and len(rows.sha256) == 64


def test_folders_that_tell_too_little_or_too_much(folder: Path):
    with pytest.raises(DataError, match=r"2 images and no captions. Put a file captions.csv"):
        read(folder)
    written(folder / "captions.csv", ["image,caption"])
    written(folder / "captions.txt", ["image,caption"])
    with pytest.raises(DataError, match=r"2 files .*: captions.csv, captions.txt. Give the one"):
        read(folder)
    with pytest.raises(FileNotFoundError):
        read(folder / "nowhere")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"bad_images": "drop"}, "bad_images='drop' must be 'error' or 'skip'"),
        ({"max_pixels": 0}, "max_pixels=0 must be at least 1"),
        ({"columns": ("image",)}, "'image' and 'caption'"),
        ({"columns": ("image", "caption", "text")}, "'image' and 'caption'"),
        (
            {"columns": ("text",), "format": "coco"},
            r"Of this file read columns=\('image', 'caption'\)",
        ),
        ({"columns": (*COLUMNS, "split"), "format": "flickr"}, "has no columns"),
        ({"format": "conll"}, "captions come from 'csv'"),
    ],
)
def test_wrong_arguments_are_refused(folder: Path, arguments: dict, words: str):
    path = written(folder / "a.csv", ["image,caption", "a.jpg,x"])
    with pytest.raises(ValueError, match=words):
        data.read(path, **{"columns": COLUMNS, **arguments})


def test_no_column_for_captions(folder: Path):
    path = written(folder / "a.csv", ["image,title", "a.jpg,x"])
    with pytest.raises(DataError, match=r"line 1: no column for 'caption'.*names=\{'caption': …\}"):
        read(path)


def test_more_columns_follow_their_rows(folder: Path):
    lines = ["image,caption_1,caption_2,split", "a.jpg,x,y,train", "b.png,z,,val"]
    rows = data.read(written(folder / "a.csv", lines), columns=(*COLUMNS, "split"))
    assert rows.to_list("split") == ["train", "train", "val"]


def karpathy(folder: str = "") -> dict:
    """As in dataset_flickr8k.json, and with the folder of each image in dataset_coco.json."""

    def image(number: int, name: str, split: str, *captions: str) -> dict:
        sentences = [{"tokens": text.split(), "raw": text, "imgid": number} for text in captions]
        place = {"filepath": folder} if folder else {}
        return {"filename": name, "imgid": number, "split": split, "sentences": sentences, **place}

    images = [image(0, "a.jpg", "restval", "A dog .", "The dog , running ."),
              image(1, "b.png", "test", "A cat .")]  # fmt: skip
    return {"images": images, "dataset": "flickr8k"}


@pytest.mark.parametrize("indent", [None, 2])
def test_karpathys_splits(folder: Path, indent: int | None):
    path = folder / "dataset_flickr8k.json"
    path.write_text(json.dumps(karpathy(), indent=indent))
    rows = read(path)
    assert rows_of(rows) == ROWS
    split = data.read(path, columns=(*COLUMNS, "split"))
    assert split.to_list("split") == ["restval", "restval", "test"]
    path.write_text(json.dumps(karpathy(folder.name), indent=indent))
    assert rows_of(read(path, image_dir=folder.parent)) == ROWS


def test_karpathys_parts_are_kept(tmp_path: Path):
    names = [f"{letter}.jpg" for letter in "abcdef"]
    write_images(tmp_path, *names)
    whole = karpathy()
    whole["images"] = [
        {"filename": name, "split": split, "sentences": [{"raw": name}]}
        for name, split in zip(
            names, ["train", "train", "restval", "val", "test", "test"], strict=True
        )
    ]
    path = tmp_path / "dataset.json"
    path.write_text(json.dumps(whole))
    parts = data.read_parts(path, columns=COLUMNS)
    assert [parts[part].to_list("caption") for part in parts] == [names[:3], names[3:4], names[4:]]


def test_json_of_captioning_papers(folder: Path):
    # As BLIP's coco_karpathy_train.json and coco_karpathy_val.json.
    train = [{"image": a, "caption": b, "image_id": a} for a, b in ROWS]
    val = [{"image": "a.jpg", "caption": ["A dog .", "The dog , running ."]},
           {"image": "b.png", "caption": ["A cat ."]}]  # fmt: skip
    for content in (train, val):
        path = folder / "coco_karpathy.json"
        path.write_text(json.dumps(content))
        assert rows_of(read(path)) == ROWS


def test_images_of_hugging_face():
    image = pytest.importorskip("PIL.Image").new("L", (4, 3), 128)
    content = png(200)
    rows = read([{"image": image, "caption": "grey"}, {"image": {"bytes": content, "path": "x"},
                                                       "caption": "white"}])  # fmt: skip
    assert rows.to_list("image")[1] == content and len(rows) == 2
