"""Scores of translators: of all sentences, by length, by unknown rate, and the worst."""

import re
from typing import NamedTuple

import pytest
from sacrebleu.metrics import BLEU, CHRF

from seqkit import data
from seqkit.evaluation import script
from seqkit.tasks.translation.corpus_scores import corpus_scores
from seqkit.tasks.translation.evaluation import score_translations, score_translator

PAIRS = [
    ("one two three four five", "eins zwei drei vier fünf"),
    ("one two three four five six", "eins zwei drei vier fünf sechs"),
    ("Ja", "Yes"),
    (" ".join(["word"] * 41), " ".join(["Wort"] * 41)),
]
ANSWERS = [
    "eins zwei drei vier fünf",
    "eins zwei drei vier sechs fünf",
    "No",
    " ".join(["Wort"] * 41),
]


class Answered(NamedTuple):
    text: str
    unknown_rate: float
    unknown_token_rate: float = 0.25


class Parrot:
    """Stands for a translator: it answers what it was told to."""

    def __init__(self, answers, rates):
        self.answers = list(map(Answered, answers, rates))
        self.asked = []

    def translate(self, texts, batch_size=64):
        start = sum(len(asked) for asked, _ in self.asked)
        self.asked.append((texts, batch_size))
        return self.answers[start : start + len(texts)]


def pairs(rows=PAIRS):
    return data.read(rows, columns=("source", "target"))


def score(sources, references, answers, rates=None, **arguments):
    given = list(map(Answered, answers, rates or [0.0] * len(answers)))
    return score_translations(sources, references, given, **arguments)


def test_all_sentences_are_scored_as_sacrebleu_does():
    model = Parrot(ANSWERS, [0.0, 0.2, 1.0, 0.0])
    scores = score_translator(model, pairs(), 7)
    assert [asked for asked, _ in model.asked] == [[source for source, _ in PAIRS]]
    assert model.asked[0][1] == 7
    references = [target for _, target in PAIRS]
    assert scores.bleu == pytest.approx(BLEU().corpus_score(ANSWERS, [references]).score)
    assert scores.chrf == pytest.approx(CHRF().corpus_score(ANSWERS, [references]).score)
    assert 50 < scores.bleu < 100
    assert scores.main == ("BLEU", scores.bleu)
    assert (scores.examples, scores.exact_match) == (4, 0.5)
    assert scores.unknown_rate == pytest.approx(0.3)
    assert scores.unknown_token_rate == 0.25
    assert re.fullmatch(
        r"nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|version:\S+", scores.bleu_signature
    )
    assert re.fullmatch(
        r"nrefs:1\|case:mixed\|eff:yes\|nc:6\|nw:0\|space:no\|version:\S+", scores.chrf_signature
    )
    assert scores.summary()["bleu"] == scores.bleu


def test_case_counts():
    assert score(["a"], ["Das ist ein Haus"], ["das ist ein haus"]).bleu < 50


def test_the_tokenizer_of_bleu_can_be_chosen():
    reference, answer = "오늘은날씨가좋다", "오늘은날씨가춥다"
    assert score(["a"], [reference], [answer]).bleu == 0
    scores = score(["a"], [reference], [answer], bleu_tokenizer="char")
    assert scores.bleu > 50 and "tok:char" in scores.bleu_signature
    assert scores.by_length[0].bleu == pytest.approx(scores.bleu)
    with pytest.raises(ValueError, match=r"bleu_tokenizer='chars' is none of .*'13a'"):
        score(["a"], [reference], [answer], bleu_tokenizer="chars")


@pytest.mark.parametrize(
    ("reference", "answer", "tokenizer"),
    [
        ("一只黑色的狗在草地上跑。", "一只白色的狗在草地上跑。", "zh"),
        ("黒い犬が草の上を走っています。", "白い犬が草の上を走っています。", "char"),
        ("สุนัขสีดำวิ่งบนหญ้า", "สุนัขสีขาววิ่งบนหญ้า", "char"),
        ("ໝາສີດຳແລ່ນເທິງຫຍ້າ", "ໝາສີຂາວແລ່ນເທິງຫຍ້າ", "char"),
        ("ឆ្កែខ្មៅកំពុងរត់លើស្មៅ", "ឆ្កែសកំពុងរត់លើស្មៅ", "char"),
        ("ခွေးနက်သည်မြက်ပေါ်တွင်ပြေးသည်", "ခွေးဖြူသည်မြက်ပေါ်တွင်ပြေးသည်", "char"),
    ],
    ids=["Chinese", "Japanese", "Thai", "Lao", "Khmer", "Burmese"],
)
def test_texts_without_blanks_are_split_by_their_script(reference, answer, tokenizer, monkeypatch):
    monkeypatch.setattr(script, "_has", lambda *packages: False)
    references = [reference] * 4
    scores = score(["x"] * 4, references, [answer] * 4, baselines={"same": references})
    assert 20 < scores.bleu < 100 and f"|tok:{tokenizer}|" in scores.bleu_signature
    assert scores.bleu == pytest.approx(
        BLEU(tokenize=tokenizer).corpus_score([answer] * 4, [references]).score
    )
    assert scores.main == ("chrF", scores.chrf) and 20 < scores.chrf < 100
    assert scores.main_baselines == {"same": pytest.approx(100)}
    assert corpus_scores(references, [answer] * 4).bleu == scores.bleu
    # Names are compared by what is right, as they are where blanks part words.
    assert score(["x"], [reference[:4]], [answer[:4]]).main[0] == "exact match"


