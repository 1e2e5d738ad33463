"""Draws what a translator looked at while it wrote: `docs/attention.svg`.

    python -m benchmarks.attention_picture [--model DIR]

Words of Hangul and their romanised names, from a model trained on the built-in sample of
`recipes.translation`. Letters are text in the reader's own fonts. The same model gives the same
file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import tyro

from recipes import translation
from recipes.samples.hangul_names import hangul_names
from seqkit.tasks.translation.answers import Alignment
from seqkit.tasks.translation.model import Translator

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "attention.svg"
# A silent ㅇ and one that is `ng`; doubled consonants; two final consonants.
WORDS = ("앙고라", "꺾꾸", "많아요")

_CELL, _GAP, _EDGE, _HEAD = 30, 56, 20, 62
# From this share on, a cell has its number: colour never is the only sign.
_LEAST_SHOWN = 0.1
# Of its own, so that it is read on a light and on a dark page.
_STYLE = (
    "text{font-family:sans-serif;font-size:16px;fill:#1f2328;text-anchor:middle}"
    ".n{font-size:10px}.w{fill:#fff}.c{fill:#0b5cad}"
    ".p{fill:#fff;stroke:#d0d7de}.g{fill:none;stroke:#d0d7de}"
)


def main(model: Path | None = None, picture: Path = PICTURE) -> None:
    """Draws the picture.

    Args:
        model: Directory of a trained model; by default one is trained on the built-in sample.
        picture: The file to write.
    """
    trained = set(dict(hangul_names()["train"]))
    seen = [word for word in WORDS if word in trained]
    if seen:
        raise SystemExit(f"{', '.join(seen)}: trained on; choose other words")
    translator = translation.train() if model is None else Translator.load(model)
    picture.write_text(svg(WORDS, translator.align(WORDS)), encoding="utf-8")
    print(picture)


def svg(words: Sequence[str], alignments: Sequence[Alignment]) -> str:
    """Draws a table of shaded cells for each word, side by side.

    Args:
        words: what was read, of Hangul syllables.
        alignments: the letters of each, those written, and the attention between them.

    Returns:
        The picture, in SVG.
    """
    body: list[str] = []
    left = _EDGE + _CELL
    for word, alignment in zip(words, alignments, strict=True):
        body += [
            f'<g transform="translate({left},{_EDGE + _HEAD})">',
            *_table(word, alignment),
            "</g>",
        ]
        left += len(alignment.source_tokens) * _CELL + _GAP
    width = left - _GAP + _EDGE
    rows = max(len(alignment.target_tokens) for alignment in alignments)
    height = 2 * _EDGE + _HEAD + rows * _CELL
    written = ", ".join(
        f"{word} → {''.join(alignment.target_tokens)}"
        for word, alignment in zip(words, alignments, strict=True)
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-labelledby="t">',
            f'<title id="t">{escape(f"Attention, percent: {written}")}</title>',
            f"<style>{_STYLE}</style>",
            f'<rect class="p" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="6"/>',
            *body,
            "</svg>\n",
        ]
    )


def _table(word: str, alignment: Alignment) -> Iterator[str]:
    """The letters read as columns below their syllables, the letters written as rows."""
    read = [_letter(token) for token in alignment.source_tokens]
    begins = [i for i, token in enumerate(alignment.source_tokens) if _is_initial(token)]
    wide, high = len(read) * _CELL, len(alignment.target_tokens) * _CELL
    for syllable, begin, end in zip(word, begins, [*begins[1:], len(read)], strict=True):
        middle = (begin + end) * _CELL // 2
        yield f'<text x="{middle}" y="-40" lang="ko">{escape(syllable)}</text>'
        yield f'<path class="g" d="M{begin * _CELL + 4} -32H{end * _CELL - 4}"/>'
    for column, letter in enumerate(read):
        yield f'<text x="{_middle(column)}" y="-10" lang="ko">{escape(letter)}</text>'
    for row, (letter, shares) in enumerate(
        zip(alignment.target_tokens, alignment.attention.tolist(), strict=True)
    ):
        yield f'<text x="{-_CELL // 2}" y="{_middle(row) + 5}">{escape(letter)}</text>'
        for column, share in enumerate(shares):
            if round(share, 2) > 0:
                yield (
                    f'<rect class="c" fill-opacity="{share:.2f}" x="{column * _CELL}" '
                    f'y="{row * _CELL}" width="{_CELL}" height="{_CELL}"/>'
                )
            if share >= _LEAST_SHOWN:
                kind = "n w" if share > 0.5 else "n"
                place = f'x="{_middle(column)}" y="{_middle(row) + 4}"'
                yield f'<text class="{kind}" {place}>{100 * share:.0f}</text>'
    lines = "".join(f"M{x} 0V{high}" for x in range(0, wide + 1, _CELL))
    lines += "".join(f"M0 {y}H{wide}" for y in range(0, high + 1, _CELL))
    yield f'<path class="g" d="{lines}"/>'


def _middle(place: int) -> int:
    return place * _CELL + _CELL // 2


def _letter(token: str) -> str:
    """A letter of a syllable as it is written alone, which more fonts have."""
    name = unicodedata.name(token).split()
    return unicodedata.lookup(f"HANGUL LETTER {' '.join(name[2:])}")


def _is_initial(token: str) -> bool:
    return unicodedata.name(token).startswith("HANGUL CHOSEONG")


if __name__ == "__main__":
    tyro.cli(main)
