"""Exports a tagger of seqkit, and trains it for an epoch at a time; variant `train`.

Everything is as the recipe has it by default: words, letters, affixes and shapes are read, which
is more than the peers read.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.keras_worker import fit_once, list_versions, make_epoch, read_config_and_seed
from benchmarks.settings import change_settings, read_settings
from benchmarks.worker import Work, serve
from benchmarks.workloads.sentences import TaggedWorkload
from recipes import tagging
from seqkit import data
from seqkit.data import Dataset
from seqkit.export import saved_model
from seqkit.losses import CRFNegativeLogLikelihood
from seqkit.optimizers import LazyAdam
from seqkit.tasks.tagging.batches import EncodedSentences, TaggedBatches
from seqkit.tasks.tagging.model import TokenTagger
from seqkit.tasks.tagging.network import CRF


def prepare_round(config: dict[str, Any], model: TokenTagger, rows: Dataset) -> tuple[Work, dict]:
    """Makes the batches, and warms up on some of them.

    Args:
        config: sizes, as `speed.py` gives them to all.
        model: what is trained.
        rows: the sentences of an epoch.

    Returns:
        What trains for an epoch, and facts about it.
    """
    start = time.perf_counter()
    batches = _make_batches(config, model, rows)
    encoded_in = time.perf_counter() - start
    model.core.compile(
        LazyAdam(read_settings(tagging.DEFAULTS)["learning_rate"]),
        loss=CRFNegativeLogLikelihood(model.core.get_layer(CRF)),
    )
    some = _make_batches(
        config, model, rows.take(np.arange(min(config["warm_up_rows"], len(rows))))
    )
    fit_once(model.core, some.dataset(), shuffle=False)
    words = sum(map(len, rows.to_list("tokens")))
    epoch = make_epoch(model.core, batches, sentences=len(rows), words=words)
    return epoch, {"encoded_in": encoded_in}


def _make_batches(config: dict[str, Any], model: TokenTagger, rows: Dataset) -> TaggedBatches:
    sentences = EncodedSentences(rows, model.encoder, max_length=model.max_length)
    tags = model.targets(tag for row in rows.to_list("tags") for tag in row)
    return TaggedBatches(sentences, tags, batch_size=config["batch_size"], seed=config["seed"])


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model and writes it to `model`, untrained: speed does not need more."""
    config = read_config_and_seed()
    work = TaggedWorkload.read(config["workload"])
    settings = {name: config[name] for name in ("embedding_dim", "hidden_dim", "cell", "seed")}
    rows = {"tokens": work.tokens, "tags": work.tags}
    dataset = data.read(rows, columns=("tokens", "tags"))
    model = tagging.build(dataset, change_settings(tagging.DEFAULTS, **settings))
    saved_model.save(model, Path(config["model"]))
    epoch, facts = prepare_round(config, model, dataset.take(np.arange(work.rows)))
    return {"train": epoch}, {**list_versions(), **facts}


if __name__ == "__main__":
    serve(prepare)
