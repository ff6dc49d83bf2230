"""The time column of a file to milliseconds since 1970 UTC."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dipmaster.altdata.files.formats import LATEST_MS
from dipmaster.altdata.files.table import AlternativeTable
from dipmaster.core.errors import DataError, TableError, data_error
from dipmaster.core.kernels import Ints
from dipmaster.core.time_units import EARLIEST_MS
from dipmaster.market.raw.convert import as_epoch_ms

_ZONE = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d|UTC)?$", re.I)
_UTC = {"Z", "UTC", "+00:00", "+0000", "-00:00"}


def read_times(table: AlternativeTable, name: str) -> Ints:
    """Times of the rows in the order of the file.

    Whole numbers may be seconds, milli-, micro- or nanoseconds: their sizes do not overlap.
    Times without a zone are taken as UTC.

    Raises
    ------
    DataError
        A row without a time, one before 2009 or after 2099, and zones that differ between rows.
    """
    column = table.columns[name]
    distinct, place = _find_distinct(column)
    try:
        times = as_epoch_ms(distinct)[place]
    except (TableError, pa.ArrowException) as error:
        raise _time_error(table.file.display_name, f"column {name!r} with {error}") from error
    bad = np.flatnonzero((times < EARLIEST_MS) | (times >= LATEST_MS))
    if bad.size:
        row = int(bad[0])
        raise _time_error(table.locate_row(row), f"{name}={str(column[row].as_py())[:40]!r}")
    _refuse_mixed_zones(table, distinct, place)
    return times


def _find_distinct(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, Ints]:
    """Distinct texts of a column and the place of each row's; depth has a time for twelve rows."""
    if not pa.types.is_string(column.type):
        return column, np.arange(len(column), dtype=np.int64)
    encoded = pc.dictionary_encode(column.combine_chunks())
    return pa.chunked_array([encoded.dictionary]), encoded.indices.to_numpy().astype(np.int64)


def _refuse_mixed_zones(table: AlternativeTable, distinct: pa.ChunkedArray, place: Ints) -> None:
    if not pa.types.is_string(distinct.type):
        return
    zones = [_read_zone(text) for text in distinct.to_pylist()]  # in the order of the file
    other = next((index for index, zone in enumerate(zones) if zone != zones[0]), None)
    if other is not None:
        raise data_error(
            table.locate_row(int(np.flatnonzero(place == other)[0])),
            f"times of one zone: {zones[0] or 'none, taken as UTC'}, as in the rows before",
            f"{distinct[other].as_py()!r}",
            "write all times of the file in UTC",
        )


def _read_zone(text: str) -> str:
    """Zone of a time with a clock, "" where it names none or is a date or a number."""
    clock = _ZONE.search(text.strip())
    zone = (clock.group(1) or "").upper() if clock else ""
    return "UTC" if zone in _UTC else zone


def _time_error(where: str, found: str) -> DataError:
    return data_error(
        where,
        "a time from 2009 to 2099: ISO 8601, or seconds, milli- or microseconds since 1970",
        found,
        "correct or delete the row, or download the file again",
    )
