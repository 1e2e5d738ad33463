"""Words of Hangul syllables and their names in Unicode, as a sample of sequence to sequence."""

from __future__ import annotations

import itertools
import random
import unicodedata

from recipes.samples.sizes import check_sizes

Pairs = list[tuple[str, str]]

_PREFIX = "HANGUL SYLLABLE "
_FIRST, _COUNT = 0xAC00, 11_172


def _weights(text: str) -> tuple[int, ...]:
    return tuple(int(part[1:]) for part in text.split())


# The letters of a syllable in the order of Unicode, a syllable without a final first, with weights
# set by hand in about the order in which letters are frequent in Korean text.
_INITIALS = _weights(
    "ㄱ130 ㄲ10 ㄴ75 ㄷ80 ㄸ10 ㄹ60 ㅁ50 ㅂ45 ㅃ2 ㅅ90 ㅆ4 ㅇ250 ㅈ85 ㅉ3 ㅊ25 ㅋ10 ㅌ15 ㅍ15 ㅎ70"
)
_VOWELS = _weights(
    "ㅏ210 ㅐ40 ㅑ12 ㅒ1 ㅓ100 ㅔ60 ㅕ50 ㅖ12 ㅗ90 ㅘ12 ㅙ3 "
    "ㅚ10 ㅛ15 ㅜ70 ㅝ8 ㅞ2 ㅟ8 ㅠ10 ㅡ70 ㅢ12 ㅣ160"
)
_FINALS = _weights(
    "-580 ㄱ50 ㄲ1 ㄳ1 ㄴ110 ㄵ1 ㄶ3 ㄷ4 ㄹ80 ㄺ3 ㄻ2 ㄼ1 ㄽ1 ㄾ1 ㄿ1 ㅀ3 "
    "ㅁ35 ㅂ15 ㅄ2 ㅅ15 ㅆ25 ㅇ80 ㅈ3 ㅊ3 ㅋ2 ㅌ5 ㅍ4 ㅎ4"
)
# The share of syllables that are drawn from all 11,172.
_RARE = 0.1
_LENGTHS = {1: 6, 2: 34, 3: 28, 4: 18, 5: 9, 6: 5}


def hangul_names(
    train: int = 10_000, validation: int = 500, test: int = 1_000, seed: int = 0
) -> dict[str, Pairs]:
    """Made-up Korean words with the names of their syllables: 한국 and `hangug`.

    A name spells a syllable letter by letter, so it can be learned from the letters
    (`seqkit.text.JamoTokenizer`), but it cannot be copied: ㅇ has no letter before a vowel and two
    after one (앙 is `ang`), ㄲ, ㅛ and the final ㄶ have two, ㅒ has three, and where ㄲ meets ㄲ
    only counting tells how often `g` comes (꺾꾸 is `ggeoggggu`). The names stand together without
    a mark: a hyphen would show where every syllable begins, and a silent ㅇ would be written after
    all. What is given up is the way back: 각아 and 가가 are both `gaga`.

    Words have one to six syllables. Nine of ten syllables are of the 2,350 in use (those of the
    standard KS X 1001), frequent letters more often than rare ones; the tenth is any of the
    11,172, so that every letter is met often, and 7.3 % of the syllables of the test occur nowhere
    in training: a model of whole syllables could not know their names.

    Args:
        train: How many words to train on; fewer are the beginning of more.
        validation: How many words to choose a model by.
        test: How many words to test on.
        seed: Another seed gives other words; the same seed gives the same ones.

    Returns:
        `train`, `validation` and `test`: pairs of a word and its name. No word occurs twice.

    Raises:
        ValueError: A number is negative.

    Example:
        >>> parts = hangul_names(train=100)
        >>> {part: len(pairs) for part, pairs in parts.items()}
        {'train': 100, 'validation': 500, 'test': 1000}
        >>> parts["test"][:3]
        [('벰쉼잉석', 'bemswimingseog'), ('수이도', 'suido'), ('쟈래케서브', 'jyaraekeseobeu')]
    """
    sizes = check_sizes(test=test, validation=validation, train=train)
    rng = random.Random(seed)
    every = [chr(_FIRST + i) for i in range(_COUNT)]
    weights = list(itertools.accumulate(map(_weight, every)))
    words: dict[str, None] = {}
    while len(words) < sum(sizes.values()):
        (length,) = rng.choices(list(_LENGTHS), list(_LENGTHS.values()))
        word = "".join(
            rng.choice(every)
            if rng.random() < _RARE
            else rng.choices(every, cum_weights=weights)[0]
            for _ in range(length)
        )
        words[word] = None
    # Training comes last, so that its size changes nothing in the other two.
    drawn = iter(words)
    parts = {
        part: [(word, romanised(word)) for word in itertools.islice(drawn, size)]
        for part, size in sizes.items()
    }
    return {part: parts[part] for part in ("train", "validation", "test")}


def romanised(word: str) -> str:
    """The names that Unicode gives to the syllables of a word, one after another.

    Args:
        word: Hangul syllables.

    Returns:
        Lower-case Latin letters.

    Raises:
        ValueError: A character is no Hangul syllable.

    Example:
        >>> romanised("한국"), romanised("많아"), romanised("꿈의")
        ('hangug', 'manha', 'ggumyi')
    """
    names = [unicodedata.name(character, "") for character in word]
    for character, name in zip(word, names, strict=True):
        if not name.startswith(_PREFIX):
            raise ValueError(f"word={word!r}: {character!r} is not a Hangul syllable.")
    return "".join(name.removeprefix(_PREFIX).lower() for name in names)


def _weight(syllable: str) -> int:
    """How often a syllable is drawn among those in use, in proportion; 0 for one that is not."""
    # What is not in KS X 1001 this encoding spells by letters, in eight bytes.
    if len(syllable.encode("euc_kr")) > 2:
        return 0
    letters, final = divmod(ord(syllable) - _FIRST, len(_FINALS))
    initial, vowel = divmod(letters, len(_VOWELS))
    return _INITIALS[initial] * _VOWELS[vowel] * _FINALS[final]
