"""TextClassifier: answers, windows, saving, growing."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit.tasks.classification.model import TextClassifier
from seqkit.text import Vocabulary

TEXTS = ["good film", "", "not so good", "unheard of", "bad " * 30, "so not bad film"]


def answers(model, texts):
    return [(a.label, a.confidence, a.scores, a.unknown_rate) for a in model.classify(texts)]


def close(one, other):
    return all(
        a.label == b.label
        and a.unknown_rate == b.unknown_rate
        and np.allclose(list(a.scores.values()), list(b.scores.values()), atol=1e-5)
        for a, b in zip(one, other, strict=True)
    )


def test_scores_are_probabilities_of_the_labels(classifier):
    for answer in classifier.classify(TEXTS):
        assert list(answer.scores) == ["neg", "neu", "pos"]
        assert sum(answer.scores.values()) == pytest.approx(1, abs=1e-5)
        assert answer.label == max(answer.scores, key=answer.scores.get)
        assert answer.confidence == pytest.approx(max(answer.scores.values()))


def test_a_text_is_answered_alike_alone_and_in_any_company(classifier):
    together = classifier.classify(TEXTS * 40)  # several chunks of the graph, sorted inside it
    alone = [classifier.classify([text])[0] for text in TEXTS]
    assert close(together, alone * 40)
    assert close(classifier.classify(TEXTS, batch_size=2), alone)
    assert close(classifier.classify(iter(TEXTS), batch_size=2), alone)


def test_no_texts_give_no_answers(classifier):
    assert classifier.classify([]) == []
    served = classifier.signatures()["serving_default"](tf.constant([], tf.string))
    assert {key: value.shape.as_list() for key, value in served.items()} == {
        "label": [0],
        "confidence": [0],
        "scores": [0, 3],
        "unknown_rate": [0],
        "unknown_token_rate": [0],
    }


def test_a_string_in_place_of_a_list_is_refused(classifier):
    with pytest.raises(TypeError, match="list"):
        classifier.classify("good film")
    with pytest.raises(ValueError, match="1"):
        classifier.classify(["fine", "\ud800"])


@pytest.mark.usefixtures("at_once")
def test_windows_are_averaged_by_their_length(small_classifier):
    model = small_classifier(max_length=4)
    model.path_weights = [1.0, 0.0]  # the wide path reads the text whole
    whole = "good film not so bad film bad so good not"
    parts = ["good film not so", "bad film bad so", "good not"]

    def logits(text):
        return np.log(list(model.classify([text])[0].scores.values()))

    expected = np.average([logits(part) for part in parts], axis=0, weights=[4, 4, 2])
    found = logits(whole)
    np.testing.assert_allclose(found - found.mean(), expected - expected.mean(), atol=1e-4)


def test_truncating_reads_the_beginning_and_error_refuses(small_classifier):
    cut = small_classifier(max_length=3, too_long="truncate")
    cut.path_weights = [1.0, 0.0]
    one, other = cut.classify(["good film not bad", "good film not so so"])
    assert one.scores == pytest.approx(other.scores)
    strict = small_classifier(max_length=3, too_long="error")
    assert len(strict.classify(["good film not"])) == 1
    with pytest.raises(tf.errors.InvalidArgumentError, match="max_length=3"):
        strict.classify(["good film not so"])


@pytest.mark.usefixtures("at_once")
def test_multi_label_gives_every_label_that_is_likely(small_classifier):
    model = small_classifier(multi_label=True)
    for answer in model.classify(TEXTS):
        likely = [name for name, score in answer.scores.items() if score >= 0.5]
        assert answer.label == "|".join(likely)
        decided = [max(score, 1 - score) for score in answer.scores.values()]
        assert answer.confidence == pytest.approx(min(decided))


def test_targets_name_unknown_labels(classifier):
    assert classifier.targets(["pos", ["neg", "neu"], []]).tolist() == [
        [0, 0, 1],
        [1, 1, 0],
        [0, 0, 0],
    ]
    with pytest.raises(Exception, match="odd"):
        classifier.targets(["pos", "odd"])


def test_path_weights_change_the_answers(classifier):
    before = classifier.classify(TEXTS)
    kept = classifier.path_weights
    classifier.path_weights = [0.1, 0.1]
    flatter = classifier.classify(TEXTS)
    classifier.path_weights = kept
    assert all(f.confidence < b.confidence for f, b in zip(flatter, before, strict=True))
    with pytest.raises(ValueError, match="path_weights"):
        classifier.path_weights = [1.0]


@pytest.mark.usefixtures("at_once")
def test_save_and_load(classifier, tmp_path):
    classifier.path_weights = [0.7, 0.2]
    classifier.save(tmp_path / "model.keras")
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]
    for path in (tmp_path, tmp_path / "model.keras"):
        assert close(TextClassifier.load(path).classify(TEXTS), classifier.classify(TEXTS))


def test_load_says_what_is_missing(classifier, tmp_path):
    with pytest.raises(ValueError, match=r"no file .*model\.keras"):
        TextClassifier.load(tmp_path)
    with pytest.raises(ValueError, match=r"must end in \.keras"):
        classifier.save(tmp_path / "model.bin")


def test_a_failed_save_leaves_the_previous_file(classifier, tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    classifier.save(path)
    before = path.read_bytes()
    monkeypatch.setattr("json.dumps", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        classifier.save(path)
    assert path.read_bytes() == before


def test_extended_answers_old_words_as_before(classifier):
    encoder = classifier.encoder.extended([["splendid film splendid", "dull"]])
    labels = Vocabulary(["neg", "neu", "pos", "odd"], special_tokens=False)
    new = classifier.extended(encoder, labels)
    assert new.labels.tokens == ("neg", "neu", "pos", "odd")
    old_logits = classifier.core.predict(_inputs(classifier, "good film"), verbose=0)["deep"]
    new_logits = new.core.predict(_inputs(new, "good film"), verbose=0)["deep"]
    np.testing.assert_allclose(new_logits[:, :3], old_logits, atol=1e-6)
    # Until it is trained, a new word is read as the unknown one that it was.
    before = classifier.core.predict(_inputs(classifier, "splendid"), verbose=0)["deep"]
    after = new.core.predict(_inputs(new, "splendid"), verbose=0)["deep"]
    np.testing.assert_allclose(after[:, :3], before, atol=1e-6)


def test_core_and_labels_must_agree(classifier):
    with pytest.raises(ValueError, match="3 logits for 2 labels"):
        TextClassifier(
            classifier.encoder,
            Vocabulary.from_labels(["a", "b"]),
            classifier.core,
            core_config=classifier.core_config,
        )


def _inputs(model, text):
    encoded = model.encoder([text])
    return {
        "token_ids": encoded.token_ids.to_tensor(0),
        "ngram_ids": encoded.ngram_ids.to_tensor(0),
    }
