"""Trains a translator of seqkit for an epoch at a time, and exports it; variant `train`.

It has the sizes and the words that the peer has. It learns from all pairs before, as the peer does,
so that its translations end where they should.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.keras_worker import fit_once, list_versions, make_epoch, read_config_and_seed
from benchmarks.ours.vocabulary import SPECIAL, make_vocabulary
from benchmarks.worker import Work, serve
from benchmarks.workloads.pairs import TranslationWorkload
from benchmarks.workloads.words import count_tokens
from seqkit import data
from seqkit.data import Dataset
from seqkit.export import saved_model
from seqkit.tasks.translation.batches import EncodedPairs, PairBatches
from seqkit.tasks.translation.model import Translator
from seqkit.tasks.translation.training import fit_translator
from seqkit.text import Normalizer, TextEncoder, WordTokenizer
from seqkit.training import TrainingSettings

_HELD_OUT = 200


def build_translator(config: dict[str, Any], work: TranslationWorkload) -> Translator:
    """Makes a translator that reads and writes the words that the peer does.

    Args:
        config: sizes, as `speed.py` gives them to all.
        work: gives the words.

    Returns:
        The translator, untrained.
    """
    most = config["vocabulary_size"] - len(SPECIAL)
    source, target = (
        TextEncoder(
            WordTokenizer(normalizer=Normalizer("NFC")),
            make_vocabulary(work.known_words(side, most)),
        )
        for side in ("sources", "targets")
    )
    return Translator.build(
        source,
        target,
        num_beams=config["num_beams"],
        length_penalty=1.0,
        embedding_dim=config["embedding_dim"],
        hidden_dim=config["hidden_dim"],
        num_layers=1,
        decoder_layers=1,
        cell=config["cell"],
        dropout=config["dropout"],
        tie_embeddings=True,
        seed=config["seed"],
    )


def prepare_round(config: dict[str, Any], model: Translator, rows: Dataset) -> Work:
    """Makes the batches of a round, and warms up on some of them.

    Args:
        config: sizes, as `speed.py` gives them to all.
        model: what is trained; compiled, as `fit_translator` left it.
        rows: the pairs of an epoch.

    Returns:
        What trains for an epoch.
    """
    batches = _make_batches(config, model, rows)
    some = _make_batches(
        config, model, rows.take(np.arange(min(2 * config["batch_size"], len(rows))))
    )
    fit_once(model.core, some.dataset(), shuffle=False)
    tokens = count_tokens(rows.to_list("target"))
    return make_epoch(model.core, batches, sentences=len(rows), tokens=tokens)


def _make_batches(config: dict[str, Any], model: Translator, rows: Dataset) -> PairBatches:
    pairs = EncodedPairs(rows, model.source, model.target, max_length=model.max_length)
    return PairBatches(pairs, batch_size=config["batch_size"], seed=config["seed"])


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model, trains it, and writes it to `model`."""
    config = read_config_and_seed()
    work = TranslationWorkload.read(config["workload"])
    model = build_translator(config, work)
    rows = {"source": work.sources, "target": work.targets}
    dataset = data.read(rows, columns=("source", "target"))
    epochs = config["learning_epochs"]
    steps = epochs * -(-len(dataset) // config["batch_size"])
    state = fit_translator(
        model,
        dataset,
        dataset.take(np.arange(min(_HELD_OUT, len(dataset)))),
        TrainingSettings(
            epochs=epochs,
            # Steps are those of the epochs, however batches are made up.
            max_steps=2 * steps,
            patience=epochs,
            batch_size=config["batch_size"],
            learning_rate=config["learning_rate"],
        ),
        seed=config["seed"],
    )
    saved_model.save(model, Path(config["model"]))
    epoch = prepare_round(config, model, dataset.take(np.arange(work.rows)))
    return {"train": epoch}, {
        **list_versions(),
        "parameters": model.core.count_params(),
        "learned to a loss of": state.history[-1]["loss"],
    }


if __name__ == "__main__":
    serve(prepare)
