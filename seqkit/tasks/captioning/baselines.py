"""Plain captioners, and a captioner's scores beside theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.data import Dataset, captions_by_image
from seqkit.evaluation import Scored, beside
from seqkit.evaluation.script import script_of
from seqkit.images import encode_images
from seqkit.tasks.captioning.cider import CiderD, count_ngrams, word_splitter
from seqkit.tasks.captioning.evaluation import bleu_by_words, check_captions, score_captioner
from seqkit.tasks.captioning.model import ImageCaptioner

CONSTANT = "the best constant caption"
NEAREST = "a caption of the nearest training image (scikit-learn, pooled pixels)"
# The n-grams of more images would fill the memory and say no more of what captions are like.
_MOST_IMAGES = 20_000
_TOGETHER = 64


def score_beside_baselines(model: ImageCaptioner, parts: Mapping[str, Dataset]) -> Scored:
    """Scores a captioner on the test data beside the plain captioners.

    Args:
        model: the captioner.
        parts: `train`, which the plain captioners learn from, and `test`, with the columns `image`
            and `caption`.

    Returns:
        The scores, those of the plain captioners among them.

    Raises:
        ValueError: as `score_captions` and `plain_captions`.
    """
    (seen, captions), (images, references) = (
        captions_by_image(parts[name]) for name in ("train", "test")
    )

    def pooled(some: Sequence[Any]) -> np.ndarray:
        chunks = (some[start : start + _TOGETHER] for start in range(0, len(some), _TOGETHER))
        pixels = (model.reader(tf.constant(encode_images(chunk)))[0] for chunk in chunks)
        return np.concatenate([pooled_pixels(read.numpy()) for read in pixels])

    tokenizer = script_of(text for row in references for text in row).bleu_tokenizer
    scores = score_captioner(
        model,
        images,
        references,
        baselines=plain_captions(captions, pooled(seen), pooled(images), tokenizer),
        vocabulary=model.target.vocabulary.tokens,
    )
    name, score = scores.main
    what = f"{name} on {scores.examples:,} test images"
    comparison = scores.compare(name)
    lines = [
        *beside(what, score, scores.main_baselines, comparison),
        f"  CIDEr-D {scores.cider_d:.3f}, exactly right {scores.exact_match:.1%}, "
        f"{scores.distinct_captions:,} different captions",
    ]
    return Scored(scores, scores.main_baselines, lines, comparison)


def plain_captions(
    captions: Sequence[Sequence[str]],
    train_features: np.ndarray,
    test_features: np.ndarray,
    tokenizer: str = "13a",
) -> dict[str, list[str]]:
    """What each plain captioner answers.

    Args:
        captions: the captions of each training image.
        train_features: `<float>[training images, features]`, such as those of `pooled_pixels`.
        test_features: `<float>[test images, features]`.
        tokenizer: how words are split, a name of sacreBLEU.

    Returns:
        A caption of each test image, by the name of the captioner.

    Raises:
        ValueError: there is no training image, one has no caption, or there are not as many
            features as captioned images.
    """
    return {
        CONSTANT: [constant_caption(captions, tokenizer)] * len(test_features),
        NEAREST: nearest_image(captions, train_features, test_features, tokenizer),
    }


def constant_caption(captions: Sequence[Sequence[str]], tokenizer: str = "13a") -> str:
    """The one caption that, answered to every training image, has the highest BLEU-4.

    Every caption is tried. That is quick since all images get the same answer: how many of them
    have an n-gram, and how often, is counted once, and sacreBLEU's corpus BLEU follows exactly. Of
    more than 20,000 images, 20,000 spread over the data count.

    Args:
        captions: the captions of each training image.
        tokenizer: how words are split, a name of sacreBLEU.

    Returns:
        The caption; of equally good ones the first.

    Raises:
        ValueError: there is no image, or one has no caption.

    Example:
        >>> constant_caption([["a dog runs", "dogs"], ["a dog sits"], ["a dog runs", "a dog"]])
        'a dog runs'

    Source: Papineni et al. 2002, section 2, for BLEU with several references.
    """
    _check(captions)
    captions = _spread(captions)
    split = [[_words(caption, tokenizer) for caption in row] for row in captions]
    # By n-gram and times: the images with a caption that has the n-gram at least so many times.
    images_with: Counter[tuple[tuple[str, ...], int]] = Counter()
    for row in split:
        most: Counter[tuple[str, ...]] = Counter()
        for words in row:
            most |= count_ngrams(words)
        images_with.update(_occurrences(most))
    lengths = Counter(tuple(sorted({len(words) for words in row})) for row in split)
    nearest = {
        words: sum(images * _nearest(words, row) for row, images in lengths.items())
        for words in {length for row in lengths for length in row}
    }
    best, highest = "", -1.0
    distinct = {
        caption: words
        for texts, row in zip(captions, split, strict=True)
        for caption, words in zip(texts, row, strict=True)
    }
    for caption, words in distinct.items():
        matches, totals = [0] * 4, [0] * 4
        for gram, times in _occurrences(count_ngrams(words)):
            matches[len(gram) - 1] += images_with[gram, times]
            totals[len(gram) - 1] += len(captions)
        bleu = bleu_by_words(matches, totals, len(words) * len(captions), nearest[len(words)])[-1]
        if bleu > highest:
            best, highest = caption, bleu
    return best


def nearest_image(
    captions: Sequence[Sequence[str]],
    train_features: np.ndarray,
    test_features: np.ndarray,
    tokenizer: str = "13a",
) -> list[str]:
    """A caption of the nearest training image: the one most like that image's other captions.

    The distance is Euclidean, each feature divided by its standard deviation in the training data;
    captions are compared by CIDEr-D, n-grams counted in the training data.

    Args:
        captions: the captions of each training image.
        train_features: `<float>[training images, features]`.
        test_features: `<float>[test images, features]`.
        tokenizer: how words are split, a name of sacreBLEU.

    Returns:
        A caption of each test image; of equally good captions the first.

    Raises:
        ValueError: there is no training image, one has no caption, or there are not as many
            features as captioned images.

    Example:
        >>> features = np.array([[0.0], [1.0]])
        >>> nearest_image([["black", "dark"], ["white"]], features, np.array([[0.9], [0.2]]))
        ['white', 'black']
    """
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import StandardScaler

    _check(captions)
    if len(train_features) != len(captions):
        raise ValueError(
            f"train_features has {len(train_features)} rows for {len(captions)} images: give one "
            "for each"
        )
    if not len(test_features):
        return []
    scaler = StandardScaler().fit(train_features)
    neighbours = NearestNeighbors(n_neighbors=1).fit(scaler.transform(train_features))
    nearest = neighbours.kneighbors(scaler.transform(test_features), return_distance=False)[:, 0]
    metric = CiderD(_spread(captions), tokenizer)
    chosen = {index: _most_like_the_others(captions[index], metric) for index in set(nearest)}
    return [chosen[index] for index in nearest]


def pooled_pixels(images: np.ndarray, blocks: int = 8) -> np.ndarray:
    """The mean colour of each block of an image: features without training.

    Args:
        images: `<uint8>[images, height, width, channels]`.
        blocks: blocks in each direction.

    Returns:
        `<float32>[images, blocks * blocks * channels]`, from 0 to 1.

    Raises:
        ValueError: the images have another shape, or no pixel.

    Example:
        >>> image = np.array([[0, 255], [255, 255]], np.uint8)[None, :, :, None]
        >>> pooled_pixels(image, 2).tolist(), pooled_pixels(image, 1).tolist()
        ([[0.0, 1.0, 1.0, 1.0]], [[0.75]])
    """
    if images.ndim != 4 or 0 in images.shape[1:]:
        raise ValueError(
            f"images has shape {images.shape}: give [images, height, width, channels], of one "
            "pixel at least"
        )
    pooled = images
    for axis in (1, 2):
        size = pooled.shape[axis]
        # Where there are more blocks than pixels, blocks share a pixel, as reduceat has it.
        starts = np.arange(blocks) * size // blocks
        pooled = np.add.reduceat(pooled, starts, axis=axis, dtype=np.float64)
        widths = np.maximum(1, np.diff([*starts, size]))
        pooled = pooled / widths.reshape([-1 if i == axis else 1 for i in range(4)])
    return (pooled / 255).reshape(len(images), blocks * blocks * images.shape[3]).astype(np.float32)


def _spread(captions: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """Images spread over the data, where there are too many to count all."""
    if len(captions) <= _MOST_IMAGES:
        return captions
    chosen = np.linspace(0, len(captions) - 1, _MOST_IMAGES).astype(int)
    return [captions[index] for index in chosen]


def _most_like_the_others(captions: Sequence[str], metric: CiderD) -> str:
    if len(captions) < 3:
        return captions[0]
    alike = [
        metric.score(caption, [*captions[:index], *captions[index + 1 :]])
        for index, caption in enumerate(captions)
    ]
    return captions[int(np.argmax(alike))]


def _words(caption: str, tokenizer: str) -> list[str]:
    """The words that BLEU counts, punctuation among them."""
    return word_splitter(tokenizer).tokenizer(caption.lower().rstrip()).split()


def _nearest(words: int, lengths: Sequence[int]) -> int:
    """Words of the reference nearest in length, the shorter of two."""
    return min(lengths, key=lambda length: (abs(length - words), length))


def _occurrences(
    counts: Counter[tuple[str, ...]],
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Each n-gram with 1, 2 and so on, as often as it is counted."""
    return ((gram, times) for gram, count in counts.items() for times in range(1, count + 1))


def _check(captions: Sequence[Sequence[str]]) -> None:
    if not captions:
        raise ValueError("captions=[]: give at least one training image")
    check_captions(captions, "captions")
