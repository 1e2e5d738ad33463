"""fastText, which one would take for texts and labels where speed counts.

Variants: `train default`, `predict default`, and the same with `ngrams`: pairs of words and two to
five letters, as one sets it for Korean.
"""

from __future__ import annotations

import os
from functools import partial
from importlib.metadata import version
from typing import Any

import fasttext

from benchmarks.worker import Work, read_config, serve

SETTINGS: dict[str, dict[str, int]] = {
    "default": {},
    "ngrams": {"wordNgrams": 2, "minn": 2, "maxn": 5},
}


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Trains each once, which also measures its accuracy."""
    config = read_config()
    with open(config["test"], encoding="utf-8") as file:
        lines = [line.rstrip("\n").split(" ", 1) for line in file]
    labels = [label for label, _ in lines]
    texts = [text for _, text in lines]
    works: dict[str, Work] = {}
    facts: dict[str, Any] = {
        "fasttext-wheel": version("fasttext-wheel"),
        "accuracy": {},
        "megabytes": {},
    }

    def train(settings: dict[str, int]) -> Any:
        return fasttext.train_supervised(
            input=config["train"], thread=config["threads"], verbose=0, **settings
        )

    def train_again(settings: dict[str, int]) -> None:
        train(settings)

    def predict(model: Any) -> dict[str, int]:
        return {"texts": len(model.predict(texts[: config["predicted"]])[0])}

    for name, settings in SETTINGS.items():
        model = train(settings)
        answers = [answer[0] for answer in model.predict(texts)[0]]
        right = sum(a == t for a, t in zip(answers, labels, strict=True))
        facts["accuracy"][name] = right / len(labels)
        path = os.path.join(config["directory"], f"{name}.bin")
        model.save_model(path)
        facts["megabytes"][name] = os.path.getsize(path) / 1e6
        os.remove(path)
        works[f"train {name}"] = partial(train_again, settings)
        works[f"predict {name}"] = partial(predict, model)
    return works, facts | {"fasttext-wheel": version("fasttext-wheel")}


if __name__ == "__main__":
    serve(prepare)
