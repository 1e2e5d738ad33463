"""Which tokenizer texts had best have where nobody says."""

import pyarrow as pa
import pytest

from seqkit.text import Normalizer, learn_dictionary, suggest_tokenizer


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["tree", "cat"], "char"),
        (["tree"] * 9 + ["a cat"], "char"),  # a tenth may hold a space
        (["tree"] * 8 + ["a cat"], "subword"),
        (["tree\u3000cat", "tree\ncat"], "subword"),
        ([" tree ", "cat\n"], "char"),  # outer white space parts nothing
        (["とても良いてんきなのでさんぽにいきましたよ"], "subword"),  # 21 characters
        (["とても良いてんきなのでさんぽにいきました", "今"], "char"),
        (["개가 달린다.", "고양이가 잔다."], "char"),  # few sentences of syllables
        (["개가 달린다."] * 9_999, "char"),
        (["개가 달린다."] * 10_000, "subword"),
        (["我们明天去。 你呢"], "char"),
        (["a 개 b 말"], "subword"),  # less than half
        (["나무", "cats"], "char"),
        (["나무", "cat"], "char"),
        (["고양이", "ab"], "jamo"),
        (["고양이", "abc"], "char"),  # half is not enough
        (["ㄱㄴㄷ"], "char"),  # letters by themselves are no syllables
        (["", ""], "char"),
        ([], "char"),
    ],
)
def test_words_are_spelled_and_sentences_cut_into_pieces(texts, expected):
    assert suggest_tokenizer([texts]) == expected
    rows = max(1, len(texts) // 20)  # several batches, of one text each if there are few
    batches = [texts[first : first + rows] for first in range(0, len(texts), rows)]
    assert suggest_tokenizer(pa.array(batch, pa.string()) for batch in batches) == expected


def test_only_the_first_texts_are_looked_at():
    def batches():
        yield ["tree"] * 6_000
        yield ["tree"] * 4_000
        raise AssertionError("10,000 were enough")

    assert suggest_tokenizer(batches()) == "char"


@pytest.mark.parametrize("texts", [["Ann", "나무", "🙂👍", "ab "], ["a"]])
def test_pieces_of_short_texts_are_learned(texts):
    """None is longer than 8 bytes."""
    tokenizer, vocabulary = learn_dictionary(
        [texts * 20], "subword", normalizer=Normalizer(), vocabulary_size=300
    )
    assert len(vocabulary) == len(tokenizer.pieces) > 260
    assert set("".join(texts).replace(" ", "")) <= set("".join(tokenizer.pieces))


@pytest.mark.parametrize("tokenizer", ["char", "word", "jamo", "subword"])
def test_texts_that_are_all_blank_are_refused(tokenizer):
    for texts in ([], ["", " ", "\n\t", "\u3000"]):
        with pytest.raises(ValueError, match="no characters to learn from: all are empty or blank"):
            learn_dictionary([texts], tokenizer, normalizer=Normalizer(), vocabulary_size=300)
