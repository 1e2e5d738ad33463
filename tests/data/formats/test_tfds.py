from __future__ import annotations

import io
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.formats.tfds import parse_address
from tests.tiny_images import png

tfds = pytest.importorskip("tensorflow_datasets")


class TinyReviews(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """A few reviews, as TensorFlow Datasets would hold them."""

    # Of no package: for one, TFDS looks for files beside the code by way of importlib_resources,
    # which it uses without requiring it.
    __module__ = "tiny_reviews"
    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        features = tfds.features.FeaturesDict(
            {
                "review": tfds.features.Text(),
                "sentiment": tfds.features.ClassLabel(names=["bad", "good"]),
                "topics": tfds.features.Sequence(
                    tfds.features.ClassLabel(names=["plot", "music", "cast"])
                ),
            }
        )
        return tfds.core.DatasetInfo(builder=self, features=features, license="CC0-1.0")

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples(6), "unlabelled": self._generate_examples(2, -1)}

    def _generate_examples(self, count, label=None):
        for i in range(count):
            topics = ["plot", "cast"][: i % 3]
            sentiment = i % 2 if label is None else label
            yield i, {"review": f"text {i}", "sentiment": sentiment, "topics": topics}


class TinyTranslations(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """A few pairs, as TensorFlow Datasets would hold them."""

    __module__ = "tiny_translations"
    VERSION = tfds.core.Version("1.0.0")
    BUILDER_CONFIGS: ClassVar = [tfds.core.BuilderConfig(name=name) for name in ("whole", "inside")]

    def _info(self):
        features = tfds.features.Translation(languages=["de", "en"])
        if self.builder_config.name == "inside":
            features = tfds.features.FeaturesDict({"id": tfds.features.Text(), "texts": features})
        return tfds.core.DatasetInfo(builder=self, features=features)

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for i in range(4):
            texts = {"de": f"Satz {i}", "en": f"sentence {i}" if i else ""}
            inside = self.builder_config.name == "inside"
            yield i, {"id": str(i), "texts": texts} if inside else texts


class TinyNames(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Sentences whose words have a class each, as data sets of names hold them."""

    __module__ = "tiny_names"
    VERSION = tfds.core.Version("1.0.0")
    SENTENCES = (
        (["Ada", "Lovelace", "wrote"], ["B-PER", "I-PER", "O"], ["NOUN", "NOUN", "VERB"]),
        (["새", "글", "."], ["O", "O", "O"], ["ADJ", "NOUN", "PUNCT"]),
        (["Yes"], ["O"], ["INTJ"]),
    )

    def _info(self):
        def classes(*names):
            return tfds.features.Sequence(tfds.features.ClassLabel(names=names))

        features = {
            "tokens": tfds.features.Sequence(tfds.features.Text()),
            "tags": classes("O", "B-PER", "I-PER"),
            "pos": classes("ADJ", "INTJ", "NOUN", "PUNCT", "VERB"),
            "chunks": tfds.features.Sequence({"name": tfds.features.Text()}),
        }
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for i, (tokens, tags, pos) in enumerate(self.SENTENCES):
            yield i, {"tokens": tokens, "tags": tags, "pos": pos, "chunks": [{"name": "x"}]}


class TinyCaptions(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Pictures with captions, as COCO's lie in TensorFlow Datasets, the last of them cut off."""

    __module__ = "tiny_captions"
    VERSION = tfds.core.Version("1.0.0")
    BUILDER_CONFIGS: ClassVar = [tfds.core.BuilderConfig(name=name) for name in ("several", "one")]

    def _info(self):
        caption = {"id": np.int64, "text": tfds.features.Text()}
        several = self.builder_config.name == "several"
        features = {
            "image": tfds.features.Image(encoding_format="png"),
            "image/filename": tfds.features.Text(),
            **({"captions": tfds.features.Sequence(caption)} if several else caption),
        }
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for i in range(3):
            content = png(i * 50, 4 + i)
            captions = [{"id": n, "text": f"caption {n} of {i}"} for n in range(i)]
            several = self.builder_config.name == "several"
            yield (
                i,
                {
                    "image": io.BytesIO(content if i < 2 else content[:-20]),
                    "image/filename": f"{i}.png",
                    **({"captions": captions} if several else {"id": i, "text": f"caption {i}"}),
                },
            )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> str:
    path = str(tmp_path_factory.mktemp("prepared"))
    TinyReviews(data_dir=path).download_and_prepare()
    for config in ("whole", "inside"):
        TinyTranslations(data_dir=path, config=config).download_and_prepare()
    TinyNames(data_dir=path).download_and_prepare()
    for config in ("several", "one"):
        TinyCaptions(data_dir=path, config=config).download_and_prepare()
    return path


def test_a_prepared_data_set(folder: str):
    rows = data.read("tfds:tiny_reviews", data_dir=folder)
    labels = dict(zip(rows.to_list("text"), rows.to_list("label"), strict=True))
    assert labels == {f"text {i}": ["bad", "good"][i % 2] for i in range(6)}
    assert rows.license == "CC0-1.0"
    assert rows.source == "tfds:tiny_reviews/1.0.0, split train"
    assert rows.sha256 == rows.content_sha256()


def test_a_version_and_a_part_of_a_split(folder: str):
    assert len(data.read("tfds:tiny_reviews:1.0.0:train[:50%]", data_dir=folder)) == 3


def test_several_labels_have_their_names(folder: str):
    rows = data.read("tfds:tiny_reviews", data_dir=folder, names={"label": "topics"})
    labels = dict(zip(rows.to_list("text"), rows.to_list("label"), strict=True))
    assert labels == {f"text {i}": ["plot", "cast"][: i % 3] for i in range(6)}


def test_texts_as_a_stream(folder: str):
    stream = data.read_stream("tfds:tiny_reviews", data_dir=folder)
    for _ in range(2):
        assert sorted(stream.pieces()) == [(f"text {i}", True, True) for i in range(6)]
    assert (stream.license, stream.sources) == (
        "CC0-1.0",
        ("tfds:tiny_reviews/1.0.0, split train",),
    )
    named = data.read_stream("tfds:tiny_reviews:train[:50%]", data_dir=folder, column="review")
    assert named.documents == 3
    with pytest.raises(DataError, match=r"no column 'author'.*given as column"):
        data.read_stream("tfds:tiny_reviews", data_dir=folder, column="author")


@pytest.mark.parametrize(("names", "field"), [(None, 1), ({"tags": "pos"}, 2)])
def test_tags_of_words_have_their_names(folder: str, names, field: int):
    columns = ("tokens", "tags")
    rows = data.read("tfds:tiny_names", data_dir=folder, columns=columns, names=names)
    found = dict(zip(map(tuple, rows.to_list("tokens")), rows.to_list("tags"), strict=True))
    assert found == {tuple(parts[0]): parts[field] for parts in TinyNames.SENTENCES}
    assert data.read("tfds:tiny_names", data_dir=folder, columns=("tokens",)).column_names == (
        "tokens",
    )


def test_a_split_without_labels(folder: str):
    with pytest.raises(DataError, match="class number -1 has no name"):
        data.read("tfds:tiny_reviews:unlabelled", data_dir=folder)
    rows = data.read("tfds:tiny_reviews:unlabelled", data_dir=folder, columns=("text",))
    assert sorted(rows.to_list("text")) == ["text 0", "text 1"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("tfds:imdb_reviews", r"not prepared in data_dir=.*download_and_prepare\(\)"),
        ("tfds:tiny_reviews:nowhere", "split 'nowhere' cannot be read"),
        ("tfds:imdb_review", "Near names: imdb_reviews"),
    ],
)
def test_what_is_not_there_is_named_with_the_remedy(folder: str, address: str, words: str):
    with pytest.raises(DataError, match=words) as caught:
        data.read(address, data_dir=folder)
    assert len(str(caught.value)) < 500


def test_a_missing_feature_lists_those_there_are(folder: str):
    with pytest.raises(DataError, match=r"no column for 'author'.*'review'"):
        data.read("tfds:tiny_reviews", data_dir=folder, columns=("text", "author"))


@pytest.mark.parametrize(
    ("address", "labels"),
    [("tfds:imdb_reviews/plain_text:test", {"neg", "pos"}),
     ("tfds:glue/sst2:validation", {"negative", "positive"})],
)  # fmt: skip
def test_data_sets_of_the_catalogue(address: str, labels: set[str]):
    with tfds.testing.mock_data(num_examples=50):
        rows = data.read(address)
    assert len(rows) == 50
    assert set(rows.to_list("label")) == labels
    assert all(isinstance(text, str) for text in rows.to_list("text"))


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("tfds:a", ("a", "train")),
        ("tfds:a/b:test", ("a/b", "test")),
        ("tfds:a:1.2.*", ("a:1.2.*", "train")),
        ("tfds:a/b:1.2.3:train[10%:20%]+test", ("a/b:1.2.3", "train[10%:20%]+test")),
    ],
)
def test_addresses(address: str, parts: tuple[str, str]):
    assert parse_address(address) == parts


