"""SubwordTokenizer: sentencepiece's pieces, in plain TensorFlow, and back exactly."""

from __future__ import annotations

import ast
import itertools
import json
import random
from pathlib import Path

import numpy as np
import pytest
import sentencepiece
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import seqkit.text
from seqkit.text.normalization import Normalizer
from seqkit.text.subword import LONGEST_WORD, SubwordTokenizer
from seqkit.text.subword_training import LearnedPieces, learn_pieces, sample_texts
from seqkit.text.tokenizer import deserialize, serialize
from seqkit.text.unigram import PieceSearch
from seqkit.text.vocabulary import SPECIAL_TOKENS, Vocabulary

pytestmark = pytest.mark.slow

CLAUSES = {
    "english": (
        ["The film", "her acting", "the plot", "this season", "Our evening", "a story of friends"],
        ["was", "is", "never felt", "isn't", "would have been", "turned out to be"],
        ["wonderful", "dull", "unbearably slow", "10/10", "heart-warming", "not bad at all"],
        [".", "!", " and I'd watch it again.", ", honestly", " (see 2001)", ""],
    ),
    "german": (
        ["Der Film", "Die Übersetzung", "Unsere Straßenbahn", "Mein Lieblingsschauspieler"],
        ["war", "ist", "wäre", "bleibt", "scheint"],
        ["großartig", "überraschend schön", "langweilig", "außergewöhnlich", "kein Meisterwerk"],
        [".", "!", ", oder?", " – leider.", ""],
    ),
    "korean": (
        ["영화가", "배우들의 연기가", "스토리는", "감독의 연출이", "마지막 장면은"],
        ["정말", "너무", "그다지", "생각보다", "솔직히"],
        ["재미있었다", "지루했어요", "좋았습니다", "별로였음", "감동적이네요", "최고다"],
        ["", ".", "!", " ㅠㅠ", " 10점"],
    ),
}
ODD_TEXTS = [
    "", " ", "   ", " a ", "a\nb", "\n", "\t", "a\r\nb", "a\x00b", "\x00", "a▁b", "▁", " ▁ ▁▁", "▅",
    "👩\u200d💻 ok", "🇰🇷🇩🇪", "1\ufe0f\u20e3", "e\u0301", "\xe9", "한글 한\u1100\u1161", "각",
    "\ufeffbom", "\ufffe\uffff", "\ufffd", "ש\u05c1לום", "नमस्ते", "日本語です。カナ", "x" * 300,
    "<0x41>", "[UNK] [PAD]", "[BOS]x", "a  b   c", "\u3000\xa0", "\U0010ffff",
]  # fmt: skip
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def lines(seed: int, per_language: int) -> list[str]:
    rng = random.Random(seed)
    return [
        " ".join(rng.choice(part) for part in parts[:3]) + rng.choice(parts[3])
        for parts in CLAUSES.values()
        for _ in range(per_language)
    ]


@pytest.fixture(scope="module")
def learned() -> LearnedPieces:
    return learn_pieces(
        lines(0, 1000), vocabulary_size=600, character_coverage=0.9995, seed=0, num_threads=4
    )


@pytest.fixture(scope="module")
def reference(learned: LearnedPieces) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_proto=learned.model)


@pytest.fixture(scope="module")
def trained() -> SubwordTokenizer:
    return SubwordTokenizer.train(
        lines(0, 1000), vocabulary_size=600, num_frequent_words=60, normalizer=Normalizer(None)
    )


@pytest.fixture(scope="module")
def tokenize(trained: SubwordTokenizer):
    return tf.function(trained.tokenize, input_signature=[tf.TensorSpec([None], tf.string)])


def slow_twin(tokenizer: SubwordTokenizer) -> SubwordTokenizer:
    return SubwordTokenizer.from_config({**tokenizer.get_config(), "frequent_words": []})


def strings(ragged: tf.RaggedTensor) -> list[list[str]]:
    return [[token.decode() for token in row] for row in ragged.to_list()]


def test_equals_sentencepiece_on_ordinary_text(tokenize, reference) -> None:
    texts = lines(1, 150)
    assert len(set(texts) - set(lines(0, 1000))) > 50
    assert strings(tokenize(tf.constant(texts)).values) == reference.encode(texts, out_type=str)


def test_ids_are_sentencepieces(trained, tokenize, learned, reference) -> None:
    texts = lines(2, 20)
    vocabulary = Vocabulary(trained.pieces)
    assert list(trained.pieces) == learned.pieces
    ids = vocabulary.token_to_id(tokenize(tf.constant(texts)).values)
    assert ids.to_list() == reference.encode(texts)