@pytest.mark.parametrize("installed", [False, True])
def test_splitters_that_are_not_installed_are_not_asked_for(installed, monkeypatch):
    monkeypatch.setattr(script, "_has", lambda *packages: installed)
    of = script.script_of
    assert of(["黒い犬が走る"]) == (False, "ja-mecab" if installed else "char")
    assert of(["검은 개가 달린다"]) == (True, "ko-mecab" if installed else "13a")
    # Letters decide, not digits and signs; Chinese may hold a sign of Japanese.
    assert of(["Ein Haus。。。、、、、、、、123"]) == (True, "13a")
    assert of(["优の良品" * 3, "一只黑色的狗在草地上跑步和玩耍" * 5]) == (False, "zh")
    assert of([]) == of(["", "1 2"]) == (True, "13a")


def test_short_and_long_sentences_are_told_apart():
    scores = score_translator(Parrot(ANSWERS, [0.0] * 4), pairs())
    found = {bucket.label: bucket for bucket in scores.by_length}
    assert list(found) == ["1-5 words", "6-10 words", "more than 40 words"]
    assert [bucket.sentences for bucket in scores.by_length] == [2, 1, 1]
    assert found["more than 40 words"].bleu == pytest.approx(100)
    alone = corpus_scores([PAIRS[1][1]], [ANSWERS[1]])
    assert found["6-10 words"][2:] == pytest.approx((alone.bleu, alone.chrf))


def test_known_and_unknown_sentences_are_told_apart():
    # A share as the model gives it, in single precision.
    rates = [0.0, 0.10000000149011612, 0.30000001192092896, 0.31]
    scores = score_translator(Parrot(ANSWERS, rates), pairs())
    labels = [(bucket.label, bucket.sentences) for bucket in scores.by_unknown_rate]
    assert labels == [("0 %", 1), ("up to 10 %", 1), ("up to 30 %", 1), ("more", 1)]
    assert scores.by_unknown_rate[0].bleu == pytest.approx(100)
    some = score_translator(Parrot(ANSWERS, [0.0, 0.9, 0.0, 0.9]), pairs())
    assert [bucket.label for bucket in some.by_unknown_rate] == ["0 %", "more"]


def test_the_worst_come_first_and_equals_in_order():
    references = ["abcdef", "ghijkl", "mnopqr", "", "same"]
    answers = ["abcxyz", "999", "888", "", "same"]
    scores = score(list("12345"), references, answers)
    assert [sentence.source for sentence in scores.worst] == ["2", "3", "1"]
    assert scores.worst[0][:3] == ("2", "ghijkl", "999")
    assert scores.worst[0].chrf == 0 < scores.worst[2].chrf
    assert len(score(["a"] * 30, ["x"] * 30, ["y"] * 30).worst) == 20
    assert len(score(["a"] * 30, ["x"] * 30, ["y"] * 30, num_worst=3).worst) == 3


@pytest.mark.parametrize("reference", ["", " ", "a"])
@pytest.mark.parametrize("answer", ["", "\n", "b"])
def test_nothing_said_or_expected_is_scored_too(reference, answer):
    scores = score([""], [reference], [answer])
    assert (scores.bleu, scores.chrf) == (0, 0)
    assert [bucket.label for bucket in scores.by_length] == ["no words"]


def test_plain_models_are_scored_in_the_same_way():
    references = [target for _, target in PAIRS]
    plain = {"copy": [source for source, _ in PAIRS], "oracle": references}
    model = Parrot(ANSWERS, [0.0] * 4)
    scores = score_translator(model, pairs(), baselines=plain, bleu_tokenizer="char")
    assert list(scores.baselines) == ["copy", "oracle"]
    assert scores.baselines["oracle"] == pytest.approx((100, 100, 1))
    assert scores.baselines["copy"] == corpus_scores(references, plain["copy"], "char")
    with pytest.raises(ValueError, match=r"baselines\['short'\] has 1 translations for 4"):
        score_translator(Parrot(ANSWERS, [0.0] * 4), pairs(), baselines={"short": ["x"]})


def test_what_cannot_be_scored_is_refused():
    with pytest.raises(ValueError, match="no rows"):
        score_translator(Parrot([], []), pairs().take([]))
    with pytest.raises(ValueError, match="at least one sentence"):
        score([], [], [])
    with pytest.raises(ValueError, match="at least one sentence"):
        corpus_scores([], [])
    with pytest.raises(ValueError, match="2 sources for 1 references"):
        score(["a", "b"], ["x"], ["y"])
    with pytest.raises(ValueError, match="answers has 2 translations for 1 references"):
        score(["a"], ["x"], ["y", "z"])


def test_a_look_of_split_words_is_told_once(caplog):
    rows = ["Das ist ein Haus ."] * 120
    score(rows, rows, rows, baselines={"copy": rows})
    assert sum("tokenized period" in record.message for record in caplog.records) == 1
