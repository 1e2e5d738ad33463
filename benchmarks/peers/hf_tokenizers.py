"""Turns texts into ids with Hugging Face's `tokenizers`, in batches of 1,024.

Variants: `word`, a table of words; `subword`, a unigram model; with the normalisation and the
sizes of vocabulary that seqkit's have, and learned from the same texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from benchmarks.measuring import count_ids, split_into_batches
from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.texts import TextWorkload

_BATCH = 1024


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Learns both dictionaries from the texts."""
    config = read_config()
    texts = TextWorkload.read(config["workload"]).raw
    batches = split_into_batches(texts, _BATCH)
    word = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    word.pre_tokenizer = pre_tokenizers.Whitespace()
    subword = Tokenizer(models.Unigram())
    subword.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["[PAD]", "[UNK]", "[BOS]", "[EOS]"]
    sizes = config["sizes"]
    teach = {
        "word": (
            word,
            trainers.WordLevelTrainer(
                vocab_size=sizes["word"], special_tokens=special, show_progress=False
            ),
        ),
        "subword": (
            subword,
            trainers.UnigramTrainer(
                vocab_size=sizes["subword"],
                special_tokens=special,
                unk_token="[UNK]",
                show_progress=False,
            ),
        ),
    }
    works: dict[str, Work] = {}
    for name, (tokenizer, trainer) in teach.items():
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
        tokenizer.train_from_iterator(texts, trainer)
        works[name] = partial(count_ids, partial(_encode, tokenizer), batches)
        _encode(tokenizer, batches[0])
    return works, {"tokenizers": tokenizers.__version__}


def _encode(tokenizer: Tokenizer, texts: Sequence[str]) -> int:
    """Turns texts into ids, and counts these."""
    return sum(len(encoding.ids) for encoding in tokenizer.encode_batch(texts))


if __name__ == "__main__":
    serve(prepare)