def test_equals_sentencepiece_on_odd_text_but_for_the_space_mark(tokenize, reference) -> None:
    texts = [text for text in ODD_TEXTS if "▁" not in text and len(text) < LONGEST_WORD]
    assert strings(tokenize(tf.constant(texts)).values) == reference.encode(texts, out_type=str)


def test_differs_from_sentencepiece_only_between_equal_sums(learned, reference) -> None:
    rng = random.Random(4)
    texts = ["".join(rng.choices("aenrst .!", k=rng.randint(1, 60))) for _ in range(300)]
    tokenizer = SubwordTokenizer(learned.pieces, learned.scores, Normalizer(None))
    score = dict(zip(learned.pieces, learned.scores, strict=True))
    ours = strings(tokenizer.tokenize(texts).values)
    theirs = reference.encode(texts, out_type=str)
    for mine, other in zip(ours, theirs, strict=True):
        assert "".join(mine) == "".join(other)
        sums = [sum(score[piece] for piece in cut) for cut in (mine, other)]
        assert sums[0] == pytest.approx(sums[1], abs=1e-3)
    assert sum(mine != other for mine, other in zip(ours, theirs, strict=True)) < 30


def test_text_comes_back_exactly(trained, tokenize) -> None:
    texts = ODD_TEXTS + lines(3, 5)
    back = trained.detokenize(tokenize(tf.constant(texts)).values)
    assert [text.decode() for text in back.numpy()] == texts


@settings(max_examples=40, deadline=None)
@given(st.lists(ANY_TEXT, max_size=20))
def test_any_text_comes_back_exactly(trained, tokenize, texts: list[str]) -> None:
    tokens = tokenize(tf.constant([text.encode() for text in texts], tf.string))
    back = trained.detokenize(tokens.values)
    assert [text.decode() for text in back.numpy()] == texts
    ids = Vocabulary(trained.pieces).token_to_id(tokens.values)
    assert not np.any(ids.flat_values.numpy() < 4)


def test_bytes_that_are_not_utf8_are_answered(trained, tokenize) -> None:
    texts = [b"good \xff film", b"\xe2\x96", b"\xed\xa0\x80", b"\xf0\x9f"]
    back = trained.detokenize(tokenize(tf.constant(texts)).values).numpy()
    assert back.tolist() == [text.decode(errors="replace").encode() for text in texts]


def test_a_literal_space_mark_is_spelled_by_its_bytes(tokenize) -> None:
    (pieces,) = strings(tokenize(tf.constant(["a▁"])).values)
    assert pieces[-3:] == ["<0xE2>", "<0x96>", "<0x81>"]
    assert "▁" not in "".join(pieces[1:])


def test_places_cover_the_raw_text_without_a_gap(tokenize) -> None:
    texts = ODD_TEXTS + lines(5, 10)
    tokens = tokenize(tf.constant(texts))
    rows = zip(
        texts, strings(tokens.values), tokens.start.to_list(), tokens.end.to_list(), strict=True
    )
    for text, values, starts, ends in rows:
        covered = 0
        for number, (value, start, end) in enumerate(zip(values, starts, ends, strict=True)):
            if value.startswith("<0x"):
                assert (start, end) in {(covered, covered + 1), (covered - 1, covered)}
            else:
                surface = value.replace("▁", " ")
                assert text[start:end] == (surface if number else surface[1:])
                assert start == covered
            covered = end
        assert covered == len(text)


def test_bytes_of_one_character_share_its_place(tokenize) -> None:
    tokens = tokenize(tf.constant(["a 😀"]))
    assert strings(tokens.values)[0][-4:] == ["<0xF0>", "<0x9F>", "<0x98>", "<0x80>"]
    assert tokens.start.to_list()[0][-4:] == [2] * 4
    assert tokens.end.to_list()[0][-4:] == [3] * 4


def test_places_count_raw_characters_under_normalisation(learned) -> None:
    tokenizer = SubwordTokenizer(learned.pieces, learned.scores, Normalizer("NFC"))
    raw = "Die U\u0308bersetzung"
    tokens = tokenizer.tokenize([raw])
    assert "".join(strings(tokens.values)[0]) == "▁Die▁Übersetzung"
    assert tokens.end.to_list()[0][-1] == len(raw)
    starts, ends = tokens.start.to_list()[0], tokens.end.to_list()[0]
    assert starts[1:] == ends[:-1]


def test_frequent_words_change_nothing(trained, tokenize) -> None:
    assert len(trained.get_config()["frequent_words"]) == 60
    rng = random.Random(7)
    words = sorted({word for text in lines(0, 300) for word in text.split()})
    texts = [" ".join(rng.choices(words, k=8)) for _ in range(200)] + ODD_TEXTS
    slow = slow_twin(trained)
    expected, actual = slow.tokenize(texts), tokenize(tf.constant(texts))
    for one, other in zip(expected, actual, strict=True):
        assert one.to_list() == other.to_list()


