"""Scores asked of trained models, with other seeds: what came closest to its bound."""

from benchmarks import sturdiness


def test_a_cell_trains_with_other_seeds_and_keeps_what_was_compared(tmp_path, capsys):
    name = "test_the_vectors_of_an_embedding_are_trained_from_both_sides"
    file = "tests/losses/test_token_cross_entropy.py"
    first, second = (sturdiness.run_cell(seed, 1, "default", [file], tmp_path) for seed in (0, 1))
    records = [*first, *second]
    assert not any("failed" in record for record in records)
    assert all(name in record["test"] for record in records)
    assert [record["values"] for record in first] != [record["values"] for record in second]
    lines = sturdiness.closest(records)
    assert any(name in line and " of 2 (seed +" in line for line in lines)
    # What was kept is not run again.
    kept = {"seeds": (0, 1), "threads": (1,), "processors": ("default",), "records": tmp_path}
    assert sturdiness.main(("no/such/tests",), **kept) == 0
    assert capsys.readouterr().out.splitlines()[2:] == lines


def test_the_value_closest_to_its_bound_is_told_with_its_cell():
    record = {"test": "t", "line": 3}
    rows = [
        {
            **record,
            "asserted": "x > 0.9",
            "values": f"np.float64({x}) > 0.9  +  where",
            "cell": str(x),
        }
        for x in (0.97, 0.95, 1.0)
    ]
    rows += [
        {**record, "asserted": "y < 1", "values": f"({y} < 1 and 3 > 2)", "cell": str(y)}
        for y in (0.5, 0.8)
    ]
    # Where the bound changes too, their distance counts.
    rows += [
        {**record, "asserted": "after > before + 5", "values": f"{after} > ({bound})", "cell": cell}
        for after, bound, cell in ((-17.9, -77.8, "far"), (-29.1, -30.0, "near"))
    ]
    rows += [{**record, "asserted": "a == b", "values": "'a' == 'a'", "cell": "none"}]
    assert sturdiness.closest([*rows, {"test": "u", "failed": "", "cell": ""}]) == [
        "t:3: x > 0.9: 0.95 of 3 (0.95)",
        "t:3: y < 1: 0.8 of 2 (0.8)",
        "t:3: after > before + 5: -29.1 of 2 (near)",
    ]
