"""Deciles of a volatility forecast: mean forecast and realised volatility of each.

For the chart alone: the verdict on the forecasts is the volatility stage's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import BAR_MS, BARS_PER_HOUR

HORIZON_BARS = 2 * BARS_PER_HOUR
BINS = 10
LEAST = 200  # origins: with fewer a decile is a handful


@dataclass(frozen=True)
class Bin:
    """One decile; all volatilities are fractions a day.

    Attributes
    ----------
    forecast, realised
        Roots of the mean squares of the forecast and of the realised volatility.
    low, high
        Quartiles of the realised volatility.
    """

    forecast: float
    realised: float
    low: float
    high: float

    @property
    def drawn(self) -> tuple[float, ...]:
        """All numbers that must be inside the axis."""
        return (self.forecast, self.realised, self.low, self.high)


def deciles(
    frames: Mapping[str, pd.DataFrame], name: str, since_ms: int, origin_bars: int
) -> list[Bin]:
    """All coins' hours out of sample in ten equal groups by one forecast.

    Parameters
    ----------
    frames
        Columns `FORECAST_COLUMNS` a coin.
    name
        One of `volatility_names.FORECASTS`.
    since_ms
        First bar that is judged, milliseconds.
    origin_bars
        A forecast is taken every so many bars, as the volatility stage does.
    """
    pairs = [_pairs(frames[coin], name, since_ms, origin_bars) for coin in sorted(frames)]
    forecast = np.concatenate([one[0] for one in pairs]) if pairs else np.empty(0)
    realised = np.concatenate([one[1] for one in pairs]) if pairs else np.empty(0)
    if forecast.size < LEAST:
        return []
    order = np.argsort(forecast, kind="stable")
    return [_bin(forecast[part], realised[part]) for part in np.array_split(order, BINS)]


def _bin(forecast: Floats, realised: Floats) -> Bin:
    low, high = np.quantile(realised, [0.25, 0.75])
    return Bin(_root_mean_square(forecast), _root_mean_square(realised), float(low), float(high))


def _root_mean_square(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _pairs(
    frame: pd.DataFrame, name: str, since_ms: int, origin_bars: int
) -> tuple[Floats, Floats]:
    """Forecast at each origin and the volatility of the 2 hours after it, both known."""
    times = to_epoch_ms(frame["open_time"])
    hour = frame["realised_short_daily_frac"].to_numpy(dtype=np.float64)
    forecast = frame[f"{name}_daily_frac"].to_numpy(dtype=np.float64)
    last = times.size - HORIZON_BARS
    first = int(np.searchsorted(times, since_ms))
    origins = np.arange(first, max(last, first), origin_bars, dtype=np.int64)
    middle, end = origins + BARS_PER_HOUR, origins + HORIZON_BARS
    realised = np.sqrt((hour[middle] ** 2 + hour[end] ** 2) / 2.0)
    whole: Bools = times[end] - times[origins] == HORIZON_BARS * BAR_MS
    known = whole & np.isfinite(realised) & np.isfinite(forecast[origins]) & (realised > 0)
    return forecast[origins][known], realised[known]
