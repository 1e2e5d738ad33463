"""Tagged sentences in the report."""

import pytest

from seqkit.export.report import render
from seqkit.tasks.tagging.tagged_text import tagged_sentences


def test_wrong_words_say_both_tags_and_nothing_is_markup():
    sentences = [(["<b>", "Ann", "x"], ["O", "B-PER", "I-PER"], ["O", "B-PER", "O"])]
    page = render("Tags", [tagged_sentences("Worst", sentences)])
    assert "&lt;b&gt;" in page and "<b>" not in page
    assert "<small>O, not I-PER</small>" in page
    assert "<small>B-PER</small>" in page
    assert page.count("token wrong") == 1


def test_a_label_has_one_colour_whatever_its_prefix():
    section = tagged_sentences(
        "x", [(["a", "b", "c"], ["B-P", "I-P", "B-L"], ["B-P", "I-P", "B-L"])]
    )
    hues = [part.split('"')[0] for part in section.lines[0].split("--hue: ")[1:]]
    assert hues[0] == hues[1] != hues[2]


def test_numbers_must_agree():
    with pytest.raises(ValueError, match="2 words, 1 true tags"):
        tagged_sentences("x", [(["a", "b"], ["X"], ["X", "X"])])
