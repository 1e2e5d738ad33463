"""Trains Flair's `SequenceTagger` for an epoch, and tags with it; variants `train`, `words 32`.

Sizes are those of seqkit's tagger: words' vectors from scratch, the recurrent layer, the CRF.
Letters are read by Flair's own `CharacterEmbeddings` with their default sizes. Everything that is
Flair's choice is taken so that it costs least: a plain loop over `forward_loss` in place of
`ModelTrainer`, which also scores and saves; SGD with clipped gradients, which is that trainer's
default; no layer between the vectors and the recurrent one.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import flair
import torch
from flair.data import Dictionary, Sentence
from flair.embeddings import CharacterEmbeddings, OneHotEmbeddings, StackedEmbeddings
from flair.models import SequenceTagger
from flair.training_utils import store_embeddings

from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.sentences import TaggedWorkload

_KIND = "upos"
_LEARNING_RATE, _LARGEST_GRADIENT = 0.1, 5.0


def tagger_of(config: dict[str, Any], work: TaggedWorkload) -> SequenceTagger:
    """Makes the tagger.

    Args:
        config: sizes, as `speed.py` gives them to all.
        work: gives words, letters and tags.

    Returns:
        The tagger, untrained.
    """
    letters = sorted({letter for words in work.tokens for word in words for letter in word})
    vectors = [
        OneHotEmbeddings(
            _dictionary(work.known_words(config["min_count"])),
            embedding_length=config["embedding_dim"],
        ),
        CharacterEmbeddings(_dictionary(letters)),
    ]
    tags = sorted({tag for row in work.tags for tag in row})
    return SequenceTagger(
        embeddings=StackedEmbeddings(vectors),
        tag_dictionary=_dictionary(tags, unknown=False),
        tag_type=_KIND,
        hidden_size=config["hidden_dim"],
        rnn_type=config["cell"].upper(),
        use_crf=True,
        reproject_embeddings=False,
    )


def train(
    tagger: SequenceTagger,
    optimizer: torch.optim.Optimizer,
    sentences: list[Sentence],
    batch_size: int,
) -> dict[str, float]:
    """Trains on every sentence once, in an order drawn anew.

    Args:
        tagger: what is trained.
        optimizer: of its weights.
        sentences: with their tags.
        batch_size: sentences of a step.

    Returns:
        `loss`, the mean for each word; `sentences` and `words`.
    """
    tagger.train()
    total, words = 0.0, 0
    order = torch.randperm(len(sentences)).tolist()
    for start in range(0, len(order), batch_size):
        batch = [sentences[index] for index in order[start : start + batch_size]]
        optimizer.zero_grad()
        loss, count = tagger.forward_loss(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tagger.parameters(), _LARGEST_GRADIENT)
        optimizer.step()
        # Or the vectors of all words would be kept until the end.
        store_embeddings(batch, "none")
        total, words = total + loss.item(), words + count
    return {"loss": total / words, "sentences": len(sentences), "words": words}


def tag(tagger: SequenceTagger, tokens: list[list[str]], batch_size: int) -> dict[str, float]:
    """Tags sentences; making Flair's objects of them is not timed.

    Args:
        tagger: the tagger.
        tokens: words of each sentence.
        batch_size: sentences of a batch.

    Returns:
        `seconds`, `sentences` and `words`.
    """
    sentences = [Sentence(words) for words in tokens]
    tagger.eval()
    start = time.perf_counter()
    tagger.predict(sentences, mini_batch_size=batch_size)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "sentences": len(sentences), "words": sum(map(len, tokens))}


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the tagger and warms it up."""
    config = read_config()
    torch.set_num_threads(config["threads"])
    torch.manual_seed(config["seed"])
    flair.device = torch.device("cpu")
    work = TaggedWorkload.read(config["workload"])
    tagger = tagger_of(config, work)
    optimizer = torch.optim.SGD(tagger.parameters(), _LEARNING_RATE)
    batch_size = config["batch_size"]
    rows = zip(work.tokens[: work.rows], work.tags[: work.rows], strict=True)
    sentences = [_sentence(words, tags) for words, tags in rows]
    train(tagger, optimizer, sentences[: 4 * batch_size], batch_size)
    tag(tagger, work.test_tokens[: 4 * batch_size], batch_size)
    works: dict[str, Work] = {
        "train": partial(train, tagger, optimizer, sentences, batch_size),
        f"words {batch_size}": partial(tag, tagger, work.test_tokens, batch_size),
    }
    return works, {"flair": flair.__version__, "torch": torch.__version__}


def _dictionary(items: list[str], unknown: bool = True) -> Dictionary:
    dictionary = Dictionary(add_unk=unknown)
    for item in items:
        dictionary.add_item(item)
    return dictionary


def _sentence(words: list[str], tags: list[str]) -> Sentence:
    sentence = Sentence(words)
    for token, tag in zip(sentence, tags, strict=True):
        token.add_label(_KIND, tag)
    return sentence


if __name__ == "__main__":
    serve(prepare)
