"""One file to checked rows of each symbol in it; nothing is resampled or merged yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa

from dipmaster.core.errors import DataError, data_error, data_errors
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.parallel import map_in_threads
from dipmaster.market.raw import rows
from dipmaster.market.raw.columns import NotBarsError
from dipmaster.market.raw.convert import NO_TIME, as_epoch_ms
from dipmaster.market.raw.file_columns import (
    FileColumns,
    convert_columns,
    convert_times,
    determine_interval,
    load_bars,
)
from dipmaster.market.raw.files import NOT_SELECTED, RawFile, explain_interval
from dipmaster.market.raw.loading import LoadedFile
from dipmaster.market.raw.log import DroppedRows, IgnoredFile
from dipmaster.market.raw.selection import Selection, SymbolSpan, measure_spans, select_rows

Result = TypeVar("Result")
_FIX_UNITS = (
    "give volume and taker_buy_volume in coins and quote_volume in the quote currency, or leave "
    "the column out of the file; dropping rows cannot correct it"
)


@dataclass(frozen=True)
class RowRules:
    """Which rows are read, and what happens to bad ones."""

    selection: Selection
    drop: bool


@dataclass(frozen=True)
class SymbolRows:
    """Good rows of one symbol in one file, in file order.

    Attributes
    ----------
    file, display_name
        Name relative to the raw folder, and as the user finds it.
    times_ms
        Shape (rows,), on the grid of `interval_ms`; may hold duplicates.
    values
        Columns of table BARS but the time, each of shape (rows,), finite.
    """

    file: str
    display_name: str
    symbol: str
    interval_ms: int
    times_ms: Ints
    values: dict[str, Floats]


@dataclass(frozen=True)
class FileBars:
    """What one file gave: parts by symbol, or the reason why it is ignored.

    `spans` are those of all its coins, selected or not.
    """

    parts: tuple[SymbolRows, ...]
    ignored: tuple[IgnoredFile, ...] = ()
    dropped: tuple[DroppedRows, ...] = ()
    spans: tuple[SymbolSpan, ...] = ()


def read_each(sources: Sequence[RawFile], read: Callable[[RawFile], Result]) -> list[Result]:
    """Read files in threads; the faults of all are reported in the order of the files.

    Raises
    ------
    DataError
        The faults of all files that cannot be used.
    """

    def read_or_fail(source: RawFile) -> Result | DataError:
        try:
            return read(source)
        except DataError as error:
            return error

    results = map_in_threads(read_or_fail, sources, "Reading data/raw")
    errors = [result for result in results if isinstance(result, DataError)]
    if errors:
        raise data_errors(errors, "files")
    return [result for result in results if not isinstance(result, DataError)]


def read_spans(source: RawFile, rules: RowRules) -> tuple[SymbolSpan, ...]:
    """First and last time of each coin in a file, from its times alone; none where it has no bars.

    Raises
    ------
    DataError
        Where it cannot be read or holds no bars of one interval.
    """
    try:
        loaded = load_bars(source, rules.drop)
    except NotBarsError:
        return ()
    columns, max_time_ms = convert_times(loaded, source), rules.selection.max_time_ms
    if explain_interval(determine_interval(columns, source, max_time_ms)):
        return ()
    return measure_spans(columns.times_ms, columns.names, columns.symbols, max_time_ms)


def read_file(source: RawFile, rules: RowRules) -> FileBars:
    """Read and check one file.

    Raises
    ------
    DataError
        Where it cannot be used; for a bad row with file, row and fix.
    """
    try:
        loaded = load_bars(source, rules.drop)
    except NotBarsError as error:
        return FileBars((), (IgnoredFile(source.name, str(error)),))
    columns = convert_columns(loaded, source)
    interval = determine_interval(columns, source, rules.selection.max_time_ms)
    reason = explain_interval(interval)
    if reason:
        return FileBars((), (IgnoredFile(source.name, reason),))
    codes = _find_faults(columns, interval, rules.selection)
    if not rules.drop and np.any(codes >= 0):
        raise _bad_row_error(loaded, codes)
    if np.any(codes == rows.WRONG_UNIT):
        raise _bad_row_error(loaded, np.where(codes == rows.WRONG_UNIT, codes, rows.NO_FAULT))
    parts = tuple(
        _select_symbol(columns, codes, index, interval, source)
        for index in sorted(set(columns.symbols[codes != rows.NOT_SELECTED].tolist()))
    )
    for part in parts:
        _check_quote_volume(part)
    spans = measure_spans(
        columns.times_ms, columns.names, columns.symbols, rules.selection.max_time_ms
    )
    if not parts:
        return FileBars((), (IgnoredFile(source.name, NOT_SELECTED),), (), spans)
    return FileBars(parts, (), _count_dropped(loaded, columns, codes, source), spans)


def _find_faults(columns: FileColumns, interval: int, selection: Selection) -> Ints:
    """Code of every row: its first fault, `NO_FAULT`, or `NOT_SELECTED`."""
    codes = rows.find_faults(
        columns.times_ms, columns.values, columns.is_text, interval, selection.max_time_ms
    )
    is_selected = select_rows(columns.times_ms, columns.names, columns.symbols, selection)
    return np.where(is_selected, codes, rows.NOT_SELECTED)


def _bad_row_error(loaded: LoadedFile, codes: Ints) -> DataError:
    bad = np.flatnonzero(codes >= 0)
    row = int(bad[0])
    others = f" (and {bad.size - 1} more bad rows in this file)" if bad.size > 1 else ""
    return data_error(
        loaded.locate_row(row),
        rows.REASONS[int(codes[row])].expected,
        _format_row(loaded.columns, row) + others,
        _FIX_UNITS
        if codes[row] == rows.WRONG_UNIT
        else "correct or delete the row, download the file again, or set ingest.on_bad_row to drop",
    )


def _check_quote_volume(part: SymbolRows) -> None:
    impossible = rows.find_impossible_price(part.values)
    if impossible:
        price, low, high = impossible
        raise data_error(
            f"{part.display_name}, {part.symbol}",
            f"a mean traded price (quote_volume / volume) between the lowest low {low:.10g} "
            f"and the highest high {high:.10g}",
            f"{price:.10g}",
            _FIX_UNITS,
        )


def _format_row(table: pa.Table, row: int) -> str:
    return ", ".join(f"{name}={_format_cell(table[name], row)}" for name in table.column_names)


def _format_cell(column: pa.ChunkedArray, row: int) -> str:
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        stamp = as_epoch_ms(column.slice(row, 1))[0]
        return "none" if stamp == NO_TIME else f"{stamp} ms since 1970"
    return repr(column[row].as_py())[:40]


def _select_symbol(
    columns: FileColumns, codes: Ints, index: int, interval: int, source: RawFile
) -> SymbolRows:
    selected = (codes == rows.NO_FAULT) & (columns.symbols == index)
    return SymbolRows(
        source.name,
        source.display_name,
        columns.names[index],
        interval,
        columns.times_ms[selected],
        {name: column[selected] for name, column in columns.values.items()},
    )


def _count_dropped(
    loaded: LoadedFile, columns: FileColumns, codes: Ints, source: RawFile
) -> tuple[DroppedRows, ...]:
    dropped = [
        DroppedRows(source.name, name, reason, number)
        for index, name in enumerate(columns.names)
        for reason, number in rows.count_reasons(codes[columns.symbols == index]).items()
    ]
    ragged = DroppedRows(source.name, columns.names[0], rows.RAGGED, loaded.ragged_rows)
    return (*dropped, ragged)
