"""Forecasts: GARCH against arch, EWMA and HAR against slow twins, gaps, the season put back."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.volatility import garch_fit as g
from dipmaster.volatility.baselines import (
    compute_season_ahead,
    forecast_har,
    forecast_rv_ewma,
    mean_of_next_bars,
)
from dipmaster.volatility.clock import SEASON_CELLS, GridClock
from dipmaster.volatility.garch import fit_rolling_garch
from dipmaster.volatility.garch_summary import summarize_last_window
from dipmaster.volatility.rolling_regression import fit_least_squares

MONDAY = int(pd.Timestamp("2023-01-02", tz="UTC").value // 10**6)


def flat(clock: GridClock) -> np.ndarray:
    return np.ones((clock.days, SEASON_CELLS))


def test_forecasts_are_archs(garch_path, params) -> None:
    from arch import arch_model

    clock = GridClock(MONDAY, 16 * 288)
    percent = garch_path(1, clock.bars, 0.01, 0.08, 0.9)
    path = fit_rolling_garch(percent / 100, flat(clock), clock, params.garch)
    assert path.edges.tolist() == [7 * 288, 14 * 288]
    edge, stop = path.edges
    model = arch_model(percent[:stop], mean="Zero", vol="GARCH", p=1, q=1, rescale=False)
    fixed = model.fix(path.fits[0, :3], first_obs=0, last_obs=int(stop))
    variance = fixed.forecast(horizon=24, start=int(edge)).variance.to_numpy()
    expected = np.sqrt(variance.sum(axis=1) * 12) / 100
    assert path.daily[edge:stop] == pytest.approx(expected, rel=1e-9)
    assert path.level_daily[edge:stop] == pytest.approx(path.daily[edge:stop], rel=1e-12)
    assert np.isnan(path.daily[:edge]).all()
    assert ((path.confidence[edge:] > 0) & (path.confidence[edge:] < 1)).all()


def test_the_season_is_put_back(garch_path, params) -> None:
    clock = GridClock(MONDAY, 10 * 288)
    percent = garch_path(2, clock.bars, 0.01, 0.05, 0.9)
    profile = flat(clock)
    profile[:, 12] = 3.0
    season = profile[clock.day_index(), clock.season_cells()]
    plain = fit_rolling_garch(percent / 100, flat(clock), clock, params.garch)
    loud = fit_rolling_garch(season * percent / 100, profile, clock, params.garch)
    assert loud.fits == pytest.approx(plain.fits, rel=1e-12)
    assert loud.level_daily == pytest.approx(plain.level_daily, rel=1e-9, nan_ok=True)
    bar = 8 * 288 + 10 * 12 - 1  # closes at 10:00 on a Tuesday: the next 24 bars are 10 and 11 h
    assert loud.daily[bar] == pytest.approx(plain.daily[bar], rel=1e-9)
    bar += 24  # closes at 12:00: hour 12 is three times as loud, hour 13 is not
    assert 3 * plain.daily[bar] > loud.daily[bar] > 2.0 * plain.daily[bar]


def test_over_a_gap_the_variance_returns_to_its_mean(garch_path, params) -> None:
    clock = GridClock(MONDAY, 12 * 288)
    returns = garch_path(3, clock.bars, 0.02, 0.1, 0.8) / 100
    returns[8 * 288 + 1] = 0.1
    returns[8 * 288 + 2 : 10 * 288] = np.nan
    path = fit_rolling_garch(returns, flat(clock), clock, params.garch)
    omega, alpha, beta = path.fits[0, :3]
    mean = np.sqrt(omega / (1 - alpha - beta) * 288) / 100
    assert path.daily[8 * 288 + 1] > 3 * mean
    assert path.daily[10 * 288 - 1] == pytest.approx(mean, rel=1e-6)


def test_too_little_data_means_no_fit(garch_path, params) -> None:
    clock = GridClock(MONDAY, 9 * 288)
    returns = garch_path(4, clock.bars, 0.02, 0.1, 0.8) / 100
    returns[: 5 * 288] = np.nan
    path = fit_rolling_garch(returns, flat(clock), clock, params.garch)
    assert path.edges.size == 0
    assert np.isnan(path.daily).all()
    assert (
        "fewer than 3 days"
        in summarize_last_window(returns, flat(clock), clock, path, params.garch).reason
    )
    still = fit_rolling_garch(np.zeros(clock.bars), flat(clock), clock, params.garch)
    assert still.edges.size == 0


def test_summary_of_the_last_window(garch_path, params) -> None:
    clock = GridClock(MONDAY, 9 * 288)
    returns = garch_path(5, clock.bars, 0.02, 0.1, 0.8) / 100
    path = fit_rolling_garch(returns, flat(clock), clock, params.garch)
    summary = summarize_last_window(returns, flat(clock), clock, path, params.garch)
    assert summary.log_likelihood == pytest.approx(summary.kernel_log_likelihood, abs=1e-6)
    assert summary.aic == pytest.approx(6 - 2 * summary.log_likelihood)
    assert summary.bic == pytest.approx(3 * np.log(2016) - 2 * summary.log_likelihood)
    assert "alpha[1]" in summary.summary
    assert "Date" not in summary.summary
    assert "Time:" not in summary.summary
    lines = summary.summary.splitlines()
    assert "No. Observations:" in summary.summary
    assert set(lines[-1]) == {"="}
    assert "not available" not in summary.summary


def test_student_t_is_a_param(garch_path, params) -> None:
    clock = GridClock(MONDAY, 9 * 288)
    returns = garch_path(6, clock.bars, 0.02, 0.1, 0.8, 4.0) / 100
    law = params.garch.model_copy(update={"innovations": "student_t"})
    path = fit_rolling_garch(returns, flat(clock), clock, law)
    assert 2.5 < path.fits[0, g.NU] < 8
    assert summarize_last_window(returns, flat(clock), clock, path, law).nu == path.fits[0, g.NU]
    assert np.isfinite(path.daily[path.edges[0] :]).all()


def test_next_mean_by_hand() -> None:
    values = np.arange(30.0)
    means = mean_of_next_bars(values)
    assert means[0] == np.arange(1, 25).mean()
    assert means[5] == np.arange(6, 30).mean()
    assert np.isnan(means[6:]).all()
    values[10] = np.nan
    assert np.isnan(mean_of_next_bars(values)).all()


def test_ewma_is_the_slow_one() -> None:
    values = np.random.default_rng(1).exponential(1, 60)
    values[20:24] = np.nan
    decay = 0.5 ** (1 / 6.0)
    forecast = forecast_rv_ewma(values, 6.0)
    for t in (11, 19, 22, 40, 59):
        known = [u for u in range(t + 1) if np.isfinite(values[u])]
        weights = np.array([decay ** (t - u) for u in known])
        expected = (weights * values[known]).sum() / weights.sum()
        assert forecast[t] == pytest.approx(expected, rel=1e-10)
    assert np.isnan(forecast[:11]).all()


def test_least_squares_are_numpys() -> None:
    rng = np.random.default_rng(2)
    x = np.vstack([np.ones(50), rng.standard_normal((3, 50))])
    y = rng.standard_normal(50)
    slopes, smear = fit_least_squares(x, y)
    expected = np.linalg.lstsq(x.T, y, rcond=None)[0]
    assert slopes == pytest.approx(expected, rel=1e-10)
    assert smear == pytest.approx(np.exp(y - expected @ x).mean(), rel=1e-12)


def test_har_by_its_definition(params) -> None:
    clock = GridClock(MONDAY, 22 * 288)
    rng = np.random.default_rng(3)
    squares = np.exp(0.3 * np.sin(np.arange(clock.bars) / 300)) * rng.exponential(1, clock.bars)
    forecast = forecast_har(squares, clock, params.har, 7)
    edge, log = 21 * 288, np.log
    windows = (12, 72, 288, 2016)
    rows, outcome = [], []
    for t in range(7 * 288, edge - 24, 12):
        past_mean = [squares[max(0, t - w + 1) : t + 1] for w in windows]
        if past_mean[3].size < 1008:
            continue
        rows.append([1.0, *(log(p.mean()) for p in past_mean)])
        outcome.append(log(squares[t + 1 : t + 25].mean()))
    x, y = np.array(rows), np.array(outcome)
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    smear = np.exp(y - x @ slopes).mean()
    t = edge + 100
    row = np.array([1.0, *(log(squares[t - w + 1 : t + 1].mean()) for w in windows)])
    assert forecast[t] == pytest.approx(smear * np.exp(row @ slopes), rel=1e-8)
    assert np.isnan(forecast[: 7 * 288]).all()


def test_season_ahead_by_hand() -> None:
    clock = GridClock(MONDAY, 2 * 288)
    profile = flat(clock)
    profile[0, 14] = 2.0
    ahead = compute_season_ahead(profile, clock)
    assert ahead[12 * 12 - 1] == 1.0
    assert ahead[13 * 12 - 1] == pytest.approx((12 + 12 * 4) / 24)
    assert ahead[288 + 13 * 12 - 1] == 1.0


def test_ewma_is_that_of_pandas() -> None:
    values = np.random.default_rng(2).exponential(1e-5, 3000)
    values[:7] = values[500:900] = np.nan
    values[1000:1100] = values[1000]
    oracle = pd.Series(values).ewm(halflife=72.0, min_periods=144).mean()
    np.testing.assert_allclose(forecast_rv_ewma(values, 72.0), oracle, rtol=1e-14)
