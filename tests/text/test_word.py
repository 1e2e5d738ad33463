from __future__ import annotations

import unicodedata

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.text.normalization import Normalizer
from seqkit.text.tokenizer import Tokens
from seqkit.text.word import WordTokenizer

_TOKENIZER = WordTokenizer()
_SEPARATORS = "\u200b\ufeff"
_ALPHABET = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from(
        "aBé1٣ '’.,-!?(“”«。，．＇「」・"
        "\t\n\x00\u00a0\u3000\u200b\ufeff\u200d\u00ad\u0301\u0323漢字々ひらカター한글ㅋ"
        "\U0001f44d\U0001f3fd\u2764\ufe0f\u20e3\U0001f1f0\U0001f1f7\U0001f469"
    ),
)
_TEXTS = st.lists(st.text(_ALPHABET, max_size=15), min_size=1, max_size=8)


@tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
def _tokenize(text: tf.Tensor) -> Tokens:
    return _TOKENIZER.tokenize(text)


@tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
def _again(text: tf.Tensor) -> tf.RaggedTensor:
    return _TOKENIZER.tokenize(_TOKENIZER.detokenize(_TOKENIZER.tokenize(text).values)).values


def _strings(values: tf.RaggedTensor) -> list[list[str]]:
    return [[token.decode() for token in row] for row in values.to_list()]


def _normalized(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", "".join(character.lower() for character in text))


def _is_separator(character: str) -> bool:
    return character.isspace() or character in _SEPARATORS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't panic!", ["don't", "panic", "!"]),
        ("l’été rock'n'roll", ["l’été", "rock'n'roll"]),
        ("'quoted' dogs' 'tis", ["'", "quoted", "'", "dogs", "'", "'", "tis"]),
        ("a''b 1'2 a'1", ["a", "'", "'", "b", "1", "'", "2", "a", "'", "1"]),
        ("3.14 1,000,000.50 .5 5.", ["3.14", "1,000,000.50", ".", "5", "5", "."]),
        ("1..2", ["1", ".", ".", "2"]),
        ("٣٫١٤ １．５", ["٣٫١٤", "１．５"]),
        ("U.S.A. a.b 3.b", [*"u.s.a.", "a", ".", "b", "3", ".", "b"]),
        ("covid19 3d x² Ⅳ", ["covid19", "3d", "x²", "ⅳ"]),
        ("snake_case a-b", ["snake", "_", "case", "a", "-", "b"]),
        ("e\u0301a \u0301x !\u0301x", ["éa", "\u0301x", "!\u0301", "x"]),
        ("soft\u00adly می\u200cخواهم", ["soft\u00adly", "می\u200cخواهم"]),
        ("漢字々は〇", ["漢", "字", "々", "は", "〇"]),
        ("東京タワーでラーメン", ["東", "京", "タワー", "で", "ラーメン"]),
        ("ｶﾞﾗｽー", ["ｶﾞﾗｽー"]),
        ("영화ㅋㅋㅋ최고lg3개", ["영화", "ㅋㅋㅋ", "최고", "lg3", "개"]),
        ("10만원", ["10", "만원"]),
        ("ภาษาไทย हिन्दी", ["ภาษาไทย", "हिन्दी"]),
        ("a\u00a0b\u3000c\u2028d\u0085e\x1ff", list("abcdef")),
        ("\ufeffword\u200bword", ["word", "word"]),
        ("a\x00b\x07", ["a", "\x00", "b", "\x07"]),
        ("a\ufffdb\ue000\U000f0000", ["a", "\ufffd", "b", "\ue000", "\U000f0000"]),
        ("👍👍🏽👍", ["👍", "👍🏽", "👍"]),
        ("👨‍👩‍👧👨🏽‍🚀x", ["👨‍👩‍👧", "👨🏽‍🚀", "x"]),
        ("❤️‍🔥❤️❤", ["❤️‍🔥", "❤️", "❤"]),
        ("a\u200d👍", ["a\u200d", "👍"]),
        ("🇰🇷🇺🇸🇬 🇧🇧", ["🇰🇷", "🇺🇸", "🇬", "🇧🇧"]),
        ("11️⃣2⃣3 #️⃣*️⃣", ["1", "1️⃣", "2⃣", "3", "#️⃣", "*️⃣"]),
        ("🏴\U000e0067\U000e0062\U000e007f!", ["🏴\U000e0067\U000e0062\U000e007f", "!"]),
        ("🏽 a🏽", ["🏽", "a", "🏽"]),
        ("", []),
        (" \t\u3000 ", []),
    ],
)  # fmt: skip
def test_words(text: str, words: list[str]) -> None:
    assert _strings(_tokenize(tf.constant([text])).values) == [words]


