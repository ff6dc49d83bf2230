"""The end of the data: unfinished last bars, and coins that ended long before the others."""

from dataclasses import dataclass

from dipmaster.core.time_units import DAY_MS
from dipmaster.market.raw.merge import MergedSeries


@dataclass(frozen=True)
class TrimmedEnds:
    """Number of bars that stay, by symbol, and the coins that ended early."""

    bars_kept: dict[str, int]
    ended_early: tuple[str, ...]


def trim_to_common_end(series: dict[str, MergedSeries], ended_after_days: int) -> TrimmedEnds:
    """Drop the final bar of every symbol and cut those that still trade at one common end.

    The last bar of a download may be unfinished. Files that were downloaded
    one after the other end at different minutes; without a common end the
    last bars would exist for some coins only. A coin that ended more than
    `ended_after_days` before the newest was delisted or renamed: it cuts
    nobody, and keeps its own history, because leaving losers out would flatter
    the result (survivorship).
    """
    last_ms = {symbol: int(symbol_series.times_ms[-1]) for symbol, symbol_series in series.items()}
    newest_ms = max(last_ms.values())
    ended_early = tuple(
        name for name in sorted(last_ms) if newest_ms - last_ms[name] > ended_after_days * DAY_MS
    )
    common_end_ms = min(time for symbol, time in last_ms.items() if symbol not in ended_early)
    bars_kept = {
        symbol: int(
            (
                symbol_series.times_ms
                < (last_ms[symbol] if symbol in ended_early else common_end_ms)
            ).sum()
        )
        for symbol, symbol_series in series.items()
    }
    return TrimmedEnds(bars_kept, ended_early)


def keep_all_bars(series: dict[str, MergedSeries]) -> TrimmedEnds:
    """Keep every bar."""
    return TrimmedEnds(
        {symbol: symbol_series.times_ms.size for symbol, symbol_series in series.items()}, ()
    )
