"""Range-HAR against a plain regression, its gaps and horizon, and the geometric mean with HAR."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import align_bars
from dipmaster.volatility import build_volatility_table, compute_volatility
from dipmaster.volatility.baselines import compute_season_ahead, forecast_har, mean_of_next_bars
from dipmaster.volatility.clock import SEASON_CELLS, GridClock
from dipmaster.volatility.measures import compute_log_ranges
from dipmaster.volatility.range_har import combine_forecasts, forecast_range_har

MONDAY = int(pd.Timestamp("2023-01-02", tz="UTC").value // 10**6)
WINDOWS = (3, 12, 72, 288, 2016)


def make_bars(bars: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Ranges and squares whose level moves, with a gap of a day and a bar without a range."""
    rng = np.random.default_rng(seed)
    level = np.exp(0.5 * np.sin(np.arange(bars) / 300) + 0.3 * np.sin(np.arange(bars) / 41))
    ranges, squares = level * rng.gamma(4, 0.3, bars), level**2 * rng.exponential(1, bars)
    ranges[3000:3288] = squares[3000:3289] = np.nan
    ranges[5000] = 0.0
    return ranges, squares


def mean_of_known(window: np.ndarray, width: int) -> float:
    known = window[np.isfinite(window)]
    return known.mean() if known.size >= 0.5 * width else np.nan


def describe_bar(ranges: np.ndarray, squares: np.ndarray, t: int) -> list[float]:
    """The regressors at one bar, by their definition."""
    means = [mean_of_known(ranges[max(0, t - w + 1) : t + 1], w) for w in WINDOWS]
    week = mean_of_known(squares[max(0, t - 2016 + 1) : t + 1], 2016)
    return [1.0, *np.log(means), np.log(week)]


@pytest.mark.parametrize("horizon", [24, 288])
def test_range_har_is_a_plain_regression(params, horizon: int) -> None:
    clock = GridClock(MONDAY, 29 * 288)
    ranges, squares = make_bars(clock.bars)
    forecast = forecast_range_har(ranges, squares, clock, params.har, 7, horizon)
    edge = 28 * 288
    rows, outcome = [], []
    for t in range(edge - 14 * 288, edge - horizon, 12):
        row, ahead = describe_bar(ranges, squares, t), squares[t + 1 : t + 1 + horizon]
        if np.isfinite(row).all() and np.isfinite(ahead).all():
            rows.append(row)
            outcome.append(np.log(ahead.mean()))
    x, y = np.array(rows), np.array(outcome)
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    smearing = np.exp(y - x @ slopes).mean()
    for t in (edge, edge + 100, clock.bars - 1):
        expected = smearing * np.exp(np.array(describe_bar(ranges, squares, t)) @ slopes)
        assert forecast[t] == pytest.approx(expected, rel=1e-8)
    assert np.isnan(forecast[: 7 * 288]).all()


def test_the_default_horizon_is_two_hours(params) -> None:
    clock = GridClock(MONDAY, 22 * 288)
    ranges, squares = make_bars(clock.bars)
    short, default, day = (
        forecast_range_har(ranges, squares, clock, params.har, 7, *horizon)
        for horizon in ((24,), (), (288,))
    )
    assert np.array_equal(short, default, equal_nan=True)
    assert not np.array_equal(short, day, equal_nan=True)


def test_a_gap_is_left_out_and_never_filled(params) -> None:
    """Two of three bars give a mean of 15 minutes, one does not; a still quarter has no log."""
    clock = GridClock(MONDAY, 22 * 288)
    ranges, squares = make_bars(clock.bars)
    bar = 21 * 288 + 50
    ranges[bar] = np.nan
    ranges[bar + 20 : bar + 22] = np.nan
    ranges[bar + 40 : bar + 43] = 0.0
    forecast = forecast_range_har(ranges, squares, clock, params.har, 7)
    assert np.isfinite(forecast[bar : bar + 20]).all()
    assert np.isnan(forecast[bar + 21 : bar + 23]).all()
    assert np.isnan(forecast[bar + 42])
    assert np.isfinite(forecast[[bar + 20, bar + 23, bar + 41, bar + 43]]).all()


@pytest.mark.parametrize("forecast", ["har", "range_har"])
def test_no_fit_where_no_target_is_over(params, forecast: str) -> None:
    """The first refit comes an hour after the first bar: nothing to fit on, nor any later row."""
    clock = GridClock(MONDAY - 3_600_000, 20 * 288)
    ranges, squares = make_bars(clock.bars)
    if forecast == "har":
        values = forecast_har(squares, clock, params.har, 7)
    else:
        values = forecast_range_har(ranges, squares, clock, params.har, 7)
    assert np.isnan(values[: 7 * 288]).all()
    assert np.isfinite(values[15 * 288 :]).any()


def test_next_mean_and_season_ahead_of_any_horizon() -> None:
    values = np.arange(10.0)
    assert mean_of_next_bars(values, 3)[:2].tolist() == [2.0, 3.0]
    assert np.isnan(mean_of_next_bars(values, 3)[7:]).all()
    assert np.isnan(mean_of_next_bars(values, 12)).all()
    clock = GridClock(MONDAY, 3 * 288)
    profile = np.ones((clock.days, SEASON_CELLS))
    profile[0, 14] = 2.0
    assert compute_season_ahead(profile, clock, 288)[0] == pytest.approx((276 + 12 * 4) / 288)


def test_the_mean_is_geometric_and_needs_both() -> None:
    mean = combine_forecasts(np.array([0.02, 0.03, np.nan]), np.array([0.08, np.nan, 0.02]))
    assert mean[0] == pytest.approx(0.04)
    assert np.isnan(mean[1:]).all()


def test_columns_are_the_forecasts_with_the_season_put_back(coins, panel, params) -> None:
    volatility = compute_volatility(panel, params, "simulated")
    table = build_volatility_table("BBBUSDT", volatility, params)
    har, range_har, both = (
        table[f"{name}_daily_frac"].to_numpy() for name in ("har", "range_har", "har_range")
    )
    assert both == pytest.approx(np.sqrt(har * range_har), rel=1e-6, nan_ok=True)
    season = table["season_factor"].to_numpy(np.float64)
    clock, i = volatility.clock, volatility.symbols.index("BBBUSDT")
    full = np.ones(clock.bars)
    rows = np.flatnonzero(volatility.exists[i])
    full[rows] = season
    ranges = compute_log_ranges(panel)[i] / full
    squares = (volatility.returns[i] / full) ** 2
    variance = forecast_range_har(ranges, squares, clock, params.har, params.garch.refit_days)
    ahead = compute_season_ahead(volatility.profile, clock)
    expected = np.sqrt(288 * variance * ahead)[rows]
    assert np.isfinite(expected).sum() > 288
    assert range_har == pytest.approx(expected, rel=1e-5, nan_ok=True)


@pytest.mark.parametrize("name", ["range_har", "har_range"])
def test_the_forecast_of_the_strategy_is_a_param(coins, params, name: str) -> None:
    chosen = params.model_copy(update={"forecast": name})
    volatility = compute_volatility(
        align_bars({"AAAUSDT": coins["AAAUSDT"]}, 1.0), chosen, "simulated"
    )
    table = build_volatility_table("AAAUSDT", volatility, chosen)
    used = table["forecast_daily_frac"]
    assert used.notna().any()
    assert used.equals(table[f"{name}_daily_frac"].rename("forecast_daily_frac"))
