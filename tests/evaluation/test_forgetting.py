"""What is told of what a model forgot."""

from seqkit.evaluation.forgetting import Change, Forgetting, list_labels


def test_scores_before_and_after_are_told_with_the_labels_that_were_lacking():
    forgetting = Forgetting(
        missing={"neg": 40, "pos": 1200},
        overall=Change("accuracy", 0.94, 0.31, 1500),
        on_missing=Change("accuracy", 0.9, 0.0, 1240),
        excluded=7,
    )
    assert forgetting.lines() == [
        "on 1,500 rows of the old validation data (7 more are in the new training data): "
        "accuracy 0.9400 before, 0.3100 after",
        "  labels that the new data lack: 'neg' (40 rows), 'pos' (1,200 rows)",
        "  on the 1,240 rows with these: accuracy 0.9000 before, 0.0000 after",
    ]
    assert forgetting.summary() == {
        "rows": 1500,
        "unit": "rows",
        "excluded": 7,
        "missing_labels": {"neg": 40, "pos": 1200},
        "overall": {"metric": "accuracy", "before": 0.94, "after": 0.31},
        "on_missing_labels": {"metric": "accuracy", "before": 0.9, "after": 0.0},
    }


def test_of_perplexity_it_is_told_that_less_is_better():
    change = Change("perplexity", 20.0, 31.5, 4000)
    [line] = Forgetting(overall=change, unit="characters", lower_is_better=True).lines()
    assert line == (
        "on 4,000 characters of the old validation data: perplexity 20.0000 before, 31.5000 after "
        "(lower is better)"
    )


def test_without_old_rows_one_line_says_why():
    assert Forgetting().lines() == [
        "what was forgotten is not known: no validation rows were kept with the old model, as "
        "exports now do"
    ]
    [line] = Forgetting(excluded=9).lines()
    assert line.endswith("all 9 old validation rows are in the new training data")
    assert Forgetting().summary()["rows"] == 0


def test_of_many_labels_the_first_are_named():
    assert list_labels(dict.fromkeys("abcdefghijkl", 1)).endswith("'j' (1 rows), … 2 more")
