"""Plain text classifiers stand beside the scores that are kept."""

import json

import pytest

from benchmarks import baselines, public_data, quality
from seqkit import data


@pytest.fixture
def public():
    rows = [("a good film", "pos"), ("a bad film", "neg")] * 5
    parts = {part: data.read(rows) for part in ("train", "validation", "test")}
    return public_data.PublicData("sst2", "SST-2", "ab12", 1, lambda fold: parts)


def test_the_plain_score_of_a_kept_fold_is_replaced(monkeypatch, tmp_path, public, capsys):
    monkeypatch.setitem(public_data.SETS, "sst2", lambda root, how: public)
    pages = []
    monkeypatch.setattr(baselines, "put_into_page", lambda *given: pages.append(given))
    monkeypatch.setattr(baselines, "make_tables", lambda rows: rows)
    run = {"fold": 0, "accuracy": 0.9, "baseline": 0.5}
    kept = {"data": "sst2", "seed": 0, "sha256": "ab12", "folds": 1, "runs": [run]}
    other = {**kept, "sha256": "cd34", "runs": [dict(run)]}
    path = tmp_path / "quality.json"
    path.write_text(json.dumps([kept, other]))
    baselines.main(tmp_path, only=("sst2",), results=path)
    assert "SST-2: 1.0000" in capsys.readouterr().out
    assert json.loads(path.read_text()) == [kept, other] and not pages
    baselines.main(tmp_path, only=("sst2",), results=path, update_pages=True)
    changed, same = json.loads(path.read_text())
    assert changed["runs"][0]["baseline"] == 1.0 and changed["runs"][0]["accuracy"] == 0.9
    assert list(changed["runs"][0]["baselines"].values()) == [1.0]
    assert same == other and [page for page, _ in pages] == ["results"]
    with pytest.raises(SystemExit, match="give --data DIR"):
        baselines.main()


def test_plain_taggers_and_models_of_frames_are_measured():
    tagged = data.read([(["a", "dog"], ["DET", "NOUN"])] * 4, columns=("tokens", "tags"))
    public = public_data.PublicData("ewt", "", "", 1, lambda fold: dict(train=tagged, test=tagged))
    found = baselines.measure(public, 0)
    assert set(found.values()) == {1.0} and quality.best_of("tagging", found.values()) == 1.0
    rolls = data.read_piano_rolls({"train": [[[60]] * 9] * 4, "valid": [[[60]]], "test": [[[60]]]})
    public = public_data.PublicData("jsb", "", "", 1, lambda fold: rolls)
    found = baselines.measure(public, 0)
    assert len(found) == 3 and quality.best_of("music", found.values()) == min(found.values())
