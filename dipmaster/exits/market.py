"""What is known of the market at every bar: bars, and columns of features and volatility.

Columns lie on the panel's grid and every value is known at the close of its bar.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.exits.momentum import standardize_momentum

MARKET_RETURN = "market_return_12_frac"
MARKET_MOMENTUM = "market_momentum_sigmas"
# What is read of each table, beside open_time.
FEATURE_COLUMNS: tuple[str, ...] = (
    "volatility_5m_daily_frac",
    "volume_trend_10m",
    "momentum_10_frac",
    "resistance_distance_frac",
    MARKET_RETURN,
)
VOLATILITY_COLUMNS: tuple[str, ...] = ("season_factor", "regime")
MARKET_COLUMNS: tuple[str, ...] = (*FEATURE_COLUMNS[:-1], *VOLATILITY_COLUMNS, MARKET_MOMENTUM)

UNKNOWN_REGIME = -1.0


@dataclass(frozen=True)
class ExitMarket:
    """Bars and what else the exits look at.

    Attributes
    ----------
    panel
        Bars of all symbols.
    columns
        Keys `MARKET_COLUMNS`; float64 of shape (symbols, bars), NaN where missing
        (`regime`: -1), each known at the close of its bar.
    """

    panel: Panel
    columns: Mapping[str, Floats]


def build_exit_market(
    panel: Panel, features: Mapping[str, pd.DataFrame], volatility: Mapping[str, pd.DataFrame]
) -> ExitMarket:
    """Put both tables on the panel's grid and measure the market's momentum.

    Parameters
    ----------
    features, volatility
        A frame a symbol of the panel with `open_time` and at least
        `FEATURE_COLUMNS`, `VOLATILITY_COLUMNS`.

    Raises
    ------
    DataError
        Where a symbol has no frame or a row lies off the panel's grid.
    """
    columns = {name: _column(panel, features, name) for name in FEATURE_COLUMNS}
    columns |= {name: _column(panel, volatility, name) for name in VOLATILITY_COLUMNS}
    regime = columns["regime"]
    regime[np.isnan(regime)] = UNKNOWN_REGIME
    sigmas = standardize_momentum(first_known(columns.pop(MARKET_RETURN)))
    columns[MARKET_MOMENTUM] = np.tile(sigmas, (len(panel.symbols), 1))
    return ExitMarket(panel, columns)


def first_known(values: Floats) -> Floats:
    """Of each bar the value of the first symbol that has one: it is the same for all."""
    first = np.full(values.shape[1], np.nan)
    for row in values[::-1]:
        first = np.where(np.isnan(row), first, row)
    return first


def _column(panel: Panel, frames: Mapping[str, pd.DataFrame], name: str) -> Floats:
    values = np.full(panel.open.shape, np.nan)
    for row, symbol in enumerate(panel.symbols):
        if symbol not in frames:
            raise _mismatch(symbol, "a frame", "none")
        times = to_epoch_ms(frames[symbol]["open_time"])
        bar = panel.index_of(times)
        inside = (bar >= 0) & (bar < panel.bars)
        if not inside.all() or (panel.open_time[bar] != times).any():
            raise _mismatch(symbol, "rows on the panel's grid", "at least one beside it")
        values[row, bar] = frames[symbol][name].to_numpy(np.float64)
    return values


def _mismatch(symbol: str, expected: str, found: str) -> Exception:
    fix = "run the stages features and volatility on these bars again"
    return data_error(f"tables of {symbol}", expected, found, fix)
