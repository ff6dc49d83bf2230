"""The end of the data: unfinished last bars, and coins that ended long before the others."""

from collections.abc import Collection
from dataclasses import dataclass

from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.market.raw.merge import MergedSeries


@dataclass(frozen=True)
class TrimmedEnds:
    """Number of bars that stay, by symbol, and the coins that ended early."""

    bars_kept: dict[str, int]
    ended_early: tuple[str, ...]


def trim_to_common_end(
    series: dict[str, MergedSeries], ended_after_days: int, continuing: Collection[str] = ()
) -> TrimmedEnds:
    """Drop the final bar of every symbol and cut those that still trade at one common end.

    The last bar of a download may be unfinished. Files that were downloaded
    one after the other end at different minutes; without a common end the
    last bars would exist for some coins only. A coin that ended more than
    `ended_after_days` before the newest was delisted or renamed: the
    others are not cut at its end and it keeps its own history, because leaving
    losers out would flatter the result (survivorship bias).

    Parameters
    ----------
    continuing
        Symbols whose files go on after their last bar here: it is finished, and stays.
    """
    last_ms = {symbol: int(symbol_series.times_ms[-1]) for symbol, symbol_series in series.items()}
    newest_ms = max(last_ms.values())
    ended_early = tuple(
        name for name in sorted(last_ms) if newest_ms - last_ms[name] > ended_after_days * DAY_MS
    )
    end_ms = {
        symbol: last + (BAR_MS if symbol in continuing else 0) for symbol, last in last_ms.items()
    }
    common_end_ms = min(time for symbol, time in end_ms.items() if symbol not in ended_early)
    bars_kept = {
        symbol: int(
            (
                symbol_series.times_ms
                < (end_ms[symbol] if symbol in ended_early else common_end_ms)
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
