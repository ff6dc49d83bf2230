"""Which part of data/raw is asked for: a set, coins, a period (params `ingest.raw`).

What is not selected is not there: it is neither checked nor merged, and two sets that hold the
same coin meet only where both are read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dipmaster.core.catalog import RAW_ALTERNATIVE
from dipmaster.core.errors import DataError, data_error
from dipmaster.core.kernels import Bools, Ints
from dipmaster.core.panel import format_time
from dipmaster.core.params import Ingest
from dipmaster.core.time_units import BAR_MS, EARLIEST_MS, date_to_epoch_ms

NAMED_AT_MOST = 40  # sets or coins in an error


@dataclass(frozen=True)
class Selection:
    """What is read under data/raw.

    Attributes
    ----------
    set
        Folder under data/raw; None: all of it.
    symbols
        Coins; None: all.
    start_ms, end_ms
        Bars that open from the first on and before the second, milliseconds since 1970.
    max_time_ms
        Rows from it on are bad, whatever is selected.
    """

    set: str | None
    symbols: tuple[str, ...] | None
    start_ms: int
    end_ms: int
    max_time_ms: int

    def has_symbol(self, symbol: str) -> bool:
        """Whether a coin is asked for."""
        return self.symbols is None or symbol in self.symbols

    def has_times(self, times_ms: Ints) -> Bools:
        """Where rows are asked for; times that no bar can have belong to no period and are."""
        is_time = (times_ms >= EARLIEST_MS) & (times_ms < self.max_time_ms)
        return ~is_time | ((times_ms >= self.start_ms) & (times_ms < self.end_ms))


@dataclass(frozen=True, order=True)
class SymbolSpan:
    """First and last open time of a coin in one file, whatever is selected."""

    symbol: str
    first_ms: int
    last_ms: int


def build_selection(ingest: Ingest) -> Selection:
    """Read the params of section `ingest`."""
    raw, max_time_ms = ingest.raw, date_to_epoch_ms(ingest.max_time)
    return Selection(
        raw.set,
        raw.symbols,
        EARLIEST_MS if raw.start is None else date_to_epoch_ms(raw.start),
        max_time_ms if raw.end is None else date_to_epoch_ms(raw.end),
        max_time_ms,
    )


def select_folder(folder: Path, selection: Selection) -> Path:
    """The folder that is read: that of the set, or data/raw itself.

    Raises
    ------
    DataError
        Where there is no such set; the message names those that there are.
    """
    if selection.set is None:
        return folder
    sets = list_sets(folder)
    if selection.set in sets:
        return folder / selection.set
    raise data_error(
        str(folder),
        f"a folder '{selection.set}' (ingest.raw.set)",
        f"the sets {_format_names(sets)}" if sets else "no set",
        "set ingest.raw.set to one of them, or to null for all; a new set is a folder with files "
        f"under {folder}",
    )


def list_sets(folder: Path) -> list[str]:
    """Names of the folders of bars under data/raw, sorted."""
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir() if path.is_dir())
    return sorted(n for n in names if not n.startswith(".") and n != RAW_ALTERNATIVE.name)


def measure_spans(
    times_ms: Ints, names: Sequence[str], symbols: Ints, max_time_ms: int
) -> tuple[SymbolSpan, ...]:
    """First and last time of each coin that a file has; coins without a possible time are left out.

    Parameters
    ----------
    times_ms
        Shape (rows,).
    symbols
        Shape (rows,), positions in `names`.
    """
    is_time = (times_ms >= EARLIEST_MS) & (times_ms < max_time_ms)
    by_symbol = [(name, times_ms[is_time & (symbols == i)]) for i, name in enumerate(names)]
    return tuple(
        SymbolSpan(name, int(times.min()), int(times.max()))
        for name, times in by_symbol
        if times.size
    )


def join_spans(spans: Iterable[SymbolSpan]) -> dict[str, SymbolSpan]:
    """One span a coin, over all files, sorted."""
    joined: dict[str, SymbolSpan] = {}
    for span in sorted(spans):
        known = joined.get(span.symbol, span)
        joined[span.symbol] = SymbolSpan(
            span.symbol, min(known.first_ms, span.first_ms), max(known.last_ms, span.last_ms)
        )
    return joined


def clip_spans(spans: Mapping[str, SymbolSpan], selection: Selection) -> dict[str, SymbolSpan]:
    """Spans of the selected coins within the period; those that lie outside are left out."""
    clipped = (
        SymbolSpan(
            span.symbol,
            max(span.first_ms, selection.start_ms),
            min(span.last_ms, selection.end_ms - BAR_MS),
        )
        for span in spans.values()
        if selection.has_symbol(span.symbol)
    )
    return {span.symbol: span for span in clipped if span.first_ms <= span.last_ms}


def check_selected(
    folder: Path,
    selection: Selection,
    spans: Mapping[str, SymbolSpan],
    symbols_read: Collection[str],
    other_coins: Collection[str],
) -> None:
    """Demand that every coin asked for is there, and some bar of it in the period.

    Parameters
    ----------
    folder
        That is read, for the error.
    spans
        By symbol, of the files that were opened.
    symbols_read
        Coins with selected bars.
    other_coins
        Coins of files that were not opened.

    Raises
    ------
    DataError
        Naming the coins, or the period, that there are.
    """
    missing = [symbol for symbol in selection.symbols or () if symbol not in spans]
    if missing:
        raise data_error(
            str(folder),
            f"bars of {', '.join(missing)} (ingest.raw.symbols)",
            f"bars of {_format_names(sorted({*spans, *other_coins})) or 'no coin'}",
            "correct ingest.raw.symbols (null: all coins) or ingest.raw.set, or add files",
        )
    asked = [span for span in spans.values() if selection.has_symbol(span.symbol)]
    outside = [span for span in asked if span.symbol not in symbols_read]
    if outside and (selection.symbols is not None or len(outside) == len(asked)):
        raise _empty_period_error(folder, selection, outside)


def _empty_period_error(
    folder: Path, selection: Selection, spans: Collection[SymbolSpan]
) -> DataError:
    """Build the error for a period without a bar of some or all coins."""
    first, last = min(s.first_ms for s in spans), max(s.last_ms for s in spans)
    return data_error(
        f"{folder}, {_format_names(sorted(span.symbol for span in spans))}",
        f"bars from {format_time(selection.start_ms)} on and before "
        f"{format_time(selection.end_ms)} (ingest.raw.start, ingest.raw.end)",
        f"bars from {format_time(first)} to {format_time(last)}, and none that is asked for",
        "choose dates within that time (null: no bound), or leave the coin out of "
        "ingest.raw.symbols",
    )


def find_continuing(selection: Selection, spans: Mapping[str, SymbolSpan]) -> frozenset[str]:
    """Coins whose files go on beyond the period: their last selected bar is a finished one."""
    return frozenset(s.symbol for s in spans.values() if s.last_ms >= selection.end_ms)


def select_rows(times_ms: Ints, names: Sequence[str], symbols: Ints, selection: Selection) -> Bools:
    """Where rows of a file are asked for, by coin and by time."""
    has_symbol = np.array([selection.has_symbol(name) for name in names], dtype=np.bool_)
    return np.asarray(has_symbol[symbols] & selection.has_times(times_ms), dtype=np.bool_)


def _format_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
    return ", ".join(names[:NAMED_AT_MOST]) + more
