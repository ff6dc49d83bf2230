"""Sharpe ratio and drawdown: against statsmodels, scipy and arch; degenerate accounts."""

import math

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS

from dipmaster.backtest import metrics
from dipmaster.evaluation.statistics import account_metrics
from dipmaster.evaluation.statistics.bootstrap import derive_stream_key
from dipmaster.evaluation.statistics.streams import Resampling

ALPHA = 0.025
RESAMPLING = Resampling(4000, 10, derive_stream_key(1, 0, 0))
SHORT = Resampling(200, 10, derive_stream_key(1, 0, 0))


@pytest.fixture(scope="module")
def returns() -> np.ndarray:
    """300 skewed daily returns whose volatility clusters."""
    rng = np.random.default_rng(21)
    scale = np.repeat(rng.lognormal(0, 0.5, 30), 10)
    return 0.002 + 0.01 * scale * (rng.standard_t(5, 300) - 0.3 * (rng.random(300) < 0.05))


@pytest.fixture(scope="module")
def bounds(returns):
    return account_metrics.compute_sharpe_bounds(returns, ALPHA, 30, RESAMPLING)


def test_hac_bounds_are_those_of_statsmodels(returns, bounds) -> None:
    """The delta method's influence, its mean regressed on a constant with HAC errors."""
    mean, deviation = returns.mean(), returns.std()
    z = (returns - mean) / deviation
    influence = z - mean / deviation / 2 * (z**2 - 1)
    lags = int(4 * 3 ** (2 / 9))
    fit = OLS(influence, np.ones(300)).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    half = stats.t.ppf(1 - ALPHA, 29) * fit.bse[0]
    value = mean / returns.std(ddof=1)
    assert bounds.hac.low == pytest.approx((value - half) * math.sqrt(365))
    assert bounds.hac.high == pytest.approx((value + half) * math.sqrt(365))


def test_influence_is_the_derivative_of_the_sharpe_ratio(returns) -> None:
    """One day weighted a little more moves the ratio by its influence."""
    step = 1e-7
    influence = account_metrics.compute_sharpe_influence(returns)
    for day in (0, 17, 250):
        weights = np.full(300, (1 - step) / 300)
        weights[day] += step
        mean = weights @ returns
        moved = mean / math.sqrt(weights @ (returns - mean) ** 2)
        slope = (moved - returns.mean() / returns.std()) / step
        assert slope == pytest.approx(influence[day], abs=1e-5)


def test_probabilistic_bounds_are_bailey_and_lopez_de_prado(returns, bounds) -> None:
    daily = returns.mean() / returns.std(ddof=1)
    skew, kurtosis = stats.skew(returns), stats.kurtosis(returns, fisher=False)
    error = math.sqrt((1 - skew * daily + (kurtosis - 1) / 4 * daily**2) / 299)
    half = stats.norm.ppf(1 - ALPHA) * error * math.sqrt(365)
    assert bounds.probabilistic.high - bounds.probabilistic.low == pytest.approx(2 * half)
    target = 0.5
    expected = stats.norm.cdf((daily - target / math.sqrt(365)) / error)
    assert account_metrics.compute_probabilistic_sharpe(returns, target) == pytest.approx(expected)


def test_bootstrap_bounds_are_those_of_arch(returns, bounds) -> None:
    def daily(x: np.ndarray) -> float:
        return float(x.mean() / x.std(ddof=1))

    drawn = StationaryBootstrap(10, returns, seed=5).apply(daily, 4000)
    value = daily(returns)
    wider = stats.t.ppf(1 - ALPHA, 29) / stats.norm.ppf(1 - ALPHA)
    low, high = value + wider * (np.quantile(drawn, [ALPHA, 1 - ALPHA]) - value)
    width = (high - low) * math.sqrt(365)
    assert bounds.bootstrap.low == pytest.approx(low * math.sqrt(365), abs=0.05 * width)
    assert bounds.bootstrap.high == pytest.approx(high * math.sqrt(365), abs=0.05 * width)


def test_the_gate_takes_the_widest(bounds) -> None:
    every = (bounds.hac, bounds.bootstrap, bounds.probabilistic)
    assert bounds.low == min(pair.low for pair in every)
    assert bounds.high == max(pair.high for pair in every)


@pytest.mark.parametrize(
    ("net", "day", "days", "reason"),
    [
        ([], [], 30, "the account never moved"),
        ([5.0], [0], 1, "one day only"),
        ([0.0, 0.0], [3, 20], 30, "the account never moved"),
    ],
)
def test_no_sharpe_without_movement(sample_of, net, day, days, reason) -> None:
    sample = sample_of(np.array(net), np.array(day, dtype=np.int64), days)
    found = account_metrics.estimate_sharpe(sample, ALPHA, SHORT)
    assert (found.value, found.low, found.high, found.reason) == (None, None, None, reason)
    assert account_metrics.compute_probabilistic_sharpe(sample.days.returns, 2.0) is None


def test_one_block_has_no_bounds(sample_of) -> None:
    sample = sample_of(np.array([5.0, -3.0]), np.array([0, 1]), 8)
    sharpe = account_metrics.estimate_sharpe(sample, ALPHA, SHORT)
    drawdown = account_metrics.estimate_max_drawdown(sample, ALPHA, 365, SHORT)
    assert sharpe.value is not None
    assert drawdown.value == pytest.approx(3 / 10_005)
    assert sharpe.low is sharpe.high is drawdown.low is drawdown.high is None


