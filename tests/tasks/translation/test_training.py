"""What training a translator learns from its data beside the weights."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from seqkit import data
from seqkit.tasks.translation.batches import EncodedPairs
from seqkit.tasks.translation.training import TranslationValidation, length_ratio
from seqkit.text import TextEncoder, Vocabulary, WordTokenizer

WORDS = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 1}))


@pytest.mark.parametrize(("source", "target", "ratio"), [(2, 29, 10), (20, 49, 2), (20, 3, 1)])
def test_translations_may_be_as_long_as_those_of_the_training_data(source, target, ratio):
    rows = [("a " * source, "a " * target)] * 30
    pairs = EncodedPairs(data.read(rows, columns=("source", "target")), WORDS, WORDS, max_length=99)
    assert length_ratio(pairs) == pytest.approx(ratio)


def test_one_pair_of_thousands_does_not_count():
    rows = [("a a", "a a")] * 3_000 + [("a", "a " * 90)]
    pairs = EncodedPairs(data.read(rows, columns=("source", "target")), WORDS, WORDS, max_length=99)
    assert length_ratio(pairs) == 1


@pytest.mark.parametrize("text", ["一只黑色的狗在草地上跑。", "สุนัขสีดำวิ่งบนหญ้า", "a dog runs here"])
def test_right_translations_have_all_of_bleu_in_every_script(text):
    rows = data.read([(text, text)] * 3, columns=("source", "target"))
    model = SimpleNamespace(answer_greedily=lambda texts: texts)
    logs: dict[str, float] = {}
    TranslationValidation(model, rows).on_epoch_end(0, logs)
    assert logs["val_bleu"] == pytest.approx(100) == logs["val_chrf"]
    assert logs["val_error"] == pytest.approx(0)
