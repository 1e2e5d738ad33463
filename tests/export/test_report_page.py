"""The report as a browser shows it, on a phone and on a desk, by day and by night."""

from __future__ import annotations

import base64
import io

import matplotlib.image
import numpy as np
import pytest

from seqkit.export.report import confusion, curves, facts, render, table, text
from seqkit.tasks.captioning.caption_sheet import CaptionedPicture, caption_sheet
from seqkit.tasks.tagging.tagged_text import tagged_sentences
from seqkit.tasks.translation.attention_maps import attention_maps

EVIL = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"


def shown_at_both_sizes(page):
    """Makes the fixture of a browser that shows the page of another fixture, small and large."""

    @pytest.fixture(params=[(360, "light"), (1280, "dark")], ids=["phone", "desk at night"])
    def shown(request, browser):
        browser.show(request.getfixturevalue(page), *request.param)
        return browser, *request.param

    return shown


@pytest.fixture(scope="module")
def write_page(tmp_path_factory):
    """Writes a page of a title and sections to a file, and gives its path."""

    def write(title, *sections):
        path = tmp_path_factory.mktemp("page") / f"{title}.html"
        path.write_text(render(title, sections), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def page(write_page):
    labels = ["부정적인 리뷰", "positive", "とても良い", EVIL]
    counts = np.arange(16).reshape(4, 4)
    epochs = np.linspace(1, 0.2, 12).tolist()
    return write_page(
        "Reviews",
        facts("Scores", {"accuracy": 0.9, "a" * 300: "b" * 300}),
        curves({"loss": epochs, "val_loss": epochs, "accuracy": epochs}),
        confusion(labels, counts),
        table("Worst errors", ["text", "true", "answered"], [[EVIL * 3, "좋음", "c" * 200]]),
        text("Checks", [EVIL, "d" * 500]),
    )


shown = shown_at_both_sizes("page")


def test_the_page_fits(shown):
    browser, width, _ = shown
    assert browser.value("innerWidth") == width
    assert browser.value("document.scrollingElement.scrollWidth") <= width
    sizes = browser.value(
        "[...document.querySelectorAll('svg')].map(svg => {"
        " const box = svg.getBoundingClientRect(); return [box.left, box.right, box.height] })"
    )
    assert len(sizes) == 3
    for left, right, height in sizes:
        assert left >= 0 and right <= width and height > 100


def test_nothing_runs_and_nothing_is_loaded(shown, page):
    browser, _, _ = shown
    assert browser.value("document.title") == "Reviews"
    assert browser.value("document.scripts.length + document.images.length") == 0
    assert browser.requests() == [page.as_uri()]
    complaints = [
        event
        for event in browser.events
        if event["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")
    ]
    assert complaints == []


def test_what_users_wrote_is_read_as_text(shown):
    browser, _, _ = shown
    assert browser.value("document.querySelector('.lines li').innerText") == EVIL
    cells = browser.value("[...document.querySelectorAll('td, th')].map(cell => cell.innerText)")
    assert EVIL * 3 in cells and "좋음" in cells
    letters = browser.value("[...document.querySelectorAll('svg text')].map(t => t.textContent)")
    assert "부정적인 리뷰" in letters


def luminance(colour: str) -> float:
    red, green, blue = (int(part) for part in colour[4:-1].split(",")[:3])
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def test_letters_stand_out_from_the_page(shown):
    browser, _, scheme = shown
    picture = base64.b64decode(browser.call("Page.captureScreenshot")["data"])
    assert picture.startswith(b"\x89PNG") and len(picture) > 5000
    for selector in ("h1", "td", "svg text", ".lines li"):
        letters = browser.value(
            f"(e => getComputedStyle(e)[e instanceof SVGElement ? 'fill' : 'color'])"
            f"(document.querySelector('{selector}'))"
        )
        if scheme == "light":
            assert luminance(letters) < 0.3, selector
        else:
            assert luminance(letters) > 0.7, selector


def test_every_heading_can_be_reached(shown):
    browser, _, _ = shown
    missing = browser.value(
        "[...document.querySelectorAll('nav a')].filter("
        " a => !document.getElementById(a.hash.slice(1))).length"
    )
    assert missing == 0
    assert browser.value("document.querySelectorAll('nav a').length") == 5


WORDS = ["Ada", "Lovelace", "saw", "Paris", EVIL, "런던에서", "أحمد", "w" * 300]
TRUTH = ["B-PER", "I-PER", "O", "B-LOC", "O", "B-LOC", "B-PER", "O"]
ANSWER = ["B-PER", "I-PER", "O", "B-PER", "O", "O", "B-PER", "B-LOC"]


@pytest.fixture(scope="module")
def sentences(write_page):
    rows = [(WORDS, TRUTH, ANSWER)] * 3
    return write_page("Tags", tagged_sentences("Worst sentences", rows, note="A note."))


tags_shown = shown_at_both_sizes("sentences")


# What is seen of each word of the first sentence.
SEEN = """var lineTop = text => {
    const range = document.createRange()
    range.selectNode(text)
    return range.getClientRects()[0].top
};
[...document.querySelector('.lines li').children].map(word => {
    const style = getComputedStyle(word), tag = word.querySelector('small')
    const box = word.getBoundingClientRect(), below = tag && tag.getBoundingClientRect()
    return {
        text: word.innerText, tag: tag && tag.innerText, background: style.backgroundColor,
        outline: style.outlineStyle == 'none' ? 0 : parseFloat(style.outlineWidth),
        left: box.left, right: box.right, top: word.firstChild && lineTop(word.firstChild),
        below: below && below.height > 5 && below.top > box.top + 5,
    }})"""


def test_wrong_tags_are_told_from_right_ones(tags_shown):
    browser, width, _ = tags_shown
    words = browser.value(SEEN)
    assert [word["text"].split("\n")[0] for word in words] == WORDS
    for word, truth, answer in zip(words, TRUTH, ANSWER, strict=True):
        if truth != answer:
            assert word["tag"] == f"{answer}, not {truth}"
            assert word["outline"] >= 2 and word["below"]
        else:
            assert word["tag"] == (None if answer == "O" else answer)
            assert word["outline"] == 0
        assert word["left"] >= 0 and word["right"] <= width
    assert browser.value("document.scrollingElement.scrollWidth") <= width


def test_a_kind_of_tag_has_its_colour(tags_shown):
    browser, _, _ = tags_shown
    colours = [word["background"] for word in browser.value(SEEN)]
    outside, person, place = "rgba(0, 0, 0, 0)", colours[0], colours[7]
    assert colours == [person, person, outside, person, outside, outside, person, place]
    assert len({outside, person, place}) == 3


def test_words_stand_in_line_with_tags_or_without(tags_shown):
    browser, _, _ = tags_shown
    ada, lovelace, saw, *_ = browser.value(SEEN)
    assert ada["top"] == pytest.approx(lovelace["top"], abs=1)
    assert ada["top"] == pytest.approx(saw["top"], abs=1)


def test_tagged_sentences_run_nothing_and_load_nothing(tags_shown, sentences):
    browser, _, _ = tags_shown
    assert browser.value("document.title") == "Tags"
    assert browser.value("document.scripts.length + document.images.length") == 0
    assert browser.requests() == [sentences.as_uri()]


READ = ["▁two", "<b>", "런던", " ", "w" * 300, *map(str, range(35))]
WRITTEN = ["▁zwei", "مرحبا"]


@pytest.fixture(scope="module")
def attention(write_page):
    shares = np.zeros([2, 40])
    shares[0, :3] = 0.9, 0.06, 0.04
    shares[1, 1:3] = 0.5, 0.5
    sentences = [(READ, WRITTEN, shares)] * 2
    return write_page("Attention", attention_maps("Attention", sentences, note="A note."))


attention_shown = shown_at_both_sizes("attention")


CELLS = """[...document.querySelector('.attention tbody').rows].map(row =>
    [...row.cells].map(cell => ({
        text: cell.innerText, background: getComputedStyle(cell).backgroundColor,
        colour: getComputedStyle(cell).color
    })))"""


def test_attention_is_told_by_shade_and_by_number(attention_shown):
    browser, _, scheme = attention_shown
    first, second = browser.value(CELLS)
    assert [cell["text"] for cell in first[:5]] == ["▁zwei", "90", "", "", ""]
    assert [cell["text"] for cell in second[:5]] == ["مرحبا", "", "50", "50", ""]
    shades = [float(cell["background"].split(",")[3][:-1]) for cell in first[1:5]]
    assert shades == pytest.approx([0.675, 0.045, 0.03, 0], abs=0.01)
    assert second[2]["background"] == second[3]["background"]
    letters = luminance(first[1]["colour"])
    assert letters < 0.3 if scheme == "light" else letters > 0.7


def test_wide_attention_is_scrolled_in_its_place(attention_shown, attention):
    browser, width, _ = attention_shown
    assert browser.value("document.scrollingElement.scrollWidth") <= width
    heads = browser.value(
        "[...document.querySelector('.attention').tHead.rows[0].cells].map(c => c.innerText)"
    )
    assert heads[1:5] == ["▁two", "<b>", "런던", "␣"] and len(heads) == 41
    widths = browser.value(
        "[...document.querySelector('.attention').tHead.rows[0].cells].slice(1)"
        ".map(c => c.offsetWidth)"
    )
    assert max(widths) < 50  # the names stand upright
    sizes = browser.value(
        "[...document.querySelectorAll('.wide')].map(box => {"
        " box.scrollLeft = 100;"
        " const table = box.firstChild.getBoundingClientRect();"
        " return [box.scrollLeft, box.getBoundingClientRect().right, table.height, box.tabIndex] })"
    )
    assert len(sizes) == 2
    for scrolled, right, height, index in sizes:
        assert scrolled == 100 and right <= width and height < 450 and index == 0
    assert browser.requests() == [attention.as_uri()]


@pytest.fixture(scope="module")
def captions(write_page):
    white = np.full([60, 80, 3], 255, np.uint8)
    attention = [[[1, 0], [0, 0]], [[0, 0], [0, 1]], *[[[0.25, 0.25], [0.25, 0.25]]] * 28]
    words = ["a", EVIL, *["w" * 40] * 28]
    given = CaptionedPicture(white, "a dog", ["a cat"], 1.0, words, attention)
    unread = CaptionedPicture(None, "", ["c" * 300, EVIL], 0.0)
    return write_page("Captions", caption_sheet("Captions", [given, unread], note="A note."))


captions_shown = shown_at_both_sizes("captions")


def test_captioned_pictures_fit_and_load_nothing(captions_shown, captions):
    browser, width, _ = captions_shown
    assert browser.value("document.title") == "Captions"
    assert browser.value("document.scrollingElement.scrollWidth") <= width
    assert browser.value("document.scripts.length + document.images.length") == 0
    wanted = [url for url in browser.requests() if not url.startswith("data:")]
    assert wanted == [captions.as_uri()]
    complaints = [event for event in browser.events if event["method"] == "Log.entryAdded"]
    assert complaints == []


def test_a_word_is_bright_where_it_looked(captions_shown):
    browser, _, _ = captions_shown
    boxes = browser.value(
        "[...document.querySelectorAll('.picture')].slice(0, 3).map(e => {"
        " const box = e.getBoundingClientRect();"
        " return [box.left, box.top, box.width, box.height] })"
    )
    picture = base64.b64decode(browser.call("Page.captureScreenshot")["data"])
    pixels = matplotlib.image.imread(io.BytesIO(picture), "png")[:, :, :3].mean(2)

    def corners(left, top, width, height):
        places = [(0.1, 0.1), (0.1, 0.9), (0.9, 0.1), (0.9, 0.9)]
        return [pixels[int(top + y * height), int(left + x * width)] for y, x in places]

    for _, _, box_width, box_height in boxes:
        assert box_width / box_height == pytest.approx(4 / 3, abs=0.02) and box_width > 50
    whole, first, second = (corners(*box) for box in boxes)
    assert min(whole) > 0.98
    assert first[0] > 0.9 and max(first[1:]) < 0.3
    assert second[3] > 0.9 and max(second[:3]) < 0.3
