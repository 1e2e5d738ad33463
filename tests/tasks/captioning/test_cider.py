"""CIDEr-D beside cases computed by hand, by pycocoevalcap, and by the equations themselves."""

import math
import random

import numpy as np
import pytest

from seqkit.tasks.captioning.cider import CiderD, caption_words, cider_d

REFERENCES = [
    ["a black dog runs on the grass", "the dog runs", "a dog is running on green grass"],
    ["two children play in the snow", "children in the snow"],
    [
        "a man rides a bike on the street",
        "a man on a bike",
        "the man rides down the street",
        "bike",
    ],
    ["a white cat sleeps on a red sofa"],
]
ANSWERS = [
    "a dog runs on the grass",
    "two dogs in the snow the snow",
    "a man a man a man on a bike",
    "cat",
]


def test_it_is_what_pycocoevalcap_computes():
    # CiderScorer of pycocoevalcap 1.2 for these words.
    known = [3.74566224, 2.57084183, 1.45911451, 0.55429122]
    np.testing.assert_allclose(cider_d(ANSWERS, REFERENCES), known, atol=5e-9)
    assert cider_d(ANSWERS, REFERENCES).mean() == pytest.approx(2.082477451894845, abs=1e-12)


def directly(answers, references):
    """Equations 1 to 4 of the paper with the changes of its section 7, over all n-grams at once."""

    def grams(text, n):
        words = text.split()
        return [" ".join(words[i : i + n]) for i in range(len(words) - n + 1)]

    scores = np.zeros([len(answers), 4])
    for n in range(1, 5):
        texts = [*answers, *(text for row in references for text in row)]
        column = {g: i for i, g in enumerate(dict.fromkeys(g for t in texts for g in grams(t, n)))}

        def counted(text, n=n, column=column):
            vector = np.zeros(len(column))
            np.add.at(vector, [column[gram] for gram in grams(text, n)], 1)
            return vector

        seen = sum(
            (np.any([counted(t) > 0 for t in row], axis=0) for row in references),
            np.zeros(len(column)),
        )
        idf = np.log(len(references) / np.maximum(1, seen))
        for image, (answer, row) in enumerate(zip(answers, references, strict=True)):
            g = counted(answer) * idf
            for text in row:
                h = counted(text) * idf
                norm = np.linalg.norm(g) * np.linalg.norm(h)
                cosine = np.minimum(g, h) @ h / norm if norm else 0.0
                length = len(grams(answer, 2)) - len(grams(text, 2))
                scores[image, n - 1] += cosine * math.exp(-(length**2) / 72) / len(row)
    return 10 * scores.mean(1)


def test_it_is_what_the_equations_say():
    generator = random.Random(0)
    words = [f"w{i}" for i in range(20)]

    def sentence():
        weights = [1 / (1 + i) for i in range(20)]
        return " ".join(generator.choices(words, weights, k=generator.randint(1, 12)))

    references = [[sentence() for _ in range(generator.randint(1, 4))] for _ in range(40)]
    answers = [generator.choice(row) if i % 3 else sentence() for i, row in enumerate(references)]
    scores = cider_d(answers, references)
    np.testing.assert_allclose(scores, directly(answers, references), atol=1e-12)
    assert scores.std() > 0.5


def test_cases_by_hand():
    # The same four words: each n-gram's cosine is 1. With two words there are no longer n-grams.
    assert cider_d(["a b c d", "e f"], [["a b c d"], ["e f"]]).tolist() == pytest.approx([10, 5])
    # One of two references: half. What all images have weighs nothing.
    assert cider_d(["a b c d", ""], [["a b c d", "x"], ["y"]])[0] == pytest.approx(5)
    assert cider_d(["a b", "a b"], [["a b"], ["a b"]]).tolist() == [0, 0]
    # Said twice: (1 * 1) of clipped weights over 2 * 1, no bigram in common, one bigram too many.
    twice = cider_d(["a a", "b"], [["a"], ["b"]])[0]
    assert twice == pytest.approx(10 / 4 * 0.5 * math.exp(-1 / 72))


def test_nothing_said_or_one_image_is_scored_too():
    assert cider_d([""], [["a dog"]]).tolist() == [0]
    assert cider_d(["a dog"], [["a dog"]]).tolist() == [0]
    assert cider_d(["a", "b"], [[""], ["b"]]).tolist() == pytest.approx([0, 2.5])


def test_rare_words_are_those_of_the_captions_given():
    metric = CiderD([["a dog"], ["a cat"], ["a cow"]])
    assert metric.score("a x", ["a dog"]) == 0
    assert metric.score("x dog", ["a dog"]) == pytest.approx(10 / 4 / math.sqrt(2))
    with pytest.raises(ValueError, match="at least one to compare"):
        metric.score("a", [])


def test_words():
    assert caption_words("A man's dog, 3.5 feet (high) ... `yes'") == [
        "a",
        "man's",
        "dog",
        "3.5",
        "feet",
        "high",
        "yes",
    ]
    assert caption_words("개가 뛴다。") == ["개가", "뛴다"]
    assert caption_words("小狗在跑。", "char") == ["小", "狗", "在", "跑"]
    assert caption_words(" -- ") == []
    same = [["A dog!"], ["Two cats"]]
    assert cider_d(["a DOG", "two cats."], same).tolist() == pytest.approx([5, 5])


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="answers has 1 captions for 2 images"):
        cider_d(["a"], [["a"], ["b"]])
    with pytest.raises(ValueError, match=r"tokenizer='words' is none of .*'13a'"):
        cider_d(["a"], [["a"]], "words")
