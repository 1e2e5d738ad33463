"""SeenWords: which words training saw, whatever the tokens are."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit.text import (
    CharTokenizer,
    SeenWords,
    SubwordTokenizer,
    TextEncoder,
    Vocabulary,
    WordTokenizer,
    seen_words,
)
from tests.contract_cases import TEXTS

SENTENCES = ["I saw a good film.", "A bad film, in 1999!", "영화 재미 있다 가"]


def rates(seen, texts):
    return seen.unknown_rate(WordTokenizer().tokenize(texts).values).numpy().tolist()


@pytest.fixture(scope="module")
def seen():
    return SeenWords.learn([SENTENCES[:2], SENTENCES[2:]])


def test_words_of_training_are_seen_in_any_case_and_others_are_not(seen):
    assert rates(seen, SENTENCES) == [0.0] * 3
    assert rates(seen, ["A GOOD 2024!", "zxqv glorp blat", "a glorp"]) == [0.0, 1.0, 0.5]
    assert rates(seen, ["", " \n"]) == [0.0, 0.0]


def test_a_word_of_hangul_may_be_put_together_of_words_seen(seen):
    # Words without blanks, with an ending; but not from one syllable on, nor with a part unseen.
    assert rates(seen, ["영화가", "영화재미있다가", "가영화", "영화나", "영", "영화ㅋ"]) == [
        *(0.0, 0.0, 1.0, 1.0, 1.0),
        0.5,
    ]
    # A part may be a row of words, but no more than four syllables may be one word of the row.
    assert rates(SeenWords.learn([["가나다라마 바"]]), ["가나다라마바", "가나다라마"]) == [1.0, 0.0]


def test_texts_that_are_single_words_count_characters():
    names = [f"{a}{b}{c}" for a in "abcdefghijk" for b in "aeioumnrst" for c in "lmnopqrstu"]
    few, many = SeenWords.learn([names[:900]]), SeenWords.learn([names])
    assert (few.by_character, many.by_character) == (False, True)
    assert rates(few, ["zal", "kal"]) == [1.0, 1.0]
    assert rates(many, ["zal", "kal", "사랑", ""]) == [pytest.approx(1 / 3), 0.0, 1.0, 0.0]
    assert many.is_seen(["zal", "kal"]).numpy().tolist() == [False, True]
    assert not SeenWords.learn([["a b"] * 2000]).by_character
    assert not SeenWords.learn([["yes", "no"] * 1000]).by_character


def test_fingerprints_tell_words_apart(seen):
    rng = np.random.default_rng(0)
    letters = rng.integers(ord("a"), ord("z") + 1, (60_000, 7))
    words = sorted({"".join(map(chr, row)) for row in letters})
    known = SeenWords([]).extended(dict.fromkeys(words[::2], 1))
    # 30,000 of 2**32 are known: a fifth of a word is expected to be taken for one of them.
    assert known.is_seen(words[1::2]).numpy().sum() <= 2  # seen: 0
    assert known.is_seen(words[::2]).numpy().all()
    assert len(known) >= len(words[::2]) - 2
    # Prefixes, turned words, and the same letter again and again.
    assert len(SeenWords.learn([["a aa aaa aaaa ab ba abab baba aab baa"]])) == 10


def test_more_words_than_the_limit_leave_out_the_rarest(monkeypatch):
    monkeypatch.setattr(seen_words, "MOST_WORDS", 2)
    seen = SeenWords.learn([["a a a b b c"]])
    assert rates(seen, ["a b c"]) == [pytest.approx(1 / 3)]
    assert rates(seen.extended({"d": 9}), ["a d"]) == [0.5]


def test_it_comes_back_from_its_configuration(seen):
    again = SeenWords.from_config(seen.get_config())
    texts = [*TEXTS, "영화가 glorp"]
    assert rates(again, texts) == rates(seen, texts) and len(again) == len(seen)
    letters = SeenWords.learn([["abc"]], by_character=True)
    assert rates(SeenWords.from_config(letters.get_config()), ["abd"]) == [pytest.approx(1 / 3)]


def test_a_long_text_is_read_whole(seen):
    long = "영화" * 200_000
    assert rates(seen, [long, "영화" * 30, "a " * 100_000]) == [1.0, 0.0, 0.0]


@pytest.mark.usefixtures("at_once")
def test_an_encoder_tells_the_share_of_words_though_its_tokens_are_pieces():
    tokenizer = SubwordTokenizer.train(SENTENCES * 9, vocabulary_size=330)
    encoder = TextEncoder(tokenizer, Vocabulary(tokenizer.pieces)).with_words([SENTENCES])
    texts = [*SENTENCES, "zxqv glorp blat", "film! glorp good", ""]
    expected = [0.0, 0.0, 0.0, 1.0, 0.25, 0.0]
    assert encoder(texts).unknown_rate.numpy().tolist() == expected
    assert encoder(texts).unknown_token_rate.numpy()[3] < 0.5
    again = TextEncoder.from_config(encoder.get_config())
    assert again(texts).unknown_rate.numpy().tolist() == expected


@pytest.mark.usefixtures("at_once")
def test_an_encoder_that_grows_sees_more_words():
    vocabulary = Vocabulary.from_counts(dict.fromkeys("glorp", 1))
    encoder = TextEncoder(CharTokenizer(), vocabulary).with_words([SENTENCES])
    grown = encoder.extended(iter([["glorp"]])).with_words([["blat"]])
    assert "b" not in grown.vocabulary  # tokens are another matter
    given = grown(["zxqv glorp blat"]).unknown_rate.numpy()
    assert given == pytest.approx(1 / 3)


def test_an_encoder_without_words_tells_the_share_of_tokens():
    encoder = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 1}))
    config = encoder.get_config()
    del config["seen_words"]  # as in files that were written before words were kept
    encoded = TextEncoder.from_config(config)(["a b", ""])
    assert encoded.unknown_rate.numpy().tolist() == [0.5, 1.0]
    assert encoded.unknown_token_rate.numpy().tolist() == [0.5, 1.0]
    assert encoder.extended([["b"]]).seen_words is None


def test_a_graph_gives_the_same(seen, tmp_path):
    class Served(tf.Module):
        def __init__(self):
            super().__init__()
            self.tokenizer, self.seen = WordTokenizer(), seen

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def rate(self, text):
            return self.seen.unknown_rate(self.tokenizer.tokenize(text).values)

    texts = [*TEXTS, "영화가 재미있다 glorp"]
    tf.saved_model.save(Served(), str(tmp_path))
    served = tf.saved_model.load(str(tmp_path)).rate(tf.constant(texts))
    assert served.numpy().tolist() == rates(seen, texts)
