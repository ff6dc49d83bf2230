"""Class of the next 24 hours' volatility as a regression on ranges forecasts it."""

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params import Volatility
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.baselines import compute_season_ahead
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.range_har import RANGE_WINDOWS, WEEK
from dipmaster.volatility.regime import Classes, classify
from dipmaster.volatility.rolling_regression import fit_least_squares, log_of_positive
from dipmaster.volatility.windows import MIN_SHARE, moving_mean, moving_sum

MARKET_WINDOWS = (BARS_PER_HOUR, 6 * BARS_PER_HOUR, BARS_PER_DAY)


def forecast_classes(
    ranges: Floats, squares: Floats, profile: Floats, clock: GridClock, params: Volatility
) -> Classes:
    """Class of the median forecast of the next day, at the close of each hour and held.

    log of the mean square of the next 288 bars on the log mean range of the last 15 minutes,
    hour, six hours, day and week, the mean square of the week, and the coins' mean of the log
    range of hour, six hours and day. One regression for all coins, by least squares on the
    hourly rows of the `har.window_days` before each refit whose target was over by then.

    Parameters
    ----------
    ranges, squares
        log(high / low) and squared return of each bar, de-seasonalised, shape (coins, bars),
        NaN where missing.
    profile
        Season of each day.

    Returns
    -------
    ndarray
        Shape (coins, bars); -1 before the first fit and where a regressor is missing.
    """
    ends = _hour_ends(clock)
    rows = _regressors(ranges, squares, ends)
    log_level = 0.5 * (
        _forecast_by_pooled_fit(
            rows, log_of_positive(_mean_of_next_day(squares)[:, ends]), ends, clock, params
        )
        + np.log(BARS_PER_DAY * compute_season_ahead(profile, clock, BARS_PER_DAY)[ends])
    )
    classes = classify(np.exp(log_level), params.regime)
    return _hold(classes, ends, clock.bars)


def _hour_ends(clock: GridClock) -> Ints:
    """Last bars of the hours."""
    first = -(clock.bars_before_first() + 1) % BARS_PER_HOUR
    return np.arange(first, clock.bars, BARS_PER_HOUR, dtype=np.int64)


def _regressors(ranges: Floats, squares: Floats, ends: Ints) -> Floats:
    """Shape (columns, coins, hours)."""
    own = {
        width: 2.0 * log_of_positive(moving_mean(ranges, width)[:, ends]) for width in RANGE_WINDOWS
    }
    market = [_mean_of_known(own[width]) for width in MARKET_WINDOWS]
    week = log_of_positive(moving_mean(squares, WEEK)[:, ends])
    return np.stack([np.ones(week.shape), *own.values(), week, *market])


def _mean_of_known(values: Floats) -> Floats:
    """Mean over coins of what is known, for each coin."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    return np.broadcast_to(np.where(count > 0, mean, np.nan), values.shape)


def _mean_of_next_day(squares: Floats) -> Floats:
    """Mean of those of the next 288 values that are known; NaN with fewer than half."""
    known = np.isfinite(squares)
    total = moving_sum(np.where(known, squares, 0.0), BARS_PER_DAY)
    count = moving_sum(known.astype(np.float64), BARS_PER_DAY)
    mean = np.where(count >= MIN_SHARE * BARS_PER_DAY, total / np.maximum(count, 1.0), np.nan)
    out = np.full(squares.shape, np.nan)
    out[:, : max(0, squares.shape[1] - BARS_PER_DAY)] = mean[:, BARS_PER_DAY:]
    return out


def _forecast_by_pooled_fit(
    rows: Floats, log_target: Floats, ends: Ints, clock: GridClock, params: Volatility
) -> Floats:
    """Mean of the log target, shape (coins, hours)."""
    known = np.isfinite(rows).all(axis=0)
    usable = known & np.isfinite(log_target)
    out = np.full(log_target.shape, np.nan)
    edges = clock.refit_bars(params.garch.refit_days)
    for edge, stop in zip(edges, [*edges, clock.bars][1:], strict=True):
        first = edge - params.har.window_days * BARS_PER_DAY
        chosen = usable & (ends >= first) & _is_over(ends, edge)
        if chosen.sum() * BARS_PER_HOUR < params.har.min_days * BARS_PER_DAY:
            continue
        slopes, _ = fit_least_squares(rows[:, chosen], log_target[chosen])
        served = (ends >= edge) & (ends < stop)
        total = np.zeros((len(out), int(served.sum())))
        for slope, column in zip(slopes, rows[:, :, served], strict=True):
            total += slope * column
        out[:, served] = total
    return out


def _is_over(ends: Ints, edge: int) -> Bools:
    """Whether the day after each hour has ended before the bar `edge`."""
    return ends + BARS_PER_DAY < edge


def _hold(classes: Classes, ends: Ints, bars: int) -> Classes:
    """Each hour's class from its last bar until the next one's."""
    place = np.searchsorted(ends, np.arange(bars), side="right") - 1
    if not ends.size:
        return np.full((len(classes), bars), -1, dtype=np.int8)
    return np.where(place >= 0, classes[:, np.maximum(place, 0)], -1).astype(np.int8)
