"""Bars to measures of volatility, forecasts and regimes, each from closed bars alone.

returns -> season (hour and weekend) -> measures -> forecasts (GARCH, RV-EWMA,
HAR, range-HAR) -> weighted level -> regimes; returns -> spillover between coins; returns, season ->
intraday patterns. `evaluate_volatility` evaluates them out of sample. `VolatilityStream` makes the
table bar by bar.
"""

from dipmaster.volatility.batch import MarketVolatility, build_volatility_table, compute_volatility
from dipmaster.volatility.evaluation import LatentRegimes, evaluate_volatility
from dipmaster.volatility.stream import STREAM_COLUMNS, VolatilityStream

__all__ = [
    "STREAM_COLUMNS",
    "LatentRegimes",
    "MarketVolatility",
    "VolatilityStream",
    "build_volatility_table",
    "compute_volatility",
    "evaluate_volatility",
]
