"""All files under data/raw to one market of 5-minute bars."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from dipmaster.core.errors import DataError, data_error, data_errors
from dipmaster.core.panel import as_times
from dipmaster.core.parallel import in_threads
from dipmaster.core.params import Ingest
from dipmaster.core.tables import BARS
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.market.raw.files import Source, find_sources, nothing_usable
from dipmaster.market.raw.intervals import name_of
from dipmaster.market.raw.log import FileRead, Ignored, RawLog, RawMarket, tallied
from dipmaster.market.raw.merge import Series, merged
from dipmaster.market.raw.reading import FileBars, Part, Rules, read_file
from dipmaster.market.raw.tracking import (
    check_carried,
    check_tracked,
    check_unchanged,
    read_state,
)
from dipmaster.market.raw.trim import Trimmed, trimmed, untrimmed

MIN_DAYS = 2


def read_raw(folder: Path, ingest: Ingest, workspace: Path | None = None) -> RawMarket:
    """Read every file that can hold bars; all sets under `folder` make one market.

    Parameters
    ----------
    folder
        data/raw.
    ingest
        Section `ingest`: what is a bad row, what happens to it, the trimming.
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
        disagree, a symbol has less than two days of bars, or what is read is
        not what DVC tracks.
    """
    check_carried(folder, workspace)
    check_tracked(folder)
    before = read_state(folder)
    sources, ignored = find_sources(folder)
    files = _all_read(sources, Rules(_epoch_ms(ingest.max_time), ingest.on_bad_row == "drop"))
    check_unchanged(folder, before)
    ignored = sorted([*ignored, *(entry for file in files for entry in file.ignored)])
    series = _series([part for file in files for part in file.parts])
    if not series:
        raise nothing_usable(folder, ignored)
    _check_length({symbol: one.times_ms.size for symbol, one in series.items()}, folder)
    raw = ingest.raw
    end = trimmed(series, raw.ended_after_days) if raw.trim_to_common_end else untrimmed(series)
    _check_length(end.kept, folder)
    bars = {symbol: _frame(one, end.kept[symbol]) for symbol, one in series.items()}
    return RawMarket(bars, _log(files, ignored, series, end))


def _all_read(sources: list[Source], rules: Rules) -> list[FileBars]:
    """Read in threads; the faults of all files are told in the order of the files."""

    def read(source: Source) -> FileBars | DataError:
        try:
            return read_file(source, rules)
        except DataError as error:
            return error

    results = in_threads(read, sources, "Reading data/raw")
    errors = [result for result in results if isinstance(result, DataError)]
    if errors:
        raise data_errors(errors, "files")
    return [result for result in results if isinstance(result, FileBars)]


def _series(parts: list[Part]) -> dict[str, Series]:
    symbols = sorted({part.symbol for part in parts})
    return {symbol: merged([p for p in parts if p.symbol == symbol]) for symbol in symbols}


def _check_length(bars: dict[str, int], folder: Path) -> None:
    short = [symbol for symbol, count in bars.items() if count < MIN_DAYS * BARS_PER_DAY]
    if short:
        raise data_error(
            f"{folder}, {', '.join(short)}",
            f"at least {MIN_DAYS} days of 5-minute bars of every symbol "
            f"({MIN_DAYS * BARS_PER_DAY} bars), and split.burn_in_days more before a trade counts",
            ", ".join(f"{bars[symbol]} bars of {symbol}" for symbol in short),
            "add files of more days for these symbols, or move their files out of data/raw",
        )


def _log(
    files: list[FileBars], ignored: list[Ignored], series: dict[str, Series], end: Trimmed
) -> RawLog:
    dropped = [entry for file in files for entry in file.dropped]
    dropped += [entry for one in series.values() for entry in one.dropped]
    return RawLog(
        files=tuple(
            FileRead(part.file, part.symbol, name_of(part.interval_ms), part.times_ms.size)
            for file in files
            for part in file.parts
        ),
        ignored=tuple(ignored),
        dropped=tallied(dropped),
        incomplete_windows={s: one.incomplete_windows for s, one in series.items()},
        trimmed_bars={s: one.times_ms.size - end.kept[s] for s, one in series.items()},
        ended_early=end.ended_early,
        left_out_columns={s: one.left_out_columns for s, one in series.items()},
    )


def _frame(series: Series, bars: int) -> pd.DataFrame:
    frame = pd.DataFrame({name: column[:bars] for name, column in series.values.items()})
    return BARS.check(frame.assign(open_time=as_times(series.times_ms[:bars])), "data/raw")


def _epoch_ms(date: str) -> int:
    return round(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1000)
