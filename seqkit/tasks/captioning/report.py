"""The artefact of an image captioner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqkit.data import Dataset, captions_by_image
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import HARD_IMAGES
from seqkit.export.publish import Publisher, TaskReport
from seqkit.export.unknown_words import unknown_table, unknown_tokens
from seqkit.images import encode_images
from seqkit.tasks.captioning.caption_sheet import CaptionedPicture, caption_sheet
from seqkit.tasks.captioning.evaluation import CaptionedImage, CaptionScores
from seqkit.tasks.captioning.thumbnails import thumbnails

# Golden images are kept with the model: photographs of megabytes would outweigh its weights.
_GOLDEN = 16
_GOLDEN_BYTES = 4_000_000
# Images whose beams and attention are kept.
_FEW = 4
# Images shown of the best, of the worst, and of all others.
_SHOWN = 6
_MOST_FREQUENT = 10


def _describe(outcome: Outcome, datasets: Mapping[str, Dataset], seed: int) -> TaskReport:
    """What card and page say of a captioner; the seed chooses some of the answers shown."""
    model, test = outcome.model, datasets["test"]
    scores: CaptionScores = outcome.scores
    images, _ = captions_by_image(test)
    if len(images) != scores.examples:
        raise ValueError(
            f"the test data have {len(images)} images, but {scores.examples} were scored: give "
            "the data that were scored"
        )
    plain = {name: row.figures for name, row in scores.baselines.items()}
    frequent = Counter(image.answer for image in scores.images).most_common(_MOST_FREQUENT)
    unknown = unknown_tokens(model.target, test, "caption")
    return TaskReport(
        task="image captioning",
        golden=_golden(images),
        scores={
            figure: {
                "model": value,
                "baseline": max((row[figure] for row in plain.values()), default=None),
            }
            for figure, value in scores.figures.items()
        },
        card={
            "metrics": {
                "BLEU": scores.bleu_signature,
                "chrF": scores.chrf_signature,
                "CIDEr-D": scores.cider_signature,
            },
            "baselines": plain,
            "diversity": {
                "different captions": scores.distinct_captions,
                "different words": scores.distinct_words,
                "share of the vocabulary": scores.vocabulary_share,
                "images": scores.examples,
            },
        },
        top=[_scores(scores), _test_facts(scores)],
        sections=[
            *_sheets(model, images, scores.images, seed),
            report.table("Most frequent answers", ["caption", "images"], frequent),
            unknown_table(unknown, where="the captions of the test data"),
        ],
        notes=scores.not_better,
    )


publish_captioner = Publisher(_describe)


def _scores(scores: CaptionScores) -> report.Section:
    models = {"this model": scores, **scores.baselines}
    return report.table(
        "Scores on the test data",
        ["", *scores.figures, "different captions", "different words"],
        [
            [name, *row.figures.values(), row.distinct_captions, row.distinct_words]
            for name, row in models.items()
        ],
        note="BLEU and chrF are in percent, CIDEr-D is from 0 to 10; exact match is the share of "
        "captions that are one of their references.",
    )


def _test_facts(scores: CaptionScores) -> report.Section:
    return report.facts(
        "The test",
        {
            "images": scores.examples,
            "models are compared by": scores.main[0],
            "images that could not be read": scores.errors,
            "words of a reference, mean": scores.reference_words,
            "words of an answer, mean": scores.answer_words,
            "share of the vocabulary used": scores.vocabulary_share,
            "BLEU, as sacreBLEU signs it": scores.bleu_signature,
            "chrF": scores.chrf_signature,
            "CIDEr-D": scores.cider_signature,
        },
    )


def _golden(images: Sequence[Any]) -> dict[str, dict[str, list[bytes]]]:
    """Images for every signature, whose answers are kept with the model."""
    encoded = encode_images(images[:_GOLDEN])
    sizes = np.cumsum([len(image) for image in encoded])
    examples = encoded[: max(1, int(np.sum(sizes <= _GOLDEN_BYTES)))]
    # The first image cut off in the middle, among others that can be read.
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
        "much of the attention the brightest cell had."
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
