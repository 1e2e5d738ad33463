"""The speed of language models is measured on the same text for everybody."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads.characters import (
    PROMPT_LENGTH,
    make_characters,
    read_tinyshakespeare,
)


def test_made_up_text_is_like_tinyshakespeare():
    work = make_characters(60_000, 4, seed=0)
    lines = work.text.split("\n")
    words = [len(line.split()) for line in lines if line]
    assert 6.0 < np.mean(words) < 6.4
    assert 0.16 < np.mean([not line for line in lines]) < 0.2
    letters = sum(sign.isalpha() for sign in work.text)
    assert 2.5 < letters / sum(words) < 4.5
    assert 45 < len(work.alphabet) < 70


def test_there_is_more_to_read_than_a_round_reads_and_prompts_are_not_in_it():
    for characters in (100, 5000):
        work = make_characters(characters, 3, seed=0)
        assert work.characters == characters < len(work.text)
        assert [len(prompt) for prompt in work.prompts] == [PROMPT_LENGTH] * 3
        assert len(set(work.prompts)) == 3
        assert not any(prompt in work.text for prompt in work.prompts)


def test_the_last_tenth_is_the_test(tmp_path):
    folder = tmp_path / "language_model" / "tinyshakespeare"
    folder.mkdir(parents=True)
    (folder / "input.txt").write_text("ab\n" * 300 + "xyz!" * 25, encoding="utf-8")
    work = read_tinyshakespeare(tmp_path, 500, 2)
    assert (len(work.text), work.characters) == (900, 500)
    assert work.alphabet == ["\n", "a", "b"]
    assert work.prompts == ["xyz!" * 10] * 2
    facts = work.facts()
    assert (facts["characters"], facts["train characters"], facts["prompts"]) == (900, 500, 2)
    assert read_tinyshakespeare(tmp_path, 10_000, 2).characters == 900
