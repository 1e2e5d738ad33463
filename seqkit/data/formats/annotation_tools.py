"""The annotation tools whose objects are known, and rows made of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from seqkit.data.formats.adaptor import ANSWERS, Adaptor, Numbered
from seqkit.data.formats.doccano import DOCCANO
from seqkit.data.formats.label_studio import SHORT, TASKS
from seqkit.data.formats.prodigy import PRODIGY
from seqkit.data.request import Request

# The first that recognizes the first object is taken.
ADAPTORS: tuple[Adaptor, ...] = (TASKS, SHORT, PRODIGY, DOCCANO)


def adapt_rows(objects: Iterable[Numbered], request: Request, source: str) -> Iterator[Numbered]:
    """Makes rows of objects, which stay what they are where no tool wrote them.

    What is asked for without an answer, such as texts without labels, is in the rows as it is.
    """
    iterator = iter(objects)
    first = next(iterator, None)
    if first is None:
        return iter(())
    adaptor = adaptor_of(first[1], request)
    whole = itertools.chain([first], iterator)
    return whole if adaptor is None else adaptor.adapt(whole, request, source)


def adaptor_of(row: object, request: Request) -> Adaptor | None:
    """The tool that wrote an object, where its answers are wanted."""
    kind = request.kind
    wanted = kind.name in ANSWERS and set(kind.columns) <= set(request.columns)
    if not wanted or not isinstance(row, Mapping):
        return None
    return next((adaptor for adaptor in ADAPTORS if adaptor.recognize(row)), None)
