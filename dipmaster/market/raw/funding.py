"""Funding files under data/raw to the rates that holders of a future paid, by symbol.

The exchange archive's files are read: calc_time, funding_interval_hours and
last_funding_rate, with these names in a header line. A coin has a rate at every funding
time of its bars or none at all: half a history would charge some months and not others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster.core.errors import DataError, data_error
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import format_time, to_epoch_ms, to_timestamps
from dipmaster.core.tables import FUNDING
from dipmaster.core.time_units import BAR_MS, EARLIEST_MS, HOUR_MS, MINUTE_MS
from dipmaster.market.raw import naming
from dipmaster.market.raw.files import RawFile, unreadable_error, verify_checksum
from dipmaster.market.raw.loading import READ_ERRORS
from dipmaster.market.raw.log import IgnoredFile
from dipmaster.market.raw.selection import Selection

TIME, HOURS, RATE = COLUMNS = ("calc_time", "funding_interval_hours", "last_funding_rate")
MAX_OFFSET_MS = MINUTE_MS  # rates are stamped some milliseconds after the hour
MAX_RATE_FRAC = 0.1  # of the position in one payment: exchanges cap it far below
MAX_INTERVAL_HOURS = 24
_KIND = naming.OTHER_KINDS["fundingrate"]
_FIRST_MICROSECONDS = 10**14


@dataclass(frozen=True)
class FundingFile:
    """A file of one symbol's rates, its name relative to data/raw.

    `rows` has columns time_ms (on the 5-minute grid), interval_ms, rate_frac and row, the
    place of the row for errors.
    """

    file: str
    symbol: str
    rows: pd.DataFrame


def read_funding_files(
    folder: Path, ignored: Sequence[IgnoredFile], selection: Selection
) -> list[FundingFile]:
    """Read the selected funding files among those that hold no bars.

    Parameters
    ----------
    folder
        data/raw.
    ignored
        Funding files are known by their name or, where it says nothing, by their columns.
    selection
        Rates of other coins are not checked, those outside the period left out.

    Raises
    ------
    DataError
        A file that cannot be read or has a bad row.
    """
    files = (
        _read(RawFile(entry.file, folder / entry.file), selection)
        for entry in ignored
        if _is_one(entry)
    )
    return [file for file in files if file is not None]


def _is_one(entry: IgnoredFile) -> bool:
    is_text = entry.file.lower().endswith((".csv", ".zip"))
    return is_text and (_KIND in entry.reason or RATE in entry.reason)


def _read(source: RawFile, selection: Selection) -> FundingFile | None:
    """Rows of a file; None where its columns are not the archive's, or its coin is another."""
    verify_checksum(source)
    try:
        table = pd.read_csv(source.path, dtype=str, keep_default_na=False, skip_blank_lines=False)
    except READ_ERRORS as error:
        raise unreadable_error(source, "csv of funding rates", error) from error
    table.columns = pd.Index([str(name).strip().lower() for name in table.columns])
    if not set(COLUMNS) <= set(table.columns):
        return None
    symbol = naming.check_symbol(naming.file_stem(source.name).split("-")[0], source.display_name)
    if not selection.has_symbol(symbol):
        return None
    rows = _parse_rows(source, table[table.fillna("").map(len).any(axis=1)])
    in_period = selection.has_times(rows["time_ms"].to_numpy(dtype=np.int64))
    return FundingFile(source.name, symbol, rows[in_period])


def _parse_rows(source: RawFile, table: pd.DataFrame) -> pd.DataFrame:
    numbers = table[list(COLUMNS)].apply(pd.to_numeric, errors="coerce")
    time, hours, rate = (numbers[name].to_numpy(dtype=np.float64) for name in COLUMNS)
    time = np.where(time >= _FIRST_MICROSECONDS, time / 1_000.0, time)
    _check_rows(source, table, time, hours, rate)
    return pd.DataFrame(
        {
            "time_ms": np.rint(time / BAR_MS).astype(np.int64) * BAR_MS,
            "interval_ms": np.rint(hours * HOUR_MS).astype(np.int64),
            "rate_frac": rate,
            "row": [_row_name(source, row) for row in table.index],
        }
    )


