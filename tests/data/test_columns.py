from __future__ import annotations

import pytest

from seqkit.data.columns import FURTHER
from seqkit.data.errors import DataError
from seqkit.data.kinds.by_columns import KINDS, kind_of_columns
from seqkit.data.kinds.labels import LABELS
from seqkit.data.kinds.pairs import PAIR, PAIRS
from seqkit.data.request import Request

WANTED = ("text", "label")


def resolve(available, wanted, names, place):
    return kind_of_columns(wanted).resolve(available, wanted, names, place)


def resolve_raw(available, wanted, names, place):
    return Request(kind_of_columns(wanted), wanted, names).find(available, place)


def check_arguments(wanted, names):
    kind_of_columns(wanted).check_columns(wanted, names)


@pytest.mark.parametrize("alias", LABELS.aliases["text"])
def test_text_aliases_are_found(alias: str):
    assert resolve(["id", alias, "label"], WANTED, None, "x") == {"text": 1, "label": 2}


@pytest.mark.parametrize("alias", LABELS.aliases["label"])
def test_label_aliases_are_found(alias: str):
    assert resolve([alias, "id", "text"], WANTED, None, "x") == {"text": 2, "label": 0}


@pytest.mark.parametrize(
    ("available", "wanted"),
    [
        (["번호", "문장", "라벨"], WANTED),
        (["순번", "리뷰", "감정"], WANTED),
        (["id", " 텍스트 ", "레이블"], WANTED),
        (["no", "내용", "분류"], WANTED),
        (["id", "本文", "ラベル"], WANTED),
        (["id", "文本", "标签"], WANTED),
        (["id", "Texto", "Categoría"], WANTED),
        (["ID", "comment_text", "intent"], WANTED),
        (["label", "Q", "A"], PAIR),
        (["번호", "원문", "번역문"], PAIR),
        (["id", "article", "highlights"], PAIR),
        (["x", "이미지", "설명"], ("image", "caption")),
    ],
)
def test_further_names_are_found(available: list[str], wanted: tuple[str, str]):
    assert resolve(available, wanted, None, "x") == {wanted[0]: 1, wanted[1]: 2}


def test_further_names_count_where_no_other_is_there():
    available = ["본문", "review", "sentiment", "score"]
    assert resolve(available, WANTED, None, "x") == {"text": 1, "label": 2}
    with pytest.raises(DataError, match=r"2 columns could be 'text': '문장', '본문'.*names="):
        resolve(["문장", "본문", "라벨"], WANTED, None, "x")


@pytest.mark.parametrize("name", FURTHER)
def test_further_names_are_no_aliases_already(name: str):
    known = {alias for kind in KINDS for alias in kind.aliases.get(name, ())}
    assert len(set(FURTHER[name])) == len(FURTHER[name])
    assert not set(FURTHER[name]) & known
    assert all(alias == alias.casefold() for alias in FURTHER[name])


def test_exact_names_win_over_aliases():
    assert resolve(["review", "text", "rating", "label"], WANTED, None, "x") == {
        "text": 1,
        "label": 3,
    }


def test_case_and_outer_spaces_do_not_matter():
    assert resolve([" Text", "LABEL"], WANTED, None, "x") == {"text": 0, "label": 1}


def test_given_names_win():
    names = {"text": "b", "label": "a"}
    assert resolve(["a", "b", "text"], WANTED, names, "x") == {"text": 1, "label": 0}


def test_a_missing_column_lists_what_there_is():
    with pytest.raises(DataError, match=r"f\.csv: no column for 'label'.*'id', 'text'.*names="):
        resolve(["id", "text"], WANTED, None, "f.csv")


def test_a_given_name_that_is_missing_lists_what_there_is():
    with pytest.raises(DataError, match=r"no column 'body'.*given in names.*'text', 'label'"):
        resolve(["text", "label"], WANTED, {"text": "body"}, "f.csv")


@pytest.mark.parametrize("available", [["review", "comment", "label"], ["text", "text", "label"]])
def test_ambiguity_is_an_error_that_lists_the_columns(available: list[str]):
    with pytest.raises(DataError, match=r"2 columns could be 'text'.*'label'.*names="):
        resolve(available, WANTED, None, "f.csv")


def test_one_column_cannot_be_two():
    with pytest.raises(DataError, match="both 'text' and 'label'"):
        resolve(["x"], WANTED, {"text": "x", "label": "x"}, "f.csv")


@pytest.mark.parametrize(
    ("wanted", "names", "error", "words"),
    [
        ("text", None, TypeError, "one string"),
        (("label",), None, ValueError, "not those of one kind.*'text' with or without 'label'"),
        (("text", "text"), None, ValueError, "one comes twice"),
        (("text",), {"label": "x"}, ValueError, "names has 'label'"),
        (("tags",), None, ValueError, "'tokens' with or without 'tags'"),
        (("tokens", "label"), None, ValueError, "'tokens' with or without 'tags'"),
        (("text", "tokens"), None, ValueError, "'tokens' with or without 'tags'"),
        (("text", "tags"), None, ValueError, "'tokens' with or without 'tags'"),
        (("source", "target", "label"), None, ValueError, "'source' and 'target' alone"),
        (("image", "caption", "source"), None, ValueError, "'image' and 'caption' with"),
        (("tokens",), {"text": "x"}, ValueError, "names has 'text'"),
        (("text", "label"), {"spans": "x"}, ValueError, "names has 'spans'"),
    ],
)
def test_contradicting_arguments_are_refused(wanted, names, error, words):
    with pytest.raises(error, match=words):
        check_arguments(wanted, names)


def test_texts_with_spans_stand_in_for_tagged_tokens():
    wanted = ("tokens", "tags")
    assert resolve_raw(["text", "words", "spans"], wanted, None, "x") == {"text": 0, "spans": 2}
    assert resolve_raw(["text", "words", "tags"], wanted, None, "x") == {"tokens": 1, "tags": 2}
    assert resolve_raw(["text", "label"], ("text", "label"), None, "x") == {
        "text": 0,
        "label": 1,
    }
    check_arguments(wanted, {"text": "body", "spans": "marks"})
    with pytest.raises(DataError, match="no column for 'tags'"):
        resolve_raw(["tokens"], wanted, None, "x")
    with pytest.raises(DataError, match="2 columns could be 'tags'"):
        resolve_raw(["tokens", "ner_tags", "pos_tags"], wanted, None, "x")


@pytest.mark.parametrize("name", PAIR)
def test_aliases_of_pairs_are_found(name: str):
    other = PAIR[1 - PAIR.index(name)]
    for alias in PAIRS.aliases[name]:
        assert resolve(["id", alias.upper(), other], PAIR, None, "x")[name] == 1


def test_texts_by_language_are_found_where_the_pair_is_not():
    languages = {"source": "en", "target": "de"}
    assert resolve_raw(["translation"], PAIR, languages, "x") == {"translation": 0}
    assert resolve_raw(["id", "Translation"], PAIR, None, "x") == {"translation": 1}
    assert resolve_raw(["translation", "en", "de"], PAIR, languages, "x") == {
        "source": 1,
        "target": 2,
    }
    named = {**languages, "translation": "both"}
    assert resolve_raw(["both", "en", "de"], PAIR, named, "x") == {"translation": 0}
    with pytest.raises(DataError, match="no column 'en'"):
        resolve_raw(["id"], PAIR, languages, "x")
    # Beside a text, a column of that name is like any other.
    assert resolve_raw(["source", "text"], ("text", "source"), None, "x") == {
        "text": 1,
        "source": 0,
    }
