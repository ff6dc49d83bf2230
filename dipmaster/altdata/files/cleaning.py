"""Rows of a table to values of channels, cleaned and counted, or refused with their place."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from dipmaster.altdata.channels import CHANNEL_KINDS
from dipmaster.altdata.files.formats import Format, find_format
from dipmaster.altdata.files.symbols import read_symbols
from dipmaster.altdata.files.table import AlternativeTable
from dipmaster.altdata.files.times import read_times
from dipmaster.core.errors import TableError, data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.market.raw import naming
from dipmaster.market.raw.convert import as_floats
from dipmaster.market.raw.intervals import detect_interval

EMPTY, UNSORTED = "empty value", "row out of order"
_FIX = "correct or delete the row, or download the file again"


@dataclass(frozen=True)
class FileValues:
    """What one file gave.

    Attributes
    ----------
    rows
        Columns symbol, channel, event_ms, value and row (from 0, for errors).
    counts
        Reason to number of rows or values that were left out or put in order.
    """

    file: str
    rows: pd.DataFrame
    counts: Counter[str]


def read_file_values(table: AlternativeTable) -> FileValues:
    """Values of one file, in the order of the file.

    Raises
    ------
    DataError
        Columns of no format; a row with text for a number, an infinite one, one outside the
        bounds of its channel, a bad time, or no symbol where there has to be one.
    """
    file_format = find_format(table)
    times = read_times(table, file_format.time)
    symbols = read_symbols(table, file_format.is_per_coin)
    numbers = {
        name: _read_numbers(table, name) for name in file_format.read if name in table.columns
    }
    if file_format.find_bad is not None:
        _refuse(table, file_format.find_bad(numbers), file_format.expected, file_format.read)
    counts = Counter(
        {
            EMPTY: sum(int(np.isnan(column).sum()) for column in numbers.values()),
            UNSORTED: int((np.diff(times) < 0).sum()),
        }
    )
    event_ms = times + _measure_length(file_format, table, times)
    parts = [
        _build_rows(table, name, value, event_ms, symbols)
        for name, value in file_format.to_channels(numbers).items()
    ]
    return FileValues(table.file.name, pd.concat(parts, ignore_index=True), counts)


def _build_rows(
    table: AlternativeTable,
    channel: str,
    value: Floats,
    event_ms: Ints,
    symbols: npt.NDArray[np.object_],
) -> pd.DataFrame:
    kind = CHANNEL_KINDS[channel]
    outside = (value < kind.low) | (value > kind.high)
    bounds = f"{channel} ({kind.unit}) from {kind.low:g} to {kind.high:g}"
    _refuse_value(table, outside, bounds, value)
    rows = np.flatnonzero(np.isfinite(value))
    return pd.DataFrame(
        {
            "symbol": pd.array(symbols[rows], dtype="str"),
            "channel": channel,
            "event_ms": event_ms[rows],
            "value": value[rows],
            "row": rows,
        }
    )


def _read_numbers(table: AlternativeTable, name: str) -> Floats:
    column = table.columns[name]
    try:
        value, is_text = as_floats(column)
    except (TableError, pa.ArrowException) as error:
        raise data_error(
            table.file.display_name, f"numbers in '{name}'", str(error), _FIX
        ) from error
    _refuse(table, is_text | np.isinf(value), f"a finite number in '{name}', or nothing", (name,))
    return value


def _refuse(table: AlternativeTable, bad: Bools, expected: str, names: tuple[str, ...]) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        cells = ", ".join(
            f"{name}={str(table.columns[name][row].as_py())[:40]!r}"
            for name in names
            if name in table.columns
        )
        raise data_error(table.locate_row(row), expected, cells, _FIX)


def _refuse_value(table: AlternativeTable, bad: Bools, expected: str, value: Floats) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise data_error(table.locate_row(row), expected, f"{value[row]:g}", _FIX)


def _measure_length(found: Format, table: AlternativeTable, times: Ints) -> int:
    """From the time of a row to the end of what it describes."""
    if found.length_ms is not None:
        return found.length_ms
    named = naming.parse_interval(table.file.name)
    interval = named if named is not None else detect_interval(np.unique(times))
    if interval is None:
        raise data_error(
            table.file.display_name,
            "bars of one interval, or the interval in the file's name",
            f"{times.size} row(s) that tell none",
            "name the file SYMBOL-5m.csv",
        )
    return interval
