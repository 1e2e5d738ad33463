from __future__ import annotations

import io
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from seqkit.images import ImageReader, image_errors
from tests.clean_processes import run_clean
from tests.images.pictures import HEIGHT, WIDTH, animated, encoded, picture

RGB = picture()
ALPHA = picture(1, channels=4)
GREY = Image.fromarray(RGB).convert("L")
OVER_WHITE = np.round(ALPHA[..., :3] * (ALPHA[..., 3:] / 255) + 255 - ALPHA[..., 3:])
EXACT = {
    "PNG": (encoded(RGB, "PNG"), RGB),
    "PNG, grey": (encoded(GREY, "PNG"), np.asarray(GREY)[..., None]),
    "PNG, alpha": (encoded(ALPHA, "PNG"), OVER_WHITE),
    "PNG, grey and alpha": (
        encoded(Image.fromarray(ALPHA[..., [0, 3]], "LA"), "PNG"),
        OVER_WHITE[..., :1],
    ),
    "PNG, 1 bit": (
        encoded(GREY.convert("1"), "PNG"),
        np.asarray(GREY.convert("1"))[..., None] * 255,
    ),
    "PNG, 16 bits": (encoded(RGB[..., 0].astype(np.uint16) * 256, "PNG"), RGB[..., :1]),
    "PNG, palette": (
        encoded(Image.fromarray(RGB).quantize(40), "PNG"),
        np.asarray(Image.fromarray(RGB).quantize(40).convert("RGB")),
    ),
    "GIF": (
        encoded(Image.fromarray(RGB).quantize(40), "GIF"),
        np.asarray(Image.fromarray(RGB).quantize(40).convert("RGB")),
    ),
    "BMP": (encoded(RGB, "BMP"), RGB),
    "BMP, grey": (encoded(GREY, "BMP"), np.asarray(GREY)[..., None]),
    "BMP, palette": (
        encoded(Image.fromarray(RGB).quantize(40), "BMP"),
        np.asarray(Image.fromarray(RGB).quantize(40).convert("RGB")),
    ),
    "BMP, 32 bits": (encoded(ALPHA, "BMP"), ALPHA[..., :3]),
    "WebP, lossless": (encoded(RGB, "WEBP", lossless=True), RGB),
    "WebP, alpha": (encoded(ALPHA, "WEBP", lossless=True, exact=True), OVER_WHITE),
}
LOSSY = {
    "JPEG": (encoded(RGB, "JPEG", quality=98), RGB),
    "JPEG, progressive": (encoded(RGB, "JPEG", quality=98, progressive=True), RGB),
    "JPEG, grey": (encoded(GREY, "JPEG", quality=98), np.asarray(GREY)[..., None]),
    "JPEG, CMYK": (encoded(Image.fromarray(RGB).convert("CMYK"), "JPEG", quality=98), RGB),
    "WebP": (encoded(RGB, "WEBP", quality=98), RGB),
    "WebP, lossy with alpha": (encoded(ALPHA, "WEBP", quality=98, exact=True), OVER_WHITE),
}
GOOD = EXACT | LOSSY


def cut(image: bytes) -> bytes:
    return image[: len(image) * 2 // 3]


def frame_larger_than_screen() -> bytes:
    """A GIF of 1 x 1 whose frame says 60000 x 60000."""
    gif = bytearray(encoded(picture()[..., 0], "GIF"))
    gif[6:10] = struct.pack("<HH", 1, 1)
    table = 3 * 2 ** (gif[10] % 8 + 1)
    frame = gif.index(b",", 13 + table)
    gif[frame + 5 : frame + 9] = struct.pack("<HH", 60000, 60000)
    return bytes(gif)


def with_size(image: bytes, at: int, layout: str, *size: int) -> bytes:
    """An image whose header alone says so: decoding it would fail."""
    return image[:at] + struct.pack(layout, *size) + image[at + struct.calcsize(layout) :]


TOO_LARGE = "image of {} x {} pixels is larger than max_pixels=100000"
BAD = {
    "empty": (b"", "image is empty"),
    "text": (b"no image at all", "not an image of a known format (JPEG, PNG, GIF, BMP, WebP)"),
    "one byte": (b"\xff", "not an image of a known format (JPEG, PNG, GIF, BMP, WebP)"),
    "start of JPEG": (b"\xff\xd8\xff", "JPEG is truncated or corrupt"),
    "start of PNG": (b"\x89PNG\r\n\x1a\n", "PNG is truncated or corrupt"),
    "start of GIF": (b"GIF89a", "GIF is truncated or corrupt"),
    "start of BMP": (
        b"BM",
        "BMP of a kind that is not read (8, 24 and 32 bits a pixel without "
        "compression are); save it as PNG",
    ),
    "start of WebP": (b"RIFF\0\0\0\0WEBP", "WebP is truncated or corrupt"),
    **{
        f"cut {name}": (cut(image), f"{name.split(',')[0]} is truncated or corrupt")
        for name, (image, _) in GOOD.items()
        if name != "PNG, 1 bit"
    },
    "animated WebP": (animated("WEBP"), "animated WebP is not read; save one frame of it"),
    "animated WebP with alpha": (
        animated("WEBP", alpha=True),
        "animated WebP is not read; save one frame of it",
    ),
    **{
        f"large {name}": (with_size(GOOD[name][0], at, layout, *size), TOO_LARGE.format(2000, 1000))
        for name, at, layout, *size in (
            ("JPEG", GOOD["JPEG"][0].index(b"\xff\xc0") + 5, ">HH", 1000, 2000),
            ("PNG", 16, ">II", 2000, 1000),
            ("GIF", 6, "<HH", 2000, 1000),
            ("BMP", 18, "<ii", 2000, -1000),
            ("WebP", 26, "<HH", 2000, 1000),
            ("WebP, lossless", 21, "<I", 1999 + 999 * 2**14),
            ("WebP, lossy with alpha", 24, "<HBHB", 1999, 0, 999, 0),
        )
    },
    "GIF frame bomb": (frame_larger_than_screen(), TOO_LARGE.format(60000, 60000)),
}


@pytest.fixture(scope="module")
def same_size() -> ImageReader:
    return ImageReader(HEIGHT, WIDTH, max_pixels=100_000)


class Served(tf.Module):
    """What a captioner does: the reader is an attribute, and called in a signature."""

    def __init__(self) -> None:
        super().__init__()
        self.reader = ImageReader(8, 12, max_pixels=100_000)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="images")])
    def serve(self, images):
        pixels, error = self.reader(images)
        return {"pixels": pixels, "error": error}


