"""The speed of taggers is measured on the same words for everybody."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.workloads.sentences import TaggedWorkload, make_sentences, read_english_ewt

CONLLU = """\
# text = Don't, {name}!
1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tDo\tdo\tAUX\t_\t_\t0\troot\t_\t_
2\tn't\tnot\tPART\t_\t_\t1\tadvmod\t_\t_
3\t,\t,\tPUNCT\t_\t_\t1\tpunct\t_\t_
4\t{name}\t{name}\tPROPN\t_\t_\t1\tvocative\t_\t_
5\t!\t!\tPUNCT\t_\t_\t1\tpunct\t_\t_

"""


@pytest.fixture
def treebank(tmp_path):
    """Where English-EWT is, with three sentences to train on and two to tag."""
    folder = tmp_path / "tagging" / "ud_english_ewt"
    folder.mkdir(parents=True)
    for part, names in (("train", "ABC"), ("test", "DE")):
        content = "".join(CONLLU.format(name=name) for name in names)
        (folder / f"en_ewt-ud-{part}.conllu").write_text(content, encoding="utf-8")
    return tmp_path


def test_made_up_sentences_are_as_long_as_those_of_english_ewt():
    work = make_sentences(3000, 500, seed=0)
    lengths = [len(words) for words in work.tokens]
    assert min(lengths) >= 1 and max(lengths) <= 160
    assert 15.5 < np.mean(lengths) < 17.0 and 10 <= np.median(lengths) <= 14
    assert [len(tags) for tags in work.tags] == lengths
    assert len({tag for tags in work.tags for tag in tags}) == 17
    assert 3.5 < np.mean([len(word) for words in work.tokens for word in words]) < 4.5
    assert len(work.test_tokens) == 500
    assert [text.split(" ") for text in work.test_texts] == work.test_tokens


def test_a_word_always_has_the_same_tag_so_that_there_is_something_to_learn():
    work = make_sentences(200, 1, seed=0)
    pairs = {
        pair
        for words, tags in zip(work.tokens, work.tags, strict=True)
        for pair in zip(words, tags, strict=True)
    }
    assert len(pairs) == len({word for word, _ in pairs}) > 500


def test_english_ewt_has_words_tags_and_texts(treebank):
    work = read_english_ewt(treebank, rows=2, test_rows=None, seed=0)
    assert sorted(words[3] for words in work.tokens) == ["A", "B", "C"]
    assert work.tags == [["AUX", "PART", "PUNCT", "PROPN", "PUNCT"]] * 3
    assert work.test_tokens == [["Do", "n't", ",", name, "!"] for name in "DE"]
    assert work.test_texts == ["Don't, D!", "Don't, E!"]
    facts = work.facts()
    assert (facts["sentences"], facts["train sentences"], facts["train words"]) == (3, 2, 10)
    assert (facts["test sentences"], facts["test words"]) == (2, 10)
    orders = {
        tuple(words[3] for words in read_english_ewt(treebank, 2, None, seed).tokens)
        for seed in range(9)
    }
    assert len(orders) > 1
    fewer = read_english_ewt(treebank, rows=9, test_rows=1, seed=0)
    assert (fewer.rows, fewer.test_texts, len(fewer.test_tokens)) == (3, ["Don't, D!"], 1)


def test_a_treebank_without_texts_is_refused(treebank):
    path = treebank / "tagging" / "ud_english_ewt" / "en_ewt-ud-test.conllu"
    path.write_text(path.read_text(encoding="utf-8").replace("# text = Don't, E!\n", ""))
    with pytest.raises(ValueError, match=r"test.conllu has 2 sentences and 1 lines '# text = '"):
        read_english_ewt(treebank, rows=2, test_rows=None, seed=0)


def test_words_that_come_often_enough_are_known():
    tokens = [["a", "b", "a"], ["c", "b", "a"]]
    work = TaggedWorkload("some", tokens, [], 1, [], [])
    assert work.known_words(2) == ["a", "b"]
    assert work.known_words(1) == ["a", "b", "c"]
