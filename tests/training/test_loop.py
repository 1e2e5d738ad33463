"""Stopping, the best weights, and the state on disk."""

import importlib

import keras
import numpy as np
import pytest

from seqkit.training import Run, TrainingSettings, TrainingState, train_core


class Batches:
    """Four batches of a line to fit; the epoch is noted."""

    def __init__(self):
        self.epoch = 0
        self.seen = []

    def __len__(self):
        return 4

    def dataset(self):
        import tensorflow as tf

        x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
        return tf.data.Dataset.from_tensor_slices((x, x.sum(axis=1))).batch(16)


class Script(keras.callbacks.Callback):
    """Gives epochs the validation losses of a script."""

    def __init__(self, losses):
        super().__init__()
        self.losses = losses

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = self.losses[epoch]


def compiled():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dropout(0.3, seed=1), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    return model


def run(model, losses, **arguments):
    settings = TrainingSettings(epochs=len(losses), patience=2)
    state = Run(**arguments)
    return train_core(model, Batches(), settings, callbacks=[Script(losses)], run=state, verbose=0)


def test_stops_when_patience_runs_out_and_keeps_the_best():
    model = compiled()
    state = run(model, [3.0, 1.0, 2.0, 2.0, 0.5])
    assert len(state.history) == 4
    assert state.best_epoch == 1
    best = compiled()
    run(best, [3.0, 1.0])
    for found, expected in zip(model.get_weights(), best.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_without_a_monitor_all_epochs_are_trained_and_the_last_is_kept():
    model, plain = compiled(), compiled()
    settings = TrainingSettings(epochs=3, patience=0)
    script = Script([1.0, 2.0, 3.0])
    state = train_core(model, Batches(), settings, callbacks=[script], monitor=None, verbose=0)
    assert len(state.history) == 3 and state.best_epoch == 2
    plain.fit(Batches().dataset(), epochs=3, shuffle=False, verbose=0)
    for found, expected in zip(model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_resumed_is_bit_identical_to_uninterrupted(tmp_path):
    losses = [3.0, 2.0, 2.5, 1.0, 4.0]
    whole = compiled()
    run(whole, losses)

    class Stop(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    first = compiled()
    with pytest.raises(KeyboardInterrupt):
        train_core(
            first,
            Batches(),
            TrainingSettings(epochs=5, patience=2),
            callbacks=[Script(losses), Stop()],
            run=Run(tmp_path),
            verbose=0,
        )
    second = compiled()
    state = run(second, losses, checkpoints=tmp_path, resume=True)
    assert [row["val_loss"] for row in state.history] == losses
    for found, expected in zip(second.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_finished_run_that_is_resumed_trains_no_more(tmp_path):
    model = compiled()
    run(model, [1.0, 2.0, 3.0, 4.0], checkpoints=tmp_path)
    again = compiled()
    state = run(again, [1.0, 2.0, 3.0, 0.0], checkpoints=tmp_path, resume=True)
    assert len(state.history) == 3
    for found, expected in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_without_resume_an_old_state_is_dropped(tmp_path):
    run(compiled(), [1.0, 2.0], checkpoints=tmp_path)
    state = run(compiled(), [5.0], checkpoints=tmp_path)
    assert [row["val_loss"] for row in state.history] == [5.0]


def test_a_state_of_other_data_is_refused(tmp_path):
    run(compiled(), [1.0], checkpoints=tmp_path, fingerprint={"data": "x", "seed": 1})
    with pytest.raises(ValueError, match="other data;"):
        run(
            compiled(),
            [1.0],
            checkpoints=tmp_path,
            resume=True,
            fingerprint={"data": "y", "seed": 1},
        )


@pytest.mark.parametrize("library", ["keras", "tensorflow"])
def test_a_state_of_another_version_is_refused(tmp_path, monkeypatch, library):
    run(compiled(), [1.0], checkpoints=tmp_path)
    monkeypatch.setattr(importlib.import_module(library), "__version__", "9.9")
    with pytest.raises(ValueError, match=f"with other {library}_version; .*restart=True"):
        run(compiled(), [1.0], checkpoints=tmp_path, resume=True)


def test_a_state_of_other_validation_data_is_refused(tmp_path):
    class Part:
        def __init__(self, digest):
            self.content_sha256 = lambda: digest

    def fit(*digests, **options):
        fingerprint = Run().on(*map(Part, digests)).fingerprint
        return run(compiled(), [1.0], checkpoints=tmp_path, fingerprint=fingerprint, **options)

    fit("a", "b")
    fit("a", "b", resume=True)
    with pytest.raises(ValueError, match="with other validation;"):
        fit("a", "c", resume=True)
    with pytest.raises(ValueError, match="with other data;"):
        fit("c", "b", resume=True)


def test_a_state_of_other_shapes_is_refused(tmp_path):
    run(compiled(), [1.0], checkpoints=tmp_path)
    keras.utils.set_random_seed(0)
    wider = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
    wider.compile("adam", "mse")
    with pytest.raises(ValueError, match=r"state\.npz has weights of other shapes than the model"):
        run(wider, [1.0], checkpoints=tmp_path, resume=True)


def test_what_a_killed_run_left_is_removed(tmp_path):
    for name in ("state.npz.4711", ".4711.state.npz"):
        (tmp_path / name).write_bytes(b"half a state")
    run(compiled(), [1.0], checkpoints=tmp_path, resume=True)
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]


def test_resume_needs_a_directory():
    with pytest.raises(ValueError, match="export_path"):
        run(compiled(), [1.0], resume=True)


def test_a_half_written_state_is_never_read(tmp_path, monkeypatch):
    run(compiled(), [1.0], checkpoints=tmp_path)
    before = (tmp_path / "state.npz").read_bytes()

    def fails(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fails)
    with pytest.raises(OSError, match="disk full"):
        run(compiled(), [1.0, 0.5], checkpoints=tmp_path, resume=True)
    assert (tmp_path / "state.npz").read_bytes() == before


def test_epochs_are_announced_to_the_batches():
    batches = Batches()
    seen = []

    class Note(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(batches.epoch)
            logs["val_loss"] = 1.0

    state = train_core(
        compiled(), batches, TrainingSettings(3, patience=5), callbacks=[Note()], verbose=0
    )
    assert isinstance(state, TrainingState)
    assert seen == [0, 1, 2]


def test_patience_waits_for_the_fewest_steps_and_the_best_epoch_is_kept():
    """Few rows make epochs of few steps, in which nothing may improve at first."""
    losses = [1.0, 1.0, 1.0, 1.0, 0.5, 0.7]
    settings = TrainingSettings(epochs=3, patience=1, min_steps=21)  # epochs of 4 steps
    state = train_core(
        compiled(), Batches(), settings, callbacks=[Script(losses)], run=Run(), verbose=0
    )
    assert len(state.history) == 6
    assert state.best_epoch == 4


def test_the_fewest_steps_change_nothing_where_epochs_have_as_many():
    plain, floor = TrainingSettings(epochs=4), TrainingSettings(epochs=4, min_steps=300)
    for steps in (75, 100, 5_000):
        assert floor.epochs_of(steps) == plain.epochs_of(steps)
    assert floor.epochs_of(1) == 300
    assert TrainingSettings(epochs=4, max_steps=50, min_steps=300).epochs_of(10) == 5
