"""Bars of all coins to features, in threads over coins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params import Features
from dipmaster.core.tables import FEATURES
from dipmaster.core.time_units import BAR_MS
from dipmaster.features.blocks import compute_blocks
from dipmaster.features.inputs import CoinBars, build_coin_bars, create_state
from dipmaster.features.layout import HORIZONS
from dipmaster.features.market_returns import compute_horizon_returns, mean_over_present

FEATURE_NAMES = tuple(name for name in FEATURES.names if name != "open_time")


@dataclass(frozen=True)
class MarketBars:
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


def build_market_bars(bars: Mapping[str, pd.DataFrame]) -> MarketBars:
    """Mean returns over all coins; the first half of `compute_features`.

    Parameters
    ----------
    bars
        One frame of table BARS a symbol, at least one bar in all.
    """
    symbols = sorted(bars)
    coins = dict(zip(symbols, (build_coin_bars(bars[symbol]) for symbol in symbols), strict=True))
    times = [coin.times_ms for coin in coins.values() if coin.times_ms.size]
    first = min((int(t[0]) for t in times), default=0)
    last = max((int(t[-1]) for t in times), default=-BAR_MS)
    grid = (last - first) // BAR_MS + 1
    coin_returns = np.empty((len(symbols), len(HORIZONS), grid))

    def fill(i: int) -> None:
        coin = coins[symbols[i]]
        compute_horizon_returns(coin.times_ms, coin.values, first, coin_returns[i])

    map_in_threads(fill, range(len(symbols)), "market returns")
    mean = np.empty((len(HORIZONS), grid))
    mean_over_present(coin_returns, mean)
    return MarketBars(coins, first, mean.T)


def compute_coin_features(
    symbol: str, market: MarketBars, params: Features, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Features of one coin: the second half of `compute_features`.

    Returns
    -------
    DataFrame
        ``open_time`` and float64 columns in the order of table FEATURES; NaN
        where not known. Columns the coin's source cannot give are absent.
    """
    coin = market.coins[symbol]
    requested = FEATURE_NAMES if columns is None else columns
    names = [name for name in FEATURE_NAMES if name in requested and name not in coin.left_out]
    row_index = (
        slice(None)
        if len(names) == len(FEATURE_NAMES)
        else [FEATURE_NAMES.index(name) for name in names]
    )
    values = np.empty((len(names), coin.times_ms.size))
    for start, end, rows in iterate_blocks(coin, market, params):
        values[:, start:end] = rows[row_index, : end - start]
    frame = pd.DataFrame(values.T, columns=names, copy=False)
    frame.insert(0, "open_time", coin.open_time.set_axis(frame.index))
    return frame


def iterate_blocks(
    coin: CoinBars, market: MarketBars, params: Features
) -> Iterator[tuple[int, int, Floats]]:
    """All features of one coin, block by block as `compute_blocks` gives them."""
    state = create_state(params, has_spread="half_spread_bps" not in coin.left_out)
    return compute_blocks(
        state, coin.times_ms, coin.values, market.market_returns.T, market.first_ms
    )


def compute_features(
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
    market = build_market_bars(bars)
    symbols = list(market.coins)
    frames = map_in_threads(
        lambda symbol: compute_coin_features(symbol, market, params, columns), symbols, "features"
    )
    return dict(zip(symbols, frames, strict=True))
