"""Learning subword pieces from texts, with sentencepiece."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.text.code_points import as_text_tensor, decode, encode
from seqkit.text.normalization import Normalizer
from seqkit.text.vocabulary import BOS, BOS_ID, EOS, EOS_ID, PAD, PAD_ID, UNK, UNK_ID

SPACE_MARK = "▁"
"""How a piece writes the space; the same character in a text is spelled in bytes."""

_TEXTS_PER_BATCH = 4096
# sentencepiece skips texts with these characters, or takes the space mark for a space.
_RESERVED = str.maketrans(dict.fromkeys([SPACE_MARK, "\u2585", "\0"], " "))


class LearnedPieces(NamedTuple):
    """The pieces that sentencepiece learned.

    Attributes:
        pieces: every piece in id order: four special tokens, 256 bytes, then learned ones.
        scores: log-probability of each piece.
        model: sentencepiece's serialised model.
    """

    pieces: list[str]
    scores: list[float]
    model: bytes


def sample_texts(texts: Any, normalizer: Normalizer, sample_size: int, seed: int) -> list[str]:
    """Draws a uniform sample of texts, normalised, in one pass and the memory of the sample.

    Args:
        texts: an iterable of str or bytes, or of batches of them (lists, arrays, tensors), or a
            `tf.data.Dataset` of either.
        normalizer: normalises each text.
        sample_size: the most texts to keep.
        seed: seed of the sample; no effect if there are no more texts than `sample_size`.

    Returns:
        The normalised texts, in their order if all are kept.
    """

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def normalize(batch: tf.Tensor) -> tf.Tensor:
        code_points = normalizer(decode(batch)).code_points
        return encode(code_points.values, code_points.row_splits)

    rng = np.random.default_rng(seed)
    sample: list[str] = []
    seen = 0
    for batch in _batches(texts):
        numbers = np.arange(seen, seen + batch.shape[0])
        places = np.where(numbers < sample_size, numbers, rng.integers(0, numbers + 1))
        seen += batch.shape[0]
        (kept,) = np.nonzero(places < sample_size)
        if not kept.size:
            continue
        normal = normalize(tf.gather(batch, kept)).numpy()
        for place, text in zip(places[kept], normal, strict=True):
            if place == len(sample):
                sample.append(text.decode())
            else:
                sample[place] = text.decode()
    return sample


def learn_pieces(
    texts: Iterable[str],
    *,
    vocabulary_size: int,
    character_coverage: float,
    seed: int,
    num_threads: int,
) -> LearnedPieces:
    """Learns pieces and their scores.

    The same arguments always give the same pieces.

    Args:
        texts: normalised texts.
        vocabulary_size: the most pieces, special tokens and bytes included. A small corpus gives
            fewer.
        character_coverage: the share of all characters whose kinds become pieces; rarer kinds are
            spelled in bytes.
        seed: seed of sentencepiece.
        num_threads: number of threads; another number may round scores differently.

    Returns:
        The pieces.

    Raises:
        ModuleNotFoundError: sentencepiece is not installed.
        ValueError: all texts are blank, or `vocabulary_size` is too small for their characters.
    """
    try:
        import sentencepiece  # only needed here
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "Learning subword pieces needs the package sentencepiece: pip install sentencepiece. "
            "A tokenizer that has been learned does not need it."
        ) from error
    usable = [text.translate(_RESERVED) for text in texts]
    check_characters(usable)
    model = io.BytesIO()
    sentencepiece.set_random_generator_seed(seed)
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(usable),
            model_writer=model,
            model_type="unigram",
            vocab_size=vocabulary_size,
            hard_vocab_limit=False,
            character_coverage=character_coverage,
            byte_fallback=True,
            normalization_rule_name="identity",
            remove_extra_whitespaces=False,
            add_dummy_prefix=True,
            pad_id=PAD_ID,
            unk_id=UNK_ID,
            bos_id=BOS_ID,
            eos_id=EOS_ID,
            pad_piece=PAD,
            unk_piece=UNK,
            bos_piece=BOS,
            eos_piece=EOS,
            # By default texts over 4 kB are silently skipped; less than 10 bytes are refused.
            max_sentence_length=max(10, *(len(text.encode()) + 1 for text in usable)),
            num_threads=num_threads,
            minloglevel=2,
        )
    except RuntimeError as error:
        if "required_chars" in str(error):
            characters = len(set().union(*usable))
            raise ValueError(
                f"vocabulary_size={vocabulary_size!r} is too small for 4 special tokens, 256 bytes "
                f"and the most frequent of {characters} distinct characters: pass at least "
                f"{260 + characters + 1}, or lower character_coverage={character_coverage!r}."
            ) from error
        raise
    learned = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(len(learned))
    return LearnedPieces(
        [learned.id_to_piece(i) for i in ids], [learned.get_score(i) for i in ids], model.getvalue()
    )


def check_characters(texts: Iterable[str]) -> None:
    """Raises `ValueError` where there is no text or token but of white space."""
    if not any(text.strip() for text in texts):
        raise ValueError(
            "texts has no characters to learn from: all are empty or blank. Pass training texts."
        )


def _batches(texts: Any) -> Iterator[tf.Tensor]:
    """Yields batches of texts from single texts or from batches."""
    if isinstance(texts, str | bytes):
        raise TypeError(f"texts={texts!r} is one string: pass a list of texts.")
    single: list[Any] = []
    for item in texts.as_numpy_iterator() if isinstance(texts, tf.data.Dataset) else texts:
        if not isinstance(item, str | bytes):
            yield as_text_tensor(item)
            continue
        single.append(item)
        if len(single) == _TEXTS_PER_BATCH:
            yield as_text_tensor(single)
            single = []
    if single:
        yield as_text_tensor(single)
