"""Prices that nobody could have traded from one to the other: redenominations, swaps, splits.

A halted coin may come back under another unit, at a thousand times its price. Bars say
nothing of it, and a position held across would count it as profit, which it never was.
Looked at is what a position lives through from bar to bar: the close of a bar and the
open of the next one in which somebody traded, with or without missing bars between. Inside
a bar prices were traded one after the other, and target and stop sell at their levels.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.errors import DataError, Fault
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.core.time_units import BAR_MS

_SHOWN = 5


@dataclass(frozen=True)
class Jump:
    """The largest change of a coin's price from one traded bar to the next.

    Attributes
    ----------
    factor
        The higher of the two prices over the lower, 1 or more.
    close, close_ms
        Last price before, and the open time of its bar.
    open, open_ms
        First price after, and the open time of its bar.
    """

    factor: float
    close: float
    close_ms: int
    open: float
    open_ms: int

    @property
    def bars_between(self) -> int:
        """Bars between the two that are missing or without a trade."""
        return (self.open_ms - self.close_ms) // BAR_MS - 1


def largest_jump(bars: pd.DataFrame) -> Jump | None:
    """The largest jump of one coin, the first of equals; None with fewer than two bars.

    Parameters
    ----------
    bars
        Frame of table BARS, times rising. Bars of volume 0 are passed over, but for a
        coin whose source knows no volume.
    """
    volume = bars["volume"].to_numpy(dtype=np.float64)
    traded = bars[volume != 0.0] if (volume > 0.0).any() else bars
    if len(traded) < 2:
        return None
    times = to_epoch_ms(traded["open_time"])
    close = traded["close"].to_numpy(dtype=np.float64)[:-1]
    opened = traded["open"].to_numpy(dtype=np.float64)[1:]
    factor = np.maximum(opened / close, close / opened)
    i = int(np.argmax(factor))
    return Jump(
        float(factor[i]), float(close[i]), int(times[i]), float(opened[i]), int(times[i + 1])
    )


def refuse_jumps(bars: Mapping[str, pd.DataFrame], max_factor: float) -> None:
    """Stop where a coin's price jumps by more than a factor that prices can move by.

    Parameters
    ----------
    bars
        One frame of table BARS a symbol.
    max_factor
        `ingest.max_jump_factor`.

    Raises
    ------
    DataError
        The largest jump of each coin that has one, at most five coins, the largest first.
    """
    jumps = {symbol: largest_jump(bars[symbol]) for symbol in sorted(bars)}
    beyond = [(s, jump) for s, jump in jumps.items() if jump and jump.factor > max_factor]
    if not beyond:
        return
    beyond.sort(key=lambda pair: -pair[1].factor)
    told = [str(_fault(symbol, jump, max_factor)) for symbol, jump in beyond[:_SHOWN]]
    more = len(beyond) - _SHOWN
    raise DataError("\n".join([*told, f"... and {more} more coins"] if more > 0 else told))


def _fault(symbol: str, jump: Jump, max_factor: float) -> Fault:
    before, after = to_timestamps(np.array([jump.close_ms, jump.open_ms]))
    between = f" after {jump.bars_between:,} bars without a trade" if jump.bars_between else ""
    return Fault(
        f"bars of {symbol}, {before:%Y-%m-%d %H:%M} to {after:%Y-%m-%d %H:%M} UTC",
        f"a price that changes by a factor of at most {max_factor:g} from one traded bar to the "
        "next (ingest.max_jump_factor)",
        f"a close of {jump.close:.10g} and then an open of {jump.open:.10g}{between}, a factor "
        f"of {jump.factor:.4g}",
        "a redenomination, a token swap or a split is no profit: put the bars from there on into "
        "a file with a symbol of its own, or bring the earlier prices and volumes to the new "
        "unit, or leave the coin out; where a holder really gained or lost that much, raise "
        "ingest.max_jump_factor",
    )
