"""The dialogue recipe, whole: from conversations to a served model, and what it refuses."""

import json

import pytest

from recipes import dialogue
from recipes.samples.small_talk import small_talk
from seqkit.data import read_turns
from seqkit.tasks.translation.answers import Translation
from tests.recipes.artefact_contract import check_artefact
from tests.recipes.runs import without_scores

pytestmark = pytest.mark.slow

TINY = dialogue.Config(
    embedding_dim=12, hidden_dim=12, vocabulary_size=350, max_length=40, batch_size=16, epochs=2
)


@pytest.fixture(scope="module")
def talks():
    return small_talk(40)  # each new shape of a batch is compiled


@pytest.fixture(scope="module")
def exported(tmp_path_factory, talks):
    """A small model of conversations, a list on each line, trained once for this module."""
    folder = tmp_path_factory.mktemp("models")
    data = folder / "talks.jsonl"
    data.write_text("\n".join(map(json.dumps, talks)), encoding="utf-8")
    config = TINY.replace(tokenizer="word", max_length=20, num_beams=2)
    return dialogue.train(data, folder / "talk", config=config), folder / "talk"


def test_train_writes_a_whole_artefact_that_says_what_a_source_is(exported, talks):
    _, path = exported
    headings = ("Scores on the test data", "To know", "Attention", "Data checks")
    card = check_artefact("dialogue", path, {"hidden_dim": 12}, headings)
    assert card["notes"] == ["A source is the last 2 turns, joined by ' ⏎ '."]
    # Each turn of the second speaker is asked for once, in one of the parts.
    rows = [card["data"][part]["examples"] for part in ("train", "validation", "test")]
    assert sum(rows) == sum(len(turns) // 2 for turns in talks)


def test_an_answer_follows_from_the_last_turns():
    class Echo:
        def translate(self, texts):
            return [Translation(f"heard: {text}", 0.0, 0.0) for text in texts]

    turns = ["I am Ann.", "Hello, Ann.", "Who am I?"]
    assert dialogue.reply(Echo(), turns) == "heard: Hello, Ann. ⏎ Who am I?"
    assert dialogue.reply(Echo(), turns, history=3) == "heard: I am Ann. ⏎ Hello, Ann. ⏎ Who am I?"
    assert dialogue.reply(Echo(), turns[:1]) == "heard: I am Ann."


def test_a_process_without_seqkit_gives_the_same_answers(exported):
    """By the answers of golden.json, which the export has compared with those of such a process."""
    model, path = exported
    golden = json.loads((path / "golden.json").read_text(encoding="utf-8"))
    served = golden["signatures"]["serving_default"]
    sources = served["inputs"]["text"]["values"]
    answers = served["outputs"]["translation"]["values"]
    said = [row for row, source in enumerate(sources) if " ⏎ " in source]
    assert len(said) > 4 and any(answers[row] for row in said)
    for row in said:
        assert answers[row] == dialogue.reply(model, ["Hi.", *sources[row].split(" ⏎ ")])


def test_lines_are_read_as_lists_are(talks, tmp_path):
    data = tmp_path / "talks.txt"
    data.write_text("\n\n".join(map("\n".join, talks)), encoding="utf-8")
    lines, lists = (read_turns(source, every=2) for source in (data, talks))
    assert lines.content_sha256() == lists.content_sha256()


def test_validation_and_test_conversations_of_ones_own_are_taken(talks):
    given = {"data": talks[:20], "validation": talks[20:30], "test": talks[30:]}
    parts = dialogue.recipe.read_parts(**given, config=TINY)
    for part, source in zip(("train", "validation", "test"), given.values(), strict=True):
        turns = read_turns(source, every=2)
        assert parts[part].to_list("source") == turns.to_list("source")
        assert parts[part].to_list("target") == turns.to_list("target")
    split = dialogue.recipe.read_parts(talks[:20], test=talks[30:], config=TINY)
    assert len(split["test"]) == len(parts["test"]) and len(split["validation"]) > 0
    assert len(split["train"]) + len(split["validation"]) == len(parts["train"])


def test_fine_tune_learns_new_words_and_keeps_the_dictionary(talks, tmp_path):
    recipe = without_scores(dialogue.recipe)
    config = TINY.replace(tokenizer="word", vocabulary_size=1000)
    old = dialogue.build(recipe.read_parts(talks, config=config)["train"], config)
    old.save(tmp_path / "model.keras")
    more = [[f"What is number {i}?", "It is a zyxxy."] for i in range(80)]
    held_out = [["What is number 99?", "It is a zyxxy."]]
    config = config.replace(epochs=12, patience=12, learning_rate=2e-2, num_beams=2)
    model = recipe.fine_tune(
        tmp_path, more, tmp_path / "tuned", validation=held_out, test=held_out, config=config
    )
    assert "zyxxy" not in old.source.vocabulary and "zyxxy" in model.source.vocabulary
    assert model.source is model.target and model.num_beams == 2 != old.num_beams
    assert dialogue.reply(model, ["What is number 99?"]) == "It is a zyxxy."
    with pytest.raises(ValueError, match=r"tokenizer='char' cannot be followed"):
        recipe.fine_tune(tmp_path, more, config=dialogue.Config(tokenizer="char"))


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("talks.jsonl", '["Hello.", "Hi."]\n["Hello.", ""]\n', "line 2, turn 1"),
        ("talks.txt", "Hello.\n\nHi.\n", "no conversation of two turns"),
        ("talks.csv", "a,b\n", ".jsonl"),
    ],
)
def test_bad_input_ends_with_code_2_and_one_line(tmp_path, capsys, name, content, named):
    (tmp_path / name).write_text(content)
    with pytest.raises(SystemExit) as ended:
        dialogue.recipe.run(["--data", str(tmp_path / name)])
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and named in line
