"""A model beside plain ones: a tie is nobody's victory, and few rows settle nothing."""

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF

from seqkit import data
from seqkit.evaluation import beside, compare
from seqkit.evaluation.comparison import right_rows, share
from seqkit.evaluation.text_metrics import text_figure, text_rows
from seqkit.tasks.translation.evaluation import score_beside_baselines


def compared(own, plain, **options):
    rows = {name: right_rows(right) for name, right in plain.items()}
    return compare("accuracy", right_rows(own), rows, share, unit="texts", **options)


@pytest.mark.parametrize("right", [0, 50, 100])
def test_a_tie_is_no_victory(right):
    same = [True] * right + [False] * (100 - right)
    comparison = compared(same, {"plain": same})
    assert comparison.verdict == "no better" and comparison.low == 0 == comparison.high
    lines = beside("accuracy", right / 100, {"plain": right / 100}, comparison)
    assert lines[-1] == (
        "  no better than plain: accuracy +0.0000, 95 % interval +0.0000 to +0.0000 on 100 texts"
    )


def test_the_interval_is_that_of_paired_differences():
    random = np.random.default_rng(0)
    own, plain = random.random([2, 400]) < [[0.9], [0.8]]
    comparison = compared(own, {"plain": plain})
    differences = own.astype(float) - plain
    # Of the mean of many rows, the normal one.
    half = 1.96 * differences.std() / 20
    assert comparison.difference == pytest.approx(differences.mean())
    assert comparison.low == pytest.approx(differences.mean() - half, abs=0.004)
    assert comparison.high == pytest.approx(differences.mean() + half, abs=0.004)
    assert comparison == compared(own, {"plain": plain})
    assert comparison.verdict == "better"
    assert compared(plain, {"model": own}).verdict == "worse"
    # 12 rows of the same kind do not suffice.
    assert compared(own[:12], {"plain": plain[:12]}).verdict == "no better"


@pytest.mark.parametrize(("rows", "verdict"), [(9, "no better"), (10, "better")])
def test_few_rows_settle_nothing(rows, verdict):
    comparison = compared([True] * rows, {"plain": [False] * rows})
    assert comparison.verdict == verdict
    assert comparison.sentence().startswith(f"{verdict} than plain")


def test_less_may_be_better():
    rows = np.random.default_rng(0).random([50, 1])
    rows = np.concatenate([rows, np.ones_like(rows)], axis=1)
    more = rows + np.array([0.5, 0.0])
    options = {"unit": "texts", "lower_is_better": True}
    assert compare("nats", rows, {"more": more}, share, **options).verdict == "better"
    worse = compare("nats", more, {"too many": 2 * more, "less": rows}, share, **options)
    assert (worse.verdict, worse.baseline) == ("worse", "less")
    # What has the probability 0 is no error.
    endless = rows.copy()
    endless[0, 0] = np.inf
    assert compare("nats", endless, {"endless": endless}, share, **options).verdict == "no better"


def test_of_equal_plain_models_the_better_by_the_next_score_is_named():
    nothing = [False] * 20
    plain = {"copied": nothing, "nearest": nothing}
    assert compared(nothing, plain).baseline == "copied"
    further = {"copied": [1.0, 9.0], "nearest": [2.0, 3.0]}
    assert compared(nothing, plain, next_scores=further).baseline == "nearest"
    with pytest.raises(ValueError, match="20 rows and 0 baselines"):
        compared(nothing, {})


class Silent:
    """Stands for a translator that says something else."""

    def translate(self, texts, batch_size=64):
        return [
            type("Answer", (), {"text": "x y", "unknown_rate": 0.0, "unknown_token_rate": 0.0})()
            for _ in texts
        ]


def test_no_plain_translator_wins_a_tie_and_the_nearer_one_is_named():
    train = data.read([("a1 b1", "c d e"), ("a2 b2", "c d f")] * 5, columns=("source", "target"))
    test = data.read([("a1 b3", "c d g"), ("a2 b4", "c d h")] * 10, columns=("source", "target"))
    scored = score_beside_baselines(Silent(), {"train": train, "test": test})
    assert scored.scores.main == ("exact match", 0.0)
    assert set(scored.scores.main_baselines.values()) == {0.0}
    printed = "\n".join(scored.lines)
    assert "wins" not in printed and "use it" not in printed
    assert "no better than the translation of the nearest training sentence" in printed
    assert scored.comparison.summary()["interval_95"] == [0.0, 0.0]
    assert (scored.comparison.rows, scored.comparison.unit) == (20, "pairs")


@pytest.mark.parametrize("metric", [BLEU(force=True), CHRF(), BLEU(force=True, tokenize="char")])
def test_sums_of_rows_give_the_score_of_sacrebleu(metric):
    answers = ["a black dog runs on the grass", "two cats", "", "it snows today."]
    references = [
        ["a dog runs on the green grass", "two dogs", "nothing", "it snows today."],
        ["the black dog runs on the grass", None, None, "today it snows."],
    ]
    rows = text_rows(metric, answers, references)
    assert text_figure(metric)(rows.sum(axis=0)) == metric.corpus_score(answers, references).score
    assert text_figure(metric)(rows[[0]].sum(axis=0)) == pytest.approx(
        metric.corpus_score(answers[:1], [row[:1] for row in references]).score
    )
