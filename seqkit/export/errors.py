"""The error of a failed export."""

from __future__ import annotations


class ExportError(RuntimeError):
    """Says why an export was refused, and where what it wrote is kept."""
