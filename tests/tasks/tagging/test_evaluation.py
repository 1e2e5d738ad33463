"""Scores of taggers: accuracy, unseen words, spans."""

import numpy as np
import pytest

from seqkit import data
from seqkit.tasks.tagging import baselines as tag_baselines
from seqkit.tasks.tagging.answers import Tagging
from seqkit.tasks.tagging.evaluation import accuracy, main_score, score_tagger, span_scores
from seqkit.text import Vocabulary, WordEncoder

COLUMNS = ("tokens", "tags")


class Parrot:
    """Stands for a tagger: it answers what it was told to."""

    def __init__(self, answers, known):
        self.answers = answers
        self.encoder = WordEncoder.learn([known], min_count=1)
        self.tags = Vocabulary.from_labels(sorted({t for row in answers for t in row}))

    def tag(self, sentences):
        return [
            Tagging(tuple(s), tuple(a), (0.75,) * len(s), tuple(self.encoder.is_unknown(s).numpy()))
            for s, a in zip(sentences, self.answers, strict=True)
        ]


def test_accuracy_of_all_and_of_unseen_words():
    test = data.read([(["a", "b", "new"], ["X", "Y", "X"]), (["A"], ["X"])], columns=COLUMNS)
    train = data.read([(["a", "b"], ["X", "Y"])], columns=COLUMNS)
    scores = score_tagger(Parrot([["X", "Y", "Y"], ["X"]], ["a", "b"]), test, train)
    assert scores.accuracy == 0.75
    assert (scores.unseen_rate, scores.unseen_accuracy) == (0.5, 0.5)  # "new" and "A"
    # The dictionary knows "A" as "a"; "new" got the wrong tag.
    assert (scores.unknown_token_rate, scores.unknown_accuracy) == (0.25, 0.0)
    assert scores.main == ("accuracy", 0.75)
    assert scores.labels == ("X", "Y")
    assert scores.confusion == [[2, 1], [0, 1]]
    assert [s.errors for s in scores.worst] == [1]
    assert scores.calibration_error == pytest.approx(0)


def test_spans_are_counted_whole():
    truth = [["B-P", "I-P", "O"], ["B-L", "O", "B-P"]]
    answers = [["B-P", "O", "O"], ["B-L", "O", "B-P"]]
    scores = span_scores(truth, answers)
    assert scores["L"]["f1-score"] == 1
    assert scores["P"]["precision"] == scores["P"]["recall"] == 0.5
    assert scores["micro avg"]["f1-score"] == pytest.approx(2 / 3)
    assert main_score(truth, answers) == ("span F1", pytest.approx(2 / 3))
    assert main_score([["X"]], [["X"]]) == ("accuracy", 1.0)
    assert accuracy([], []) == 0.0


# What seqeval 1.2.2 answers (mode='strict', scheme=IOB2 or IOBES, zero_division=0): precision,
# recall, F1 and number of spans.
RECORDED = [
    (
        "B-P I-P O | B-L O B-P",
        "B-P O O | B-L O B-P",
        {"L": (1, 1, 1, 1), "P": (1 / 2, 1 / 2, 1 / 2, 2), "micro avg": (2 / 3, 2 / 3, 2 / 3, 3)},
    ),
    ("B-X I-X B-X I-X", "B-X I-X I-X I-X", {"X": (0, 0, 0, 2), "micro avg": (0, 0, 0, 2)}),
    ("B-X I-X O", "I-X I-X O", {"X": (0, 0, 0, 1), "micro avg": (0, 0, 0, 1)}),
    (
        "B-X I-Y B-Y",
        "B-X I-X B-Y",
        {"X": (0, 0, 0, 1), "Y": (1, 1, 1, 1), "micro avg": (1 / 2, 1 / 2, 1 / 2, 2)},
    ),
    ("B-X O", "B-Y O", {"X": (0, 0, 0, 1), "Y": (0, 0, 0, 0), "micro avg": (0, 0, 0, 1)}),
    ("I-X I-X", "O O", {"micro avg": (0, 0, 0, 0)}),
    ("I-X O", "B-X B-Z", {"X": (0, 0, 0, 0), "Z": (0, 0, 0, 0), "micro avg": (0, 0, 0, 0)}),
    ("B I O B", "B O B B", {"_": (1 / 3, 1 / 2, 2 / 5, 2), "micro avg": (1 / 3, 1 / 2, 2 / 5, 2)}),
    (
        "B-geo-loc I-geo-loc",
        "B-geo-loc I-geo",
        {"geo-loc": (0, 0, 0, 1), "micro avg": (0, 0, 0, 1)},
    ),
    (
        "B-X I-X E-X S-Y O",
        "B-X I-X E-X S-Y O",
        {"X": (1, 1, 1, 1), "Y": (1, 1, 1, 1), "micro avg": (1, 1, 1, 2)},
    ),
    ("B-X E-X S-X", "B-X E-X I-X", {"X": (1, 1 / 2, 2 / 3, 2), "micro avg": (1, 1 / 2, 2 / 3, 2)}),
    ("B-X I-X E-X | S-X", "B-X I-X I-X | B-X", {"X": (0, 0, 0, 2), "micro avg": (0, 0, 0, 2)}),
    (
        "S-X S-X B-Y E-Y",
        "S-X B-X E-Y E-Y",
        {"X": (1, 1 / 2, 2 / 3, 2), "Y": (0, 0, 0, 1), "micro avg": (1, 1 / 3, 1 / 2, 3)},
    ),
    ("S B E O", "S S E S", {"_": (1 / 3, 1 / 2, 2 / 5, 2), "micro avg": (1 / 3, 1 / 2, 2 / 5, 2)}),
    (
        "S-X |  | O",
        "S-Y |  | S-X",
        {"X": (0, 0, 0, 1), "Y": (0, 0, 0, 0), "micro avg": (0, 0, 0, 1)},
    ),
]


