"""The plain models that every tagger is compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from seqkit.data.dataset import Dataset

MOST_FREQUENT = "the most frequent tag of each word"
LINEAR = "a linear model of words, affixes and the tags before (scikit-learn)"
_AFFIXES = (1, 2, 3)
_ROWS = 2_000
_EPOCHS = 5


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
    """Tags of a linear model that sees a word, its neighbours, its affixes, and the tags before.

    It reads the training data five times, part by part, in bounded memory and in random order:
    where the data are sorted, by topic or source, the last ones would count too much. It tags from
    left to right, by the tags that it gave to the two words before.

    Args:
        train: holds the columns `tokens` and `tags`.
        test: sentences to tag.
        seed: seed of the order in which sentences and words are learned.

    Returns:
        The tags of each test sentence.

    Source: Ratnaparkhi (1996), "A Maximum Entropy Model for Part-Of-Speech Tagging", EMNLP, for
    what it sees and the greedy search; here with a hinge loss.
    """
    from sklearn.feature_extraction import FeatureHasher
    from sklearn.linear_model import SGDClassifier

    hasher = FeatureHasher(2**18, input_type="string", dtype=np.float32)
    names = sorted({tag for _, tags in _sentences(train) for tag in tags})
    if len(names) == 1:
        return [[names[0]] * len(tokens) for tokens, _ in _sentences(test)]
    model = SGDClassifier(loss="modified_huber", alpha=1e-6, average=True, random_state=seed)
    shuffled = train.take(np.random.default_rng(seed).permutation(len(train)))
    for _ in range(_EPOCHS):
        for part in _parts(shuffled):
            features = hasher.transform(
                feature for tokens, tags in part for feature in _seen_in_training(tokens, tags)
            )
            model.partial_fit(features, [tag for _, tags in part for tag in tags], names)
    answers: list[list[str]] = []
    for part in _parts(test):
        answers += _tag_left_to_right([tokens for tokens, _ in part], hasher.transform, model)
    return answers


def _tag_left_to_right(
    sentences: Sequence[Sequence[str]], to_vectors: Callable[[Any], Any], model: Any
) -> list[list[str]]:
    """Tags the first words of all sentences, then the second ones, and so on."""
    features = [list(_features(tokens)) for tokens in sentences]
    given: list[list[str]] = [[] for _ in sentences]
    for place in range(max(map(len, sentences), default=0)):
        here = [row for row, tokens in enumerate(sentences) if place < len(tokens)]
        vectors = to_vectors(
            features[row][place] + _tags_before(sentences[row][place], given[row]) for row in here
        )
        for row, tag in zip(here, model.predict(vectors).tolist(), strict=True):
            given[row].append(tag)
    return given


def _seen_in_training(tokens: Sequence[str], tags: Sequence[str]) -> Iterator[list[str]]:
    """What the linear model sees of each word where the tags before are known."""
    for place, features in enumerate(_features(tokens)):
        yield features + _tags_before(tokens[place], tags[:place])


def _tags_before(token: str, tags: Sequence[str]) -> list[str]:
    """What the linear model sees of the tags before a word."""
    before, last = ["<", "<", *tags[-2:]][-2:]
    return [f"t-1={last}", f"t-2-1={before} {last}", f"t-1w={last} {token.lower()}"]


def _features(tokens: Sequence[str]) -> Iterator[list[str]]:
    """What the linear model sees of each word and its neighbours."""
    lower = ["<", "<", *(token.lower() for token in tokens), ">", ">"]
    for place, token in enumerate(tokens, 2):
        before2, before, word, after, after2 = lower[place - 2 : place + 3]
        features = [f"w={word}", f"W={token}", f"-1={before}", f"+1={after}"]
        features += [f"-2={before2}", f"+2={after2}", f"-1w={before} {word}", f"w+1={word} {after}"]
        features += [f"-2-1={before2} {before}", f"+1+2={after} {after2}", f"-1+1={before} {after}"]
        features += [f"p={word[:n]}" for n in _AFFIXES] + [f"s={word[-n:]}" for n in _AFFIXES]
        features += [f"-1s={before[-2:]}", f"+1s={after[-2:]}"]
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
