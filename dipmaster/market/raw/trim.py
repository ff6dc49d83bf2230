"""The end of the data: unfinished last bars, and coins that ended long before the others."""

from dataclasses import dataclass

from dipmaster.core.time_units import DAY_MS
from dipmaster.market.raw.merge import Series


@dataclass(frozen=True)
class Trimmed:
    """Number of bars that stay, by symbol, and the coins that ended early."""

    kept: dict[str, int]
    ended_early: tuple[str, ...]


def trimmed(series: dict[str, Series], ended_after_days: int) -> Trimmed:
    """Drop the final bar of every symbol and cut those that still trade at one common end.

    The last bar of a download may be unfinished. Files that were downloaded
    one after the other end at different minutes; without a common end the
    last bars would exist for some coins only. A coin that ended more than
    `ended_after_days` before the newest was delisted or renamed: it cuts
    nobody, and keeps its own history, because leaving losers out would flatter
    the result (survivorship).
    """
    last = {symbol: int(one.times_ms[-1]) for symbol, one in series.items()}
    newest = max(last.values())
    early = tuple(s for s in sorted(last) if newest - last[s] > ended_after_days * DAY_MS)
    common = min(time for symbol, time in last.items() if symbol not in early)
    kept = {
        symbol: int((one.times_ms < (last[symbol] if symbol in early else common)).sum())
        for symbol, one in series.items()
    }
    return Trimmed(kept, early)


def untrimmed(series: dict[str, Series]) -> Trimmed:
    """Keep every bar."""
    return Trimmed({symbol: one.times_ms.size for symbol, one in series.items()}, ())
