"""Columns of one file as numbers, the symbol of each row, and the interval they are apart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa

from dipmaster.core.errors import TableError, data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import EARLIEST_MS
from dipmaster.market.raw import naming
from dipmaster.market.raw.columns import OPTIONAL, PRICES, NotBarsError, column_error
from dipmaster.market.raw.convert import as_epoch_ms, as_floats
from dipmaster.market.raw.files import RawFile
from dipmaster.market.raw.intervals import describe_other_interval, detect_interval, interval_name
from dipmaster.market.raw.loading import LoadedFile, load

Converted = TypeVar("Converted")


@dataclass(frozen=True)
class FileColumns:
    """All rows of a file as numbers; `symbols` numbers the names in `names`."""

    times_ms: Ints
    values: dict[str, Floats]
    is_text: dict[str, Bools]
    names: tuple[str, ...]
    symbols: Ints


def load_bars(source: RawFile, drop: bool) -> LoadedFile:
    """As `load`; a file that is named as bars has to hold some."""
    try:
        return load(source, drop)
    except NotBarsError as error:
        if naming.is_named_as_bars(source.name):
            raise column_error(source.display_name, str(error)) from error
        raise


def convert_columns(loaded: LoadedFile, source: RawFile) -> FileColumns:
    """All columns of table BARS that the file has; an empty one counts as absent.

    Raises
    ------
    DataError
        For a column or a symbol that cannot be read.
    """
    table = loaded.columns
    numbers = {
        name: _convert(as_floats, table[name], name, source)
        for name in (*PRICES, "volume", *OPTIONAL)
        if name in table.column_names
    }
    values = {name: column for name, (column, _) in numbers.items()}
    is_text = {name: text for name, (_, text) in numbers.items()}
    for name in OPTIONAL:  # an empty column is a column the source lacks
        if name in values and np.all(np.isnan(values[name]) & ~is_text[name]):
            del values[name], is_text[name]
    times = _convert(as_epoch_ms, table["open_time"], "open_time", source)
    return FileColumns(times, values, is_text, *_read_symbols(loaded, source))


def convert_times(loaded: LoadedFile, source: RawFile) -> FileColumns:
    """Times and symbols alone, for what needs no values.

    Raises
    ------
    DataError
        For times or symbols that cannot be read.
    """
    times = _convert(as_epoch_ms, loaded.columns["open_time"], "open_time", source)
    return FileColumns(times, {}, {}, *_read_symbols(loaded, source))


def determine_interval(columns: FileColumns, source: RawFile, max_time_ms: int) -> int:
    """Interval of the name, else of the symbol with most rows; every symbol must keep to it.

    Returns
    -------
    Milliseconds; times before 2009 or from `max_time_ms` on do not count.

    Raises
    ------
    DataError
        Where it cannot be told, or a symbol has another.
    """
    named = naming.parse_interval(source.name)
    known = (columns.times_ms >= EARLIEST_MS) & (columns.times_ms < max_time_ms)
    times_by_symbol = [
        columns.times_ms[known & (columns.symbols == i)] for i in range(len(columns.names))
    ]
    longest = max(times_by_symbol, key=len)
    interval = named if named is not None else detect_interval(longest)
    if interval is None:
        raise data_error(
            source.display_name,
            "stamps a known interval apart, or the interval in the file name",
            f"{longest.size} usable stamp(s) and no interval in the name",
            "name the file SYMBOL-5m.csv (or -1m)",
        )
    for symbol, times_ms in zip(columns.names, times_by_symbol, strict=True):
        _check_interval(times_ms, interval, named is not None, f"{source.display_name}, {symbol}")
    return interval


def _convert(
    convert: Callable[[pa.ChunkedArray], Converted],
    column: pa.ChunkedArray,
    name: str,
    source: RawFile,
) -> Converted:
    try:
        return convert(column)
    except (TableError, pa.ArrowException) as error:
        raise column_error(source.display_name, f"column {name!r} with {error}") from error


def _read_symbols(loaded: LoadedFile, source: RawFile) -> tuple[tuple[str, ...], Ints]:
    table = loaded.columns
    if "symbol" not in table.column_names:
        symbol = naming.parse_symbol(source.name, source.display_name)
        return (symbol,), np.zeros(table.num_rows, dtype=np.int64)
    words = np.array(["" if w is None else str(w).strip() for w in table["symbol"].to_pylist()])
    spellings, first, inverse = np.unique(words, return_index=True, return_inverse=True)
    checked = [
        naming.check_symbol(str(word), loaded.locate_row(int(row)))
        for word, row in zip(spellings, first, strict=True)
    ]
    names = tuple(sorted(set(checked)))
    return names, np.array([names.index(name) for name in checked], dtype=np.int64)[inverse]


def _check_interval(times_ms: Ints, interval: int, is_named: bool, where: str) -> None:
    """No choice of rows makes bars of one interval out of bars of another."""
    description = describe_other_interval(times_ms, interval)
    if description:
        raise data_error(
            where,
            f"{interval_name(interval)} bars, as "
            + ("the file name says" if is_named else "most are"),
            description,
            "give the file its true interval in the name, and bars of two intervals a file each",
        )
