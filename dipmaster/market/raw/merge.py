"""Parts of one symbol from several files to one series; duplicates must agree."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.errors import DataError, data_error
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import as_times
from dipmaster.market.raw.intervals import distinct
from dipmaster.market.raw.layout import OPTIONAL
from dipmaster.market.raw.log import Dropped
from dipmaster.market.raw.reading import Part
from dipmaster.market.raw.resample import to_five_minutes
from dipmaster.market.raw.rows import DUPLICATE

# Two copies of a bar may differ by the rounding of a sum (1m bars resampled against 5m bars).
AGREE_RTOL = 1e-9


@dataclass(frozen=True)
class Series:
    """5-minute bars of one symbol: rising times, columns, and what was left out.

    `incomplete_windows` counts 5-minute windows that finer bars began but did
    not fill, and for which no other file has the bar.
    """

    times_ms: Ints
    values: dict[str, Floats]
    incomplete_windows: int
    left_out_columns: tuple[str, ...]
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True)
class _Rows:
    """Rows with `origin`, the number of the part that each comes from."""

    times_ms: Ints
    values: dict[str, Floats]
    origin: Ints

    def taken(self, index: Ints | Bools) -> "_Rows":
        values = {name: column[index] for name, column in self.values.items()}
        return _Rows(self.times_ms[index], values, self.origin[index])


def merged(parts: list[Part]) -> Series:
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
    bars: list[_Rows] = []
    begun: list[Ints] = []
    dropped: list[Dropped] = []
    for interval in sorted({part.interval_ms for part in parts}, reverse=True):
        chosen = [(i, part) for i, part in enumerate(parts) if part.interval_ms == interval]
        rows = _stacked([_rows(i, part, shared) for i, part in chosen])
        rows, lost = _without_duplicates(rows, parts)
        resampled, incomplete = _resampled(rows, interval)
        bars.append(resampled)
        begun.append(incomplete)
        dropped += lost
    whole, lost = _without_duplicates(_stacked(bars), parts)
    missing = ~np.isin(distinct(np.concatenate(begun)), whole.times_ms, assume_unique=True)
    left = int(np.count_nonzero(missing))
    return Series(whole.times_ms, whole.values, left, left_out, (*dropped, *lost))


def _rows(number: int, part: Part, shared: list[str]) -> _Rows:
    values = {name: part.values[name] for name in shared}
    return _Rows(part.times_ms, values, np.full(part.times_ms.size, number, dtype=np.int64))


def _stacked(pieces: list[_Rows]) -> _Rows:
    return _Rows(
        np.concatenate([piece.times_ms for piece in pieces]),
        {n: np.concatenate([piece.values[n] for piece in pieces]) for n in pieces[0].values},
        np.concatenate([piece.origin for piece in pieces]),
    )


def _resampled(rows: _Rows, interval_ms: int) -> tuple[_Rows, Ints]:
    times, values, incomplete = to_five_minutes(rows.times_ms, rows.values, interval_ms)
    return _Rows(times, values, rows.origin[np.searchsorted(rows.times_ms, times)]), incomplete


def _without_duplicates(rows: _Rows, parts: list[Part]) -> tuple[_Rows, list[Dropped]]:
    """Sort by time, keep the first of rows of equal time."""
    rows = rows.taken(np.argsort(rows.times_ms, kind="stable"))
    again = np.zeros(rows.times_ms.size, dtype=np.bool_)
    again[1:] = rows.times_ms[1:] == rows.times_ms[:-1]
    for name, column in rows.values.items():
        agree = np.isclose(column[1:], column[:-1], rtol=AGREE_RTOL, atol=0.0)
        clash = np.flatnonzero(again[1:] & ~agree)
        if clash.size:
            raise _disagreement(rows, int(clash[0]), name, parts)
    numbers, counts = np.unique(rows.origin[again], return_counts=True)
    dropped = [
        Dropped(parts[int(i)].file, parts[int(i)].symbol, DUPLICATE, int(count))
        for i, count in zip(numbers, counts, strict=True)
    ]
    return rows.taken(~again), dropped


def _disagreement(rows: _Rows, row: int, name: str, parts: list[Part]) -> DataError:
    first, second = (parts[int(i)] for i in rows.origin[row : row + 2])
    both = first.shown if first is second else f"{first.shown} and {second.shown}"
    time = as_times(rows.times_ms[row : row + 1])[0].strftime("%Y-%m-%d %H:%M")
    values = rows.values[name]
    return data_error(
        f"{both}, {first.symbol} at {time} UTC",
        "bars of the same time to agree",
        f"{name} {values[row]:.10g} and {values[row + 1]:.10g}",
        "keep one of the two: spot and futures of a coin, or two exchanges, are not one "
        "symbol, and the last bar of an older download may be unfinished",
    )