@pytest.fixture(scope="module")
def served() -> Served:
    return Served()


def read(reader: ImageReader, images: list[bytes]) -> tuple[np.ndarray, list[str]]:
    pixels, error = reader(tf.constant(images, tf.string))
    return pixels.numpy(), [text.decode() for text in error.numpy()]


@pytest.mark.parametrize("name", GOOD)
def test_formats_are_read_as_pillow_reads_them(same_size, name):
    image, expected = GOOD[name]
    pixels, errors = read(same_size, [image])
    assert errors == [""]
    assert pixels.shape == (1, HEIGHT, WIDTH, 3) and pixels.dtype == np.uint8
    difference = np.abs(pixels[0].astype(int) - expected)
    assert difference.max() <= (1 if name in EXACT else 12)


def test_bad_images_are_told_and_change_nothing_for_the_others(same_size):
    good, bad = [image for image, _ in GOOD.values()], list(BAD.values())
    alone, _ = read(same_size, good)
    mixed = []
    for number in range(max(len(good), len(bad))):
        mixed += [(good[number % len(good)], ""), bad[number % len(bad)]]
    pixels, errors = read(same_size, [image for image, _ in mixed])
    assert errors == [error for _, error in mixed]
    assert not pixels[1::2].any()
    for row, image in enumerate(pixels[::2]):
        np.testing.assert_array_equal(image, alone[row % len(good)])


def test_only_bad_images_and_no_images(same_size):
    pixels, errors = read(same_size, [b"", b"x"])
    assert not pixels.any() and all(errors)
    pixels, errors = read(same_size, [])
    assert pixels.shape == (0, HEIGHT, WIDTH, 3) and errors == []


def test_an_animated_gif_gives_its_first_frame(same_size):
    image = animated("GIF")
    first = np.asarray(Image.open(io.BytesIO(image)).convert("RGB"))
    pixels, errors = read(same_size, [image])
    assert errors == [""]
    np.testing.assert_array_equal(pixels[0], first)


def test_sizes_of_all_kinds_become_one(served):
    reader = served.reader
    images = [Image.fromarray(RGB).resize(size) for size in ((1, 1), (300, 7), (12, 8), (97, 211))]
    pixels, errors = read(reader, [encoded(image, "PNG") for image in images])
    assert errors == [""] * 4
    for image, got in zip(images, pixels, strict=True):
        # Pillow's bilinear filter is antialiased too.
        expected = np.asarray(image.resize((12, 8), Image.BILINEAR)).astype(int)
        assert np.abs(got - expected).max() <= 1


def test_max_pixels_is_the_most_that_is_read(same_size):
    sizes = ((400, 250), (401, 250), (250, 401))
    pixels, errors = read(
        same_size, [encoded(Image.new("L", size, "white"), "JPEG") for size in sizes]
    )
    assert (pixels[0] == 255).all()
    assert errors == [
        "",
        "image of 401 x 250 pixels is larger than max_pixels=100000",
        "image of 250 x 401 pixels is larger than max_pixels=100000",
    ]


@pytest.mark.parametrize("name", ["height", "width", "max_pixels"])
def test_arguments_are_checked(name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        ImageReader(**{"height": 1, "width": 1, name: 0})


def test_image_errors_says_the_same():
    pairs = [pair for both in zip(GOOD.values(), BAD.values(), strict=False) for pair in both]
    images = [image for image, _ in pairs]
    expected = [error if isinstance(error, str) else "" for _, error in pairs]
    assert image_errors(images * 3, max_pixels=100_000) == expected * 3
    assert image_errors([]) == []


def test_image_errors_names_what_is_no_image():
    with pytest.raises(TypeError, match=r"images\[1\] is a str; pass encoded images as bytes"):
        image_errors([b"", "picture.png"])
    with pytest.raises(ValueError, match="max_pixels must be at least 1, got 0"):
        image_errors([b""], max_pixels=0)


def test_it_is_served_by_plain_tensorflow(tmp_path, served):
    tf.saved_model.save(served, tmp_path / "model", signatures=served.serve)
    images = [image for pairs in (GOOD, BAD) for image, _ in pairs.values()]
    (tmp_path / "images").write_bytes(pickle.dumps(images))
    program = Path(__file__).with_name("served_program.py")
    paths = (tmp_path / name for name in ("model", "images", "answer.npz"))
    done = run_clean([program, *paths])
    assert done.returncode == 0, done.stderr.decode()
    pixels, errors = read(served.reader, images)
    with np.load(tmp_path / "answer.npz") as answer:
        np.testing.assert_array_equal(answer["pixels"], pixels)
        assert answer["error"].tolist() == errors
    assert errors == [""] * len(GOOD) + [error for _, error in BAD.values()]
