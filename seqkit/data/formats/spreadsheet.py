"""Spreadsheets: the rows of an .xlsx file, whose first row names the columns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.delimited import by_position, is_positional
from seqkit.data.formats.format import Format
from seqkit.data.formats.packing import unpack
from seqkit.data.raw_rows import RawRows, gather_rows
from seqkit.data.request import Request

Row = tuple[int, list[str]]


def read_spreadsheet(path: Path, request: Request) -> Iterator[RawRows]:
    """Yields the rows of a sheet, each with its number as the line; empty ones are passed over.

    Of several sheets that hold anything, the one is read that has the columns. A cell is what CSV
    would have of it: a number without decimal places that are zero, TRUE or FALSE, or a text.
    `names` may be positions, counted from 0, where there is no row of names.

    Raises:
        DataError: It is no spreadsheet, or none or several of its sheets have the columns.
        ImportError: openpyxl is not installed.
    """
    sheets = {name: rows for name, rows in _sheets(path).items() if rows}
    if not sheets:
        raise DataError(f"{path}: no rows. Give at least one.")
    positional = is_positional(request.names, request.columns)
    chosen: dict[str, dict[str, int]] = {}
    faults: list[DataError] = []
    for name, rows in sheets.items():
        line, head = rows[0]
        place = f"{path}, sheet {name!r}"
        try:
            if positional:
                chosen[name] = _by_position(rows, request, place)
            else:
                chosen[name] = request.find(head, f"{place}, row {line}", flat=True)
        except DataError as error:
            faults.append(error)
    if positional and not chosen:
        raise faults[0]
    if not chosen:
        raise DataError(
            f"{faults[0]} Without a row of names: names={by_position(request.columns)}."
        )
    if len(chosen) > 1:
        raise DataError(
            f"{path}: {len(chosen)} sheets could hold the rows: {shown(list(chosen), 200)}. Save "
            "the one that is meant as a file of its own."
        )
    name, positions = next(iter(chosen.items()))
    rows = sheets[name] if positional else sheets[name][1:]
    width = max(positions.values()) + 1
    picked = (
        (line, [(row + [""] * (width - len(row)))[position] for position in positions.values()])
        for line, row in rows
    )
    yield from gather_rows(picked, list(positions), f"{path}, sheet {name!r}")


def _by_position(rows: list[Row], request: Request, place: str) -> dict[str, int]:
    """The positions that are given, where some row of a sheet reaches as far."""
    names = request.names or {}
    positions = {column: int(names[column]) for column in request.columns}
    width = max(len(row) for _, row in rows)
    if max(positions.values()) >= width:
        raise DataError(
            f"{place}: names={dict(names)} asks for column {max(positions.values())} (counted from "
            f"0), but the sheet has {width}: positions count from 0 to {width - 1}."
        )
    return positions


def _sheets(path: Path) -> dict[str, list[Row]]:
    """The rows of each sheet that are not empty, each with its number."""
    try:
        import openpyxl
    except ImportError as error:
        raise ImportError(
            f"{str(path)!r} needs openpyxl: pip install openpyxl. Or save the sheet as CSV (UTF-8)."
        ) from error
    try:
        with path.open("rb") as file:
            content = io.BytesIO(unpack(file, path).read())
        book = openpyxl.load_workbook(content, read_only=True, data_only=True)
    except DataError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise DataError(
            f"{path}: cannot be read as a spreadsheet ({error}). Save it once more as .xlsx, or as "
            "CSV (UTF-8)."
        ) from None
    return {
        sheet.title: list(_rows(sheet.iter_rows(values_only=True))) for sheet in book.worksheets
    }


def _rows(rows: Any) -> Iterator[Row]:
    """Rows that hold anything, with their numbers."""
    for number, row in enumerate(rows, 1):
        cells = [_cell(value) for value in row]
        if any(cell.strip() for cell in cells):
            yield number, cells


def _cell(value: Any) -> str:
    """A cell as CSV has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


SPREADSHEET = Format(
    "xlsx",
    kinds=("labels", "pairs", "captions"),
    read=read_spreadsheet,
    suffixes=(".xlsx", ".xlsm"),
    newline=None,
)