def _check_rows(
    source: RawFile, table: pd.DataFrame, time: Floats, hours: Floats, rate: Floats
) -> None:
    if table.empty:
        found, fix = "no row", "download it again or delete it"
        raise data_error(source.display_name, "rows of funding rates", found, fix)
    off_grid_ms = np.abs(time - np.rint(time / BAR_MS) * BAR_MS)
    checks: tuple[tuple[Bools, str], ...] = (
        (time >= EARLIEST_MS, f"a {TIME} in milliseconds since 1970"),
        (off_grid_ms <= MAX_OFFSET_MS, f"a {TIME} within a minute of a 5-minute step"),
        (
            (hours > 0) & (hours <= MAX_INTERVAL_HOURS),
            f"{HOURS} above 0 and up to {MAX_INTERVAL_HOURS}",
        ),
        (
            np.abs(rate) <= MAX_RATE_FRAC,
            f"a {RATE} as a fraction, {MAX_RATE_FRAC:g} at most either way",
        ),
    )
    for is_good, expected in checks:
        if not is_good.all():
            bad = table.iloc[int(np.flatnonzero(~is_good)[0])]
            values = ", ".join(f"{name}={bad[name]!r}" for name in COLUMNS)
            fix = "correct the row or download the file again"
            raise data_error(_row_name(source, bad.name), expected, values, fix)


def _row_name(source: RawFile, row: object) -> str:
    return f"{source.display_name}, line {int(str(row)) + 2}"


def select_due_files(
    files: Sequence[FundingFile], bars: Mapping[str, pd.DataFrame]
) -> list[FundingFile]:
    """Those of symbols with a rate within the time of their bars; the others charge nobody.

    Parameters
    ----------
    bars
        One frame of table BARS a symbol.
    """
    due = {
        file.symbol
        for file in files
        if file.symbol in bars and _has_rate_within(file.rows, bars[file.symbol])
    }
    return [file for file in files if file.symbol in due]


def _has_rate_within(rates: pd.DataFrame, bars: pd.DataFrame) -> bool:
    first, *_, last = to_epoch_ms(bars["open_time"])
    return bool(rates["time_ms"].between(first, last).any())


def build_funding_rates(
    files: Sequence[FundingFile], bars: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Join the files of each symbol to its rates.

    Parameters
    ----------
    files
        Of symbols that have bars.
    bars
        One frame of table BARS a symbol.

    Returns
    -------
    dict
        A frame of table FUNDING for every symbol with a file.

    Raises
    ------
    DataError
        Copies that disagree, or funding times without a rate between a symbol's first and
        last bar.
    """
    symbols = sorted({file.symbol for file in files})
    return {
        symbol: _join([file.rows for file in files if file.symbol == symbol], bars[symbol], symbol)
        for symbol in symbols
    }


def _join(parts: list[pd.DataFrame], bars: pd.DataFrame, symbol: str) -> pd.DataFrame:
    rates = pd.concat(parts).drop_duplicates(["time_ms", "interval_ms", "rate_frac"])
    rates = rates.sort_values("time_ms", kind="stable", ignore_index=True)
    times = rates["time_ms"].to_numpy(dtype=np.int64)
    repeated = np.flatnonzero(np.diff(times) == 0)
    if repeated.size:
        first, second = rates.iloc[repeated[0]], rates.iloc[repeated[0] + 1]
        raise data_error(
            f"{second['row']}, funding of {symbol} at {format_time(times[repeated[0]])}",
            "one rate at a time",
            f"{second['rate_frac']:g}, and {first['rate_frac']:g} in {first['row']}",
            "keep the files of one exchange",
        )
    _check_complete(rates, bars, symbol)
    columns = {"time": to_timestamps(times), "rate_frac": rates["rate_frac"]}
    return FUNDING.check(pd.DataFrame(columns), f"funding of {symbol}")


def _check_complete(rates: pd.DataFrame, bars: pd.DataFrame, symbol: str) -> None:
    """A rate is due an interval after the one before, from the first bar to the last."""
    first, *_, last = to_epoch_ms(bars["open_time"])
    times, interval = (rates[name].to_numpy(dtype=np.int64) for name in ("time_ms", "interval_ms"))
    span = f"its first bar ({format_time(first)}) to its last ({format_time(last)})"
    if times[0] - interval[0] > first:
        raise _incomplete_error(
            rates["row"].iloc[0], symbol, span, f"none before {format_time(times[0])}"
        )
    next_time = np.append(times[1:], np.iinfo(np.int64).max)
    due = times + np.maximum(interval, np.append(interval[1:], 0))
    missing = np.flatnonzero((next_time > due) & (next_time > first) & (due <= last))
    if missing.size:
        after = f"none when one was due after {format_time(times[missing[0]])}"
        raise _incomplete_error(rates["row"].iloc[missing[0]], symbol, span, after)


def _incomplete_error(row: str, symbol: str, span: str, found: str) -> DataError:
    return data_error(
        f"{row}, funding of {symbol}",
        f"a rate at every funding time from {span}",
        found,
        "add the missing files, or move those of this coin out of data/raw: it is then not "
        "charged, and market.json and the report say so",
    )
