"""What is compared with what: for each comparison the workers, who takes turns, and the table."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from benchmarks.measured import Measured
from benchmarks.results import RESULTS, read_json
from benchmarks.rounds import (
    Answers,
    Entrant,
    Job,
    median,
    ratio,
    take_turns,
    with_rates,
    workers,
)
from benchmarks.start import time_of_first_answers
from benchmarks.workloads.texts import TextWorkload, write_for_fasttext
from benchmarks.workloads.workload import Workload

Work = TypeVar("Work", bound=Workload)
Row = dict[str, Any]
# Size of a batch, and how many texts are answered in a round; None for all.
Batches = tuple[int, int | None]
_GATES = {"gru": 3, "lstm": 4}


@dataclasses.dataclass(frozen=True)
class Setup(Generic[Work]):
    """What all comparisons need.

    Attributes:
        data: directory of the public data, or None for made-up texts.
        directory: for files that are not kept.
        work: the texts, the tagged sentences, the pairs, the captioned images or the one text.
        sizes: of the models, and how they are trained.
        peers: interpreter by name of environment, such as `torch`.
        batches: for serving, batch sizes and how many texts are answered in a round.
        rounds: how often each has its turn.
        threads: threads and cores.
    """

    data: Path | None
    directory: Path
    work: Work
    sizes: dict[str, Any]
    peers: Mapping[str, str]
    batches: Sequence[Batches]
    rounds: int
    threads: int

    def config(self, **more: Any) -> dict[str, Any]:
        """What a worker reads."""
        path = self.directory / "workload.json"
        if not path.exists():
            self.work.write(path)
        common = {"workload": str(path), "directory": str(self.directory)}
        return {**common, "threads": self.threads, **self.sizes, **more}

    def job(self, module: str, peer: str | None = None, **more: Any) -> Job:
        """How a worker is started.

        Args:
            module: its module, below `benchmarks`.
            peer: the environment of a peer that it runs in; None for our own.
            **more: what it reads besides.

        Returns:
            Module, configuration and interpreter.
        """
        python = sys.executable if peer is None else self.peers[peer]
        return Job(f"benchmarks.{module}", self.config(**more), python)


class Comparison(NamedTuple):
    """A result.

    Attributes:
        title: heading of its table.
        facts: what the numbers depend on: data, versions, sizes.
        rows: the table.
    """

    title: str
    facts: dict[str, Any]
    rows: list[Row]


def training(setup: Setup[TextWorkload]) -> Comparison:
    """Training beside plain Keras and PyTorch with the same layers and sizes.

    Args:
        setup: what is needed.

    Returns:
        Words read in a second, padding not counted, and ratios.
    """
    jobs = {
        "seqkit": setup.job("ours.training"),
        "keras": setup.job("peers.plain_keras_training"),
    }
    entrants = [
        Entrant("seqkit, the same layers", "seqkit", "like_for_like"),
        Entrant("seqkit, with n-grams beside", "seqkit", "with_ngrams"),
        Entrant("plain Keras", "keras", "epoch"),
    ]
    if "torch" in setup.peers:
        jobs["torch"] = setup.job("peers.pytorch_training", "torch")
        entrants += [
            Entrant("PyTorch, padded", "torch", "padded"),
            Entrant("PyTorch, packed", "torch", "packed"),
            Entrant("PyTorch, padded, bucketed by length", "torch", "bucketed"),
        ]
    machine = Entrant("matrix product", "seqkit", "matmul")
    answers, facts = measure(setup, jobs, [*entrants, machine])
    for entrant in entrants:
        for answer in answers[entrant.name]:
            answer["rate"] = setup.work.num_tokens / answer["seconds"]
    gflops = median(answers[machine.name], "gflops")
    needed = training_flops(setup.sizes) / 1e9
    keras = answers["plain Keras"]
    common = [answers[e.name] for e in entrants if e.variant in ("padded", "packed")]
    torch = min(common, key=median, default=None)
    rows = []
    for entrant in entrants:
        mine = answers[entrant.name]
        seconds = median(mine)
        rows.append(
            {
                f"training, {setup.sizes['cell'].upper()}": entrant.name,
                "words/s": round(setup.work.num_tokens / seconds),
                "texts/s": round(len(setup.work.texts) / seconds),
                "× plain Keras": ratio(mine, keras, "rate"),
                "× PyTorch, padded or packed": ratio(mine, torch, "rate") if torch else None,
                "of the matrix product's rate, %": 100 * median(mine, "rate") * needed / gflops,
            }
        )
    return Comparison(
        f"training {setup.sizes['cell']}", {**facts, "sizes": setup.sizes, "gflops": gflops}, rows
    )


def training_flops(sizes: Mapping[str, Any]) -> int:
    """Operations that training on one word takes at least, the layers over time counted.

    Args:
        sizes: of the model.

    Returns:
        Two for each weight forward, and as many again for each of the two gradients.
    """
    hidden, gates = sizes["hidden_dim"], _GATES[sizes["cell"]]
    recurrent = 2 * gates * hidden * (sizes["embedding_dim"] + hidden)
    attention = (2 * hidden) ** 2
    return 3 * 2 * (recurrent + attention)


def serving(setup: Setup[TextWorkload]) -> Comparison:
    """Answers in a second, beside the plain Keras model.

    Args:
        setup: what is needed.

    Returns:
        Texts in a second by size of batch, and ratios.
    """
    models = ("recipe", "like_for_like", "plain_keras")
    batches = {"batches": setup.batches}
    served = {name: str(setup.directory / name) for name in models}
    jobs = {
        "seqkit": setup.job("ours.exporting", models=models[:2]),
        "keras": setup.job("peers.plain_keras_serving", **batches),
        "server": setup.job("peers.saved_models", models=served, raw=False, **batches),
    }
    names = {
        "recipe": "seqkit, the recipe's default",
        "like_for_like": "seqkit, the same layers",
        "plain_keras": "plain Keras, SavedModel",
    }
    sizes = [size for size, _ in setup.batches]
    entrants = []
    for size in sizes:
        entrants += [Entrant(f"{n} {size}", "server", f"{m} {size}") for m, n in names.items()]
        entrants.append(Entrant(f"plain Keras, predict {size}", "keras", f"predict {size}"))
    answers, facts = measure(setup, jobs, entrants)
    answers = with_rates(answers, "texts")
    rows = []
    for size in sizes:
        for name in (*names.values(), "plain Keras, predict"):
            mine = answers[f"{name} {size}"]
            predict, exported = (
                answers[f"plain Keras, {way} {size}"] for way in ("predict", "SavedModel")
            )
            rows.append(
                {
                    "serving": name,
                    "batch": size,
                    "texts/s": round(median(mine, "rate")),
                    "× plain Keras, predict": ratio(mine, predict, "rate"),
                    "× plain Keras, SavedModel": ratio(mine, exported, "rate"),
                }
            )
    return Comparison("serving", {**facts, "sizes": setup.sizes}, rows)


def fasttext(setup: Setup[TextWorkload]) -> Comparison | None:
    """FastText, trained and asked, beside the recipe's exported model.

    Args:
        setup: what is needed.

    Returns:
        Accuracy, seconds of training, texts in a second; None without fastText. Accuracy and
        training of seqkit are those that `quality.py` measured.
    """
    if "fasttext" not in setup.peers:
        print("no --peer-python fasttext=…: not compared with fastText")
        return None
    train, test, described = write_for_fasttext(setup.data, setup.work, setup.directory)
    size, count = setup.batches[-1]
    files = {"train": str(train), "test": str(test), "predicted": count}
    served = {"recipe": str(setup.directory / "recipe")}
    jobs = {
        "seqkit": setup.job("ours.exporting", models=["recipe"]),
        "server": setup.job("peers.saved_models", models=served, raw=True, batches=[(size, count)]),
        "fasttext": setup.job("peers.fasttext_classifier", "fasttext", **files),
    }
    kinds = {"default": "fastText", "ngrams": "fastText, pairs of words, 2 to 5 letters"}
    entrants = [
        Entrant("seqkit", "server", f"recipe {size}"),
        *(Entrant(f"{name}, train", "fasttext", f"train {k}") for k, name in kinds.items()),
        *(Entrant(f"{name}, predict", "fasttext", f"predict {k}") for k, name in kinds.items()),
    ]
    answers, facts = measure(setup, jobs, entrants)
    classifier = facts["workers"]["fasttext"]

    def rate(name: str) -> int:
        return round(median(with_rates({name: answers[name]}, "texts")[name], "rate"))

    ours = _nsmc_of_quality() if setup.data else None
    rows: list[Row] = [
        {
            "NSMC, all of it" if setup.data else "made-up texts": "seqkit, the recipe's default",
            "accuracy, %": ours and 100 * ours["accuracy"],
            "training, s": ours and 60 * ours["training_minutes"],
            "texts/s": rate("seqkit"),
        }
    ]
    for kind, name in kinds.items():
        accuracy = 100 * classifier["accuracy"][kind] if setup.data else None
        seconds = median(answers[f"{name}, train"])
        cells = (name, accuracy, seconds, rate(f"{name}, predict"))
        rows.append(dict(zip(rows[0], cells, strict=True)))
    return Comparison(
        "fastText", {**facts, **described, "megabytes": classifier["megabytes"]}, rows
    )


def tokenizing(setup: Setup[TextWorkload]) -> Comparison:
    """Tokenizers beside those of Hugging Face.

    Args:
        setup: what is needed.

    Returns:
        Texts and tokens in a second, by kind of tokenizer.
    """
    sizes = {"word": setup.sizes["vocabulary_size"], "subword": setup.sizes["pieces"]}
    jobs = {"seqkit": setup.job("ours.tokenizing", sizes=sizes)}
    if "tokenizers" in setup.peers:
        jobs["tokenizers"] = setup.job("peers.hf_tokenizers", "tokenizers", sizes=sizes)
    entrants = [Entrant(f"{who}, {k}", who, k) for k in ("word", "subword") for who in jobs]
    answers, facts = measure(setup, jobs, entrants)
    answers = with_rates(answers, "texts")
    rows = []
    for entrant in entrants:
        mine = answers[entrant.name]
        peer = answers.get(f"tokenizers, {entrant.variant}")
        rows.append(
            {
                "texts to ids, batches of 1,024": entrant.name,
                "texts/s": round(median(mine, "rate")),
                "tokens/s": round(mine[0]["tokens"] / median(mine)),
                "× tokenizers": ratio(mine, peer, "rate") if peer else None,
            }
        )
    return Comparison("tokenizers", {**facts, "sizes": sizes}, rows)


def start(setup: Setup[TextWorkload]) -> Comparison:
    """Time from the start of a process to its first answer.

    Args:
        setup: what is needed.

    Returns:
        Seconds.
    """
    jobs = {
        "seqkit": setup.job("ours.exporting", models=["recipe"]),
        "keras": setup.job("peers.plain_keras_serving", batches=[]),
    }
    _, facts = measure(setup, jobs, [])
    tensors = facts["workers"]["seqkit"]["tensors"]["recipe"]
    seconds = time_of_first_answers(
        setup.directory, tensors, setup.work.raw[0], rounds=setup.rounds, threads=setup.threads
    )
    rows = [
        {"from the start of the process": name, "first answer, s": median(given)}
        for name, given in seconds.items()
    ]
    return Comparison("start", facts, rows)


def compare(
    title: str,
    setup: Setup[Work],
    jobs: Mapping[str, Job],
    measured: Sequence[Measured],
    table: Callable[[Sequence[Measured], Answers], list[Row]],
    more_facts: Callable[[Sequence[Measured], Answers], dict[str, Any]] | None = None,
) -> Comparison:
    """Measures the rows of a table and makes it.

    Args:
        title: of the comparison.
        setup: of the comparison.
        jobs: what each worker is started with, by its name.
        measured: the rows.
        table: makes them out of the answers.
        more_facts: tells what is not in the table; None for nothing.

    Returns:
        The comparison.
    """
    answers, facts = measure(setup, jobs, [row.entrant for row in measured])
    facts |= {"sizes": setup.sizes, **(more_facts(measured, answers) if more_facts else {})}
    return Comparison(title, facts, table(measured, answers))


def measure(
    setup: Setup[Work], jobs: Mapping[str, Job], entrants: Sequence[Entrant]
) -> tuple[Answers, dict[str, Any]]:
    """Starts the workers and lets them take turns.

    Args:
        setup: of the comparison.
        jobs: what each worker is started with, by its name.
        entrants: what is measured; none where it is enough that the workers get ready.

    Returns:
        The answers, and what the numbers depend on: the data, the limits, and what each worker
        says of itself.
    """
    with workers(jobs, setup.directory, setup.threads) as running:
        answers = take_turns(entrants, running, setup.rounds)
        about = {name: worker.facts for name, worker in running.items()}
    limits = {"threads": setup.threads, "rounds": setup.rounds}
    return answers, {**setup.work.facts(), **limits, "workers": json.loads(json.dumps(about))}


def _nsmc_of_quality() -> dict[str, float] | None:
    """What `quality.py` measured on the same data."""
    for row in read_json(RESULTS / "quality.json", []):
        if row["data"] == "nsmc" and row["runs"]:
            return row["runs"][0]
    return None
