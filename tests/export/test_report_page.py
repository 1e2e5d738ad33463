"""The report as a browser shows it, on a phone and on a desk, by day and by night."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from seqkit.export.attention_maps import attention_maps
from seqkit.export.report import confusion, curves, facts, render, table, text
from seqkit.export.tagged_text import tagged

EVIL = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Browser:
    """Chromium without a window, spoken to over a pipe in its own protocol."""

    def __init__(self, program: str, profile: Path) -> None:
        # The browser reads on 3 and writes on 4: ours are moved out of the way first.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 50) for end in (*os.pipe(), *os.pipe())]
        theirs_in, self._out, self._in, theirs_out = ends

        def connect() -> None:
            os.dup2(theirs_in, 3)
            os.dup2(theirs_out, 4)

        self._process = subprocess.Popen(
            [
                program,
                "--headless",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                f"--user-data-dir={profile}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=connect,
            pass_fds=(3, 4),
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._count, self._rest = 0, b""
        self.events: list[dict] = []
        self._session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters):
        """Sends a command and waits for its result, collecting events meanwhile."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                return answer["result"]

    def _read(self) -> dict:
        while b"\0" not in self._rest:
            part = os.read(self._in, 1 << 16)
            assert part, "the browser ended"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        event = json.loads(message)
        if "id" not in event:
            self.events.append(event)
        return event

    def show(self, page: Path, width: int, scheme: str) -> None:
        """Opens a page and waits until all of it is there."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        self.events.clear()
        self.call("Page.navigate", url=page.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._read()
        time.sleep(0.2)  # For requests that would follow the loading.

    def requests(self) -> list[str]:
        """What the page asked for since it was opened."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def value(self, expression: str):
        """Computes an expression in the page."""
        got = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in got, got
        return got["result"].get("value")

    def close(self) -> None:
        """Ends the browser."""
        self._session = None
        self.call("Browser.close")
        self._process.wait(30)
        os.close(self._out)
        os.close(self._in)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    browser = Browser(program, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    labels = ["부정적인 리뷰", "positive", "とても良い", EVIL]
    counts = np.arange(16).reshape(4, 4)
    epochs = np.linspace(1, 0.2, 12).tolist()
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(
        render(
            "Reviews",
            [
                facts("Scores", {"accuracy": 0.9, "a" * 300: "b" * 300}),
                curves({"loss": epochs, "val_loss": epochs, "accuracy": epochs}),
                confusion(labels, counts),
                table(
                    "Worst errors", ["text", "true", "answered"], [[EVIL * 3, "좋음", "c" * 200]]
                ),
                text("Checks", [EVIL, "d" * 500]),
            ],
        ),
        encoding="utf-8",
    )
    return path


@pytest.fixture(params=[(360, "light"), (1280, "dark")], ids=["phone", "desk at night"])
def shown(request, browser, page):
    browser.show(page, *request.param)
    return browser, *request.param


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
def sentences(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "tags.html"
    path.write_text(
        render("Tags", [tagged("Worst sentences", [(WORDS, TRUTH, ANSWER)] * 3, note="A note.")]),
        encoding="utf-8",
    )
    return path


@pytest.fixture(params=[(360, "light"), (1280, "dark")], ids=["phone", "desk at night"])
def tags_shown(request, browser, sentences):
    browser.show(sentences, *request.param)
    return browser, *request.param


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
def attention(tmp_path_factory):
    shares = np.zeros([2, 40])
    shares[0, :3] = 0.9, 0.06, 0.04
    shares[1, 1:3] = 0.5, 0.5
    path = tmp_path_factory.mktemp("page") / "attention.html"
    section = attention_maps("Attention", [(READ, WRITTEN, shares)] * 2, note="A note.")
    path.write_text(render("Attention", [section]), encoding="utf-8")
    return path


@pytest.fixture(params=[(360, "light"), (1280, "dark")], ids=["phone", "desk at night"])
def attention_shown(request, browser, attention):
    browser.show(attention, *request.param)
    return browser, *request.param


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
