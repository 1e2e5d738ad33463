"""The sheet of captioned pictures in the report."""

import base64
import io
import re

import matplotlib.image
import numpy as np
import pytest

from seqkit.export.report import render
from seqkit.tasks.captioning.caption_sheet import MOST_WORDS, CaptionedPicture, caption_sheet

PICTURE = np.random.default_rng(0).integers(0, 256, [30, 40, 3]).astype(np.uint8)


def shown(words=("a", "dog"), attention=None, picture=PICTURE, **arguments):
    if attention is None:
        attention = np.full([len(words), 2, 3], 1 / 6)
    facts = {"answer": " ".join(words), "references": ["a dog"], "score": 1.234, **arguments}
    return CaptionedPicture(picture, words=words, attention=attention, **facts)


def drawn(*pictures, **arguments):
    return caption_sheet("Captions", pictures, **arguments).draw("s1")


def decoded(figure, kind):
    found = re.findall(rf"url\(data:image/{kind};base64,([A-Za-z0-9+/=]+)\)", figure)
    return [matplotlib.image.imread(io.BytesIO(base64.b64decode(f)), kind) for f in found]


def test_text_is_never_html():
    given = shown(["<b>", "a\"'&"], answer="<i>", references=["<u>", "나"])
    page = render("Captions", [caption_sheet("<s>", [given], score_name="<q>", note="<em>")])
    for tag in ("<b>", "<i>", "<u>", "<s>", "<q>", "<em>"):
        assert tag not in page
    assert "<strong>&lt;i&gt;</strong></p><p>&lt;q&gt; 1.23</p>" in page
    assert '<li dir="auto">&lt;u&gt;</li><li dir="auto">나</li>' in page
    assert "<bdi>&lt;b&gt;</bdi>" in page and "<bdi>a&#34;&#39;&amp;</bdi>" in page


def test_the_picture_is_there_once():
    flat = np.full([30, 40, 3], [200, 100, 0], np.uint8)
    (figure,) = drawn(shown(["a"] * 9, picture=flat))
    (picture,) = decoded(figure, "jpeg")
    assert picture.shape == (30, 40, 3)
    np.testing.assert_allclose(picture.mean((0, 1)), [200, 100, 0], atol=3)
    assert "--ratio: 40 / 30" in figure
    assert len(figure) < 9 * 500 + 4000


def test_a_word_lets_through_where_it_looked():
    attention = [[[0.5, 0.25, 0.0], [0.25, 0, 0]], [[0, 0, 0], [0, 0, 1]]]
    (figure,) = drawn(shown(attention=attention))
    first, second = decoded(figure, "png")
    assert first.shape == (2, 3, 4) and (first[:, :, :3] == 0).all()
    np.testing.assert_allclose(first[:, :, 3], [[0, 0.4, 0.8], [0.4, 0.8, 0.8]], atol=0.01)
    np.testing.assert_allclose(second[:, :, 3], [[0.8, 0.8, 0.8], [0.8, 0.8, 0]], atol=0.01)
    assert "<bdi>a</bdi> <small>50 %</small>" in figure
    assert 'aria-label="most in row 2 of 2, column 3 of 3"' in figure
    assert "<bdi>dog</bdi> <small>100 %</small>" in figure


def test_what_is_no_share_does_no_harm():
    nothing = [[[float("nan"), 7.0]], [[0.0, 0.0]]]
    (figure,) = drawn(shown(attention=nothing, score=float("nan")))
    first, second = decoded(figure, "png")
    np.testing.assert_allclose([first[0, :, 3], second[0, :, 3]], [[0.8, 0], [0.8, 0.8]], atol=0.01)
    assert "CIDEr-D —" in figure


def test_long_captions_and_many_references_are_cut():
    many = [f"reference {i}" for i in range(8)]
    (figure,) = drawn(shown(["w"] * (MOST_WORDS + 5), references=many))
    assert len(decoded(figure, "png")) == MOST_WORDS and "<div>…</div>" in figure
    assert "reference 4" in figure and "reference 5" not in figure and "and 3 more" in figure


def test_without_a_picture_or_words():
    (unread, silent) = drawn(shown((), (), None, answer="", references=["a"]), shown((), ()))
    assert "(cannot be read)" in unread and "(nothing)" in unread and "url(" not in unread
    assert len(decoded(silent, "jpeg")) == 1 and not decoded(silent, "png")
    assert "None." in render("Captions", [caption_sheet("Captions", [])])


def test_same_pictures_same_characters():
    assert drawn(shown()) == drawn(shown())
    assert "http" not in drawn(shown())[0]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"attention has shape \(1, 2, 3\) for 2 words"):
        drawn(shown(attention=np.ones([1, 2, 3])))
    with pytest.raises(ValueError, match=r"attention has shape \(2, 6\) for 2 words"):
        drawn(shown(attention=np.ones([2, 6])))
    with pytest.raises(
        ValueError, match=r"picture is float64 of shape \(30, 40, 3\): give <uint8>"
    ):
        drawn(shown(picture=PICTURE / 255))
