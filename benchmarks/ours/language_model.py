"""Trains a language model of seqkit for a round at a time, and exports it; variant `train`.

It knows the characters that the peers know. `fit_language_model` compiles it and trains it for one
round; a round after that is an epoch of the same step over the same text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.keras_worker import list_versions, make_epoch, read_config_and_seed
from benchmarks.ours.vocabulary import make_vocabulary
from benchmarks.worker import Work, serve
from benchmarks.workloads.characters import LanguageWorkload
from seqkit.data import read_stream
from seqkit.export import saved_model
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.tasks.language_modeling.stream_batches import EncodedStream, StreamBatches
from seqkit.tasks.language_modeling.training import fit_language_model
from seqkit.text import CharTokenizer, TextEncoder
from seqkit.training import TrainingSettings

_SIZES = ("embedding_dim", "hidden_dim", "cell", "dropout", "seed")
# What the peers do not have.
_NONE = {"input_dropout": 0.0, "dropout_warm_up": 0, "recurrent_dropout": 0.0}


def build_model(config: dict[str, Any], work: LanguageWorkload) -> LanguageModel:
    """Makes a language model that writes the characters that the peers do.

    Args:
        config: sizes, as `speed.py` gives them to all.
        work: gives the characters.

    Returns:
        The model, untrained.
    """
    encoder = TextEncoder(CharTokenizer(), make_vocabulary(work.alphabet))
    sizes = {name: config[name] for name in _SIZES} | _NONE
    return LanguageModel.build(encoder, unit="stream", **sizes, tie_embeddings=False)


def train_round(config: dict[str, Any], model: LanguageModel, text: str) -> tuple[Work, float]:
    """Trains on a text once, and gives what trains on it again.

    Args:
        config: sizes, as `speed.py` gives them to all.
        model: what is trained.
        text: what a round reads.

    Returns:
        What trains for an epoch, and the loss of the first one in nats a token.
    """
    stream = read_stream([text])
    state = fit_language_model(
        model,
        stream,
        read_stream([text[: config["window"]]]),
        TrainingSettings(
            epochs=config["learning_epochs"],
            max_steps=100_000,
            patience=config["learning_epochs"],
            batch_size=config["batch_size"],
            learning_rate=config["learning_rate"],
        ),
        window=config["window"],
        clip_norm=config["clip_norm"],
        seed=config["seed"],
    )
    # `state.model` is the core with a state beside it, as `fit_language_model` compiled it.
    batches = StreamBatches(
        EncodedStream(stream.pieces(), model.encoder),
        batch_size=config["batch_size"],
        window=config["window"],
        seed=config["seed"],
    )
    characters = len(batches) * batches.batch_size * batches.window
    epoch = make_epoch(state.model, batches, characters=characters)
    epoch()
    return epoch, state.history[-1]["loss"]


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model, trains it, and writes it to `model`."""
    config = read_config_and_seed()
    work = LanguageWorkload.read(config["workload"])
    model = build_model(config, work)
    epoch, loss = train_round(config, model, work.text[: work.characters])
    saved_model.save(model, Path(config["model"]))
    return {"train": epoch}, {
        **list_versions(),
        "parameters": model.core.count_params(),
        "learned to a loss of": loss,
    }


if __name__ == "__main__":
    serve(prepare)
