"""Trains Joey NMT's recurrent model for an epoch, and translates; variants `train`, `translate 32`.

Sizes are those of seqkit's translator. What is Joey NMT's choice is as its example `rnn_small.yaml`
and its defaults have it (`input_feeding`, a bridge from encoder to decoder, gradients clipped by
value, shuffled batches that are sorted within), or so that it costs least: bilinear attention, and
a loop over `TrainManager`'s own step without its logging, validation and checkpoints.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import joeynmt
import torch
from joeynmt.config import BaseConfig, parse_global_args, set_validation_args
from joeynmt.datasets import PlaintextDataset, StreamDataset
from joeynmt.helpers import set_seed
from joeynmt.model import Model
from joeynmt.prediction import predict, prepare
from joeynmt.training import TrainManager
from torch.utils.data import DataLoader

from benchmarks.measuring import measure_writing
from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.pairs import TranslationWorkload

_SOURCE, _TARGET = "source", "target"
_LARGEST_GRADIENT = 1.0


class Trainer(NamedTuple):
    """What trains.

    Attributes:
        manager: holds model and optimizer.
        batches: of an epoch.
    """

    manager: TrainManager
    batches: DataLoader


def settings(config: dict[str, Any], directory: Path) -> dict[str, Any]:
    """What a user writes into a file of YAML.

    Args:
        config: sizes, as `speed.py` gives them to all.
        directory: holds `all.source`, `all.target` and the two dictionaries.

    Returns:
        Joey NMT's configuration.
    """
    sides = {
        side: {"lang": side, "level": "word", "voc_file": str(directory / f"words.{side}")}
        for side in (_SOURCE, _TARGET)
    }
    layer = {
        "type": "recurrent",
        "rnn_type": config["cell"],
        "embeddings": {"embedding_dim": config["embedding_dim"]},
        "hidden_size": config["hidden_dim"],
        "dropout": config["dropout"],
    }
    return {
        "name": "translation",
        "model_dir": str(directory / "model"),
        "use_cuda": False,
        "random_seed": config["seed"],
        "data": {"train": str(directory / "all"), "src": sides[_SOURCE], "trg": sides[_TARGET]},
        "training": {
            "optimizer": "adam",
            "learning_rate": config["learning_rate"],
            "clip_grad_val": _LARGEST_GRADIENT,
            "batch_size": config["batch_size"],
            # Never asked for a step, so the rate stays as it is. One must be named, and `plateau`
            # does not go with this version of PyTorch.
            "scheduling": "exponential",
        },
        "testing": {"beam_size": config["num_beams"], "beam_alpha": 1.0, "generate_unk": False},
        "model": {
            "initializer": "xavier_uniform",
            "embed_initializer": "normal",
            "embed_init_weight": 0.1,
            # A word's vector is also what its probability is made from, as seqkit has it.
            "tied_softmax": True,
            "encoder": {**layer, "bidirectional": True},
            "decoder": {**layer, "hidden_dropout": config["dropout"], "attention": "luong"},
        },
    }


def write_data(config: dict[str, Any], work: TranslationWorkload, directory: Path) -> None:
    """Writes the files that `settings` names, and those of the pairs of a round.

    Args:
        config: gives the size of the dictionaries.
        work: the pairs.
        directory: where to write.
    """
    (directory / "model").mkdir(parents=True)
    # Four ids are special, as they are in seqkit.
    most = config["vocabulary_size"] - 4
    for side, lines in ((_SOURCE, work.sources), (_TARGET, work.targets)):
        known = work.known_words(f"{side}s", most)
        for name, content in (("all", lines), ("round", lines[: work.rows]), ("words", known)):
            (directory / f"{name}.{side}").write_text("\n".join(content) + "\n", encoding="utf-8")


def train(trainer: Trainer, most: int | None = None) -> dict[str, float]:
    """Trains on every pair once, in an order drawn anew, as `TrainManager` does.

    Args:
        trainer: what trains.
        most: how many batches; None for all.

    Returns:
        `loss`, the mean for each target token; `sentences` and `tokens`.
    """
    manager = trainer.manager
    manager.stats.epochs += 1
    trainer.batches.batch_sampler.set_seed(manager.seed + manager.stats.epochs)
    manager.model.train()
    manager.model.zero_grad()
    loss, sentences, tokens = 0.0, 0, 0
    for batch in islice(trainer.batches, most):
        # Divided by the number of sentences, Joey NMT's default.
        loss += manager._train_step(batch)[0] * batch.nseqs
        manager.clip_grad_fun(parameters=manager.model.parameters())
        manager.optimizer.step()
        manager.model.zero_grad()
        sentences, tokens = sentences + batch.nseqs, tokens + batch.ntokens
    return {"loss": loss / tokens, "sentences": sentences, "tokens": tokens}


def translate(
    model: Model, data: StreamDataset, args: BaseConfig, sentences: list[str], batch_size: int
) -> dict[str, Any]:
    """Translates as `joeynmt translate` does; handing the sentences over is not timed.

    Args:
        model: the model.
        data: takes the sentences.
        args: the configuration.
        sentences: what to translate.
        batch_size: sentences of a batch.

    Returns:
        `seconds`, `sentences`, `tokens` and the `first` translation.
    """
    data.reset_cache()
    for sentence in sentences:
        data.set_item(sentence)

    def write(_: Sequence[str]) -> list[str]:
        _, _, translations, *_ = predict(
            model=model,
            data=data,
            device=args.device,
            n_gpu=args.n_gpu,
            normalization="none",
            args=args.test._replace(batch_size=batch_size),
            autocast=args.autocast,
        )
        return translations

    return measure_writing(write, [sentences], "sentences")


def prepare_all() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model and trains it, so that its translations end where they should."""
    config = read_config()
    torch.set_num_threads(config["threads"])
    # It reports every call of `predict`.
    logging.disable(logging.INFO)
    work = TranslationWorkload.read(config["workload"])
    directory = Path(config["directory"]) / "joeynmt"
    write_data(config, work, directory)
    args = parse_global_args(settings(config, directory))
    set_seed(args.seed)
    model, whole, *_ = prepare(args, rank=0, mode="train")
    manager = TrainManager(
        rank=0,
        model=model,
        model_dir=args.model_dir,
        device=args.device,
        autocast=args.autocast,
        seed=args.seed,
        train_args=args.train,
        dev_args=set_validation_args(args.test),
    )
    pairs_of_round = PlaintextDataset(
        path=str(directory / "round"),
        **_describe_languages(whole),
        split="train",
        has_trg=True,
    )
    learning, trainer = (
        Trainer(manager, _make_batches(manager, data)) for data in (whole, pairs_of_round)
    )
    for _ in range(config["learning_epochs"]):
        learned = train(learning)
    train(trainer, most=2)
    stream = StreamDataset(path=None, **_describe_languages(whole), split="test", has_trg=False)
    works: dict[str, Work] = {"train": partial(train, trainer)}
    for batch_size, count in config["batches"]:
        sentences = work.test_sources[:count]
        run = partial(translate, model, stream, args, sentences, batch_size)
        translate(model, stream, args, sentences[: 2 * batch_size], batch_size)
        works[f"translate {batch_size}"] = run
    versions = {"joeynmt": joeynmt.__version__, "torch": torch.__version__}
    parameters = sum(weights.numel() for weights in model.parameters())
    return works, {**versions, "parameters": parameters, "learned to a loss of": learned["loss"]}


def _describe_languages(data: PlaintextDataset) -> dict[str, Any]:
    """What other data of the same languages have in common with these."""
    return {
        "src_lang": data.src_lang,
        "trg_lang": data.trg_lang,
        "tokenizer": data.tokenizer,
        "sequence_encoder": data.sequence_encoder,
        "has_prompt": data.has_prompt,
    }


def _make_batches(manager: TrainManager, data: PlaintextDataset) -> DataLoader:
    """Batches as `TrainManager.train_and_validate` makes them."""
    return data.make_iter(
        batch_size=manager.args.batch_size,
        batch_type=manager.args.batch_type,
        seed=manager.seed,
        shuffle=manager.args.shuffle,
        device=manager.device,
        pad_index=manager.model.pad_index,
        eos_index=manager.model.eos_index,
    )


if __name__ == "__main__":
    serve(prepare_all)
