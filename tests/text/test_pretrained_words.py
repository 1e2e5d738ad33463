"""Which words a model knows by pretrained vectors, and what share of a text they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seqkit.text import WordEncoder, pretrained_words, vector_coverage, with_vectors
from seqkit.text.word_encoder import count_words

WORDS = ["The", "the", "cat", "Paris", "1999", "zyx", "zyx"]
LINES = "the 1 1\nof 2 2\n2024 3 3\nParis 4 4\ncat 5 5\nrome 6 6\n"


@pytest.fixture(scope="module")
def encoder() -> WordEncoder:
    return WordEncoder.learn([WORDS], min_count=2)  # the, zyx


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("vectors") / "vectors.txt"
    path.write_text(LINES, encoding="utf-8")
    return path


def by_word(encoder: WordEncoder, vectors: np.ndarray) -> dict[str, float]:
    assert vectors.dtype == np.float32 and vectors.shape == (len(encoder.pretrained), 2)
    assert not vectors[:4].any()
    return dict(zip(encoder.pretrained.tokens[4:], vectors[4:, 0].tolist(), strict=True))


def test_rare_words_and_the_first_of_the_file_have_vectors(encoder, path):
    known, vectors = with_vectors(encoder, path, [WORDS[:3], WORDS[3:]], first_words=2)
    assert by_word(known, vectors) == {"the": 1, "of": 2, "0000": 3, "paris": 4, "cat": 5}
    assert known.vocabulary is encoder.vocabulary and known.characters is encoder.characters
    unknown = known.is_unknown(["PARIS", "of", "1812", "zyx", "rome"]).numpy().tolist()
    assert unknown == [False, False, False, False, True]
    ids = known(["of", "zyx"])
    assert (ids.token_ids.numpy() == [1, 5]).all()
    assert ids.pretrained_ids.numpy()[1].tolist() == [1, 0, 0, 0]
    assert not encoder(["of", "zyx"]).has_vector.numpy().any()


def test_a_word_without_a_vector_has_those_of_its_parts(encoder, path):
    """Parts of training words are looked up in the file too, wherever they stand there."""
    words = ["Rome-Paris", "of", "the-zyx-cat", "zyx", "\u201cParis,\u201d", "!"]
    known, vectors = with_vectors(encoder, path, [words], first_words=0)
    assert by_word(known, vectors) == {"of": 2, "rome": 6, "paris": 4, "the": 1, "cat": 5}
    ids = known(words).pretrained_ids.numpy()
    values = vectors[:, 0][ids].tolist()
    assert values == [[6, 4, 0, 0], [2, 0, 0, 0], [1, 5, 0, 0], [0] * 4, [4, 0, 0, 0], [0] * 4]
    assert known(words).has_vector.numpy().tolist() == [True, True, True, False, True, False]
    coverage = vector_coverage(known, [words])
    assert (coverage.running_found, coverage.missing) == (4, {"!": 1, "zyx": 1})


def test_by_default_as_many_words_come_in_as_fit(encoder, path, monkeypatch):
    monkeypatch.setattr(pretrained_words, "_VALUES", 5)  # of 2 values each
    known, vectors = with_vectors(encoder, path, [["cat"]])
    assert by_word(known, vectors) == {"cat": 5, "the": 1, "of": 2}


def test_words_known_before_keep_their_ids(encoder, path):
    first, old = with_vectors(encoder, path, [["cat", "zyx"]], first_words=1)
    more = first.extended([["Rome", "Rome"]])
    assert more.pretrained is first.pretrained
    second, new = with_vectors(more, path, [["Rome"]], first_words=0)
    assert second.pretrained.tokens == (*first.pretrained.tokens, "rome")
    assert (new[: len(old)] == old).all() and new[-1].tolist() == [6, 6]


def test_what_cannot_be_meant_is_refused(encoder, path):
    with pytest.raises(ValueError, match=r"vectors\.txt: has none of the 2 words"):
        with_vectors(encoder, path, [["고양이", "개"]], first_words=0)
    with pytest.raises(ValueError, match="first_words is -1"):
        with_vectors(encoder, path, [WORDS], first_words=-1)


def test_coverage_counts_words_of_the_dictionary_and_running_ones(encoder, path):
    assert vector_coverage(encoder, [WORDS]) is None
    known, _ = with_vectors(encoder, path, [WORDS], first_words=2)
    coverage = vector_coverage(known, [["The", "the", "zyx"], ["of", "new", "zyx"]])
    assert coverage == (2, 1, 6, 3, 4, {"zyx": 2, "new": 1})
    assert coverage.lines() == [
        "pretrained vectors: 1 of 2 (50.0%) words of the dictionary, 3 of 6 (50.0%) running words; "
        "4 words beside the dictionary",
        "  most frequent without a vector: 'zyx' (2), 'new' (1)",
    ]
    assert len(vector_coverage(known, [["The"]]).lines()) == 1


def test_words_are_counted_as_the_dictionary_spells_them():
    counts = count_words([["A", "a", "12"], ["34", "E\u0301", "é"]])
    assert counts == {"a": 2, "00": 2, "é": 2}


def test_an_encoder_comes_back_with_its_words(encoder, path):
    known, _ = with_vectors(encoder, path, [WORDS])
    again = WordEncoder.from_config(known.get_config())
    assert again.pretrained.tokens == known.pretrained.tokens
    config = known.get_config()
    del config["pretrained"]  # as written before there were any
    assert WordEncoder.from_config(config).pretrained is None
