from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from seqkit import data
from seqkit.data import raw_rows
from seqkit.data.errors import DataError
from seqkit.data.formats import text_file, tmx

PAIR = ("source", "target")
GERMAN = {"source": "en", "target": "de"}


def memory(*units: str, header: str = '<header srclang="*all*"/>', before: str = "") -> str:
    body = "\n".join(f"<tu>{unit}</tu>" for unit in units)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<tmx version="1.4">{header}<body>\n'
        f"{body}\n</body></tmx>\n"
    )


def tuv(language: str, content: str) -> str:
    return f'<tuv xml:lang="{language}"><seg>{content}</seg></tuv>'


def written(folder: Path, content: str) -> Path:
    path = folder / "a.tmx"
    path.write_bytes(content.encode())
    return path


def pairs(folder: Path, content: str, **arguments) -> list[tuple[str, str]]:
    rows = data.read(written(folder, content), columns=PAIR, **arguments)
    return list(zip(rows.to_list("source"), rows.to_list("target"), strict=True))


def refusal(folder: Path, content: str, **arguments) -> str:
    with pytest.raises(DataError) as caught:
        pairs(folder, content, **arguments)
    assert str(folder / "a.tmx") in str(caught.value)
    return str(caught.value)


HELLO = tuv("en-US", "Hello.") + tuv("de-DE", "Hallo.")
GO = tuv("de", "Geh!") + tuv("en", "Go!")


@pytest.mark.parametrize("packed", [False, True])
def test_a_memory_of_two_languages(tmp_path: Path, packed: bool):
    content = memory(HELLO, GO).encode()
    path = tmp_path / ("a.tmx.gz" if packed else "a.tmx")
    path.write_bytes(gzip.compress(content) if packed else content)
    rows = data.read(path, columns=PAIR)
    assert rows.to_list("source") == ["Hello.", "Go!"]
    assert rows.to_list("target") == ["Hallo.", "Geh!"]
    assert rows.lines.tolist() == [3, 4]
    assert rows.name == "a"
    assert rows.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    other = data.read(path, columns=("target", "source"))
    assert other.to_list("source") == rows.to_list("source")


