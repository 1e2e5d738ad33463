"""TokenTagger: one tag for every word, offsets, spans, windows, saving, growing."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.data.kinds import tag_scheme
from seqkit.tasks.tagging.model import TokenTagger
from seqkit.text import Vocabulary, WordEncoder
from tests.small_models import disturb

pytestmark = pytest.mark.slow

WORDS = ["the", "cat", "Ann", "sleeps", "in", "Paris", "한국어를", "x1"]
BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


def make_tagger(tags=("DET", "NOUN", "VERB"), **arguments):
    """A tagger that was never trained; its answers are arbitrary but fixed."""
    keras.utils.set_random_seed(1)
    encoder = WordEncoder.learn([WORDS], min_count=1, affix_buckets=64)
    settings = {"embedding_dim": 6, "hidden_dim": 5, "character_filters": 4, "affix_dim": 3}
    labels = Vocabulary.from_labels(tags)
    return disturb(TokenTagger.build(encoder, labels, **(settings | arguments)))


@pytest.fixture(scope="module")
def tagger():
    return make_tagger()


@pytest.fixture(scope="module")
def names():
    return make_tagger(BIO)


def sentences(number, most, seed=0):
    generator = np.random.default_rng(seed)
    return [generator.choice(WORDS, n).tolist() for n in generator.integers(0, most, number)]


def close(one, other):
    return all(
        a.tags == b.tags and np.allclose(a.confidence, b.confidence, atol=1e-5)
        for a, b in zip(one, other, strict=True)
    )


def test_every_word_gets_exactly_one_tag(tagger):
    rows = [*sentences(50, 30), [], [""], ["a", "", "b", ""], [" "], ["two words"], ["long" * 99]]
    for row, answer in zip(rows, tagger.tag(rows), strict=True):
        assert len(answer.tags) == len(answer.confidence) == len(answer.unknown) == len(row)
        assert answer.tokens == tuple(row)
        assert set(answer.tags) <= set(tagger.tags.tokens)
        assert all(0 < c <= 1 + 1e-6 for c in answer.confidence)


def test_a_sentence_is_tagged_alike_alone_and_in_any_company(tagger):
    rows = sentences(150, 40)
    together = tagger.tag(rows)  # several chunks of the graph, sorted inside it
    assert close([tagger.tag([row])[0] for row in rows[:20]], together[:20])
    assert close(tagger.tag(rows, batch_size=7), together)
    assert close(tagger.tag(iter(row) for row in rows), together)


def test_offsets_lead_back_to_the_text(tagger):
    texts = ["Ann sleeps, e\u0301t 한국어를!", "", "  \n", "👩‍👩‍👧x \U0001f1f0\U0001f1f7"]
    answers = tagger.tag(texts)
    assert tagger.tag(iter(texts)) == answers == tagger.tag(tf.constant(texts))
    assert answers[0].tokens[:2] == ("Ann", "sleeps")
    served = tagger.signatures()["serving_default"](tf.constant(texts))
    for row, (text, answer) in enumerate(zip(texts, answers, strict=True)):
        for place, (start, end) in enumerate(zip(answer.start, answer.end, strict=True)):
            assert text[start:end].strip() == text[start:end] != ""
            begin, stop = (int(served[key][row, place]) for key in ("start_byte", "end_byte"))
            assert text.encode()[begin:stop].decode() == text[start:end]
        assert (served["start"].numpy()[row, len(answer.tokens) :] == -1).all()


def test_bytes_that_are_not_utf8_keep_their_offsets(tagger):
    text = b"\xff\xfe Ann \xc3 sleeps"
    served = tagger.signatures()["serving_default"](tf.constant([text]))
    tokens = served["tokens"].numpy()[0].tolist()
    place = tokens.index(b"sleeps")
    begin, stop = (int(served[key][0, place]) for key in ("start_byte", "end_byte"))
    assert text[begin:stop] == b"sleeps"


def test_nothing_gives_nothing(tagger):
    assert tagger.tag([]) == []
    signatures = tagger.signatures()
    for texts, shape in (([], [0, 0]), ([""], [1, 0])):
        served = signatures["serving_default"](tf.constant(texts, tf.string))
        for key in ("unknown_rate", "unknown_token_rate"):
            assert served.pop(key).numpy().tolist() == [0.0] * len(texts)
        assert {value.shape.as_list() == shape for value in served.values()} == {True}
    for rows, columns in ((0, 0), (0, 3), (2, 0), (2, 3)):
        served = signatures["tokens"](tf.zeros([rows, columns], tf.string))
        assert served["tags"].shape == (rows, columns)
        assert not served["confidence"].numpy().any()


def test_texts_and_words_are_not_mixed(tagger):
    with pytest.raises(ValueError, match="one or the other"):
        tagger.tag(["a text", ["a", "list"]])


def test_tags_follow_their_scheme(names):
    for answer in names.tag(sentences(80, 25, seed=3)):
        before = None
        for tag in answer.tags:
            assert tag_scheme.follows(before, tag, "BIO")
            before = tag


def test_spans_say_where_they_are(names):
    text = " ".join(word for row in sentences(10, 20, seed=5) for word in row)
    [answer] = names.tag([text])
    assert answer.spans
    for span in answer.spans:
        assert text[span.start_character : span.end_character] == span.text
        assert answer.tags[span.first] == f"B-{span.label}"
        assert span.confidence == min(answer.confidence[span.first : span.end])
    [words] = names.tag([text.split()])
    assert words.spans[0].start_character is None
    assert words.spans[0].text == " ".join(words.tokens[words.spans[0].first : words.spans[0].end])


def test_long_documents_are_read_whole():
    tagger = make_tagger(max_length=16)
    whole = make_tagger(max_length=4096)
    rows = [sentences(1, 900, seed=seed)[0] for seed in range(6)]
    found, expected = tagger.tag(rows), whole.tag(rows)
    for row, few, many in zip(rows, found, expected, strict=True):
        assert len(few.tags) == len(many.tags) == len(row)
        # Nearly always a window sees enough around a word.
        assert np.mean([a == b for a, b in zip(few.tags, many.tags, strict=True)]) > 0.9


@pytest.mark.usefixtures("at_once")
def test_what_is_loaded_answers_alike(names, tmp_path):
    names.save(tmp_path / "model.keras")
    loaded = TokenTagger.load(tmp_path / "model.keras")
    rows = sentences(20, 20)
    assert close(loaded.tag(rows), names.tag(rows))
    assert loaded.scheme == "BIO"


def test_a_grown_tagger_answers_as_before_until_it_is_trained(tagger):
    encoder = tagger.encoder.extended([["brand", "new"]])
    grown = tagger.extended(encoder, tagger.tags.extended({"ADV": 1}))
    assert "ADV" in grown.tags and "brand" in grown.encoder.vocabulary
    old, new = (dict(zip(t.tags.tokens, range(9), strict=False)) for t in (tagger, grown))
    assert all(new[tag] == number for tag, number in old.items())
    assert [v.shape for v in grown.core.variables] != [v.shape for v in tagger.core.variables]


def test_arguments_are_checked(tagger):
    with pytest.raises(ValueError, match="max_length is 3"):
        make_tagger(max_length=3)
    with pytest.raises(ValueError, match="4"):
        TokenTagger(
            tagger.encoder, Vocabulary.from_labels(list("abcd")), tagger.core, core_config={}
        )
