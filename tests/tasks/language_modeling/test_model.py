"""LanguageModel: what it writes, how plausible it finds texts, what completes them, as served."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from seqkit.model.next_token import output_layer
from seqkit.model.recurrent_core import first_state
from seqkit.tasks.language_modeling import reading
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.text import BOS_ID, EOS_ID, CharTokenizer, TextEncoder, Vocabulary
from tests.small_language_models import small_encoder, small_language_model

pytestmark = pytest.mark.slow

# The fourth has more letters than are read at once.
PROMPTS = ["the apple", "", "Hello", "an apple and " * 20, "한국어", "e\u0301 ?"]


@pytest.fixture(scope="module")
def letters():
    return small_language_model("char")


@pytest.fixture(scope="module")
def words():
    return small_language_model("word", unit="sentences", tie_embeddings=True)


@pytest.fixture(scope="module")
def pieces():
    return small_language_model("subword", max_length=30)


@pytest.fixture(scope="module")
def served(letters, tmp_path_factory, unoptimized):
    """The model of letters, exported and loaded again."""
    path = str(tmp_path_factory.mktemp("served"))
    module = tf.Module()
    module.tracked = letters.trackables()
    tf.saved_model.save(module, path, signatures=letters.signatures())
    return tf.saved_model.load(path)


eagerly = pytest.mark.usefixtures("at_once")


def following(model, ids):
    """Log-probabilities of what comes after BOS and each of some ids: the core, at once."""
    ids = tf.constant([[BOS_ID, *ids]])
    found = model.core({"token_ids": ids, "state": first_state(model.core, 1)})["features"]
    scores = found.numpy()[0] @ output_layer(model.core).embeddings.numpy().T
    return tf.nn.log_softmax(scores).numpy()


def ids_of(model, text):
    tokens = model.encoder.tokenizer.tokenize([text]).values
    return model.encoder.vocabulary.token_to_id(tokens).values.numpy().tolist()


# ------------------------------------------------------------------------------- generate


@eagerly
def test_a_prompt_comes_back_as_it_was_and_goes_on(letters, words, pieces):
    for model in (letters, words, pieces):
        for prompt, found in zip(PROMPTS, model.go_on(PROMPTS, 9, seed=3), strict=True):
            assert found.text == prompt + found.continuation
            assert "[" not in found.continuation  # no special token is spelled out
            assert found.log_probability < 0
    assert letters.generate([]) == []
    assert letters.go_on(["Hello", ""], 2)[0].unknown_rate == pytest.approx(0.2)


@eagerly
def test_words_go_on_with_one_space_wherever_the_prompt_stops(words):
    seeds, letters = range(12), 0
    prompts = ("The apple", "The apple ", "the apple\n", " ")
    rows = [words.go_on([prompt] * len(seeds), 1, seed=seeds) for prompt in prompts]
    for one, other, line, first in zip(*rows, strict=True):
        assert not other.continuation.startswith(" ") and not first.continuation.startswith(" ")
        assert line.continuation == other.continuation
        is_word = other.continuation[:1].isalpha()
        assert one.continuation == (" " if is_word else "") + other.continuation
        letters += is_word
    assert letters > 3


def test_what_is_written_depends_on_the_prompt_and_its_seed_alone(letters):
    together = letters.go_on(PROMPTS, 12, seed=7)
    assert together == letters.go_on(PROMPTS, 12, seed=range(7, 7 + len(PROMPTS)))
    assert len({found.continuation for found in letters.go_on(["a"] * 9, 12, seed=7)}) > 5
    for number, (prompt, found) in enumerate(zip(PROMPTS, together, strict=True)):
        [alone] = letters.go_on([prompt], 12, seed=7 + number)
        assert alone.text == found.text
        assert alone.log_probability == pytest.approx(found.log_probability, abs=1e-4)
    others = letters.go_on(PROMPTS[::-1], 12, seed=range(6 + len(PROMPTS), 6, -1), batch_size=4)
    assert [found.text for found in others[::-1]] == [found.text for found in together]


@eagerly
def test_the_most_probable_token_each_time_at_temperature_0(letters):
    ids = ids_of(letters, "an ap")
    written, total = [], 0.0
    for _ in range(8):
        each = following(letters, ids + written)[-1]
        allowed = np.where(np.arange(len(each)) < EOS_ID, -np.inf, each)
        written.append(int(allowed.argmax()))
        total += each[written[-1]]
        if written[-1] == EOS_ID:
            break
    tokens = [letters.encoder.vocabulary.tokens[i] for i in written if i != EOS_ID]
    for drawing in ({"temperature": 0}, {"top_k": 1}, {"top_p": 1e-6}):
        [found] = letters.go_on(["an ap"], 8, **drawing)
        assert found.continuation == "".join(tokens)
        assert found.log_probability == pytest.approx(total, abs=1e-4)


@eagerly
def test_wrong_numbers_are_named(letters):
    for arguments in ({"length": 0}, {"length": 10_001}, {"temperature": -1}, {"top_k": -1}):
        with pytest.raises(ValueError, match=f"{next(iter(arguments))} is "):
            letters.generate(["a"], **arguments)
    for temperature in (float("nan"), float("inf"), -float("inf"), 1e39):
        with pytest.raises(ValueError, match=f"temperature is {re.escape(str(temperature))}; give"):
            letters.generate(["a"], temperature=temperature)
    for top_p in (0, -1, 1.5, 1e-50, float("nan")):
        with pytest.raises(ValueError, match=f"top_p is {top_p}"):
            letters.generate(["a"], top_p=top_p)
    with pytest.raises(ValueError, match="seed has the shape"):
        letters.generate(["a"], seed=[1, 2])
    for name, value in {"unit": "x", "max_length": 0, "num_best": 9, "until": "end"}.items():
        with pytest.raises(ValueError, match=f"{name} is "):
            small_language_model("char", **{name: value})
    with pytest.raises(ValueError, match="the dictionary has"):
        LanguageModel(small_encoder("word"), letters.core, core_config={})


# ---------------------------------------------------------------------------------- score


@eagerly
def test_scores_are_those_of_the_core(letters, words):
    for model in (letters, words):
        texts = ["the apple and pear", "a", "", "the apple."]
        for text, score in zip(texts, model.score(texts), strict=True):
            ids = ids_of(model, text)
            wanted = [*ids, EOS_ID][: len(ids) + (model is words)]
            each = following(model, ids)[np.arange(len(wanted)), wanted]
            np.testing.assert_allclose(score.token_log_probabilities, each, atol=1e-5)
            assert score.log_probability == pytest.approx(each.sum(), abs=1e-4)
            assert len(score.tokens) == len(wanted)
            assert score.perplexity == pytest.approx(np.exp(-each.sum() / max(len(each), 1)), 1e-4)
            if text:
                bits = -each.sum() / np.log(2) / len(text)
                assert score.bits_per_character == pytest.approx(bits, 1e-4)
            else:
                assert score.bits_per_character is None
    assert words.score([""])[0].tokens == ("[EOS]",)
    assert letters.score([""])[0] == (0.0, (), (), 1.0, None, 0.0, 0.0)
    assert letters.score([]) == []
    assert letters.score(["aQ"])[0].unknown_rate == 0.5


@eagerly
def test_a_long_text_is_scored_in_windows_as_at_once(monkeypatch):
    monkeypatch.setattr(reading, "_WINDOW", 16)
    monkeypatch.setattr(reading, "_SCORES_TOGETHER", 200)
    model = small_language_model("char")
    text = "an apple and the pear, good! " * 4
    ids = ids_of(model, text)
    each = following(model, ids)[np.arange(len(ids)), ids]
    long, short = model.score([text, "apple"])
    np.testing.assert_allclose(long.token_log_probabilities, each, atol=1e-5)
    np.testing.assert_allclose(
        short.token_log_probabilities, model.score(["apple"])[0].token_log_probabilities, atol=1e-5
    )


# --------------------------------------------------------------------------------- served


def test_step_by_step_is_the_whole_sequence(letters, served):
    tokens = [t.decode() for t in served.signatures["vocabulary"]()["token"].numpy()]
    text = "an apple, Zé 국!"
    scores = {
        k: v.numpy() for k, v in served.signatures["scores"](text=tf.constant([text])).items()
    }
    state = tf.zeros([2, 8])
    total = 0.0
    for last, token in itertools.pairwise(["", *text]):
        # The second row reads something else, which changes nothing for the first.
        found = served.signatures["step"](token=tf.constant([last, "p"]), state=state)
        state = found["state"]
        probabilities = found["probabilities"].numpy()
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
        total += np.log(probabilities[0, tokens.index(token) if token in tokens else 1])
    assert total == pytest.approx(float(scores["log_probability"][0]), abs=1e-4)
    assert scores["tokens"].tolist() == [len(text)]
    assert float(scores["perplexity"][0]) == pytest.approx(np.exp(-total / len(text)), 1e-4)


def ask(served, prompt, length=5, temperature=1.0, top_k=0, top_p=1.0, seed=3):
    numbers = {"length": length, "temperature": temperature, "top_k": top_k, "top_p": top_p}
    kinds = {"length": tf.int32, "temperature": tf.float32, "top_k": tf.int32, "top_p": tf.float32}
    inputs = {name: tf.constant(value, kinds[name]) for name, value in numbers.items()}
    inputs["seed"] = tf.constant(seed, tf.int64)
    prompt = tf.constant(prompt, tf.string)
    answer = served.signatures["serving_default"](prompt=prompt, **inputs)
    return {name: value.numpy().tolist() for name, value in answer.items()}


def test_served_numbers_may_be_one_or_one_for_each_row(served):
    once = ask(served, ["the", "a"], seed=3)
    for one in ([5], [5, 5]):
        assert ask(served, ["the", "a"], length=one, seed=[3, 4]) == once
    mixed = ask(
        served, ["the", "a", "a"], [1, 9, 0], [0.0, 1.0, 2.0], [0, 1, 4], [1, 1, 0.5], [3, 4, 5]
    )
    lengths = [len(text.decode()) for text in mixed["continuation"]]
    assert lengths[0] <= 1 and lengths[1] <= 9 and lengths[2] == 0
    assert mixed["log_probability"][2] == 0.0
    assert ask(served, ["\xff".encode("latin-1")])["text"][0].startswith(b"\xff")


def test_a_served_row_with_a_wrong_number_has_an_error_and_the_others_do_not(served):
    nan, infinity = float("nan"), float("inf")
    wrong = [
        ("temperature is nan", (nan, 0, 1.0)),
        ("temperature is inf", (infinity, 0, 1.0)),
        ("temperature is -inf", (-infinity, 0, 1.0)),
        ("temperature is -1; give 0 or more", (-1.0, 0, 1.0)),
        ("top_k is -3; give 1 or more, or 0", (1.0, -3, 1.0)),
        ("top_p is 0; give more than 0", (1.0, 0, 0.0)),
        ("top_p is 1.5", (1.0, 0, 1.5)),
        ("top_p is nan", (1.0, 0, nan)),
        ("temperature is nan", (nan, -3, nan)),
    ]
    right = [(0.9, 9, 0.95), (1.0, 0, 1.0)]
    columns = zip(*[right[0], *(numbers for _, numbers in wrong), right[1]], strict=True)
    size = len(wrong) + 2
    mixed = ask(served, ["the"] * size, 5, *map(list, columns), list(range(size)))
    for row, (temperature, top_k, top_p) in ((0, right[0]), (size - 1, right[1])):
        alone = ask(served, ["the"], 5, temperature, top_k, top_p, row)
        assert alone["error"] == [b""] and alone["continuation"] != [b""]
        assert {name: values[row : row + 1] for name, values in mixed.items()} == alone
    for row, (message, _) in enumerate(wrong, 1):
        assert mixed["error"][row].decode().startswith(message)
        assert (mixed["text"][row], mixed["continuation"][row]) == (b"the", b"")
        assert mixed["log_probability"][row] == 0.0


def test_a_state_that_is_not_finite_has_an_error_and_the_others_do_not(served):
    state = np.linspace(-1, 1, 32, dtype="float32").reshape(4, 8)
    state[1, 3], state[2, 0] = np.nan, np.inf
    step = served.signatures["step"]
    mixed = step(token=tf.constant(["a", "b", "c", "d"]), state=tf.constant(state))
    assert [bool(error) for error in mixed["error"].numpy()] == [False, True, True, False]
    assert b"state has a value that is not finite" in mixed["error"].numpy()[1]
    for name in ("probabilities", "state"):
        assert not mixed[name].numpy()[1:3].any()
    for row, token in ((0, "a"), (3, "d")):
        alone = step(token=tf.constant([token]), state=tf.constant(state[row : row + 1]))
        for name in ("probabilities", "state"):
            np.testing.assert_allclose(alone[name][0], mixed[name][row], atol=1e-6)


def test_no_row_is_answered_with_none(served):
    assert set(map(len, ask(served, []).values())) == {0}
    assert set(map(len, ask(served, [], [], [], [], [], []).values())) == {0}
    nothing = tf.constant([], tf.string)
    state = tf.zeros([0, 8])
    for name, inputs in {
        "scores": {"text": nothing},
        "complete": {"prefix": nothing},
        "step": {"token": nothing, "state": state},
    }.items():
        for value in served.signatures[name](**inputs).values():
            assert value.shape[0] == 0, name


# ------------------------------------------------------------------------------- surprise


@eagerly
def test_the_least_expected_token_is_found(letters, words):
    texts = ["the apple and pear", "Q", "a good Q."]
    for model in (letters, words):
        scores = model.score(texts)
        for text, score, found in zip(texts, scores, model.surprise(texts), strict=True):
            each = score.token_log_probabilities
            assert found.position == np.argmin(each) and found.token == score.tokens[found.position]
            assert found.log_probability == pytest.approx(min(each), abs=1e-5)
            if found.token == "[EOS]":
                assert found.start == found.end == len(text)
            else:
                assert text[found.start : found.end].lower() == found.token.lower()
            likely = following(model, ids_of(model, text))[found.position]
            own = [*ids_of(model, text), EOS_ID][found.position]
            allowed = [i for i in np.argsort(-likely) if i >= EOS_ID and i != own]
            best = [
                model.encoder.vocabulary.tokens[i] for i in allowed[:5] if likely[i] > min(each)
            ]
            assert [other.token for other in found.instead] == best
    assert letters.surprise("") is None and words.surprise("").token == "[EOS]"
    assert letters.surprise([]) == []


# ---------------------------------------------------------------------------------- grows


@eagerly
def test_what_is_loaded_answers_alike(words, tmp_path):
    words.save(tmp_path / "model.keras")
    loaded = LanguageModel.load(tmp_path / "model.keras")
    assert loaded.score(["the pear"]) == words.score(["the pear"])
    assert (loaded.unit, loaded.num_beams, loaded.core_config) == (
        words.unit,
        words.num_beams,
        words.core_config,
    )


@eagerly
def test_a_grown_model_has_learned_what_the_old_one_had(words):
    grown = words.extended(words.encoder.extended([["brand new apples"]]))
    assert "brand" in grown.encoder.vocabulary and grown.unit == "sentences"
    for old, new in zip(*(m.score(["the apple", "a pear"]) for m in (words, grown)), strict=True):
        # New tokens take a share of the probability, none of the old ones gains.
        assert new.log_probability <= old.log_probability + 1e-5
    old, new = (m.core.get_layer("embedding").get_weights()[0] for m in (words, grown))
    np.testing.assert_array_equal(new[len(old) :], np.tile(old[1], (2, 1)))


@eagerly
def test_a_file_without_all_sizes_has_those_of_its_time():
    """Its core has no dropout, nor a count of steps to warm it up, which would be a weight more."""
    path = Path(__file__).parents[2] / "model/saved_files/format_1/language_model.keras"
    old = LanguageModel.load(path)
    assert set(old.core_config) == {"embedding_dim", "hidden_dim"}
    assert (old.network.dropout, old.network.dropout_warm_up) == (0.0, 0)
    new = old.extended(old.encoder.extended([["Ω"] * 9]), max_length=20)
    assert "Ω" in new.encoder.vocabulary
    assert (new.max_length, new.unit, new.num_beams) == (20, old.unit, old.num_beams)
    assert [w.path for w in new.core.weights] == [w.path for w in old.core.weights]


@eagerly
def test_an_end_is_written_by_none_and_ends_a_text():
    encoder = TextEncoder(CharTokenizer(), Vocabulary.from_counts({"a": 1}))
    model = LanguageModel.build(encoder, embedding_dim=2, hidden_dim=2)
    output = model.core.get_layer("output")
    inputs = {"token_ids": tf.constant([[BOS_ID]]), "state": first_state(model.core, 1)}
    features = model.core(inputs)["features"]
    # The end is by far the most probable token but for UNK.
    towards = 1e5 * np.sign(features.numpy()[0, 0])
    output.set_weights([np.stack([0 * towards, 2 * towards, 2 * towards, towards, 0 * towards])])
    [found] = model.go_on([""], 9)
    assert found.continuation == ""
