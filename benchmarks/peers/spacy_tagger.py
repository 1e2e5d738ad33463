"""Tags with spaCy's tagger, as `spacy init config -p tagger -o efficiency` makes it.

It is trained on the same sentences for a few steps: its speed depends on its tags, not on how well
it knows them. Variants: `words 256`, documents made from given words, and so on; making documents
is not timed. spaCy works in one process, and on a CPU in one thread.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import spacy
from spacy.cli.init_config import init_config
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.sentences import TaggedWorkload

_STEPS, _STEP_ROWS = 20, 64


def tagger_of(config: dict[str, Any], work: TaggedWorkload) -> Language:
    """Makes the tagger and trains it for a few steps.

    Args:
        config: gives the seed.
        work: sentences with their tags.

    Returns:
        The tagger.
    """
    spacy.util.fix_random_seed(config["seed"])
    settings = init_config(lang="en", pipeline=["tagger"], optimize="efficiency")
    tagger = spacy.util.load_model_from_config(settings, auto_fill=True)
    examples = [
        Example(Doc(tagger.vocab, words=words), Doc(tagger.vocab, words=words, tags=tags))
        for words, tags in zip(work.tokens, work.tags, strict=True)
    ]
    optimizer = tagger.initialize(lambda: examples)
    for step in range(_STEPS):
        some = examples[step * _STEP_ROWS : (step + 1) * _STEP_ROWS]
        if some:
            tagger.update(some, sgd=optimizer)
    return tagger


def tag(tagger: Language, tokens: list[list[str]], batch_size: int) -> dict[str, float]:
    """Tags sentences; making spaCy's documents of them is not timed.

    Args:
        tagger: the tagger.
        tokens: words of each sentence.
        batch_size: sentences of a batch.

    Returns:
        `seconds`, `sentences` and `words`.
    """
    documents = [Doc(tagger.vocab, words=words) for words in tokens]
    start = time.perf_counter()
    answers = list(tagger.pipe(documents, batch_size=batch_size))
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "sentences": len(answers), "words": sum(map(len, answers))}


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the tagger and warms it up."""
    config = read_config()
    spacy.require_cpu()
    work = TaggedWorkload.read(config["workload"])
    tagger = tagger_of(config, work)
    works: dict[str, Work] = {}
    for batch_size in config["spacy_batches"]:
        tag(tagger, work.test_tokens[: 2 * batch_size], batch_size)
        works[f"words {batch_size}"] = partial(tag, tagger, work.test_tokens, batch_size)
    return works, {"spacy": spacy.__version__}


if __name__ == "__main__":
    serve(prepare)
