"""The text that the speed of language models is measured on: the same one for everybody."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from benchmarks.workloads.made_up import make_syllables, spell
from benchmarks.workloads.workload import Workload

# As in tinyshakespeare: words of a line, letters of a word, shares of lines without any and of
# words with a mark after them, and how rare a word is by its rank.
_WORDS_OF_A_LINE, _EMPTY_LINES, _MARKS = 6.2, 0.18, 0.24
_ZIPF, _DISTINCT_WORDS = 1.0, 14_500
_SIGNS = ",.;:!?-"
_SYLLABLES = make_syllables("bcdfghjklmnpqrstvwxyz")
# Characters of a prompt.
PROMPT_LENGTH = 40
# The last tenth is the test, as everybody has it.
_TEST = 0.1


@dataclasses.dataclass(frozen=True)
class LanguageWorkload(Workload):
    """A text to learn from, character by character, and beginnings to go on with.

    Attributes:
        text: what is learned from; the characters that are known are those in it.
        characters: how many of its characters, from the first on, are trained on in a round.
        prompts: beginnings, all of one length.
    """

    text: str
    characters: int
    prompts: list[str]

    def content(self) -> list[str | list[str]]:
        """Text and prompts."""
        return [self.text, self.prompts]

    @property
    def alphabet(self) -> list[str]:
        """The characters of the text, in order.

        Example:
            >>> LanguageWorkload("some", "banana", 6, []).alphabet
            ['a', 'b', 'n']
        """
        return sorted(set(self.text))

    def amounts(self) -> dict[str, int]:
        """Numbers of characters and prompts."""
        return {
            "characters": len(self.text),
            "distinct characters": len(self.alphabet),
            "train characters": self.characters,
            "prompts": len(self.prompts),
        }


def read_tinyshakespeare(directory: Path, characters: int, prompts: int) -> LanguageWorkload:
    """Takes tinyshakespeare: of its last tenth the prompts, the rest to learn from.

    Args:
        directory: holds `language_model/tinyshakespeare/input.txt`.
        characters: characters that are trained on in a round.
        prompts: how many beginnings.

    Returns:
        The text and the prompts.
    """
    path = directory / "language_model" / "tinyshakespeare" / "input.txt"
    return _split("tinyshakespeare", path.read_text(encoding="utf-8"), characters, prompts)


def make_characters(characters: int, prompts: int, seed: int) -> LanguageWorkload:
    """Makes a text of lines and words as rare by their ranks as tinyshakespeare's, and no sense.

    Args:
        characters: characters that are trained on in a round; the text has more.
        prompts: how many beginnings.
        seed: decides all that is random.

    Returns:
        The text and the prompts.
    """
    random = np.random.default_rng(seed)
    # Room for the prompts without any two the same, and more to read than a round reads.
    least = max(int(2 * characters), int((prompts + 1) * PROMPT_LENGTH / _TEST))
    # Shares of the words up to each rank: much faster to draw by than with `random.choice`.
    share = np.cumsum(np.arange(1, _DISTINCT_WORDS + 1) ** -_ZIPF)
    share /= share[-1]
    lines: list[str] = []
    size = 0
    while size < least:
        line = ""
        if random.random() >= _EMPTY_LINES:
            number = 1 + random.poisson(_WORDS_OF_A_LINE - 1)
            ranks = np.searchsorted(share, random.random(number), side="right")
            marked = random.random(number) < _MARKS
            signs = random.choice(list(_SIGNS), number)
            line = " ".join(
                spell(int(rank), _SYLLABLES) + (str(sign) if mark else "")
                for rank, mark, sign in zip(ranks, marked, signs, strict=True)
            ).capitalize()
        lines.append(line + "\n")
        size += len(lines[-1])
    return _split("synthetic", "".join(lines), characters, prompts)


def _split(name: str, text: str, characters: int, prompts: int) -> LanguageWorkload:
    """Splits a text; the prompts are spread over its last tenth."""
    place = int((1 - _TEST) * len(text))
    learned, test = text[:place], text[place:]
    starts = np.linspace(0, len(test) - PROMPT_LENGTH, prompts).astype(int)
    return LanguageWorkload(
        name,
        learned,
        min(characters, len(learned)),
        [test[start : start + PROMPT_LENGTH] for start in starts],
    )