def test_frequent_words_are_found(trained) -> None:
    table = trained._frequent
    words = tf.constant(trained.get_config()["frequent_words"])
    assert sorted(table.lookup(words).numpy().tolist()) == list(range(60))


def test_many_distinct_words_are_searched_in_blocks(learned, monkeypatch) -> None:
    texts = tf.constant([" ".join(text.split()[::-1]) for text in lines(8, 30)])
    whole = SubwordTokenizer(learned.pieces, learned.scores, Normalizer(None))
    monkeypatch.setattr("seqkit.text.unigram._CELLS_PER_BLOCK", 200)
    blocks = SubwordTokenizer(learned.pieces, learned.scores, Normalizer(None))
    assert blocks._search._characters_per_block < whole._search._characters_per_block
    actual = tf.function(blocks.tokenize)(texts)
    for one, other in zip(whole.tokenize(texts), actual, strict=True):
        assert one.to_list() == other.to_list()


def test_an_endless_word_is_cut_and_comes_back(trained, tokenize) -> None:
    text = "ete" * 2000
    tokens = tokenize(tf.constant([text]))
    lengths = tokens.end[0].numpy() - tokens.start[0].numpy()
    assert lengths.sum() == len(text)
    assert trained.detokenize(tokens.values).numpy().tolist() == [text.encode()]


def test_search_equals_trying_every_cut() -> None:
    rng = random.Random(0)
    pieces = {"".join(rng.choices("ab", k=rng.randint(1, 4))) for _ in range(14)} - {"b"}
    numbered = {piece: (4 + i, -rng.uniform(1, 5)) for i, piece in enumerate(sorted(pieces))}
    search = PieceSearch(numbered, np.arange(100, 356), unknown_score=-9.0, longest_word=9)
    words = ["".join(rng.choices("abc", k=rng.randint(1, 8))) for _ in range(60)]
    actual = search(tf.ragged.constant([[*map(ord, word)] for word in words], tf.int32))

    def scored(cut: tuple[str, ...]) -> float:
        return sum(
            numbered[part][1] if part in numbered else -9.0 if len(part) == 1 else -np.inf
            for part in cut
        )

    for word, cut in zip(words, actual.to_list(), strict=True):
        parts = tuple(word[start:end] for _, start, end in cut)
        places = range(1, len(word))
        best = max(
            scored(tuple(word[i:j] for i, j in itertools.pairwise((0, *inner, len(word)))))
            for count in range(len(word))
            for inner in itertools.combinations(places, count)
        )
        assert "".join(parts) == word
        assert scored(parts) == pytest.approx(best, abs=1e-4)
        expected = [numbered[part][0] if part in numbered else 100 + ord(part) for part in parts]
        assert [piece for piece, _, _ in cut] == expected


def test_empty_batches_and_texts(tokenize, trained) -> None:
    assert tokenize(tf.zeros([0], tf.string)).values.to_list() == []
    assert tokenize(tf.constant([""])).values.to_list() == [[]]
    assert trained.detokenize(tf.ragged.constant([[], []], tf.string)).numpy().tolist() == [b""] * 2


def test_special_and_foreign_tokens_are_joined(trained) -> None:
    tokens = [["[BOS]", "▁a", "<0xE2>", "▁b", "[UNK]", "x", "[EOS]", "[PAD]"]]
    assert trained.detokenize(tokens).numpy()[0].decode() == "a\ufffd b[UNK]x"


def test_config_round_trip_through_json(trained, tokenize) -> None:
    again = deserialize(json.loads(json.dumps(serialize(trained))))
    assert again.get_config() == trained.get_config()
    texts = ODD_TEXTS + lines(9, 5)
    assert again.tokenize(texts).values.to_list() == tokenize(tf.constant(texts)).values.to_list()


def test_training_twice_gives_the_same_tokenizer(trained) -> None:
    again = SubwordTokenizer.train(
        iter(lines(0, 1000)),
        vocabulary_size=600,
        num_frequent_words=60,
        normalizer=Normalizer(None),
    )
    assert again.get_config() == trained.get_config()


def test_samples_texts_batches_and_datasets_alike() -> None:
    texts = lines(0, 60)
    dataset = tf.data.Dataset.from_tensor_slices([text.encode() for text in texts])
    for source in (iter(texts), [texts[:70], [], texts[70:]], dataset, dataset.batch(50)):
        assert sample_texts(source, Normalizer(None), 1000, seed=0) == texts


