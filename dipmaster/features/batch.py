"""Bars of all coins to features, in threads over coins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats
from dipmaster.core.parallel import in_threads
from dipmaster.core.params import Features
from dipmaster.core.tables import FEATURES
from dipmaster.core.time_units import BAR_MS
from dipmaster.features.inputs import CoinBars, coin_bars, new_state
from dipmaster.features.layout import HORIZONS
from dipmaster.features.market_wide import mean_of_present, returns_of
from dipmaster.features.step import run

NAMES = tuple(name for name in FEATURES.names if name != "open_time")


@dataclass(frozen=True)
class AllCoins:
    """All coins, and the mean return of those present on their common grid.

    Attributes
    ----------
    coins
        Symbol to bars, in sorted order.
    first_ms
        Time of the grid's first bar.
    market_returns
        Shape (grid, horizons), fractions, NaN where no coin has the horizon.
    """

    coins: dict[str, CoinBars]
    first_ms: int
    market_returns: Floats


def all_coins(bars: Mapping[str, pd.DataFrame]) -> AllCoins:
    """Mean returns over all coins; the first half of `compute`.

    Parameters
    ----------
    bars
        One frame of table BARS a symbol, at least one bar in all.
    """
    symbols = sorted(bars)
    coins = dict(zip(symbols, (coin_bars(bars[symbol]) for symbol in symbols), strict=True))
    times = [coin.times_ms for coin in coins.values() if coin.times_ms.size]
    first = min((int(t[0]) for t in times), default=0)
    last = max((int(t[-1]) for t in times), default=-BAR_MS)
    grid = (last - first) // BAR_MS + 1
    each = np.empty((len(symbols), len(HORIZONS), grid))

    def fill(i: int) -> None:
        coin = coins[symbols[i]]
        returns_of(coin.times_ms, coin.values, first, each[i])

    in_threads(fill, range(len(symbols)), "market returns")
    mean = np.empty((len(HORIZONS), grid))
    mean_of_present(each, mean)
    return AllCoins(coins, first, mean.T)


def features_of(
    symbol: str, coins: AllCoins, params: Features, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Features of one coin: the second half of `compute`.

    Returns
    -------
    DataFrame
        ``open_time`` and float64 columns in the order of table FEATURES; NaN
        where not known. Columns the coin's source cannot give are absent.
    """
    coin = coins.coins[symbol]
    wanted = NAMES if columns is None else columns
    names = [name for name in NAMES if name in wanted and name not in coin.left_out]
    chosen = slice(None) if len(names) == len(NAMES) else [NAMES.index(name) for name in names]
    values = np.empty((len(names), coin.times_ms.size))
    for start, end, rows in blocks_of(coin, coins, params):
        values[:, start:end] = rows[chosen, : end - start]
    frame = pd.DataFrame(values.T, columns=names, copy=False)
    frame.insert(0, "open_time", coin.open_time.set_axis(frame.index))
    return frame


def blocks_of(
    coin: CoinBars, coins: AllCoins, params: Features
) -> Iterator[tuple[int, int, Floats]]:
    """All features of one coin, block by block as `run` gives them."""
    state = new_state(params, has_spread="half_spread_bps" not in coin.left_out)
    return run(state, coin.times_ms, coin.values, coins.market_returns.T, coins.first_ms)


def compute(
    bars: Mapping[str, pd.DataFrame], params: Features, columns: Sequence[str] | None = None
) -> dict[str, pd.DataFrame]:
    """Features of all coins.

    Parameters
    ----------
    bars
        One frame of table BARS a symbol, rising times on the 5-minute grid.
    params
        Section `features`.
    columns
        Names from table FEATURES to keep; all by default. All are computed in
        either case; fewer take less memory.

    Returns
    -------
    dict
        Symbol to frame: the rows of its bars, ``open_time`` and float64
        features. A row uses bars that were closed at its own close, of any coin.
    """
    whole = all_coins(bars)
    symbols = list(whole.coins)
    frames = in_threads(
        lambda symbol: features_of(symbol, whole, params, columns), symbols, "features"
    )
    return dict(zip(symbols, frames, strict=True))
