"""The sample of text: topics of Python's help."""

from pydoc_data.topics import topics

import pytest

from recipes.samples.pydoc_text import long_lines, pydoc_text
from seqkit.data import read_stream_parts


@pytest.fixture(scope="module")
def parts():
    return pydoc_text()


def size(documents):
    return sum(map(len, documents))


def test_the_same_seed_gives_the_same_topics_and_another_gives_others(parts):
    assert pydoc_text() == parts
    assert pydoc_text(seed=1)["test"] != parts["test"]


def test_parts_are_whole_topics_and_none_is_in_two(parts):
    documents = [document for part in parts.values() for document in part]
    assert len(set(documents)) == len(documents)
    assert set(documents) <= set(topics.values())


@pytest.mark.parametrize("seed", range(3))
def test_sizes_suit_a_minute_of_training(seed):
    sizes = {part: size(documents) for part, documents in pydoc_text(seed).items()}
    assert list(sizes) == ["train", "validation", "test"]
    assert 300_000 < sum(sizes.values()) <= 400_000
    for part in ("validation", "test"):
        assert 0.08 < sizes[part] / sum(sizes.values()) <= 0.1


def test_a_version_with_more_topics_gives_no_more_text(monkeypatch):
    monkeypatch.setattr("recipes.samples.pydoc_text._MOST_CHARACTERS", 250_000)
    sizes = [size(documents) for documents in pydoc_text().values()]
    assert 240_000 < sum(sizes) <= 250_000
    assert max(sizes[1:]) <= 25_000


@pytest.mark.parametrize("seed", range(3))
def test_what_is_tested_was_not_in_training(seed):
    parts = pydoc_text(seed)
    trained = {line for document in parts["train"] for line in long_lines(document)}
    for part in ("validation", "test"):
        lines = [line for document in parts[part] for line in long_lines(document)]
        assert len(lines) > 300
        assert size(line for line in lines if line in trained) < 0.02 * size(lines)


def test_the_sample_is_read_as_a_stream(parts):
    streams = read_stream_parts(**parts)
    assert {part: stream.documents for part, stream in streams.items()} == {
        part: len(documents) for part, documents in parts.items()
    }
