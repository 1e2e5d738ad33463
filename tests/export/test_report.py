"""The report is one file that loads nothing, runs nothing and hides nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from seqkit.export.report import MOST_LABELS, confusion, curves, facts, render, table, text

ROOT = Path(__file__).parents[2]
EVIL = "<script>alert(1)</script> & \"' <img src=x onerror=alert(2)> ${x} {{ 7 * 7 }}"
LABELS = [
    "부정적인 리뷰",
    "a<b>$x$ & 'q'",
    "مرحبا",
    "tab\there \x00\x1b\ufffe\ud800 and very, very long",
]
MATRIX = [[5, 1, 0, 2], [0, 0, 0, 0], [3, 0, 9, 1], [0, 0, 1, 4]]
HISTORY = {"loss": [0.7, float("nan"), 0.4], "val_loss": [0.6, None, 0.5], EVIL: [1.0, 2.0, 3.0]}


def make_page():
    return render(
        EVIL,
        [
            facts("Facts " + EVIL, {EVIL: EVIL, "accuracy": 0.91234, "counts": {"a": 1}}),
            curves(HISTORY),
            confusion(LABELS, MATRIX),
            table("Worst errors", ["text", "confidence"], [[EVIL, 0.99999], ["\ud800\0", 1e-9]]),
            text("Checks", [EVIL, "정상"], note=EVIL),
            table("No rows", ["text"], []),
        ],
        subtitle=EVIL,
    )


@pytest.fixture(scope="module")
def page():
    return make_page()


class Reader(HTMLParser):
    """Collects the elements and the text, as a browser would see them."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_every_element_is_closed(page):
    assert Reader(page).open == []


def test_text_of_users_is_never_html(page):
    read = Reader(page)
    assert not {"script", "img", "iframe", "object", "link", "foreignobject"} & set(read.tags)
    assert not [name for _, name, _ in read.attributes if name.startswith("on")]
    assert "49" not in read.text
    # Title, heading, subtitle, fact, cell, note, line, figure: each time as it was given.
    assert sum(part == EVIL for part in read.text) >= 8


def test_nothing_is_loaded(page):
    for tag, name, value in Reader(page).attributes:
        if name in ("href", "src", "xlink:href", "data", "action", "srcset"):
            assert value.startswith("#"), (tag, name, value)
        if name == "style" and "url(" in value:
            assert "url(#" in value
    assert "@import" not in page
    assert "http://" not in page and "https://" not in page
    assert "default-src 'none'" in page


def test_references_point_to_parts_that_are_there_once(page):
    read = Reader(page)
    ids = [value for _, name, value in read.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', page))
    assert used
    assert used <= set(ids)


def test_same_sections_same_characters(page):
    assert make_page() == page
    assert not re.search(r"20\d\d-\d\d-\d\d", page)


def test_letters_of_figures_stay_letters(page):
    figures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(figures) == 3
    assert ">부정적인 리뷰</text>" in figures[2]
    assert ">مرحبا</text>" in figures[2]
    assert ">a&lt;b&gt;$x$ &amp; 'q'</text>" in figures[2]
    assert "DejaVu" not in page
    assert "aria-label" in figures[0]


def test_the_page_can_be_written(page):
    assert "\0" not in page
    page.encode()


def test_numbers_are_short_and_known_as_numbers():
    section = table("t", ["name", "share", "count"], [["a", 0.123456, 12345], ["b", 1e-9, 3]])
    assert section.rows == (("a", "0.1235", "12345"), ("b", "1e-09", "3"))
    assert section.numeric == (False, True, True)


def test_the_most_confused_come_first():
    section = confusion(["a", "b", "c"], [[5, 1, 0], [4, 5, 2], [0, 0, 5]])
    assert section.rows == (("b", "a", "4"), ("b", "c", "2"), ("a", "b", "1"))


def test_of_many_labels_those_with_errors_are_drawn():
    count = MOST_LABELS + 20
    matrix = np.diag(np.full(count, 9))
    matrix[-1, 0] = 3
    section = confusion([f"label {n}" for n in range(count)], matrix)
    assert f"Of {count} labels, the {MOST_LABELS} with most errors are shown." in section.note
    (figure,) = section.draw("a")
    assert f">label {count - 1}</text>" in figure
    assert f">label {count - 2}</text>" not in figure


def test_training_and_validation_share_a_figure():
    section = curves({"loss": [1.0], "val_loss": [1.0], "val_accuracy": [0.5]})
    both, one = section.draw("a")
    assert ">training</text>" in both and ">validation</text>" in both
    assert ">accuracy</text>" in one


def test_wrong_sizes_are_named():
    with pytest.raises(ValueError, match=r"matrix has shape \(1, 2\) for 2 labels"):
        confusion(["a", "b"], [[1, 2]])
    with pytest.raises(ValueError, match=r"rows\[1\] has 1 cells for 2 columns: \['x'\]"):
        table("t", ["a", "b"], [["x", 1], ["x"]])


def test_figures_need_no_window_system_and_no_tensorflow():
    code = (
        "import sys; from seqkit.export.report import curves, render\n"
        "render('a', [curves({'loss': [1.0]})])\n"
        "print(sorted({'matplotlib.pyplot', 'tensorflow', 'keras'} & {*sys.modules}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


def test_a_page_of_nothing():
    assert "<h1" in render("Empty", [])
    (figure,) = curves({"loss": []}).draw("a")
    assert figure.startswith("<svg")
    assert confusion([], np.zeros([0, 0])).draw("a") == []
