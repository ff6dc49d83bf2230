"""Parts of one symbol from several files to one series; duplicates must agree."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.errors import DataError, data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_timestamps
from dipmaster.market.raw.columns import OPTIONAL
from dipmaster.market.raw.intervals import sort_unique
from dipmaster.market.raw.log import DroppedRows
from dipmaster.market.raw.reading import SymbolRows
from dipmaster.market.raw.resample import resample_to_five_minutes
from dipmaster.market.raw.rows import DUPLICATE

# Two copies of a bar may differ by the rounding of a sum (1m bars resampled against 5m bars).
AGREE_RTOL = 1e-9


@dataclass(frozen=True)
class MergedSeries:
    """5-minute bars of one symbol: rising times, columns, and what was left out.

    `incomplete_windows` counts 5-minute windows that finer bars began but did
    not fill, and for which no other file has the bar.
    """

    times_ms: Ints
    values: dict[str, Floats]
    incomplete_windows: int
    left_out_columns: tuple[str, ...]
    dropped: tuple[DroppedRows, ...]


@dataclass(frozen=True)
class _TaggedRows:
    """Rows with `origin`, the number of the part that each comes from."""

    times_ms: Ints
    values: dict[str, Floats]
    origin: Ints

    def take(self, index: Ints | Bools) -> "_TaggedRows":
        values = {name: column[index] for name, column in self.values.items()}
        return _TaggedRows(self.times_ms[index], values, self.origin[index])


def merge_parts(parts: list[SymbolRows]) -> MergedSeries:
    """Merge all parts of one symbol; finer ones are joined first, then resampled.

    Only columns that every part has are kept: a column that is there for some
    months only would have to be filled for the others.

    Raises
    ------
    DataError
        Where two rows of the same time disagree, with both files and the time.
    """
    shared = [name for name in parts[0].values if all(name in part.values for part in parts)]
    left_out = tuple(
        name for name in OPTIONAL if name not in shared and any(name in p.values for p in parts)
    )
    five_minute_rows: list[_TaggedRows] = []
    incomplete_windows: list[Ints] = []
    dropped: list[DroppedRows] = []
    for interval in sorted({part.interval_ms for part in parts}, reverse=True):
        interval_parts = [(i, part) for i, part in enumerate(parts) if part.interval_ms == interval]
        rows = _concatenate([_tag_rows(i, part, shared) for i, part in interval_parts])
        rows, duplicates = _drop_duplicates(rows, parts)
        resampled, incomplete = _resample(rows, interval)
        five_minute_rows.append(resampled)
        incomplete_windows.append(incomplete)
        dropped += duplicates
    merged_rows, duplicates = _drop_duplicates(_concatenate(five_minute_rows), parts)
    missing = ~np.isin(
        sort_unique(np.concatenate(incomplete_windows)), merged_rows.times_ms, assume_unique=True
    )
    incomplete_count = int(np.count_nonzero(missing))
    return MergedSeries(
        merged_rows.times_ms,
        merged_rows.values,
        incomplete_count,
        left_out,
        (*dropped, *duplicates),
    )


def _tag_rows(number: int, part: SymbolRows, shared: list[str]) -> _TaggedRows:
    values = {name: part.values[name] for name in shared}
    return _TaggedRows(part.times_ms, values, np.full(part.times_ms.size, number, dtype=np.int64))


def _concatenate(pieces: list[_TaggedRows]) -> _TaggedRows:
    return _TaggedRows(
        np.concatenate([piece.times_ms for piece in pieces]),
        {n: np.concatenate([piece.values[n] for piece in pieces]) for n in pieces[0].values},
        np.concatenate([piece.origin for piece in pieces]),
    )


def _resample(rows: _TaggedRows, interval_ms: int) -> tuple[_TaggedRows, Ints]:
    times, values, incomplete = resample_to_five_minutes(rows.times_ms, rows.values, interval_ms)
    return _TaggedRows(
        times, values, rows.origin[np.searchsorted(rows.times_ms, times)]
    ), incomplete


def _drop_duplicates(
    rows: _TaggedRows, parts: list[SymbolRows]
) -> tuple[_TaggedRows, list[DroppedRows]]:
    """Sort by time, keep the first of rows of equal time."""
    rows = rows.take(np.argsort(rows.times_ms, kind="stable"))
    is_duplicate = np.zeros(rows.times_ms.size, dtype=np.bool_)
    is_duplicate[1:] = rows.times_ms[1:] == rows.times_ms[:-1]
    for name, column in rows.values.items():
        agree = np.isclose(column[1:], column[:-1], rtol=AGREE_RTOL, atol=0.0)
        conflicts = np.flatnonzero(is_duplicate[1:] & ~agree)
        if conflicts.size:
            raise _disagreement_error(rows, int(conflicts[0]), name, parts)
    numbers, counts = np.unique(rows.origin[is_duplicate], return_counts=True)
    dropped = [
        DroppedRows(parts[int(i)].file, parts[int(i)].symbol, DUPLICATE, int(count))
        for i, count in zip(numbers, counts, strict=True)
    ]
    return rows.take(~is_duplicate), dropped


def _disagreement_error(
    rows: _TaggedRows, row: int, name: str, parts: list[SymbolRows]
) -> DataError:
    first, second = (parts[int(i)] for i in rows.origin[row : row + 2])
    file_names = (
        first.display_name if first is second else f"{first.display_name} and {second.display_name}"
    )
    time = to_timestamps(rows.times_ms[row : row + 1])[0].strftime("%Y-%m-%d %H:%M")
    values = rows.values[name]
    return data_error(
        f"{file_names}, {first.symbol} at {time} UTC",
        "bars of the same time to agree",
        f"{name} {values[row]:.10g} and {values[row + 1]:.10g}",
        "keep one of the two: spot and futures of a coin, or two exchanges, are not one "
        "symbol, and the last bar of an older download may be unfinished; times in local time "
        "repeat an hour where daylight saving ends: write them in UTC; of two sets with the same "
        "coin, select one set (ingest.raw.set)",
    )
