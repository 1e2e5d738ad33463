"""Trains a language model on a stream, window after window, or on texts of their own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import keras

from seqkit.data import Dataset, TextStream
from seqkit.losses import TokenCrossEntropy
from seqkit.model.next_token import output_layer
from seqkit.optimizers import LazyAdam
from seqkit.tasks.language_modeling.carried_state import CarriedState, FromBeginning
from seqkit.tasks.language_modeling.held_out import HeldOutText, check_kind
from seqkit.tasks.language_modeling.line_batches import EncodedLines, LineBatches
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.tasks.language_modeling.network import RECURRENT
from seqkit.tasks.language_modeling.stream_batches import EncodedStream, StreamBatches
from seqkit.training.batches import EpochBatches
from seqkit.training.fast_products import fast_product_dtype
from seqkit.training.loop import TrainingState, train_core
from seqkit.training.run import Run
from seqkit.training.schedule import epochs_within, warm_up_and_decay
from seqkit.training.settings import TrainingSettings

# Enough to tell better from worse; more would cost time at the end of every epoch.
_MOST_JUDGED = 200_000


def fit_language_model(
    model: LanguageModel,
    train: TextStream | Dataset,
    validation: TextStream | Dataset,
    *,
    batch_size: int = 64,
    window: int = 128,
    epochs: int = 10,
    max_steps: int = 100_000,
    patience: int = 3,
    learning_rate: float = 3e-3,
    clip_norm: float = 1.0,
    seed: int = 0,
    checkpoints: str | os.PathLike[str] | None = None,
    resume: bool = False,
    fingerprint: Mapping[str, Any] | None = None,
    log_dir: str | os.PathLike[str] | None = None,
) -> TrainingState:
    """Trains the model's core to give each token after those before it.

    A stream is read in windows: the state is carried from window to window, gradients flow back
    through one of them. Texts of their own each begin with a state of zeros.

    Args:
        model: changed in place; its `unit` says which of the two it is trained on.
        train: a `TextStream` for the unit `"stream"`, for `"sentences"` a `Dataset` with the column
            `text`.
        validation: the same, held out: it decides when training stops.
        batch_size: windows, or texts, of a step.
        window: tokens of a window of a stream.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement before training stops.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        clip_norm: greatest norm of all gradients together: longer ones, which may explode as they
            flow back through many steps, are shortened to it.
        seed: with the epoch's number decides where windows begin, or the order of the texts.
        checkpoints: directory for the state after each epoch, or None.
        resume: whether to go on from the state found there.
        fingerprint: what must not have changed since, beside the data.
        log_dir: directory for TensorBoard, or None.

    Returns:
        The state, with the history: `loss` and `val_loss` in nats a token.

    Raises:
        TypeError: the data is not of the kind that the model's unit says.
        ValueError: there is no token to train on, or the state found belongs to something else.

    Source of clipping by the norm: Pascanu et al. (2013), arXiv:1211.5063, algorithm 1.
    """
    check_kind(model, train)
    judged = HeldOutText(model, validation, _MOST_JUDGED)
    batches: EpochBatches
    if model.unit == "stream":
        stream = EncodedStream(train.pieces(), model.encoder)  # type: ignore[union-attr]
        batches = StreamBatches(stream, batch_size=batch_size, window=window, seed=seed)
        trained: keras.Model = CarriedState(model.core, batches.batch_size)
    else:
        lines = EncodedLines(train, model.encoder, max_length=model.max_length)  # type: ignore[arg-type]
        if lines.num_left_out:
            print(
                f"{lines.num_left_out:,} texts have more than {model.max_length} tokens: left out"
            )
        batches = LineBatches(lines, batch_size=batch_size, seed=seed)
        trained = FromBeginning(model.core)
    count = epochs_within(max_steps, len(batches), most=epochs)
    trained.compile(
        LazyAdam(warm_up_and_decay(learning_rate, len(batches), count), global_clipnorm=clip_norm),
        loss=TokenCrossEntropy(output_layer(model.core), product_dtype=fast_product_dtype()),
    )
    with fast_products(model.core):
        return train_core(
            trained,
            batches,
            TrainingSettings(epochs, max_steps, patience, batch_size, learning_rate),
            callbacks=[HeldOut(judged)],
            run=Run(
                checkpoints,
                resume,
                log_dir,
                {**(fingerprint or {}), "data": train.content_sha256()},
            ),
        )


@contextlib.contextmanager
def fast_products(core: keras.Model) -> Iterator[None]:
    """Lets a core's recurrent layers multiply in the type that is fastest here, for training."""
    stack = core.get_layer(RECURRENT)
    stack.product_dtype = fast_product_dtype()
    try:
        yield
    finally:
        stack.product_dtype = None


class HeldOut(keras.callbacks.Callback):
    """Adds to each epoch's figures how probable held-out text is: `val_loss`, in nats a token.

    Args:
        text: the text.
    """

    def __init__(self, text: HeldOutText) -> None:
        super().__init__()
        self._text = text

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Computes the figure; Keras calls this."""
        if logs is not None:
            logs["val_loss"] = -float(self._text.log_probabilities().mean())
