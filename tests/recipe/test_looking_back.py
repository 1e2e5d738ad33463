"""What a model knew is measured before and after, and labels that new data lack are warned of."""

import warnings

import pytest

from seqkit import data
from seqkit.data import read_stream
from seqkit.recipe.looking_back import look_back

OLD = [(f"old {i}", "pos" if i % 3 else "neg") for i in range(30)]


def share_of(model, rows):
    """A model that is a label has the share of the rows with it."""
    labels = rows.to_list("label")
    return "accuracy", sum(label == model for label in labels) / len(labels)


def looked_back(train, kept=OLD, labels=("neg", "pos")):
    kept = None if kept is None else data.read(kept)
    return look_back("pos", labels, data.read(train), kept, share_of)


def test_all_labels_lacking_are_warned_of_with_their_old_rows():
    with pytest.warns(UserWarning) as warned:
        before = looked_back([("a", "sport"), ("b", "money")])
    [warning] = warned
    assert str(warning.message) == (
        "the new data lack labels that the model knows, and it will forget them: 'neg' (10 rows), "
        "'pos' (20 rows) of the old validation data. To keep them, mix old training rows with "
        "these labels into the data."
    )
    forgetting = before.compare("sport", lower_is_better=False)
    assert forgetting.missing == {"neg": 10, "pos": 20}
    assert forgetting.overall == ("accuracy", 20 / 30, 0.0, 30)
    assert forgetting.on_missing is None
    assert len(forgetting.rows) == 30


def test_one_label_lacking_is_measured_by_itself():
    with pytest.warns(UserWarning, match=r"forget them: 'pos' \(20 rows\) of the old"):
        before = looked_back([("a", "neg")])
    forgetting = before.compare("neg", lower_is_better=False)
    assert forgetting.overall == ("accuracy", 20 / 30, 10 / 30, 30)
    assert forgetting.on_missing == ("accuracy", 1.0, 0.0, 20)


def test_where_no_label_is_lacking_nothing_is_warned_of_and_all_is_measured():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = looked_back([("a", "neg"), ("b", "pos"), ("c", "new")])
    assert before.compare("pos", lower_is_better=False).overall[1:3] == (20 / 30, 20 / 30)


def test_old_rows_that_are_trained_on_again_are_not_scored():
    before = looked_back([*OLD[:6], ("c", "new")])
    forgetting = before.compare("pos", lower_is_better=False)
    assert forgetting.excluded == 6
    assert (forgetting.overall.rows, len(forgetting.rows)) == (24, 24)
    assert looked_back(OLD).compare("pos", lower_is_better=False).overall is None


def test_without_old_rows_labels_are_warned_of_without_numbers():
    with pytest.warns(UserWarning, match="forget them: 'neg', 'pos'. To keep them"):
        before = looked_back([("a", "sport")], kept=None)
    forgetting = before.compare("sport", lower_is_better=False)
    assert forgetting.missing == {"neg": 0, "pos": 0}
    assert len(forgetting.lines()) == 2 and "not known" in forgetting.lines()[0]


def test_tags_and_several_labels_of_a_text_are_labels_too():
    tagged = data.read([(["a", "b"], ["X", "Y"]), (["c"], ["X"])], columns=("tokens", "tags"))
    train = data.read([(["d"], ["X"])], columns=("tokens", "tags"))
    with pytest.warns(UserWarning, match=r"'Y' \(1 rows\)"):
        before = look_back(1, ("X", "Y"), train, tagged, lambda *_: ("accuracy", 1.0))
    assert before.missing == {"Y": 1}
    several = data.read([("a", ["r", "b"]), ("c", ["r"])], columns=("text", "label"))
    with pytest.warns(UserWarning, match=r"'b' \(1 rows\)"):
        look_back(1, ("b", "r"), several.take([1]), several, lambda *_: ("accuracy", 1.0))


def test_a_stream_has_characters():
    stream = read_stream(["twelve chars"])
    before = look_back(2.0, (), stream, stream, lambda model, text: ("perplexity", model))
    forgetting = before.compare(3.0, lower_is_better=True)
    assert forgetting.overall == ("perplexity", 2.0, 3.0, 12)
    assert (forgetting.unit, forgetting.lower_is_better) == ("characters", True)
