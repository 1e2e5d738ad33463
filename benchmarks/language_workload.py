"""The text that the speed of language models is measured on: the same one for everybody."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np

# As in tinyshakespeare: words of a line, letters of a word, shares of lines without any and of
# words with a mark after them, and how rare a word is by its rank.
_WORDS_OF_A_LINE, _EMPTY_LINES, _MARKS = 6.2, 0.18, 0.24
_ZIPF, _DISTINCT_WORDS = 1.0, 14_500
_SIGNS = ",.;:!?-"
_SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnpqrstvwxyz" for vowel in "aeiou"]
# So many characters of the test text begin what is to be gone on with.
PROMPT_LENGTH = 40
# The last tenth is the test, as everybody has it.
_TEST = 0.1


@dataclasses.dataclass(frozen=True)
class LanguageWorkload:
    """A text to learn from, character by character, and beginnings to go on with.

    All who are compared read these strings, so a character is the same for each of them.

    Attributes:
        name: where the text comes from.
        text: what is learned from; the characters that are known are those in it.
        characters: how many of its characters, from the first on, are trained on in a round.
        prompts: beginnings, all of one length.
    """

    name: str
    text: str
    characters: int
    prompts: list[str]

    @property
    def sha256(self) -> str:
        """The first twelve hexadecimal digits of the digest of text and prompts."""
        content = json.dumps([self.text, self.prompts], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    @property
    def alphabet(self) -> list[str]:
        """The characters of the text, in order.

        Example:
            >>> LanguageWorkload("some", "banana", 6, []).alphabet
            ['a', 'b', 'n']
        """
        return sorted(set(self.text))

    def facts(self) -> dict[str, str | int]:
        """What a report says about the text."""
        return {
            "data": self.name,
            "sha256": self.sha256,
            "characters": len(self.text),
            "distinct characters": len(self.alphabet),
            "train characters": self.characters,
            "prompts": len(self.prompts),
        }

    def write(self, path: Path) -> None:
        """Writes a file that `read` reads.

        Args:
            path: the file.
        """
        path.write_text(json.dumps(dataclasses.asdict(self), ensure_ascii=False), encoding="utf-8")


def read(path: str | Path) -> LanguageWorkload:
    """Reads what `LanguageWorkload.write` wrote.

    Args:
        path: the file.

    Returns:
        The text and the prompts.
    """
    return LanguageWorkload(**json.loads(Path(path).read_text(encoding="utf-8")))


def tinyshakespeare(directory: Path, characters: int, prompts: int) -> LanguageWorkload:
    """Takes tinyshakespeare: of its last tenth the prompts, the rest to learn from.

    Args:
        directory: holds `language_model/tinyshakespeare/input.txt`.
        characters: characters that are trained on in a round.
        prompts: how many beginnings.

    Returns:
        The text and the prompts.
    """
    path = directory / "language_model" / "tinyshakespeare" / "input.txt"
    return _parted("tinyshakespeare", path.read_text(encoding="utf-8"), characters, prompts)


def synthetic(characters: int, prompts: int, seed: int) -> LanguageWorkload:
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
                _word(int(rank)) + (str(sign) if mark else "")
                for rank, mark, sign in zip(ranks, marked, signs, strict=True)
            ).capitalize()
        lines.append(line + "\n")
        size += len(lines[-1])
    return _parted("synthetic", "".join(lines), characters, prompts)


def _parted(name: str, text: str, characters: int, prompts: int) -> LanguageWorkload:
    """Parts a text; the prompts are spread over its last tenth."""
    place = int((1 - _TEST) * len(text))
    learned, test = text[:place], text[place:]
    starts = np.linspace(0, len(test) - PROMPT_LENGTH, prompts).astype(int)
    return LanguageWorkload(
        name,
        learned,
        min(characters, len(learned)),
        [test[start : start + PROMPT_LENGTH] for start in starts],
    )


def _word(rank: int) -> str:
    """A word: the rarer, the longer."""
    word = ""
    rank += 1
    while rank:
        rank, rest = divmod(rank, len(_SYLLABLES))
        word += _SYLLABLES[rest]
    return word
