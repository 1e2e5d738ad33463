"""Tunes in ABC notation are read one by one, and what is none is named with its line."""

import pytest

from recipes.samples.scales import scales
from seqkit.data import DataError, read_tunes, split

SOURCE = """% a collection
M:4/4

X:1
T:One
K:C
CDEF|GABc| % up
w:la la

free text between tunes
X:2
K:Gm
"Gm"G2 A2|
X:3
K:D
z4 |
"""


def test_tunes_of_a_file(tmp_path):
    path = tmp_path / "many.abc"
    path.write_text(SOURCE)
    tunes = read_tunes(path, license="free")
    assert tunes.to_list("text") == [
        "X:1\nT:One\nM:4/4\nK:C\nCDEF|GABc|\nw:la la\n",
        'X:2\nM:4/4\nK:Gm\n"Gm"G2 A2|\n',
        "X:3\nM:4/4\nK:D\nz4 |\n",
    ]
    assert tunes.lines.tolist() == [4, 11, 14]
    assert (tunes.name, tunes.license) == ("many", "free")


def test_a_tune_keeps_all_of_its_music_and_what_its_file_says_of_it(tmp_path):
    path = tmp_path / "one.abc"
    path.write_text(
        "%abc-2.1\nL:1/4\nC:Trad.\nU:k=!tenuto!\n%%propagate-accidentals octave\n%%scale 0.7\n\n"
        "X:1\n% its key\nK:C\nCDEF|\n  % bars 2 to 3\n%%newpage\nGABc|\n\nL:1/2\nM:6/8\n\n"
        "X:2\nL:1/8\nK:C\nc|\n"
    )
    of_all = "L:1/4\nU:k=!tenuto!\nI:propagate-accidentals octave\n"
    assert read_tunes(path).to_list("text") == [
        f"X:1\n{of_all}K:C\nCDEF|\nGABc|\n",
        f"X:2\n{of_all}L:1/8\nK:C\nc|\n",
    ]


def test_notes_before_a_bar_line_are_no_field(tmp_path):
    path = tmp_path / "one.abc"
    path.write_text("X:1\nK:C\nd:|\n")
    assert read_tunes(path).to_list("text") == ["X:1\nK:C\nd:|\n"]


def test_a_folder_of_tunes_reads_and_splits(tmp_path):
    made = scales(train=20, validation=0, test=0)["train"]
    (tmp_path / "more").mkdir()
    (tmp_path / "a.abc").write_bytes("\n".join(t.abc for t in made[:12]).encode("utf-8-sig"))
    (tmp_path / "more" / "b.abc").write_text("\n".join(t.abc for t in made[12:]))
    (tmp_path / "notes.txt").write_text("X:9")
    tunes = read_tunes(tmp_path)
    assert tunes.to_list("text") == [tune.abc for tune in made]
    first, second = split(tunes, 0.2, seed=0)
    assert (len(first), len(second)) == (16, 4)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("\nX:1\nT:x\nCDE|\n", "line 2: the tune 'X:1' has no key"),
        ("X:1\nK:C\nC|\n\nX:2\nK:C\nT:more\n", "line 5: the tune 'X:2' has no notes"),
        ('X:1\nK:C\n"A"[K:G]|\n', "has no notes"),
        ("CDE|\n", "holds no tune"),
        ("", "holds no tune"),
        (
            "X:1\nK:C\nC|\nw:caf\xe9\n".encode("latin-1"),
            "line 4: byte 0xe9 .* is not utf-8",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, named):
    path = tmp_path / "bad.abc"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match=named) as refused:
        read_tunes(path)
    assert str(path) in str(refused.value)


def test_there_must_be_something(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_tunes(tmp_path / "none.abc")
    with pytest.raises(DataError, match="holds no tune"):
        read_tunes(tmp_path)
