from __future__ import annotations

import importlib.util
import re

import pytest

import seqkit

HERE = [name for name in seqkit.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", HERE)
def test_every_listed_name_can_be_had(name):
    assert getattr(seqkit, name) is not None
    assert name in dir(seqkit)


def test_names_are_the_classes_of_their_packages():
    from seqkit.data import read
    from seqkit.text import Vocabulary

    assert seqkit.Vocabulary is Vocabulary and seqkit.read is read


def test_an_unknown_name_is_an_attribute_error_that_lists_the_known_ones():
    with pytest.raises(
        AttributeError, match=r"has no attribute 'Vocabularies'; it has .*Vocabulary"
    ):
        _ = seqkit.Vocabularies
    assert not hasattr(seqkit, "nothing") and importlib.util.find_spec("seqkit.nothing") is None


def test_the_version_is_that_of_the_package():
    import importlib.metadata

    assert re.fullmatch(r"\d+\.\d+\.\d+", seqkit.__version__)
    assert importlib.metadata.version("seqkit") == seqkit.__version__
