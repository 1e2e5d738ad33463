"""The artefact of an image captioner."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqkit import export
from seqkit.data import Dataset
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import HARD_IMAGES, describe_data
from seqkit.export.unknown_words import unknown_tokens
from seqkit.images import encode_images
from seqkit.tasks.captioning.caption_sheet import CaptionedPicture, caption_sheet
from seqkit.tasks.captioning.evaluation import CaptionedImage, CaptionScores
from seqkit.tasks.captioning.thumbnails import thumbnails

# Golden images are kept with the model: a photograph of some megabytes would make it larger than
# its weights do.
_GOLDEN = 16
_GOLDEN_BYTES = 4_000_000
# Beams and attention are answered for a few.
_FEW = 4
# Of the best, of the worst, and of all others.
_SHOWN = 6
_MOST_FREQUENT = 10


def publish_captioner(
    outcome: Outcome,
    export_path: str | os.PathLike[str],
    *,
    images: Sequence[Any],
    datasets: Mapping[str, Dataset],
    config: Any,
    seed: int,
    notes: Sequence[str] = (),
) -> export.Artefact:
    """Exports a captioner with everything that is known about it, and verifies it.

    Where a plain model is as good or better, the card and the page say so first.

    Args:
        outcome: the trained captioner and its scores, those of plain models among them.
        export_path: directory of the artefact; its name is the model's.
        images: the images that were scored, in that order: paths, encoded bytes or arrays.
        datasets: `train`, `validation`, `test`: what it was made from, with the column `caption`.
        config: what it was made with; a dataclass or a mapping.
        seed: the seed.
        notes: anything a reader should know.

    Returns:
        The artefact.

    Raises:
        ExportError: the exported model does not answer as this one.
        ValueError: there are not as many images as were scored.
    """
    model = outcome.model
    scores: CaptionScores = outcome.scores
    if len(images) != scores.examples:
        raise ValueError(
            f"images has {len(images)}, but {scores.examples} were scored: give those, in order"
        )
    name = Path(export_path).absolute().name
    notes = [*scores.baseline_wins, *notes]
    plain = {name: row.figures for name, row in scores.baselines.items()}
    main, _ = scores.main
    card = {
        "name": name,
        "task": "image captioning",
        "data": describe_data(datasets),
        "config": config,
        "seed": seed,
        "scores": {
            figure: {
                "model": value,
                "baseline": max((row[figure] for row in plain.values()), default=None),
            }
            for figure, value in scores.figures.items()
        },
        "metrics": {
            "BLEU": scores.bleu_signature,
            "chrF": scores.chrf_signature,
            "CIDEr-D": scores.cider_signature,
        },
        "baseline": max(plain, key=lambda name: plain[name][main], default=None),
        "baselines": plain,
        "diversity": {
            "different captions": scores.distinct_captions,
            "different words": scores.distinct_words,
            "share of the vocabulary": scores.vocabulary_share,
            "images": scores.examples,
        },
        "training": {"minutes": round(outcome.minutes, 2), "epochs": len(outcome.history)},
        "data_checks": outcome.checks.lines(),
        "notes": notes,
    }
    sheets = _sheets(model, images, scores.images, seed)
    unknown = unknown_tokens(model.target, datasets["test"], "caption")
    artefact = export.write(
        model,
        export_path,
        golden=_golden(images),
        card=card,
        report=_page(name, outcome, sheets, unknown, notes),
    )
    print(f"exported and verified: {artefact.serving}; report: {artefact.report}")
    return artefact


def _golden(images: Sequence[Any]) -> dict[str, dict[str, list[bytes]]]:
    """Images for every signature, whose answers are kept with the model."""
    encoded = encode_images(images[:_GOLDEN])
    sizes = np.cumsum([len(image) for image in encoded])
    examples = encoded[: max(1, int(np.sum(sizes <= _GOLDEN_BYTES)))]
    # The first one, cut off in the middle, between others that can be read.
    cut = encoded[0][: len(encoded[0]) // 2]
    few = [*examples[:_FEW], b""]
    return {
        "serving_default": {"image": [*examples, cut, *HARD_IMAGES, examples[0]]},
        "n_best": {"image": few},
        "attention": {"image": few},
    }


def _sheets(
    model: Any, images: Sequence[Any], answered: Sequence[CaptionedImage], seed: int
) -> list[report.Section]:
    """Pictures of the best answers, the worst, and some of the others."""
    ordered = sorted(answered, key=lambda image: -image.cider_d)
    best, others = ordered[:_SHOWN], ordered[_SHOWN:]
    worst = others[::-1][:_SHOWN]
    others = others[: len(others) - len(worst)]
    drawn = np.random.default_rng(seed).permutation(len(others))[:_SHOWN]
    chosen = {
        "Best answers": (best, "Images of the test data with the highest CIDEr-D."),
        "Worst answers": (worst, "Images of the test data with the lowest CIDEr-D."),
        "Other answers": ([others[index] for index in drawn], "Drawn from all other test images."),
    }
    look = (
        "Below each, word by word, where the model looked: the brighter, the more; in percent, how "
        "much of the attention the brightest field had."
    )
    return [
        caption_sheet(title, _pictures(model, images, rows), note=f"{note} {look}")
        for title, (rows, note) in chosen.items()
        if rows
    ]


def _pictures(
    model: Any, images: Sequence[Any], rows: Sequence[CaptionedImage]
) -> list[CaptionedPicture]:
    given = [images[row.position] for row in rows]
    looks = model.attention(given)
    return [
        CaptionedPicture(
            picture, row.answer, row.references, row.cider_d, look.tokens, look.attention
        )
        for picture, row, look in zip(thumbnails(given), rows, looks, strict=True)
    ]


def _page(
    name: str,
    outcome: Outcome,
    sheets: Sequence[report.Section],
    unknown: Sequence[tuple[str, int]],
    notes: Sequence[str],
) -> str:
    scores: CaptionScores = outcome.scores
    history = outcome.history
    figures = {key: [row.get(key) for row in history] for row in history[:1] for key in row}
    losses = {key: values for key, values in figures.items() if "loss" in key}
    held_out = {key: values for key, values in figures.items() if key.startswith("val_")}
    held_out = {key: values for key, values in held_out.items() if key not in losses}
    models = {"this model": scores, **scores.baselines}
    frequent = Counter(image.answer for image in scores.images).most_common(_MOST_FREQUENT)
    sections = [
        report.text("To know", notes) if notes else None,
        report.table(
            "Scores on the test data",
            ["", *scores.figures, "different captions", "different words"],
            [
                [plain, *row.figures.values(), row.distinct_captions, row.distinct_words]
                for plain, row in models.items()
            ],
            note="BLEU and chrF are in percent, CIDEr-D is from 0 to 10; exact match is the share "
            "of captions that are one of their references.",
        ),
        report.facts(
            "The test",
            {
                "images": scores.examples,
                "images that could not be read": scores.errors,
                "words of a reference, mean": scores.reference_words,
                "words of an answer, mean": scores.answer_words,
                "share of the vocabulary used": scores.vocabulary_share,
                "BLEU, as sacreBLEU signs it": scores.bleu_signature,
                "chrF": scores.chrf_signature,
                "CIDEr-D": scores.cider_signature,
            },
        ),
        report.curves(losses, title="Loss by epoch") if losses else None,
        report.curves(held_out, title="On held-out data, by epoch") if held_out else None,
        *sheets,
        report.table("Most frequent answers", ["caption", "images"], frequent),
        report.table(
            "Most frequent unknown tokens",
            ["token", "count in the captions of the test data"],
            [list(pair) for pair in unknown],
        ),
        report.text("Data checks", outcome.checks.lines()),
    ]
    return report.render(name, [s for s in sections if s is not None], "image captioning")
