"""The recipe of language models, whole: from a text to a served model, interrupted and resumed."""

import numpy as np
import pytest

from recipes import language_model
from recipes.language_model import Config
from seqkit.data import TextStream
from seqkit.recipe.recipe import Recipe
from tests.recipes.artefact_contract import check_artefact
from tests.recipes.runs import ask_served, without_scores

pytestmark = pytest.mark.slow

SIZES = {"embedding_dim": 8, "hidden_dim": 32, "dropout": 0.0, "window": 20, "batch_size": 8}
SMALL = Config(**SIZES, epochs=6, learning_rate=2e-2, validation_fraction=0.1)
VERSE = "the cat sat on the mat\nthe dog lay on the log\nthe bird sang in the tree\n"
TEXT = VERSE * 60

# The log-probability of a text letter by letter, with the state handed on.
STEPS = """
names = model.signatures["vocabulary"]()["token"].numpy().tolist()
step = model.signatures["step"]
width = step.structured_input_signature[1]["state"].shape[1]
state, answers["by_steps"] = tf.zeros([1, width]), 0.0
for token, following in zip(["", *"the ca"], "the cat"):
    found = step(token=tf.constant([token]), state=state)
    state = found["state"]
    share = found["probabilities"][0, names.index(following.encode())]
    answers["by_steps"] += float(tf.math.log(share))
"""


@pytest.fixture(scope="module")
def text_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "verses.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def exported(text_file, tmp_path_factory):
    root = tmp_path_factory.mktemp("models") / "verses"
    return root, language_model.train(str(text_file), root, config=SMALL)


@pytest.mark.score
def test_it_learns_and_says_so_beside_n_grams(exported):
    root, model = exported
    headings = ("Scores on the test text", "Data checks")
    card = check_artefact("language_model", root, {"hidden_dim": 32}, headings)
    score = card["scores"]["nats per character"]
    assert score["model"] < 1.0 and "gram, Witten-Bell" in card["baseline"]
    assert card["data"]["train"]["characters"] > card["data"]["test"]["characters"]
    likely, unlikely = model.score(["the cat", "the xqz"])
    assert likely.log_probability > unlikely.log_probability


def test_the_saved_model_answers_alone_as_the_model_does(exported):
    root, model = exported
    drawing = {"length": 9, "temperature": 0.5, "top_k": 0, "top_p": 1.0, "seed": 3}
    asked = {
        "serving_default": {"prompt": ["the c", ""], **drawing},
        "scores": {"text": ["the cat", "tac eht"]},
        "complete": {"prefix": ["the ca"]},
    }
    answers = ask_served(root, asked, STEPS)
    texts, told = answers["serving_default"]["text"], answers["scores"]["log_probability"]
    assert texts == model.generate(["the c", ""], 9, temperature=0.5, seed=3)
    scores = model.score(["the cat", "tac eht"])
    np.testing.assert_allclose(told, [s.log_probability for s in scores], rtol=1e-4)
    assert answers["scores"]["tokens"] == [7, 7]
    assert answers["by_steps"] == pytest.approx(told[0], rel=1e-4)
    assert "the cat" in answers["complete"]["completions"][0]


@pytest.mark.score
def test_fine_tuning_goes_on_and_learns_new_letters(exported, tmp_path):
    root, model = exported
    more = tmp_path / "more.txt"
    more.write_text("the zebu ate 7 figs\n" * 100, encoding="utf-8")
    config = SMALL.replace(epochs=3)
    recipe = without_scores(language_model.recipe)
    tuned = recipe.fine_tune(root, str(more), tmp_path / "tuned", config=config)
    before, after = (m.score(["the zebu ate 7 figs\n"])[0] for m in (model, tuned))
    assert after.log_probability > before.log_probability + 5
    assert before.unknown_rate > 0 and after.unknown_rate == 0
    tokens = model.encoder.vocabulary.tokens
    assert tuned.encoder.vocabulary.tokens[: len(tokens)] == tokens


def test_without_a_path_the_next_version_is_made_and_the_unit_is_the_models(exported, monkeypatch):
    root, _ = exported
    asked = []
    monkeypatch.setattr(Recipe, "_run", lambda recipe, *given: asked.append(given))
    language_model.fine_tune(root, VERSE.splitlines() * 20)  # texts: sentences, for a new model
    language_model.fine_tune(root, VERSE.splitlines() * 20, root / "other")
    parts, old, path, *_ = asked[0]
    assert path == root and asked[1][2] == root / "other"
    assert old.unit == "stream" and isinstance(parts["train"], TextStream)


def test_what_a_trained_model_cannot_follow_is_refused_and_its_limit_is_adjusted(
    exported, monkeypatch
):
    root, model = exported
    for given in ({"hidden_dim": 8}, {"unit": "sentences"}, {"tokenizer": "word"}):
        with pytest.raises(ValueError, match=f"{next(iter(given))}=.* cannot be followed"):
            language_model.fine_tune(root, VERSE, config=Config(**given))
    with pytest.raises(ValueError, match="vocabulary_size=9 cannot be followed"):
        parts = language_model.recipe.read_parts([VERSE * 9], config=Config(unit="stream"))
        language_model.grow(model, parts["train"], Config(vocabulary_size=9))
    # What leaves the choice to the recipe asks nothing of a model that has made it.
    asked = []
    monkeypatch.setattr(Recipe, "_run", lambda recipe, *given: asked.append(given))
    config = Config(unit="auto", tie_embeddings=None, max_length=50, seed=3)
    language_model.fine_tune(root, [VERSE * 9], config=config)
    [(parts, old, _, settings, *_)] = asked
    assert language_model.grow(old, parts["train"], settings).max_length == 50
    assert language_model.grow(old, parts["train"], SMALL).max_length == model.max_length


@pytest.mark.usefixtures("at_once")
def test_scores_are_of_the_test_and_a_baseline_that_wins_is_told(capsys):
    turned = {"unit": "stream", "epochs": 1, "learning_rate": 1e-6, "lowercase": True}
    config = SMALL.replace(**turned)
    parts = language_model.recipe.read_parts([VERSE * 5], [VERSE], [VERSE.upper()], config)
    outcome = language_model.train_and_score(parts, config)
    printed = capsys.readouterr().out
    assert outcome.scores.characters == len(VERSE)
    assert "better than " in printed and outcome.scores.unknown_rate == 0
    tokens = outcome.model.encoder.vocabulary.tokens
    assert "t" in tokens and "T" not in tokens


def test_lines_and_tables_are_sentences_of_their_own(tmp_path):
    table, lines = tmp_path / "lines.csv", tmp_path / "lines.txt"
    table.write_text("text\n" + VERSE * 20, encoding="utf-8")
    lines.write_text(VERSE * 20, encoding="utf-8")
    config = SMALL.replace(tokenizer="word")
    sentences = config.replace(unit="sentences")
    given = [(str(table), config), (str(lines), sentences), (VERSE.splitlines() * 20, sentences)]
    for source, asked in given:
        train = language_model.recipe.read((source, None, None), asked)["train"]
        assert set(train.to_list("text")) <= set(VERSE.splitlines())
    model = language_model.build(train, config)
    assert model.unit == "sentences" and model.core_config["tie_embeddings"]


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--data", "absent.txt"], "absent.txt"),
        (["--data", "x.txt", "--resume"], "--resume without --export-path"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(flags, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        language_model.recipe.run(flags)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_too_little_text_is_refused(tmp_path):
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ValueError, match="a part would be empty"):
        language_model.train(str(tmp_path / "x.txt"), config=SMALL)
