"""Scores of captioners: against several references, beside plain ones, and how various."""

import re
from typing import NamedTuple

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF

from seqkit.tasks.captioning.cider import cider_d
from seqkit.tasks.captioning.evaluation import score_captioner, score_captions

REFERENCES = [
    ["A black dog runs on the grass.", "The dog is running fast.", "A dog runs on grass outside."],
    ["Two children play in the snow."],
    ["A man rides a bike on the street.", "A man on a bike."],
]
ANSWERS = ["a dog runs on the grass.", "two children play in the snow.", "a man on a horse."]


class Answered(NamedTuple):
    text: str
    error: str = ""


class Parrot:
    """Stands for a captioner: it answers what it was told to."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = None

    def caption(self, images):
        self.asked = images
        return self.answers


def by_words(answers, references, most):
    """BLEU of up to so many words, each image scored by sacreBLEU alone, and counts summed."""
    metric = BLEU(lowercase=True, max_ngram_order=most)
    whole = np.zeros(2 + 2 * most, int)
    for answer, row in zip(answers, references, strict=True):
        whole += metric._extract_corpus_statistics([answer], [[text] for text in row])[0]
    counts = whole.tolist()
    return BLEU.compute_bleu(
        counts[2 : 2 + most],
        counts[2 + most :],
        counts[0],
        counts[1],
        smooth_method="exp",
        max_ngram_order=most,
    ).score


def test_bleu_of_any_number_of_references():
    scores = score_captions(ANSWERS, REFERENCES)
    assert scores.bleu == pytest.approx([by_words(ANSWERS, REFERENCES, n) for n in range(1, 5)])
    assert 30 < scores.bleu[3] < scores.bleu[0] < 100
    assert re.fullmatch(
        r"nrefs:var\|case:lc\|eff:no\|tok:13a\|smooth:exp\|version:\S+", scores.bleu_signature
    )


def test_bleu_and_chrf_of_as_many_references_are_sacrebleus():
    references = [row[:1] * 2 + row[-1:] for row in REFERENCES]
    scores = score_captions(ANSWERS, references)
    streams = list(map(list, zip(*references, strict=True)))
    bleu = BLEU(lowercase=True).corpus_score(ANSWERS, streams)
    assert scores.bleu[3] == pytest.approx(bleu.score)
    assert scores.bleu[0] == pytest.approx(bleu.bp * bleu.precisions[0])
    assert scores.chrf == pytest.approx(CHRF(lowercase=True).corpus_score(ANSWERS, streams).score)
    assert scores.bleu_signature.startswith("nrefs:3|")


def test_an_image_of_fewer_references_has_no_empty_one():
    # Were the second image given an empty reference, the answer of one word would be as near to it,
    # and brevity would cost less.
    references = [["a b c d", "a b c d e"], ["e f g h"]]
    answers = ["a b c d", "e"]
    alone = [row[:1] for row in references]
    assert score_captions(answers, references).bleu == score_captions(answers, alone).bleu
    assert (
        score_captions(answers, [[*row, ""] for row in references]).bleu[0]
        > (score_captions(answers, references).bleu[0])
    )


def test_cider_is_the_mean_and_kept_by_image():
    scores = score_captions(ANSWERS, REFERENCES)
    each = cider_d(ANSWERS, REFERENCES)
    assert scores.cider_d == pytest.approx(each.mean()) and scores.cider_d > 1
    assert [image.cider_d for image in scores.images] == each.tolist()
    assert scores.images[2][:3] == (2, tuple(REFERENCES[2]), ANSWERS[2])
    assert scores.cider_signature == "nimgs:3|case:lc|tok:13a|punct:no|n:4|sigma:6"


def test_how_various_the_answers_are():
    scores = score_captions(["A dog!", "a dog!", "a zebra"], [["a dog"], ["a cat"], ["a cow, too"]])
    assert (scores.distinct_captions, scores.distinct_words) == (2, 3)
    assert scores.vocabulary_share == pytest.approx(2 / 5)
    assert (scores.answer_words, scores.reference_words) == pytest.approx((2, 7 / 3))
    given = ["A", "dog", "zebra", "<other>"]
    known = score_captions(["A dog!", "a zebra"], [["a"], ["b"]], vocabulary=given)
    assert known.vocabulary_share == 0.75


def test_right_is_what_is_one_of_its_references():
    scores = score_captions(["TWO dogs", "two dogs", "one"], [["a", "two dogs"], ["a"], ["one!"]])
    assert scores.exact_match == pytest.approx(1 / 3)


def test_short_captions_are_compared_by_what_is_right():
    short = score_captions(["a dog"], [["a dog"]], baselines={"other": ["a cat"]})
    assert short.main == ("exact match", 1.0) and short.main_baselines == {"other": 0.0}
    long = score_captions(ANSWERS, REFERENCES)
    assert long.main == ("BLEU-4", long.bleu[3])


def test_plain_models_are_scored_in_the_same_way():
    plain = {"constant": ["A man on a bike."] * 3, "oracle": [row[0] for row in REFERENCES]}
    scores = score_captions(ANSWERS, REFERENCES, baselines=plain)
    assert list(scores.main_baselines) == ["constant", "oracle"]
    constant = scores.baselines["constant"]
    assert constant.bleu == score_captions(plain["constant"], REFERENCES).bleu
    assert constant.distinct_captions == 1
    assert scores.baselines["oracle"].bleu[3] == pytest.approx(100)


def test_what_is_no_better_than_a_plain_model_is_told_with_an_interval():
    answers, references = ANSWERS * 7, REFERENCES * 7
    oracle = {"constant": ["A man on a bike."] * 21, "oracle": [row[0] for row in references]}
    below = score_captions(answers, references, baselines=oracle)
    bleu, cider = below.not_better
    assert bleu.startswith(f"worse than oracle: BLEU-4 {below.bleu[3] - 100:+.4f}, 95 % interval -")
    gap = below.cider_d - below.baselines["oracle"].cider_d
    assert cider.startswith(f"worse than oracle: CIDEr-D {gap:+.4f}, 95 % interval -")
    assert cider.endswith(" on 21 images")
    same = score_captions(oracle["oracle"], references, baselines=oracle)
    assert same.not_better[0] == (
        "no better than oracle: BLEU-4 +0.0000, 95 % interval +0.0000 to +0.0000 on 21 images"
    )
    better = score_captions(answers, references, baselines={"constant": oracle["constant"]})
    assert better.not_better == () == score_captions(answers, references).not_better
    assert better.compare("BLEU-4").verdict == better.compare("CIDEr-D").verdict == "better"
    # Each is right about another third.
    assert better.compare("exact match").verdict == "no better"


def test_a_model_is_asked_and_what_it_could_not_read_is_counted():
    model = Parrot([Answered("a dog"), Answered("", "no image"), Answered("a cow")])
    images = ["a.jpg", b"", np.zeros([2, 2, 3], np.uint8)]
    scores = score_captioner(model, images, REFERENCES, baselines={"x": ["a"] * 3})
    assert model.asked is images
    assert (scores.examples, scores.errors) == (3, 1)
    assert [image.answer for image in scores.images] == ["a dog", "", "a cow"]
    assert list(scores.baselines) == ["x"]
    summary = scores.summary()
    assert summary["bleu_4"] == scores.bleu[3] and summary["errors"] == 1
    assert not {"images", "baselines", "bleu"} & set(summary)


def test_unspaced_words_can_be_split():
    given = ["小狗在跑步"], [["小狗在跑。"]]
    scores = score_captions(*given, tokenizer="char")
    assert scores.bleu[3] > 30 and "tok:char" in scores.bleu_signature
    assert scores.answer_words == 5 and scores.main == ("chrF", scores.chrf)
    by_script = score_captions(*given)
    assert by_script.bleu == scores.bleu and "|tok:zh|" in by_script.bleu_signature
    assert "|tok:zh|" in by_script.cider_signature and by_script.main == scores.main
    many = score_captions(given[0] * 12, given[1] * 12, baselines={"other": ["小猫在睡觉"] * 12})
    assert (many.compare("chrF").verdict, many.compare("chrF").baseline) == ("better", "other")


@pytest.mark.parametrize(
    ("answers", "references", "message"),
    [
        ([], [], "at least one image"),
        (["a"], [["a"], ["b"]], "answers has 1 captions for 2 images"),
        (["a", "b"], [["a"], []], r"references\[1\] is \[\]: give a list of at least one"),
        (["a"], ["a dog"], r"references\[0\] is 'a dog': give a list"),
    ],
)
def test_what_cannot_be_scored_is_refused(answers, references, message):
    with pytest.raises(ValueError, match=message):
        score_captions(answers, references)


def test_wrong_names_are_refused():
    with pytest.raises(ValueError, match=r"baselines\['short'\] has 1 captions for 3 images"):
        score_captions(ANSWERS, REFERENCES, baselines={"short": ["x"]})
    with pytest.raises(ValueError, match=r"tokenizer='chars' is none of .*'13a'"):
        score_captions(ANSWERS, REFERENCES, tokenizer="chars")
