"""All files under data/raw to one market of 5-minute bars."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from dipmaster.core.errors import data_error
from dipmaster.core.panel import to_timestamps
from dipmaster.core.params import Ingest
from dipmaster.core.params.market import RawSource
from dipmaster.core.tables import BARS
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.market.raw.files import (
    RawFile,
    find_other_coins,
    find_sources,
    no_usable_file_error,
)
from dipmaster.market.raw.funding import build_funding_rates, read_funding_files, select_due_files
from dipmaster.market.raw.intervals import interval_name
from dipmaster.market.raw.log import FileRead, IgnoredFile, RawLog, RawMarket, tally_dropped
from dipmaster.market.raw.manifest import check_finished, describe_fetched
from dipmaster.market.raw.merge import MergedSeries, merge_parts
from dipmaster.market.raw.reading import (
    FileBars,
    RowRules,
    SymbolRows,
    read_each,
    read_file,
    read_spans,
)
from dipmaster.market.raw.selection import (
    Selection,
    SymbolSpan,
    build_selection,
    check_selected,
    clip_spans,
    find_continuing,
    join_spans,
    select_folder,
)
from dipmaster.market.raw.stray import drop_stray_bars
from dipmaster.market.raw.tracking import (
    FolderState,
    check_all_carried,
    check_tracked,
    check_unchanged,
    read_state,
)
from dipmaster.market.raw.trim import TrimmedEnds, keep_all_bars, trim_to_common_end
from dipmaster.results.common import RawSelection

MIN_DAYS = 2


def measure_history(
    folder: Path, ingest: Ingest, workspace: Path | None = None
) -> dict[str, SymbolSpan]:
    """First and last selected bar of every coin, from the times of the files alone.

    Parameters are those of `read_raw`. Bars that `read_raw` leaves out (bad rows, stray bars,
    the end that is trimmed) still count here.

    Raises
    ------
    DataError
        Where the selection or a file cannot be used.
    """
    opened = _open_folder(folder, ingest, workspace)
    files = read_each(opened.sources, lambda source: read_spans(source, opened.rules))
    spans = join_spans(span for file in files for span in file)
    selected = clip_spans(spans, opened.selection)
    opened.check_selected(spans, selected, opened.ignored)
    if not selected:
        raise no_usable_file_error(folder, opened.ignored)
    return selected


def read_raw(folder: Path, ingest: Ingest, workspace: Path | None = None) -> RawMarket:
    """Read every selected file that can hold bars; sets that are read make one market.

    Parameters
    ----------
    folder
        data/raw.
    ingest
        Section `ingest`: what is selected, what is a bad row and what happens to it, trimming.
    workspace
        data/raw of the workspace, where `folder` is in an experiment's copy of it.

    Returns
    -------
    RawMarket
        Symbols sorted; the same for any number of workers. Gaps stay gaps.

    Raises
    ------
    DataError
        Where nothing can be read, a file or row is bad, copies of a bar
        disagree, a symbol has less than two days of bars, its funding rates are
        not complete, or what is read is not what DVC tracks.
    """
    opened = _open_folder(folder, ingest, workspace)
    files = read_each(opened.sources, lambda source: read_file(source, opened.rules))
    ignored = sorted([*opened.ignored, *(entry for file in files for entry in file.ignored)])
    funding_files = read_funding_files(folder, ignored, opened.selection)
    check_unchanged(opened.set_folder, opened.state)
    spans = join_spans(span for file in files for span in file.spans)
    parts = [part for file in files for part in file.parts]
    opened.check_selected(spans, {part.symbol for part in parts}, ignored)
    series = _merge_symbols(parts)
    if not series:
        raise no_usable_file_error(folder, ignored)
    series, stray_bars = drop_stray_bars(series)
    _check_length({symbol: one.times_ms.size for symbol, one in series.items()}, folder)
    trimmed_ends = _trim_ends(series, ingest.raw, find_continuing(opened.selection, spans))
    _check_length(trimmed_ends.bars_kept, folder)
    bars = {
        symbol: _build_frame(one, trimmed_ends.bars_kept[symbol]) for symbol, one in series.items()
    }
    funding_files = select_due_files(funding_files, bars)
    funding_names = tuple(file.file for file in funding_files)
    ignored = [entry for entry in ignored if entry.file not in funding_names]
    log = replace(
        _build_log(files, ignored, series, trimmed_ends),
        stray_bars=stray_bars,
        funding_files=funding_names,
    )
    selection = _describe_selection(ingest.raw, log)
    fetched = describe_fetched(folder, selection.sets_read)
    return RawMarket(
        bars,
        build_funding_rates(funding_files, bars),
        replace(log, selection=selection, fetched=fetched),
    )


@dataclass(frozen=True)
class _OpenedFolder:
    """What is selected of data/raw, before any row is read; `state` is older than the rest."""

    selection: Selection
    set_folder: Path
    state: FolderState
    sources: list[RawFile]
    ignored: list[IgnoredFile]
    rules: RowRules

    def check_selected(
        self,
        spans: Mapping[str, SymbolSpan],
        symbols: Collection[str],
        ignored: Iterable[IgnoredFile],
    ) -> None:
        """Refuse a selection that these bars do not fill."""
        others = find_other_coins(ignored)
        check_selected(self.set_folder, self.selection, spans, symbols, others)


def _open_folder(folder: Path, ingest: Ingest, workspace: Path | None) -> _OpenedFolder:
    selection = build_selection(ingest)
    check_all_carried(folder, workspace, selection.set)
    check_tracked(folder)
    set_folder = select_folder(folder, selection)
    check_finished(set_folder)
    state = read_state(set_folder)
    sources, ignored = find_sources(folder, selection)
    rules = RowRules(selection, ingest.on_bad_row == "drop")
    return _OpenedFolder(selection, set_folder, state, sources, ignored, rules)


def _trim_ends(
    series: dict[str, MergedSeries], raw: RawSource, continuing: Collection[str]
) -> TrimmedEnds:
    if raw.trim_to_common_end:
        return trim_to_common_end(series, raw.ended_after_days, continuing)
    return keep_all_bars(series)


def _describe_selection(raw: RawSource, log: RawLog) -> RawSelection:
    return RawSelection(
        set=raw.set,
        sets_read=tuple(sorted({_name_set(file.file) for file in log.files})),
        symbols=raw.symbols,
        start=raw.start,
        end=raw.end,
    )


def _merge_symbols(parts: list[SymbolRows]) -> dict[str, MergedSeries]:
    symbols = sorted({part.symbol for part in parts})
    return {symbol: merge_parts([p for p in parts if p.symbol == symbol]) for symbol in symbols}


def _check_length(bars: dict[str, int], folder: Path) -> None:
    short = [symbol for symbol, count in bars.items() if count < MIN_DAYS * BARS_PER_DAY]
    if short:
        raise data_error(
            f"{folder}, {', '.join(short)}",
            f"at least {MIN_DAYS} days of 5-minute bars of every symbol "
            f"({MIN_DAYS * BARS_PER_DAY} bars), and split.burn_in_days more before a trade counts",
            ", ".join(f"{bars[symbol]} bars of {symbol}" for symbol in short),
            "add files of more days for these symbols, or leave them out (ingest.raw.symbols)",
        )


def _build_log(
    files: list[FileBars],
    ignored: list[IgnoredFile],
    series: dict[str, MergedSeries],
    trimmed_ends: TrimmedEnds,
) -> RawLog:
    dropped = [entry for file in files for entry in file.dropped]
    dropped += [entry for symbol_series in series.values() for entry in symbol_series.dropped]
    return RawLog(
        files=tuple(
            FileRead(part.file, part.symbol, interval_name(part.interval_ms), part.times_ms.size)
            for file in files
            for part in file.parts
        ),
        ignored=tuple(ignored),
        dropped=tally_dropped(dropped),
        incomplete_windows={
            symbol: symbol_series.incomplete_windows for symbol, symbol_series in series.items()
        },
        trimmed_bars={
            symbol: symbol_series.times_ms.size - trimmed_ends.bars_kept[symbol]
            for symbol, symbol_series in series.items()
        },
        ended_early=trimmed_ends.ended_early,
        left_out_columns={
            symbol: symbol_series.left_out_columns for symbol, symbol_series in series.items()
        },
    )


def _build_frame(series: MergedSeries, bars: int) -> pd.DataFrame:
    frame = pd.DataFrame({name: column[:bars] for name, column in series.values.items()})
    return BARS.check(frame.assign(open_time=to_timestamps(series.times_ms[:bars])), "data/raw")


def _name_set(file: str) -> str:
    """Folder under data/raw that a file lies in; "" for data/raw itself."""
    return file.partition("/")[0] if "/" in file else ""
