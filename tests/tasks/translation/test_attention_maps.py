"""Heat-maps of attention in the report."""

import numpy as np
import pytest

from seqkit.export.report import render
from seqkit.tasks.translation.attention_maps import MOST_TOKENS, attention_maps


def alignment(read, written):
    source, target = [f"r{i}" for i in range(read)], [f"w{i}" for i in range(written)]
    return source, target, np.full([written, read], 1 / max(1, read))


def drawn(*alignments, **arguments):
    return attention_maps("Attention", alignments, **arguments).draw("s1")


def test_tokens_are_text_and_name_rows_and_columns():
    tokens = ["<b>", "a\"'&", "나", "\t", "\x1b"], ["<i>", "x" * 100]
    section = attention_maps("<u>", [(*tokens, np.full([2, 5], 0.2))], note="<s>")
    page = render("Attention", [section])
    for tag in ("<b>", "<i>", "<u>", "<s>", "\x1b"):
        assert tag not in page
    heads = ["&lt;b&gt;", "a&#34;&#39;&amp;", "나", "␣", "·"]
    for head in heads:
        assert f'<th scope="col"><bdi>{head}</bdi></th>' in page
    assert '<th scope="row"><bdi>&lt;i&gt;</bdi></th>' in page
    assert f'<th scope="row"><bdi>{"x" * 23}…</bdi></th>' in page
    caption = f"{' '.join(heads)} → &lt;i&gt; {'x' * 23}…"
    assert f'aria-label="{caption}"' in page
    assert f'<caption dir="auto">{caption}</caption>' in page


def test_a_cell_has_its_shade_and_if_it_is_large_its_number():
    (table,) = drawn((["a", "b", "c"], ["x"], [[0.874, 0.1, 0.026]]))
    assert (
        '<td style="--share: 0.87">87</td><td style="--share: 0.10">10</td>'
        '<td style="--share: 0.03"></td>'
    ) in table


def test_what_is_no_share_does_no_harm():
    (table,) = drawn((["a", "b"], ["x"], [[float("nan"), 1.5]]))
    assert '<td style="--share: 0.00"></td><td style="--share: 1.00">100</td>' in table


def test_long_and_empty_sentences_are_passed_over():
    most = MOST_TOKENS
    given = [alignment(most + 1, 2), alignment(2, most + 1), alignment(0, 2), alignment(2, 0)]
    tables = drawn(*given, alignment(most, most))
    assert len(tables) == 1
    assert tables[0].count("<td style") == most * most
    page = render("Attention", [attention_maps("Attention", given)])
    assert "None." in page


def test_the_first_are_shown():
    tables = drawn(*(alignment(n, 1) for n in range(9)), number=3)
    assert [table.count("<td style") for table in tables] == [1, 2, 3]
    assert len(drawn(*[alignment(1, 1)] * 9)) == 6


def test_numbers_must_agree():
    with pytest.raises(ValueError, match=r"shape \(1, 2\) for 2 tokens written and 1 tokens read"):
        drawn((["a"], ["x", "y"], [[0.5, 0.5]]))
