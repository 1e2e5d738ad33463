"""The picture of attention is well-formed, whole and always the same."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np

from benchmarks.attention_picture import PICTURE, svg
from seqkit.tasks.translation.answers import Alignment

_NAME = "{http://www.w3.org/2000/svg}"
_ALIGNMENT = Alignment(
    ("\u1101", "\u1161", "\u11ad", "\u110b", "\u1161"),  # ㄲ ㅏ ㄶ, ㅇ ㅏ
    ("g", "&"),
    np.array([[0.9, 0.1, 0, 0, 0], [0.001, 0.04, 0.959, 0, 0]], "float32"),
)


def texts(picture: str) -> list[str | None]:
    return [element.text for element in ElementTree.fromstring(picture).iter(f"{_NAME}text")]


def test_letters_are_text_and_shares_are_numbers():
    picture = svg(["깒아"], [_ALIGNMENT])
    letters, shares = ["깒", "아", "ㄲ", "ㅏ", "ㄶ", "ㅇ", "ㅏ"], ["90", "10", "96"]
    assert texts(picture) == [*letters, "g", *shares[:2], "&", shares[2]]
    cells = ElementTree.fromstring(picture).iter(f"{_NAME}rect")
    opacities = [cell.get("fill-opacity") for cell in cells if cell.get("class") == "c"]
    assert opacities == ["0.90", "0.10", "0.04", "0.96"]
    assert picture == svg(["깒아"], [_ALIGNMENT])


def test_tables_stand_side_by_side():
    one, two = (svg(["깒아"] * n, [_ALIGNMENT] * n) for n in (1, 2))
    assert texts(two) == 2 * texts(one)
    widths = [int(ElementTree.fromstring(picture).get("width", "0")) for picture in (one, two)]
    assert widths[1] > widths[0] + 5 * 30


def test_the_committed_picture_is_whole():
    found = texts(PICTURE.read_text("utf-8"))
    assert {"앙", "꺾", "많", "ㄲ", "ㅇ", "ㄶ"} <= set(found)