def test_texts_that_touch_in_a_batch_stay_apart() -> None:
    pairs = ["ab", "1.", "a'", "👍", "🏽", "🇰", "🇷", "1", "\ufe0f", "\u20e3", "\u200d", "か", "ー"]
    texts = [text for first in pairs for second in pairs for text in (first, second)]
    tokens = _tokenize(tf.constant(texts))
    alone = {text: _strings(_tokenize(tf.constant([text])).values)[0] for text in pairs}
    assert _strings(tokens.values) == [alone[text] for text in texts]
    assert all(row[0] == 0 for row in tokens.start.to_list())


@settings(max_examples=100, deadline=None)
@given(_TEXTS)
def test_words_are_the_text_without_whitespace(texts: list[str]) -> None:
    expected = ["".join(c for c in _normalized(t) if not _is_separator(c)) for t in texts]
    actual = _strings(_tokenize(tf.constant(texts)).values)
    assert ["".join(row) for row in actual] == expected
    assert all(word for row in actual for word in row)


@settings(max_examples=100, deadline=None)
@given(_TEXTS)
def test_the_raw_text_of_a_word_is_the_word(texts: list[str]) -> None:
    tokens = _tokenize(tf.constant(texts))
    rows = zip(_strings(tokens.values), tokens.start.to_list(), tokens.end.to_list(), strict=True)
    for text, (words, starts, ends) in zip(texts, rows, strict=True):
        assert [_normalized(text[s:e]) for s, e in zip(starts, ends, strict=True)] == words
        assert starts == sorted(starts)


@settings(max_examples=100, deadline=None)
@given(_TEXTS)
def test_joined_words_split_into_the_same_words(texts: list[str]) -> None:
    tensor = tf.constant(texts)
    assert _again(tensor).to_list() == _tokenize(tensor).values.to_list()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("a b", "a b"),
        ("", ""),
        ("He sleeps .", "He sleeps."),
        ("Wait , what ? ! No : yes ; 5 % …", "Wait, what?! No: yes; 5%…"),
        ("so ( they [ say ] ) . . .", "so (they [say])..."),
        ("“ so ” ‘ so ’ « so » ¿ so ? ¡ so !", "“so” ‘so’ «so» ¿so? ¡so!"),
        ('" so " dogs \' it - is a / b $ 5', '" so " dogs \' it - is a / b $ 5'),
        ("don't 1,000 원 !", "don't 1,000 원!"),
        ("1 , 5 . 5 3 ， 5 x ， y", "1, 5. 5 3， 5 x，y"),
        ("a ＇ b か ＇ b", "a＇ b か＇b"),
        ("東 京 タワー で ラーメン を 。", "東京タワーでラーメンを。"),
        ("か か カ カ 漢 漢", "か かカ カ漢漢"),
        ("他 说 ： “ 好 ” … 《 书 》 ， 5 个 。", "他说：“好”…《书》，5 个。"),
        ("ジョン ・ スミス （ 男 ） 「 x 」 y", "ジョン・スミス（男）「x」y"),
        ("日本 語 and 漢 字 (", "日本語 and 漢字 ("),
        ("안녕 하세요 ? 네 ！ 네", "안녕 하세요? 네！네"),
        ("नमस्ते । مرحبا ؟ Γεια ;", "नमस्ते। مرحبا؟ Γεια;"),
        ("👍\u200d ! ( 🏽 ( \u0301 x 漢 \u0301", "👍\u200d ! ( 🏽 ( \u0301 x 漢 \u0301"),
        ("a #️⃣ .\u0301 [UNK] .", "a #️⃣ .\u0301 [UNK]."),
    ],
)  # fmt: skip
def test_joining_puts_spaces_where_they_are_written(words: str, text: str) -> None:
    assert _TOKENIZER.detokenize([words.split()]).numpy()[0].decode() == text


def test_rows_are_joined_apart() -> None:
    rows = [["a", "("], [], [".", "b"], ["", "."], ["漢"], ["字", ""], ["1"], ["，", "5"]]
    expected = ["a (", "", ". b", ".", "漢", "字 ", "1", "，5"]
    assert [text.decode() for text in _TOKENIZER.detokenize(rows).numpy()] == expected
    assert _TOKENIZER.detokenize([[b"\xff", b".", b"\xe2\x80"]]).numpy()[0] == b"\xff. \xe2\x80"


def test_normalisation_is_in_the_config() -> None:
    assert WordTokenizer().get_config() == {
        "normalizer": {"unicode_form": "NFC", "lowercase": True, "digits": "keep"}
    }
    words = WordTokenizer(Normalizer(None, digits="zero")).tokenize(["Année 2024"]).values
    assert _strings(words) == [["Année", "0000"]]
