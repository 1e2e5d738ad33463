"""Text that every Python brings along: the topics of its `help`, from the language reference."""

from __future__ import annotations

import random
from pydoc_data.topics import topics

# Lines that are shorter tell nothing of where they come from: rules, and ends of paragraphs.
_SHORTEST_LINE = 30
# A model of characters learns from so much in about a minute.
_MOST_CHARACTERS = 400_000


def pydoc_text(seed: int = 0) -> dict[str, list[str]]:
    """Topics of Python's help as documents to train and test language models on.

    Many topics repeat parts of others: "customization" is a chapter of "specialnames". One of which
    more than a tenth stands in longer ones is left out, so that what is tested was not in training.
    Other versions of Python have other topics.

    Args:
        seed: Another seed gives other topics to each part; the same seed gives the same ones.

    Returns:
        `train`, `validation` and `test`: about 80, 10 and 10 % of the characters, at most 400,000
        in all, whole topics each, as `seqkit.data.streams.read_stream` takes them.

    Example:
        >>> train = pydoc_text()["train"]
        >>> next(topic for topic in train if topic.startswith("The standard type"))[:27]
        'The standard type hierarchy'
    """
    documents = [topics[name] for name in _without_repeats()]
    random.Random(seed).shuffle(documents)
    total = min(sum(map(len, documents)), _MOST_CHARACTERS)
    parts: dict[str, list[str]] = {}
    for part in ("test", "validation"):
        # No topic is more than two fifths of a part that measures, lest it measure that one alone.
        short = [document for document in documents if len(document) <= total // 25]
        parts[part] = _fitting(short, total // 10)
        documents = [document for document in documents if document not in parts[part]]
    taken = sum(len(document) for part in parts.values() for document in part)
    # The longest first: what does not fit is little.
    chosen = _fitting(sorted(documents, key=len, reverse=True), total - taken)
    train = [document for document in documents if document in chosen]
    return {"train": train, "validation": parts["validation"], "test": parts["test"]}


def _fitting(documents: list[str], characters: int) -> list[str]:
    """The documents that fit, one after another, into a number of characters."""
    chosen = []
    for document in documents:
        if len(document) <= characters:
            chosen.append(document)
            characters -= len(document)
    return chosen


def _without_repeats() -> list[str]:
    """Names of the topics that stand in no other, in alphabetical order."""
    seen: set[str] = set()
    kept = []
    for name in sorted(topics, key=lambda name: (-len(topics[name]), name)):
        lines = long_lines(topics[name])
        repeated = sum(len(line) for line in lines if line in seen)
        if repeated <= 0.1 * sum(map(len, lines)):
            kept.append(name)
            seen.update(lines)
    return sorted(kept)


def long_lines(document: str) -> list[str]:
    """The lines of a document that are long enough to know it by, without indentation.

    Args:
        document: A text.

    Returns:
        Its lines of at least 30 characters.

    Example:
        >>> long_lines("Short.\\n   A line that has thirty characters.\\n")
        ['A line that has thirty characters.']
    """
    stripped = map(str.strip, document.splitlines())
    return [line for line in stripped if len(line) >= _SHORTEST_LINE]
