"""AdaptiveTrailingStop of roadmap 2.3: how far under the peak it follows, bar by bar."""

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.exits import TrailingStop
from dipmaster.exits.market import ExitMarket

_PERCENT = 100.0


def compute_trailing_distance(market: ExitMarket, trailing: TrailingStop) -> Floats:
    """Distance of the trailing stop in fractions of the entry price, shape (symbols, bars).

    Known at the close of its bar, acting from the next. The base widens with daily
    volatility over its reference and with each percent of rising momentum, within
    bounds. NaN where the volatility is missing: the level is not raised at that bar.
    A missing momentum widens nothing.
    """
    columns = market.columns
    return widen_distance(
        columns["volatility_5m_daily_frac"], columns["momentum_10_frac"], trailing
    )


def widen_distance(volatility: Floats, momentum: Floats, trailing: TrailingStop) -> Floats:
    """`compute_trailing_distance` of columns of any shape, each known at the close of its bar."""
    rise = np.maximum(0.0, np.nan_to_num(momentum))
    wider = 1.0 + volatility / trailing.reference_daily_frac
    wider *= 1.0 + trailing.momentum_gain * _PERCENT * rise
    return trailing.base_frac * np.clip(wider, trailing.min_multiple, trailing.max_multiple)