@pytest.mark.parametrize("address", ["tfds:", "tfds::train", "tfds:a b"])
def test_wrong_addresses(address: str):
    with pytest.raises(ValueError, match="not of the form"):
        parse_address(address)


def test_a_path_is_no_address(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        data.read(str(tmp_path / "tfds:a"))


@pytest.mark.parametrize("config", ["whole", "inside"])
def test_translations(folder: str, config: str):
    names = {"source": "en", "target": "de"}
    if config == "inside":
        names["translation"] = "texts"
    rows = data.read(
        f"tfds:tiny_translations/{config}",
        columns=("source", "target"),
        names=names,
        data_dir=folder,
        bad_pairs="drop",
    )
    pairs = sorted(zip(rows.to_list("source"), rows.to_list("target"), strict=True))
    assert pairs == [(f"sentence {i}", f"Satz {i}") for i in range(1, 4)]
    assert rows.dropped == {"with an empty side": 1}


def test_translations_without_languages_list_those_there_are(folder: str):
    with pytest.raises(DataError, match=r"no column for 'source'.*'de', 'en'.*names="):
        data.read("tfds:tiny_translations/whole", columns=("source", "target"), data_dir=folder)


@pytest.mark.parametrize("config", ["several", "one"])
def test_captioned_images(folder: str, config: str):
    columns = ("image", "caption")
    address = f"tfds:tiny_captions/{config}"
    with pytest.raises(
        DataError, match=r"1 of \d images(.*\n)*.*tiny_captions/\w+, row \d: image of"
    ):
        data.read(address, columns=columns, data_dir=folder)
    with pytest.warns(UserWarning, match="They are left out"):
        rows = data.read(address, columns=columns, data_dir=folder, bad_images="skip")
    # The very bytes that were prepared: nothing is decoded and encoded again.
    expected = {(png(0), "caption 0"), (png(50, 5), "caption 1")}
    if config == "several":
        expected = {(png(50, 5), "caption 0 of 1")}
        assert rows.dropped == {"that cannot be used": 1, "without a caption": 1}
    assert set(zip(rows.to_list("image"), rows.to_list("caption"), strict=True)) == expected
