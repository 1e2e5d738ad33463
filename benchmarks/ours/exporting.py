"""Exports the models of seqkit that are served in a comparison; there is nothing to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.ours.models import build_by_recipe, build_on_words
from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.texts import TextWorkload
from seqkit.export import saved_model


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Writes a SavedModel below `directory` for each name in `models`.

    Returns:
        Nothing to run, and in `tensors`, by model, the names of input and outputs in its graph.
    """
    config = read_config()
    work = TextWorkload.read(config["workload"])
    builders = {
        "recipe": lambda: build_by_recipe(config, work),
        "like_for_like": lambda: build_on_words(config, work, ngrams=False),
    }
    tensors = {}
    for name in config["models"]:
        described = saved_model.save(builders[name](), Path(config["directory"]) / name)
        default = described["signatures"]["serving_default"]
        (given,) = default["inputs"].values()
        tensors[name] = [given["tensor"], *(out["tensor"] for out in default["outputs"].values())]
    return {}, {"tensors": tensors}


if __name__ == "__main__":
    serve(prepare)
