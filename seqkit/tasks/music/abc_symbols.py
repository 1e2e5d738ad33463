"""Decorations and texts in a tune in ABC notation: left out, unless they change what is played.

Source: The abc music standard 2.1 (2011), sections 4.14 to 4.19.
"""

from __future__ import annotations

import re

# Letters that stand for decorations in every tune.
SYMBOLS = {
    **{"~": "!roll!", "H": "!fermata!", "L": "!accent!", "M": "!lowermordent!"},
    **{"O": "!coda!", "P": "!uppermordent!", "S": "!segno!", "T": "!trill!"},
    **{"u": "!upbow!", "v": "!downbow!"},
}
# Jumps. A sign alone (segno, coda, fine) says where to, not that one goes there.
_JUMP = re.compile(
    r"\bd\.\s?[cs]\b|\bd[cs]\b|\bd[cs]al|\bda\s?capo|\bdal\s?segno|\bda\s?coda"
    r"|\bal\s+(fine|coda)|\bto\s?coda",
    re.IGNORECASE,
)
# Octaves and bars repeated, as other programs than ABC 2.1 write them.
_FOREIGN = re.compile(r"8v[ab]|15m[ab]|repeatbar")
_NOTES = re.compile(r"[A-Ga-gz0-9,'/^_=<>]*[A-Ga-g][A-Ga-gz0-9,'/^_=<>]*")
_DYNAMICS = re.compile(r"f{1,4}")


def check_text(text: str) -> None:
    """Refuses a text that sends the player elsewhere.

    Args:
        text: a chord symbol, an annotation or a line of symbols.

    Raises:
        ValueError: it says D.C., D.S. or the like.

    Example:
        >>> check_text("Am7")
        >>> check_text("^D.C. al Fine")
        Traceback (most recent call last):
        ValueError: the jump "^D.C. al Fine" is not played; write the music out, or use P: for parts
    """
    if _JUMP.search(text):
        raise ValueError(
            f'the jump "{text}" is not played; write the music out, or use P: for parts'
        )


def check_decoration(text: str) -> None:
    """Refuses a decoration that is none, or that changes what is played.

    Args:
        text: between two `!` or two `+`, with them.

    Raises:
        ValueError: it sends the player elsewhere, changes the octave, or looks like notes.
    """
    name = text[1:-1]
    check_text(name)
    if _FOREIGN.match(name):
        raise ValueError(f"{text} is not of ABC 2.1, and changes what is played")
    if _NOTES.fullmatch(name) and not _DYNAMICS.fullmatch(name):
        raise ValueError(
            f"{text} is no decoration but looks like notes; a chord is written [CEG], and "
            "line breaks of an exclamation mark need I:linebreak !"
        )


def check_symbols(text: str) -> None:
    """Refuses what a `U:` or an `s:` line means, as in music.

    Args:
        text: decorations and texts.

    Raises:
        ValueError: as for one of them.
    """
    for decoration, quoted in re.findall(r'(![^!\s]+!|\+[^+\s]+\+)|"([^"]*)"', text):
        if decoration:
            check_decoration(decoration)
        else:
            check_text(quoted)