def test_training_normalises_and_may_hold_anything() -> None:
    texts = ["ABC \x00 ▁ ▅\n\tabc", "Abc" * 3000, ""] * 10
    tokenizer = SubwordTokenizer.train(
        texts, vocabulary_size=300, num_frequent_words=0, normalizer=Normalizer(lowercase=True)
    )
    assert not any(char.isupper() for piece in tokenizer.pieces[260:] for char in piece)
    back = tokenizer.detokenize(tokenizer.tokenize(texts).values).numpy()
    assert [text.decode() for text in back] == [text.lower() for text in texts]


def test_sample_is_uniform_bounded_and_seeded() -> None:
    texts = [f"text {number}" for number in range(1000)]
    normalizer = Normalizer(None)
    assert sample_texts(texts, normalizer, 1000, seed=0) == texts
    sample = sample_texts((texts[i : i + 30] for i in range(0, 1000, 30)), normalizer, 200, seed=1)
    assert len(set(sample)) == 200
    numbers = [int(text.split()[1]) for text in sample]
    assert 400 < np.mean(numbers) < 600
    assert sample == sample_texts([texts], normalizer, 200, seed=1)
    assert sample != sample_texts([texts], normalizer, 200, seed=2)


def test_works_in_tf_data_and_in_a_saved_model(trained, tokenize, tmp_path: Path) -> None:
    texts = tf.constant(ODD_TEXTS + lines(6, 10))
    expected = tokenize(texts)
    (mapped,) = tf.data.Dataset.from_tensors(texts).map(trained.tokenize)
    assert mapped.values.to_list() == expected.values.to_list()

    server = tf.Module()
    server.tokenizer = trained

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def serve(text: tf.Tensor) -> dict[str, tf.Tensor]:
        tokens = server.tokenizer.tokenize(text)
        return {
            "pieces": tokens.values.values,
            "end": tokens.end.values,
            "splits": tokens.values.row_splits,
            "text": server.tokenizer.detokenize(tokens.values),
        }

    tf.saved_model.save(server, str(tmp_path), signatures={"serving_default": serve})
    answer = tf.saved_model.load(str(tmp_path)).signatures["serving_default"](text=texts)
    assert answer["pieces"].numpy().tolist() == expected.values.values.numpy().tolist()
    assert answer["end"].numpy().tolist() == expected.end.values.numpy().tolist()
    assert answer["splits"].numpy().tolist() == expected.values.row_splits.numpy().tolist()
    assert answer["text"].numpy().tolist() == texts.numpy().tolist()


def test_sentencepiece_is_imported_only_inside_a_function() -> None:
    users = [
        path
        for path in Path(seqkit.text.__file__).parents[1].rglob("*.py")
        if "import sentencepiece" in path.read_text(encoding="utf-8")
    ]
    assert [path.name for path in users] == ["subword_training.py"]
    body = ast.parse(users[0].read_text(encoding="utf-8")).body
    assert not any("sentencepiece" in ast.unparse(node) for node in body if is_import(node))


def is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["a"], [0.0]), r"must begin with \['\[PAD\]'"),
        (([*SPECIAL_TOKENS, *BYTES[1:], "a"], [0.0] * 260), "1 bytes are missing"),
        (([*SPECIAL_TOKENS, *BYTES, "a", "a"], [0.0] * 262), r"pieces\[261\]='a' is pieces\[260\]"),
        (([*SPECIAL_TOKENS, *BYTES, "a▁b"], [0.0] * 261), "only as the first"),
        (([*SPECIAL_TOKENS, *BYTES, ""], [0.0] * 261), r"pieces\[260\]=''"),
        (([*SPECIAL_TOKENS, *BYTES], [0.0]), "scores has 1 values for 260 pieces"),
    ],
)
def test_pieces_that_make_no_tokenizer_are_refused(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        SubwordTokenizer(*arguments)


def test_a_tokenizer_of_bytes_alone_works() -> None:
    tokenizer = SubwordTokenizer([*SPECIAL_TOKENS, *BYTES], [0.0] * 260)
    tokens = tokenizer.tokenize(["é b", ""])
    assert strings(tokens.values) == [["<0x20>", "<0xC3>", "<0xA9>", "<0x20>", "<0x62>"], []]
    assert tokenizer.detokenize(tokens.values).numpy()[0].decode() == "é b"


def test_training_errors_name_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"vocabulary_size=200 is too small.*pass at least \d+"):
        SubwordTokenizer.train(lines(0, 10), vocabulary_size=200, normalizer=Normalizer(None))
    for nothing in ([], ["", ""]):
        with pytest.raises(ValueError, match="no characters to learn from"):
            SubwordTokenizer.train(nothing, normalizer=Normalizer(None))
    with pytest.raises(TypeError, match="pass a list"):
        SubwordTokenizer.train("one text")
    with pytest.raises(ValueError, match=r"\[1\]"):
        SubwordTokenizer.train([["fine", None]])