@pytest.mark.parametrize(("truth", "answers", "expected"), RECORDED)
def test_spans_are_scored_as_seqeval_scored_them(truth, answers, expected):
    truth, answers = ([part.split() for part in text.split("|")] for text in (truth, answers))
    names = ("precision", "recall", "f1-score", "support")
    rows = {label: dict(zip(names, row, strict=True)) for label, row in expected.items()}
    scores = span_scores(truth, answers)
    assert scores == rows
    assert list(scores) == list(rows)


@pytest.mark.parametrize(
    ("truth", "answers", "words"),
    [
        (["B-X"], ["S-X"], r"answers has the tag 'S-X', but the true tags are BIO"),
        (["S-X"], ["NOUN"], r"answers has the tag 'NOUN', but the true tags are IOBES"),
        (["B-X", "O"], ["B-X"], r"answers\[0\] has 1 tags for 2 words"),
    ],
)
def test_answers_that_cannot_be_compared_are_told(truth, answers, words):
    with pytest.raises(ValueError, match=words):
        span_scores([truth], [answers])


def test_nothing_cannot_be_scored():
    rows = data.read([(["a"], ["X"])], columns=COLUMNS).take([])
    with pytest.raises(ValueError, match="no rows"):
        score_tagger(Parrot([["X"]], ["a"]), rows)


def test_most_frequent_tag():
    train = data.read(
        [(["a", "a", "a", "b"], ["X", "Y", "X", "Y"]), (["c"], ["Z"]), (["d"], ["Z"])],
        columns=COLUMNS,
    )
    test = data.read([(["a", "b", "unheard"], ["?", "?", "?"])], columns=COLUMNS)
    assert tag_baselines.most_frequent_tag(train, test) == [["X", "Y", "Z"]]


def test_linear_tagger_sees_neighbours_and_affixes():
    generator = np.random.default_rng(0)
    rows = []
    for _ in range(300):
        words = [f"{generator.choice(['to', 'the'])} w{generator.integers(99)}ed" for _ in range(2)]
        tokens = " ".join(words).split()
        tags = ["P", "V" if tokens[0] == "to" else "N", "P", "V" if tokens[2] == "to" else "N"]
        rows.append((tokens, tags))
    train = data.read(rows, columns=COLUMNS)
    test = data.read([(["to", "xed", "the", "xed"], ["P", "V", "P", "N"])], columns=COLUMNS)
    assert tag_baselines.linear_tagger(train, test) == [["P", "V", "P", "N"]]
    one = data.read([(["a", "b"], ["X", "X"])], columns=COLUMNS)
    assert tag_baselines.linear_tagger(one, test) == [["X"] * 4]


def test_linear_tagger_sees_the_tags_before():
    """The first word decides all tags; the last words are too far from it to see it."""
    rows = [([first, *["x"] * 7], [tag] * 8) for first, tag in (("p", "P"), ("q", "Q"))]
    # Sorted, and more than are read at once: the last are not learned last.
    train = data.read([rows[0]] * 2500 + [rows[1]] * 2500, columns=COLUMNS)
    test = data.read(rows, columns=COLUMNS)
    assert tag_baselines.linear_tagger(train, test) == [["P"] * 8, ["Q"] * 8]
