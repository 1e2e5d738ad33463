"""Trains a language model on a stream, window after window, or on texts of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from seqkit.data import Dataset, TextStream
from seqkit.losses import TokenCrossEntropy
from seqkit.model.next_token import output_layer
from seqkit.model.recurrent_core import RECURRENT
from seqkit.optimizers import LazyAdam
from seqkit.tasks.language_modeling.carried_state import CarriedState, FromBeginning
from seqkit.tasks.language_modeling.held_out import HeldOutText, check_kind
from seqkit.tasks.language_modeling.line_batches import EncodedLines, LineBatches
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.tasks.language_modeling.stream_batches import EncodedStream, StreamBatches
from seqkit.training import EpochBatches, Run, TrainingSettings, TrainingState, train_core
from seqkit.training.fast_products import fast_product_dtype

# Enough to tell better from worse; more would cost time at the end of every epoch.
_MOST_JUDGED = 200_000


def fit_language_model(
    model: LanguageModel,
    train: TextStream | Dataset,
    validation: TextStream | Dataset,
    settings: TrainingSettings,
    *,
    window: int = 64,
    clip_norm: float = 1.0,
    seed: int = 0,
    run: Run = Run(),
) -> TrainingState:
    """Trains the model's core to predict each token from those before it.

    A stream is read in windows: the state is carried from window to window, and gradients flow back
    through one of them. Separate texts each begin with a state of zeros.

    Args:
        model: changed in place; its `unit` says which of the two it is trained on.
        train: a `TextStream` for the unit `"stream"`, for `"sentences"` a `Dataset` with the column
            `text`.
        validation: held-out data of the same kind; it decides when training stops.
        settings: how long and how fast; a batch has `batch_size` windows or texts.
        window: tokens of a window of a stream.
        clip_norm: the greatest norm of all gradients together. Gradients may explode as they flow
            back through many steps; longer ones are shortened to it.
        seed: with the epoch's number decides where windows begin, or the order of the texts.
        run: where the state is kept.

    Returns:
        The state, with the history: `loss` and `val_loss` in nats a token.

    Raises:
        TypeError: the data is not of the kind that the model's unit says.
        ValueError: there is no token to train on, or the state found belongs to something else.

    Source of clipping by the norm: Pascanu et al. (2013), arXiv:1211.5063, algorithm 1.
    """
    check_kind(model, train)
    judge = HeldOut(HeldOutText(model, validation, _MOST_JUDGED))
    batches: EpochBatches
    trained: keras.Model
    if isinstance(train, TextStream):
        stream = EncodedStream(train.pieces(), model.encoder)
        batch_size = settings.batch_size_of(len(stream) // window)
        batches = StreamBatches(stream, batch_size=batch_size, window=window, seed=seed)
        trained = CarriedState(model.core, batches.batch_size)
    else:
        lines = _encode(model, train)
        batch_size = settings.batch_size_of(len(lines))
        batches = LineBatches(lines, batch_size=batch_size, seed=seed)
        trained = FromBeginning(model.core)
    trained.compile(
        LazyAdam(settings.schedule(len(batches)), global_clipnorm=clip_norm),
        loss=TokenCrossEntropy(output_layer(model.core), product_dtype=fast_product_dtype()),
    )
    run = run.on(train, validation)
    with fast_products(model.core):
        return train_core(trained, batches, settings, callbacks=[judge], run=run)


def _encode(model: LanguageModel, train: Dataset) -> EncodedLines:
    """The training texts as ids; says how many are left out."""
    lines = EncodedLines(train, model.encoder, max_length=model.max_length)
    if lines.num_left_out:
        print(f"{lines.num_left_out:,} texts have more than {model.max_length} tokens: left out")
    return lines


@contextlib.contextmanager
def fast_products(core: keras.Model) -> Iterator[None]:
    """Lets a core's recurrent layers multiply in the dtype that is fastest on this machine."""
    stack = core.get_layer(RECURRENT)
    stack.product_dtype = fast_product_dtype()
    try:
        yield
    finally:
        stack.product_dtype = None


class HeldOut(keras.callbacks.Callback):
    """Adds `val_loss` to each epoch's figures: of held-out text, in nats a token.

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
