"""What sizes are made from beside outcomes: table VOLATILITY at the signals, and on the grid."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.backtest.entries import panel_indices
from dipmaster.core import catalog
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel, to_epoch_ms

FORECAST = "forecast_daily_frac"
FACTORS = ("size_factor", "spillover_factor", "intraday_factor")
OTHER_FORECAST = "har_range_daily_frac"
SIZING_VOLATILITY: tuple[str, ...] = (FORECAST, *FACTORS, OTHER_FORECAST)
"""Columns of table VOLATILITY that are read, beside open_time."""


@dataclass(frozen=True)
class SizingInputs:
    """Forecasts and factors, each known at the close of its bar; NaN where there is none.

    Attributes
    ----------
    forecast_daily_frac
        Shape (symbols, bars) on the panel's grid, as stored.
    at_signal
        Keys `SIZING_VOLATILITY`; shape (candidates,), at the bar of each candidate's signal.
    """

    forecast_daily_frac: npt.NDArray[np.float32]
    at_signal: Mapping[str, Floats]


def read_sizing_inputs(panel: Panel, candidates: pd.DataFrame) -> SizingInputs:
    """Read what the stage `volatility` wrote."""
    frames = catalog.read_symbols(catalog.VOLATILITY, panel.symbols, SIZING_VOLATILITY)
    return build_sizing_inputs(panel, candidates, frames)


def build_sizing_inputs(
    panel: Panel, candidates: pd.DataFrame, volatility: Mapping[str, pd.DataFrame]
) -> SizingInputs:
    """Put the forecasts on the panel's grid, and everything at the signals' bars.

    Parameters
    ----------
    volatility
        A frame a symbol with open_time and `SIZING_VOLATILITY`.

    Raises
    ------
    DataError
        Where a candidate's bar has no row.
    """
    symbol, signal = panel_indices(candidates, panel)
    forecast = np.full(panel.open.shape, np.nan, dtype=np.float32)
    at_signal = {name: np.full(len(candidates), np.nan) for name in SIZING_VOLATILITY}
    for row, name in enumerate(panel.symbols):
        frame = volatility[name]
        bar = panel.index_of(to_epoch_ms(frame["open_time"]))
        forecast[row, bar] = frame[FORECAST].to_numpy(dtype=np.float32)
        of_symbol = symbol == row
        places = _places(bar, signal[of_symbol], name)
        for column, values in at_signal.items():
            values[of_symbol] = frame[column].to_numpy(dtype=np.float64)[places]
    return SizingInputs(forecast, at_signal)


def _places(bars: Ints, wanted: Ints, symbol: str) -> Ints:
    at: Ints = np.minimum(np.searchsorted(bars, wanted), max(bars.size - 1, 0))
    if not wanted.size or (bars.size and np.array_equal(bars[at], wanted)):
        return at
    raise data_error(
        f"volatility of {symbol}",
        "a row at every candidate's bar",
        "none at some",
        "run the volatility stage again",
    )
