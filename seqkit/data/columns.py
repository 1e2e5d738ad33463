"""Which column of a source is which standard column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seqkit.arguments import shown
from seqkit.data.errors import DataError

Aliases = Mapping[str, tuple[str, ...]]

# Names that columns have in other languages, and rarer ones. They count where none of a kind's own
# aliases is there, so that a table that is read without them is read as before.
FURTHER: Aliases = {
    "text": (
        *("body", "utterance", "query", "post", "statement", "sms", "email", "headline", "phrase"),
        *("texts", "sentences", "reviews", "comments", "documents", "messages", "tweets"),
        *("review_text", "reviewtext", "review_body", "comment_text", "tweet_text", "full_text"),
        *("문장", "텍스트", "내용", "본문", "리뷰", "댓글", "발화", "기사", "질문", "리뷰내용"),
        *("テキスト", "文", "文章", "本文", "レビュー", "コメント", "文本", "句子", "内容", "评论"),
        *("texto", "texte", "testo", "comentario", "commentaire", "satz", "kommentar", "beitrag"),
    ),
    "label": (
        *("tag", "intent", "topic", "emotion", "stars", "star_rating", "score", "genre", "stance"),
        *("gold", "gold_label", "class_label", "category_name", "sentiment_label", "is_spam"),
        *(
            "라벨",
            "레이블",
            "감정",
            "감성",
            "분류",
            "평점",
            "별점",
            "카테고리",
            "주제",
            "의도",
            "정답",
        ),
        *(
            "ラベル",
            "感情",
            "分類",
            "カテゴリ",
            "カテゴリー",
            "评分",
            "标签",
            "类别",
            "情感",
            "分类",
        ),
        *("etiqueta", "étiquette", "clase", "classe", "categoría", "catégorie", "kategorie"),
        *("klasse", "bewertung", "sentimiento", "polaridad"),
    ),
    "tokens": ("tokens_text", "word", "token", "form", "단어", "토큰", "형태소"),
    "tags": (
        "tag",
        "ner",
        "pos",
        "xpos",
        "slots",
        "chunk_tags",
        "bio",
        "iob",
        "태그",
        "개체명",
        "품사",
    ),
    "source": (
        *("q", "query", "instruction", "source_text", "src_text", "input_text", "article", "원문"),
        *("질문", "document", "original", "원문장", "입력", "質問", "原文", "问题"),
    ),
    "target": (
        *("a", "target_text", "tgt_text", "trg_text", "output_text", "summary", "highlights"),
        *(
            "번역",
            "번역문",
            "답변",
            "대답",
            "응답",
            "요약",
            "요약문",
            "출력",
            "回答",
            "訳文",
            "译文",
        ),
    ),
    "image": (
        *("images", "image_file", "image_filename", "img_path", "filepath", "file_path", "photo"),
        *("이미지", "파일", "파일명", "画像", "图片"),
    ),
    "caption": ("raw", "alt", "alt_text", "캡션", "설명", "説明", "描述"),
}


def resolve(
    available: Sequence[str],
    wanted: Sequence[str],
    names: Mapping[str, str | int] | None,
    place: str,
    aliases: Aliases,
    optional: Sequence[str] = (),
) -> dict[str, int]:
    """Finds the position of each wanted column.

    A name given in `names` counts first, then a column of exactly the standard name, then one
    that differs only in case or outer spaces, then the known aliases, then rarer ones.

    Args:
        available: The source's column names, in order.
        wanted: Standard names.
        names: Standard name to the source's own name, or None.
        place: Words that name the source in a message.
        aliases: Standard name to names that a column may have when none has the standard name.
        optional: Those of `wanted` that the caller may leave out.

    Returns:
        Standard name to position in `available`.

    Raises:
        DataError: A column is missing, or more than one could be meant.

    Example:
        >>> aliases = {"text": ("document", "review")}
        >>> resolve(["id", "document", "label"], ["text", "label"], None, "ratings.txt", aliases)
        {'text': 1, 'label': 2}
    """
    positions = {}
    for name in wanted:
        given = (names or {}).get(name)
        positions[name] = _position(available, name, given, place, aliases, name in optional)
    for name in wanted:
        twins = [other for other in wanted if positions[other] == positions[name]]
        if len(twins) > 1:
            raise DataError(
                f"{place}: column {available[positions[name]]!r} would be both "
                f"{twins[0]!r} and {twins[1]!r}. Say which column is which with "
                f"names={{{twins[0]!r}: …, {twins[1]!r}: …}}."
            )
    return positions


def candidates(available: Sequence[str], name: str, aliases: Aliases) -> list[int]:
    """Finds the columns that the first of the rules of `resolve` with a match gives."""
    plain = [str(column).strip().casefold() for column in available]
    rules = (
        [i for i, column in enumerate(available) if column == name],
        [i for i, column in enumerate(plain) if column == name.casefold()],
        [i for i, column in enumerate(plain) if column in aliases.get(name, ())],
        [
            i
            for i, column in enumerate(plain)
            if name in aliases and column in FURTHER.get(name, ())
        ],
    )
    return next((rule for rule in rules if rule), [])


def _position(
    available: Sequence[str],
    name: str,
    given: str | int | None,
    place: str,
    aliases: Aliases,
    optional: bool,
) -> int:
    """Position of one standard column."""
    listed = ", ".join(shown(column, 40) for column in available) or "none"
    remedy = f"names={{{name!r}: …}}"
    if given is not None:
        positions = [i for i, column in enumerate(available) if column == given]
        if not positions:
            raise DataError(
                f"{place}: there is no column {given!r} (given in names for {name!r}); "
                f"the columns are {listed}."
            )
    else:
        positions = candidates(available, name, aliases)
        if not positions:
            tried = ", ".join((name, *aliases.get(name, ())))
            raise DataError(
                f"{place}: no column for {name!r} (looked for {tried}); the columns are "
                f"{listed}. Say which it is with {remedy}"
                + (f", or leave {name!r} out of columns." if optional else ".")
            )
    if len(positions) > 1:
        raise DataError(
            f"{place}: {len(positions)} columns could be {name!r}: "
            + ", ".join(repr(available[i]) for i in positions)
            + f"; the columns are {listed}. Say which it is with {remedy}."
        )
    return positions[0]
