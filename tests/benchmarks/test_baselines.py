"""Plain text classifiers stand beside the scores that are kept."""

import json

import pytest

from benchmarks import baselines, public_data
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
    assert "SST-2: 100.00" in capsys.readouterr().out
    assert json.loads(path.read_text()) == [kept, other] and not pages
    baselines.main(tmp_path, only=("sst2",), results=path, update_pages=True)
    changed, same = json.loads(path.read_text())
    assert changed["runs"][0]["baseline"] == 1.0 and changed["runs"][0]["accuracy"] == 0.9
    assert list(changed["runs"][0]["baselines"].values()) == [1.0]
    assert same == other and [page for page, _ in pages] == ["results"]
    with pytest.raises(SystemExit, match="give --data DIR"):
        baselines.main()
