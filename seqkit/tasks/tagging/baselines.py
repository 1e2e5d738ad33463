"""The plain models that every tagger is compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from seqkit.data.dataset import Dataset

MOST_FREQUENT = "the most frequent tag of each word"
LINEAR = "a linear model of words and affixes (scikit-learn)"
_AFFIXES = (1, 2, 3)
_ROWS = 2_000
_EPOCHS = 3


def most_frequent_tag(train: Dataset, test: Dataset) -> list[list[str]]:
    """Gives each word the tag it had most often, and an unknown word the tag of most rare words.

    Args:
        train: holds the columns `tokens` and `tags`.
        test: sentences to tag.

    Returns:
        The tags of each test sentence.

    Example:
        >>> from seqkit import data
        >>> rows = [(["a", "dog"], ["DET", "NOUN"]), (["a", "cat"], ["DET", "NOUN"])]
        >>> tagged = data.read([*rows, (["a", "cow"], ["?", "?"])], columns=("tokens", "tags"))
        >>> most_frequent_tag(tagged.take([0, 1]), tagged.take([2]))
        [['DET', 'NOUN']]
    """
    seen: dict[str, Counter[str]] = {}
    for tokens, tags in _sentences(train):
        for token, tag in zip(tokens, tags, strict=True):
            seen.setdefault(token, Counter())[tag] += 1
    best = {token: counts.most_common(1)[0][0] for token, counts in seen.items()}
    rare: Counter[str] = Counter()
    for counts in seen.values():
        if counts.total() == 1:
            rare.update(counts)
    guess = (rare or sum(seen.values(), Counter())).most_common(1)[0][0]
    return [[best.get(token, guess) for token in tokens] for tokens, _ in _sentences(test)]


def linear_tagger(train: Dataset, test: Dataset, seed: int = 0) -> list[list[str]]:
    """Tags of a linear model that sees a word, its affixes and shape, and its two neighbours.

    It reads the training data three times, part by part, in bounded memory.

    Args:
        train: holds the columns `tokens` and `tags`.
        test: sentences to tag.
        seed: seed of the order in which words are learned.

    Returns:
        The tags of each test sentence.
    """
    from sklearn.feature_extraction import FeatureHasher
    from sklearn.linear_model import SGDClassifier

    hasher = FeatureHasher(2**18, input_type="string", dtype=np.float32)
    names = sorted({tag for _, tags in _sentences(train) for tag in tags})
    if len(names) == 1:
        return [[names[0]] * len(tokens) for tokens, _ in _sentences(test)]
    model = SGDClassifier(loss="modified_huber", alpha=1e-6, average=True, random_state=seed)
    for _ in range(_EPOCHS):
        for part in _parts(train):
            features = hasher.transform(f for tokens, _ in part for f in _features(tokens))
            model.partial_fit(features, [tag for _, tags in part for tag in tags], names)
    answers: list[list[str]] = []
    for part in _parts(test):
        features = hasher.transform(f for tokens, _ in part for f in _features(tokens))
        predicted = iter(model.predict(features).tolist())
        answers += [[next(predicted) for _ in tokens] for tokens, _ in part]
    return answers


def _features(tokens: Sequence[str]) -> Iterator[list[str]]:
    """What the linear model sees of each word."""
    lower = ["<", *(token.lower() for token in tokens), ">"]
    for place, token in enumerate(tokens, 1):
        word = lower[place]
        features = [f"w={word}", f"W={token}", f"-1={lower[place - 1]}", f"+1={lower[place + 1]}"]
        features += [f"-1w={lower[place - 1]} {word}", f"w+1={word} {lower[place + 1]}"]
        features += [f"p={word[:n]}" for n in _AFFIXES] + [f"s={word[-n:]}" for n in _AFFIXES]
        features.append(f"-1s={lower[place - 1][-2:]}")
        features.append(f"+1s={lower[place + 1][-2:]}")
        features.append(f"shape={token[:1].isupper()}{token.isupper()}{token[:1].isdigit()}")
        yield features


def _sentences(dataset: Dataset) -> Iterator[tuple[list[str], list[str]]]:
    for part in _parts(dataset):
        yield from part


def _parts(dataset: Dataset) -> Iterator[list[tuple[list[str], list[str]]]]:
    for tokens, tags in zip(
        dataset.batches("tokens", _ROWS), dataset.batches("tags", _ROWS), strict=True
    ):
        yield list(zip(tokens.to_pylist(), tags.to_pylist(), strict=True))
