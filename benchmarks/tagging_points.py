"""A point of a learning curve of tagged sentences: the recipe, and taggers without a network."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from recipes import tagging
from seqkit import data
from seqkit.data.kinds import tag_scheme
from seqkit.tasks.tagging.baselines import MOST_FREQUENT, most_frequent_tag

MEASURE = "accuracy, or F1 of spans"
CRF = "conditional random field"
Sentence = tuple[list[str], list[str]]
_COLUMNS = ("tokens", "tags")
# Of few sentences, each is tried; of more, the one in the midst is taken.
_STRENGTHS = (0.01, 0.1, 1.0)
_FEW = 1000
_ITERATIONS = 100
_AFFIXES = (1, 2, 3, 4)


def score_ours(
    train: Sequence[Sentence], test: Sequence[Sentence], seed: int
) -> tuple[float, float]:
    """Trains the recipe with its defaults.

    Args:
        train: sentences, words with their tags.
        test: those to score on.
        seed: of the training.

    Returns:
        F1 of spans where the tags mark any, else accuracy; and the calibration error.
    """
    config = tagging.DEFAULTS.replace(seed=seed)
    parts = tagging.recipe.read_parts(_dataset(train), test=_dataset(test), config=config)
    scores = tagging.train_and_score(parts, config).scores
    f1 = scores.span_f1
    return (scores.accuracy if f1 is None else f1), scores.calibration_error


def score_plain(train: Sequence[Sentence], test: Sequence[Sentence]) -> dict[str, float]:
    """What a conditional random field of features reaches, and the most frequent tag.

    The field sees each word, its neighbours, their pairs, affixes and shapes; of at most 1,000
    sentences, how strongly it is regularized is chosen on a fifth of them.

    Args:
        train: sentences, words with their tags.
        test: those to score on.

    Returns:
        Score by name of the model.

    Source: Lafferty et al. 2001; CRFsuite by Okazaki 2007.
    """
    strength = 0.1
    if 5 <= len(train) <= _FEW:
        held_out, rest = train[::5], [row for i, row in enumerate(train) if i % 5]
        strength = max(
            _STRENGTHS, key=lambda one: score(_tag_by_crf(rest, held_out, one), held_out)
        )
    frequent = most_frequent_tag(_dataset(train), _dataset(test))
    return {
        CRF: score(_tag_by_crf(train, test, strength), test),
        MOST_FREQUENT: score(frequent, test),
    }


def score(answers: Sequence[Sequence[str]], test: Sequence[Sentence]) -> float:
    """F1 of spans where the tags mark any, else accuracy.

    Args:
        answers: tags of each sentence.
        test: sentences with the tags they have.

    Returns:
        From 0 to 1.

    Example:
        >>> score([["A", "B"]], [(["a", "b"], ["A", "A"])])
        0.5
    """
    truth = [tags for _, tags in test]
    scheme = tag_scheme.scheme(sorted({tag for tags in truth for tag in tags}))
    if scheme == "plain":
        pairs = [
            pair for a, b in zip(answers, truth, strict=True) for pair in zip(a, b, strict=True)
        ]
        return float(np.mean([one == other for one, other in pairs]))
    found, true = (
        {
            (number, *span)
            for number, tags in enumerate(rows)
            for span in tag_scheme.spans(list(tags), scheme)
        }
        for rows in (answers, truth)
    )
    return 2 * len(found & true) / max(1, len(found) + len(true))


def _tag_by_crf(
    train: Sequence[Sentence], test: Sequence[Sentence], strength: float
) -> list[list[str]]:
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    for words, tags in train:
        trainer.append(pycrfsuite.ItemSequence(list(_features(words))), tags)
    trainer.set_params(
        {
            "c1": 0.0,
            "c2": strength,
            "max_iterations": _ITERATIONS,
            "feature.possible_transitions": True,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "crf.model"))
        trainer.train(file)
        tagger = pycrfsuite.Tagger()
        tagger.open(file)
        answers = [tagger.tag(pycrfsuite.ItemSequence(list(_features(words)))) for words, _ in test]
        tagger.close()
    return answers


def _features(words: Sequence[str]) -> Iterable[list[str]]:
    """What the field sees of each word."""
    lower = ["<", "<", *(word.lower() for word in words), ">", ">"]
    for place, word in enumerate(words, 2):
        before2, before, this, after, after2 = lower[place - 2 : place + 3]
        shape = re.sub("[0-9]", "0", re.sub("[a-z]", "x", re.sub("[A-Z]", "X", word)))
        yield [
            "bias",
            f"word={word}",
            f"lower={this}",
            f"-1={before}",
            f"+1={after}",
            f"-2={before2}",
            f"+2={after2}",
            f"-1,0={before} {this}",
            f"0,+1={this} {after}",
            f"-1,+1={before} {after}",
            f"-2,-1={before2} {before}",
            f"+1,+2={after} {after2}",
            f"-1 ends={before[-2:]}",
            f"+1 ends={after[-2:]}",
            *(f"begins={this[:n]}" for n in _AFFIXES),
            *(f"ends={this[-n:]}" for n in _AFFIXES),
            f"shape={shape}",
            "shape, short=" + re.sub(r"(.)\1+", r"\1", shape),
        ]


def _dataset(sentences: Sequence[Sentence]) -> data.Dataset:
    return data.read(list(sentences), columns=_COLUMNS)
