"""The error every reader raises for a row it cannot use."""

from __future__ import annotations


class DataError(ValueError):
    """A file or a row that cannot be read as it stands.

    The message names the place (file and line, or row), the value found there and the remedy.
    """