@pytest.mark.parametrize("blocks", [2, 3])
def test_few_blocks_have_a_range_of_the_drawdown_and_no_sharpe_bounds(sample_of, blocks) -> None:
    """Resampled days need no Student's t: they describe, and no verdict rests on them."""
    day = np.array([1, 12, 22, 2])[: blocks + 1]
    sample = sample_of(np.array([-50.0, 30.0, -20.0, 10.0])[: blocks + 1], day, 30)
    found = account_metrics.estimate_max_drawdown(sample, ALPHA, 365, SHORT)
    assert 0.0 <= found.low < found.high < 1.0
    assert account_metrics.estimate_sharpe(sample, ALPHA, SHORT).low is None


def test_days_that_never_fell_have_no_range(sample_of) -> None:
    sample = sample_of(np.array([50.0, 30.0, 20.0]), np.array([1, 12, 22]), 30)
    found = account_metrics.estimate_max_drawdown(sample, ALPHA, 365, SHORT)
    assert (found.value, found.low, found.high) == (0.0, None, None)
    assert found.reason == "no day fell: no range can be read from them"


def test_ruin(sample_of) -> None:
    sample = sample_of(np.array([100.0, -50_000.0, 10.0, 5.0]), np.array([2, 15, 40, 55]), 60)
    drawdown = account_metrics.estimate_max_drawdown(sample, ALPHA, 365, SHORT)
    assert drawdown.value == drawdown.high == 1.0
    sharpe = account_metrics.estimate_sharpe(sample, ALPHA, SHORT)
    assert sharpe.low <= sharpe.value <= sharpe.high


def test_drawdown_bound_grows_with_the_horizon(sample_of) -> None:
    rng = np.random.default_rng(3)
    sample = sample_of(rng.normal(2, 40, 300), np.arange(300) // 3, 100)
    bounds = [
        account_metrics.estimate_horizon_drawdown(sample, ALPHA, days, SHORT)
        for days in (30, 120, 480)
    ]
    assert bounds[0].high < bounds[1].high < bounds[2].high
    assert all(b.low <= b.median <= b.high for b in bounds)


def test_drawdown_value_is_the_observed_one(sample_of) -> None:
    rng = np.random.default_rng(4)
    net, day = rng.normal(0, 40, 300), np.arange(300) // 3
    sample = sample_of(net, day, 100)
    equity = 10_000 + np.cumsum(np.bincount(day, net))
    expected = metrics.max_drawdown(equity, 10_000.0).frac
    assert account_metrics.estimate_max_drawdown(sample, ALPHA, 365, SHORT).value == pytest.approx(
        expected
    )


@given(
    st.lists(
        st.tuples(
            st.floats(-2000, 2000).filter(lambda x: x == 0 or abs(x) > 1e-3), st.integers(0, 59)
        ),
        max_size=40,
    )
)
def test_bounds_hold_the_value(sample_of, trades) -> None:
    sample = sample_of(
        np.array([x for x, _ in trades]), np.array([d for _, d in trades], dtype=np.int64), 60
    )
    sharpe = account_metrics.estimate_sharpe(sample, ALPHA, SHORT)
    drawdown = account_metrics.estimate_max_drawdown(sample, ALPHA, 30, SHORT)
    assert 0.0 <= drawdown.value <= 1.0
    assert 0 <= sharpe.n_effective <= sample.days_with_trades
    if sharpe.low is not None:
        assert sharpe.low <= sharpe.value <= sharpe.high
        assert math.isfinite(sharpe.low)
        assert math.isfinite(sharpe.high)
    if drawdown.low is not None:
        assert 0.0 <= drawdown.low <= drawdown.high <= 1.0


@given(
    st.lists(st.tuples(st.floats(-0.5, 0.5), st.floats(0, 0.2), st.floats(0, 0.2)), min_size=1),
    st.integers(1, 70),
)
def test_fall_within_a_horizon_is_the_worst_of_all_windows(moves, horizon: int) -> None:
    """Slow twin: every window of that many days joined on its own."""
    growth = np.array([1.0 + move for move, _, _ in moves])
    high = np.maximum(growth, 1.0) + np.array([up for _, up, _ in moves])
    low = np.minimum(growth, 1.0) - np.array([down for _, _, down in moves])
    inner = np.maximum(1.0 - low, 1.0 - growth / high)
    days = metrics.DailyAccount(growth, high, low, inner)
    starts = range(max(1, growth.size - horizon + 1))
    windows = [np.arange(s, min(s + horizon, growth.size)) for s in starts]
    worst = max(metrics.concatenated_drawdown(days, window) for window in windows)
    assert account_metrics.compute_drawdown_within(days, horizon) == pytest.approx(worst)


def test_a_slow_fall_counts_as_far_as_the_horizon_reaches(sample_of) -> None:
    """100 a day for 50 days: 10 days hold a fall of 1,000 at most, the last ones the deepest."""
    sample = sample_of(np.full(50, -100.0), np.arange(50), 50)
    assert account_metrics.estimate_max_drawdown(sample, ALPHA, 365, SHORT).value == pytest.approx(
        0.5
    )
    found = account_metrics.estimate_max_drawdown(sample, ALPHA, 10, SHORT).value
    assert found == pytest.approx(1000 / 6000)


def test_nothing_falls_after_ruin() -> None:
    gone = metrics.DailyAccount(
        np.array([0.0, 1.0, 1.0]), np.ones(3), np.array([0.0, 1.0, 1.0]), np.array([1.0, 0.0, 0.0])
    )
    assert account_metrics.compute_drawdown_within(gone, 2) == 1.0
