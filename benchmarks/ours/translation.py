"""Trains a translator of seqkit for an epoch at a time, and exports it; variant `train`.

It has the sizes and the words that the peer has. It learns from all pairs before, as the peer does,
so that its translations end where they should.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.pairs import TranslationWorkload
from seqkit import data
from seqkit.data import Dataset
from seqkit.export import saved_model
from seqkit.tasks.translation.batches import EncodedPairs, PairBatches
from seqkit.tasks.translation.model import Translator
from seqkit.tasks.translation.training import fit_translator
from seqkit.text import Normalizer, TextEncoder, Vocabulary, WordTokenizer
from seqkit.text.vocabulary import BOS, EOS, PAD, UNK

_SPECIAL = (PAD, UNK, BOS, EOS)
_HELD_OUT = 200


def translator_of(config: dict[str, Any], work: TranslationWorkload) -> Translator:
    """Makes a translator that reads and writes the words that the peer does.

    Args:
        config: sizes, as `speed.py` gives them to all.
        work: gives the words.

    Returns:
        The translator, untrained.
    """
    most = config["vocabulary_size"] - len(_SPECIAL)
    source, target = (
        TextEncoder(
            WordTokenizer(normalizer=Normalizer("NFC")),
            Vocabulary([*_SPECIAL, *work.known_words(side, most)]),
        )
        for side in ("sources", "targets")
    )
    return Translator.build(
        source,
        target,
        num_beams=config["num_beams"],
        embedding_dim=config["embedding_dim"],
        hidden_dim=config["hidden_dim"],
        num_layers=1,
        decoder_layers=1,
        cell=config["cell"],
        dropout=config["dropout"],
        tie_embeddings=True,
        seed=config["seed"],
    )


def epoch_of(config: dict[str, Any], model: Translator, rows: Dataset) -> Work:
    """Makes the batches of a round, and warms up on some of them.

    Args:
        config: sizes, as `speed.py` gives them to all.
        model: what is trained; compiled, as `fit_translator` left it.
        rows: the pairs of an epoch.

    Returns:
        What trains for an epoch.
    """
    batches = _batches(config, model, rows)
    some = _batches(config, model, rows.take(np.arange(min(2 * config["batch_size"], len(rows)))))
    model.core.fit(some.dataset(), verbose=0, shuffle=False)
    dataset = batches.dataset()
    tokens = sum(len(target.split(" ")) + 1 for target in rows.to_list("target"))
    sizes = {"sentences": len(rows), "tokens": tokens}

    def epoch() -> dict[str, Any]:
        batches.epoch += 1
        history = model.core.fit(dataset, verbose=0, shuffle=False).history
        return {"loss": history["loss"][0], **sizes}

    return epoch


def _batches(config: dict[str, Any], model: Translator, rows: Dataset) -> PairBatches:
    pairs = EncodedPairs(rows, model.source, model.target, max_length=model.max_length)
    return PairBatches(pairs, batch_size=config["batch_size"], seed=config["seed"])


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model, trains it, and writes it to `model`."""
    config = read_config()
    keras.utils.set_random_seed(config["seed"])
    work = TranslationWorkload.read(config["workload"])
    model = translator_of(config, work)
    rows = {"source": work.sources, "target": work.targets}
    dataset = data.read(rows, columns=("source", "target"))
    epochs = config["learning_epochs"]
    steps = epochs * -(-len(dataset) // config["batch_size"])
    state = fit_translator(
        model,
        dataset,
        dataset.take(np.arange(min(_HELD_OUT, len(dataset)))),
        batch_size=config["batch_size"],
        epochs=epochs,
        # Steps are those of the epochs, however batches are made up.
        max_steps=2 * steps,
        patience=epochs,
        learning_rate=config["learning_rate"],
        seed=config["seed"],
    )
    saved_model.save(model, Path(config["model"]))
    epoch = epoch_of(config, model, dataset.take(np.arange(work.rows)))
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
    learned = state.history[-1]["loss"]
    parameters = model.core.count_params()
    return {"train": epoch}, {**versions, "parameters": parameters, "learned to a loss of": learned}


if __name__ == "__main__":
    serve(prepare)