def test_units_larger_than_a_block(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(text_file, "_BLOCK", 7)
    monkeypatch.setattr(raw_rows, "MOST_ROWS", 2)
    units = [tuv("en", f"Sentence {i}.") + tuv("ko", f"문장 {i}.") for i in range(5)]
    assert pairs(tmp_path, memory(*units)) == [(f"Sentence {i}.", f"문장 {i}.") for i in range(5)]


def test_the_header_may_state_the_source(tmp_path: Path):
    header = '<header srclang="de-AT"/>'
    assert pairs(tmp_path, memory(HELLO, header=header)) == [("Hallo.", "Hello.")]


def test_languages_are_named(tmp_path: Path):
    unit = tuv("fr-FR", "Salut.") + tuv("EN_us", "Hi.") + tuv("en-GB", "Hello.") + tuv("pt", "Oi.")
    names = {"source": "en", "target": "fr"}
    assert pairs(tmp_path, memory(unit), names=names) == [("Hi.", "Salut.")]
    regions = {"source": "en-gb", "target": "en-US"}
    assert pairs(tmp_path, memory(unit), names=regions) == [("Hello.", "Hi.")]
    # "pt" is no prefix that counts of "ptx".
    other = tuv("ptx", "x") + unit
    assert pairs(tmp_path, memory(other), names={"source": "pt", "target": "fr"}) == [
        ("Oi.", "Salut.")
    ]


def test_two_regions_of_one_language(tmp_path: Path):
    unit = tuv("en-GB", "colour") + tuv("en-US", "color")
    assert pairs(tmp_path, memory(unit)) == [("colour", "color")]


def test_the_older_attribute(tmp_path: Path):
    unit = '<tuv lang="en"><seg>a</seg></tuv><tuv lang="de"><seg>b</seg></tuv>'
    assert pairs(tmp_path, memory(unit)) == [("a", "b")]


def test_code_is_left_out_and_text_in_marks_stays(tmp_path: Path):
    english = (
        'Click <bpt i="1">&lt;b&gt;</bpt>here<ept i="1">&lt;/b&gt;</ept><ph>{0}</ph> &amp; '
        '<hi type="x">there <it pos="begin">co<hi>d</hi>e</it>too</hi><ut>[u]</ut>.'
    )
    assert pairs(tmp_path, memory(tuv("en", english) + tuv("de", "\n  x  y\n "))) == [
        ("Click here & there too.", "x  y")
    ]
    sub = 'See<ph>&lt;img alt="<sub>a <hi>red</hi> dog</sub>"&gt;</ph>there.'
    assert pairs(tmp_path, memory(tuv("en", sub) + tuv("de", "b  c"))) == [
        ("See a red dog there.", "b  c")
    ]


def test_what_stands_outside_of_segments_is_no_text(tmp_path: Path):
    unit = "<note>n</note>" + tuv("en", "a").replace("<seg>", "<prop>p</prop><seg>")
    assert pairs(tmp_path, memory(unit + tuv("de", "b"))) == [("a", "b")]


def test_a_missing_language_is_an_empty_side(tmp_path: Path):
    content = memory(tuv("en", "alone"), GO, tuv("de", "allein"), "<tuv xml:lang='en'/>" + HELLO)
    assert "line 3: target is empty (''), source is 'alone'" in refusal(
        tmp_path, content, names=GERMAN
    )
    rows = data.read(tmp_path / "a.tmx", columns=PAIR, names=GERMAN, bad_pairs="drop")
    assert rows.to_list("source") == ["Go!"]
    assert rows.dropped == {"with an empty side": 3}
    # Without names the first unit of both tells which is which.
    assert pairs(tmp_path, content, bad_pairs="keep") == [
        ("", "alone"), ("Geh!", "Go!"), ("allein", ""), ("Hallo.", ""),
    ]  # fmt: skip


def test_a_unit_of_other_languages_is_passed_over(tmp_path: Path):
    content = memory(HELLO, tuv("fr", "a") + tuv("it", "b"), GO)
    assert len(pairs(tmp_path, content, names=GERMAN)) == 2


def test_encodings(tmp_path: Path):
    path = tmp_path / "a.tmx"
    korean = memory(tuv("en", "café") + tuv("ko", "가"))
    path.write_bytes(korean.replace("UTF-8", "UTF-16").encode("utf-16"))
    assert data.read(path, columns=PAIR).to_list("target") == ["가"]
    path.write_bytes(
        memory(tuv("en", "a") + tuv("fr", "é")).replace("UTF-8", "cp1252").encode("cp1252")
    )
    assert data.read(path, columns=PAIR).to_list("target") == ["é"]
    path.write_bytes(korean.replace("é", "e").replace("UTF-8", "cp949").encode("cp949"))
    with pytest.raises(DataError, match=r"line 1: the encoding .*encoding="):
        data.read(path, columns=PAIR)
    assert data.read(path, columns=PAIR, encoding="cp949").to_list("target") == ["가"]
    path.write_bytes(korean.replace("UTF-8", "no-such").encode())
    with pytest.raises(DataError, match=r"line 1.*encoding="):
        data.read(path, columns=PAIR)


def test_a_document_type_is_passed_over(tmp_path: Path):
    before = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'
    assert pairs(tmp_path, memory(HELLO, before=before)) == [("Hello.", "Hallo.")]


def test_entities_are_refused(tmp_path: Path):
    laughs = "".join(
        f'<!ENTITY lol{i} "{f"&lol{i - 1};" * 10}">\n' for i in range(1, 10)
    )  # fmt: skip
    before = f'<!DOCTYPE tmx [\n<!ENTITY lol0 "lol">\n{laughs}]>\n'
    bomb = memory(tuv("en", "&lol9;") + tuv("de", "b"), before=before)
    assert "line 3: the document declares the entity 'lol0'" in refusal(tmp_path, bomb)
    secret = tmp_path / "secret"
    secret.write_text("secret")
    before = f'<!DOCTYPE tmx [<!ENTITY file SYSTEM "{secret.as_uri()}">]>\n'
    outside = memory(tuv("en", "&file;") + tuv("de", "b"), before=before)
    assert "line 2: the document declares the entity 'file'" in refusal(tmp_path, outside)
    parameter = '<!DOCTYPE tmx [<!ENTITY % more SYSTEM "x.dtd"> %more;]>\n'
    assert "declares the entity 'more'" in refusal(tmp_path, memory(HELLO, before=parameter))
    before = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'
    unknown = memory(tuv("en", "a&nbsp;b") + tuv("de", "b"), before=before)
    assert "line 4: the entity 'nbsp' is not declared" in refusal(tmp_path, unknown)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (memory(HELLO).replace("</tuv></tu>", "</tu>"), "line 3, column 90: not well-formed XML"),
        (memory(HELLO)[:-10], "line 4, column 0: not well-formed XML (unclosed token)"),
        (memory(HELLO).replace("Hallo", "a\0b"), "line 3, column"),
        ("<xliff/>", "line 1: the document is <xliff>, not <tmx>"),
        (memory("<tuv><seg>a</seg></tuv>"), "line 3: a <tuv> without xml:lang"),
        (memory(HELLO + tuv("fr", "c")), "line 3: more than two languages ('en-US', 'd"),
        (memory(HELLO, tuv("fr", "c")), "line 4: more than two languages ('en-US', 'de-DE', 'fr')"),
        (memory(tuv("en", "a"), tuv("en", "b")), "line 3: from here on all units are in one"),
        (memory(), "no rows"),
    ],
)  # fmt: skip
def test_faults_are_named_with_their_line(tmp_path: Path, content: str, words: str):
    assert words in refusal(tmp_path, content)


def test_languages_that_are_not_there_are_named(tmp_path: Path):
    message = refusal(tmp_path, memory(HELLO, GO), names={"source": "en", "target": "ge"})
    assert "no <tuv> is in 'ge' (given in names for 'target'); the languages are" in message
    assert "'en-US', 'de-DE', 'de', 'en'" in message


def test_a_memory_of_one_language_is_not_gathered_whole(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tmx, "MOST_ROWS", 3)
    content = memory(*[tuv("en", "a")] * 3, "<broken")
    monkeypatch.setattr(text_file, "_BLOCK", 40)
    assert "all units are in one language ('en')" in refusal(tmp_path, content)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"source": "en"}, "must give both languages"),
        ({"source": 0, "target": 1}, "must give both languages"),
        ({"source": "en", "target": "EN"}, "one language includes the other"),
        ({"source": "en-US", "target": "en"}, "one language includes the other"),
    ],
)
def test_wrong_names_are_refused(tmp_path: Path, names: dict, words: str):
    with pytest.raises(ValueError, match=words):
        pairs(tmp_path, memory(HELLO), names=names)


def test_a_memory_has_pairs_alone(tmp_path: Path):
    with pytest.raises(ValueError, match=r"a 'tmx' file has no columns.*columns=\('source'"):
        data.read(written(tmp_path, memory(HELLO)))


def test_broken_packing_is_named(tmp_path: Path):
    path = tmp_path / "a.tmx.gz"
    path.write_bytes(gzip.compress(memory(HELLO).encode())[:-12])
    with pytest.raises(DataError, match=r"a\.tmx\.gz, after byte .*broken gzip data"):
        data.read(path, columns=PAIR)
