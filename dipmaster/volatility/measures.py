"""Measures of volatility in daily units, the season taken out.

Each says what the volatility of a day would be if all of it were like the
window. Bars that are missing are left out; with half of a window missing the
measure is not known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import Panel
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.volatility.windows import median_over_present, moving_mean

HALF_PI = 0.5 * np.pi


@dataclass(frozen=True)
class Measures:
    """Daily volatility as a fraction; arrays of shape (coins, bars), NaN where not known."""

    realised_short: Floats
    realised_middle: Floats
    realised_long: Floats
    bipower_middle: Floats
    bipower_long: Floats
    parkinson: Floats
    garman_klass: Floats
    rogers_satchell: Floats
    intraday: Floats

    @cached_property
    def cross_asset(self) -> Floats:
        """Median over coins of the middle bipower, shape (bars,)."""
        return median_over_present(self.bipower_middle)


def mask_unusable_bars(panel: Panel) -> Panel:
    """The panel without bars that cannot be counted with: price not above 0, or not finite."""
    prices = np.stack([panel.open, panel.high, panel.low, panel.close])
    usable = np.all(np.isfinite(prices) & (prices > 0.0), axis=0)
    opened, high, low, close = np.where(usable, prices, np.nan)
    return Panel(
        panel.symbols,
        panel.open_time,
        opened,
        high,
        low,
        close,
        panel.volume,
        panel.half_spread_bps,
    )


def compute_log_returns(panel: Panel) -> Floats:
    """Log returns close to close, shape (coins, bars); NaN where either bar is missing."""
    return np.diff(np.log(panel.close), axis=1, prepend=np.nan)


def compute_log_ranges(panel: Panel) -> Floats:
    """log(high / low) of each bar, shape (coins, bars); NaN where the bar is missing."""
    return np.log(panel.high / panel.low)


@dataclass(frozen=True)
class BarVariances:
    """Variance of each bar by several estimators, the season taken out, shape (coins, bars).

    Attributes
    ----------
    squares, products
        Squared return; bipower: pi/2 times this absolute return and the one before.
    parkinson, garman_klass, rogers_satchell
        By the bar's range.
    """

    squares: Floats
    products: Floats
    parkinson: Floats
    garman_klass: Floats
    rogers_satchell: Floats


def compute_measures(panel: Panel, returns: Floats, season: Floats, params: Volatility) -> Measures:
    """All measures.

    Parameters
    ----------
    returns
        From `compute_log_returns`.
    season
        Factor of each bar, shape (bars,).
    """
    moves = np.abs(returns / season)
    moves_before = np.full(moves.shape, np.nan)
    moves_before[:, 1:] = moves[:, :-1]
    variances = compute_bar_variances(panel, returns, moves_before, season)
    return summarize_windows(
        lambda name, width: moving_mean(getattr(variances, name), width), params
    )


def compute_bar_variances(
    panel: Panel, returns: Floats, moves_before: Floats, season: Floats
) -> BarVariances:
    """Variances of each bar.

    Parameters
    ----------
    moves_before
        Absolute return over its season of the bar before each, NaN where missing.
    """
    return BarVariances(
        (returns / season) ** 2,
        HALF_PI * np.abs(returns / season) * moves_before,
        *(part / season**2 for part in _range_variances(panel)),
    )


def summarize_windows(mean: Callable[[str, int], Floats], params: Volatility) -> Measures:
    """All measures from means over windows.

    Parameters
    ----------
    mean
        Of a field of `BarVariances` over so many bars (`windows.moving_mean`).
    """
    short, middle, long = params.short_bars, params.middle_bars, params.long_bars
    days = params.range_window_days * BARS_PER_DAY
    rogers_satchell = _to_daily_volatility(mean("rogers_satchell", middle))
    return Measures(
        _to_daily_volatility(mean("squares", short)),
        _to_daily_volatility(mean("squares", middle)),
        _to_daily_volatility(mean("squares", long)),
        _to_daily_volatility(mean("products", middle)),
        _to_daily_volatility(mean("products", long)),
        _to_daily_volatility(mean("parkinson", middle)),
        _to_daily_volatility(mean("garman_klass", middle)),
        rogers_satchell,
        rogers_satchell * _range_correction(mean("products", days), mean("rogers_satchell", days)),
    )


def _range_correction(bipower: Floats, range_variance: Floats) -> Floats:
    """Bipower over range volatility, of the days before and the bar: what ranges fall short by.

    A range is seen in the trades there were, not in a path without pause: in
    the simulated market, with six prices a bar, it misses a third.
    """
    return np.sqrt(bipower / np.where(range_variance > 0.0, range_variance, np.nan))


def _range_variances(panel: Panel) -> tuple[Floats, Floats, Floats]:
    """Variance of each bar by its range: Parkinson 1980, Garman-Klass 1980, Rogers-Satchell 1991.

    All three take the price to move without pause; seen in few trades they fall
    short of the truth.
    """
    up, down = np.log(panel.high / panel.open), np.log(panel.low / panel.open)
    move = np.log(panel.close / panel.open)
    parkinson = (up - down) ** 2 / (4.0 * np.log(2.0))
    garman_klass = 0.5 * (up - down) ** 2 - (2.0 * np.log(2.0) - 1.0) * move**2
    return parkinson, garman_klass, up * (up - move) + down * (down - move)


def _to_daily_volatility(mean: Floats) -> Floats:
    """Root of a window's mean variance, a day's worth; NaN where it is not above 0."""
    return np.sqrt(np.where(mean > 0.0, BARS_PER_DAY * mean, np.nan))
