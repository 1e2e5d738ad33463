"""Scores of language models from the logarithms of their probabilities."""

import math

import numpy as np
import pytest

from seqkit.tasks.language_modeling import evaluation
from seqkit.tasks.language_modeling.evaluation import language_model_scores

NAMES = ["[PAD]", "[UNK]", "[BOS]", "[EOS]", "a", "b", "c"]
IDS = np.array([4, 5, 1, 3, 6, 4, 3], np.int32)
GIVEN = np.log(np.array([0.5, 0.25, 0.125, 0.5, 0.01, 0.5, 1.0]))


def scored(given=GIVEN, ids=IDS, **arguments):
    return language_model_scores(given, ids, **{"characters": 5, "tokens": NAMES, **arguments})


def test_the_numbers():
    scores = scored()
    nats = math.log(2) * 8 + math.log(100)
    assert (scores.tokens, scores.characters) == (7, 5)
    assert scores.nats_per_token == pytest.approx(nats / 7)
    assert scores.perplexity == pytest.approx(math.exp(nats / 7))
    assert scores.nats_per_character == pytest.approx(nats / 5)
    assert scores.bits_per_character == pytest.approx((8 + math.log2(100)) / 5)
    assert scores.unknown_token_rate == pytest.approx(1 / 7)
    assert scores.nats_per_token_known == pytest.approx((nats - 3 * math.log(2)) / 6)


def test_of_equally_likely_tokens_perplexity_is_their_number():
    assert scored(np.full(7, -math.log(6))).perplexity == pytest.approx(6)


def test_what_surprised():
    scores = scored(num_surprising=3)
    assert [(s.position, s.before, s.token) for s in scores.surprising] == [
        # Nothing before the end of the first document.
        (4, (), "c"),
        (2, ("a", "b"), "[UNK]"),
        (1, ("a",), "b"),
    ]
    assert scores.surprising[0].nats == pytest.approx(math.log(100))
    assert not scored(num_surprising=0).surprising
    assert len(scored().surprising) == 7


def test_what_came_before_a_surprise_is_cut():
    ids = np.tile([4, 5], 20)
    given = np.full(40, -0.1)
    given[39] = -5.0
    first = scored(given, ids, num_surprising=1).surprising[0]
    assert first.before == ("b", "a") * 9 + ("b", "a") and len(first.before) == 20


def test_names_may_come_from_a_function():
    assert scored(tokens=lambda number: f"<{number}>").surprising[0].token == "<6>"


@pytest.mark.parametrize(
    ("unit", "name", "field"),
    [
        ("character", "nats per character", "nats_per_character"),
        ("token", "perplexity", "perplexity"),
    ],
)
def test_the_main_score(unit, name, field):
    plain = np.full(7, math.log(0.2))
    scores = scored(unit=unit, baselines={"5-gram": plain})
    assert scores.main == (name, getattr(scores, field))
    assert scores.main_baselines == {"5-gram": getattr(scores.baselines["5-gram"], field)}
    assert scores.baselines["5-gram"].perplexity == pytest.approx(5)
    assert scores.baselines["5-gram"].nats_per_token == pytest.approx(math.log(5))
    assert scores.baselines["5-gram"].nats_per_character == pytest.approx(math.log(5) * 7 / 5)


def test_the_summary_is_numbers():
    summary = scored(baselines={"x": GIVEN}).summary()
    assert set(map(type, summary.values())) == {int, float}
    assert summary["perplexity"] == scored().perplexity


def test_what_cannot_be_is_no_error_and_not_hidden():
    given = GIVEN.copy()
    given[0] = -np.inf
    assert scored(given).perplexity == math.inf
    assert math.isnan(scored(GIVEN[:2], [1, 1]).nats_per_token_known)


def test_a_rounding_above_zero_is_no_error():
    scored(np.array([1e-7], np.float32), [4])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"given": [], "ids": []}, "token_ids has shape \\(0,\\): give at least one"),
        ({"given": GIVEN[:6]}, "log_probabilities has shape \\(6,\\) for 7 tokens"),
        ({"given": np.exp(GIVEN)}, "log_probabilities\\[0\\] is 0.5: give natural logarithms"),
        ({"given": GIVEN * np.nan}, "log_probabilities\\[0\\] is nan"),
        ({"baselines": {"x": GIVEN[:3]}}, "baselines\\['x'\\] has shape \\(3,\\)"),
        ({"characters": 0}, "characters=0"),
        ({"unit": "word"}, "unit='word': give one of \\['character', 'token'\\]"),
    ],
)
def test_wrong_arguments_are_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        scored(**arguments)


@pytest.mark.parametrize(
    ("unit", "further"),
    [("character", 0.5), ("token", math.exp(2) - math.exp(1.5))],
)
def test_the_model_stands_beside_ngrams_on_blocks_of_documents(unit, further, monkeypatch):
    monkeypatch.setattr(evaluation, "_BLOCK", 4)
    # Documents of 9 tokens: three blocks each, the last of one token.
    ids = np.array([*[5] * 8, 3] * 20)
    assert evaluation._block_starts(ids).tolist()[:5] == [0, 4, 8, 9, 13]
    own, plain = np.full(180, -2.0), np.full(180, -1.5)
    scores = scored(own, ids, unit=unit, characters=180, baselines={"2-gram": plain})
    compared = evaluation._compare(scores, own, {"2-gram": plain}, ids)
    assert compared.difference == pytest.approx(further) == compared.low == compared.high
    assert (compared.verdict, compared.rows) == ("worse", 60)
    assert evaluation._compare(scores, own, {"same": own}, ids).verdict == "no better"
    better = scored(plain, ids, unit=unit, characters=180, baselines={"2-gram": own})
    assert evaluation._compare(better, plain, {"2-gram": own}, ids).verdict == "better"
