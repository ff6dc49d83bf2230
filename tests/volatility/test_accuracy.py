"""Scores of forecasts and regimes: by hand, against sklearn and statsmodels, bad input."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score
from statsmodels.tsa.stattools import diebold_mariano_test

from dipmaster.results.volatility.forecasts import ForecastTest, TooFewForecasts
from dipmaster.volatility import forecast_accuracy, regime_accuracy
from dipmaster.volatility.baselines import mean_of_next_bars
from dipmaster.volatility.diebold_mariano import qlike
from dipmaster.volatility.regime import classify


def simulate_forecasts(coins: int = 2, days: int = 18, seed: int = 1):
    """Returns with a known variance, and forecasts: the truth, the truth with noise, a constant."""
    rng = np.random.default_rng(seed)
    bars = days * 288
    sigma = 0.002 * np.exp(0.8 * np.sin(np.arange(bars) / 150)) * np.ones((coins, 1))
    returns = sigma * rng.standard_normal((coins, bars))
    ahead = np.sqrt(288 * mean_of_next_bars(sigma**2))
    ahead = np.where(np.isfinite(ahead), ahead, 0.03)
    noisy = ahead * np.exp(rng.normal(0, 0.5, ahead.shape))
    return returns, {"garch": ahead, "har": noisy, "rv_ewma": np.full_like(ahead, 0.034)}


def test_target_by_hand() -> None:
    returns = np.zeros((1, 60))
    returns[0, 1:25] = 0.01
    result = forecast_accuracy.compute_targets(returns)
    assert result[0, 0] == pytest.approx(288 * 0.01**2)
    assert result[0, 10] == pytest.approx(288 * 0.01**2 * 14 / 24)
    assert np.isnan(result[0, 24:]).all()  # nothing moved: no variance to forecast


def test_qlike_by_hand() -> None:
    assert qlike(np.array([2.0]), np.array([2.0])) == 0.0
    assert qlike(np.array([2.0]), np.array([1.0])) == pytest.approx(1.0 - np.log(2.0))


def test_the_better_forecast_wins(params) -> None:
    returns, forecasts = simulate_forecasts()
    result = forecast_accuracy.evaluate_forecasts(
        ("A", "B"), returns, forecasts, 288, "garch", params.evaluation
    )
    for coin in result.by_symbol.values():
        assert coin.garch_versus["har"].verdict == "better"
        garch, har = coin.forecasts["garch"], coin.forecasts["har"]
        assert garch.qlike < har.qlike
        assert abs(garch.mz_slope - 1) < 0.25
        assert garch.mz_wald_p > 0.001
        assert garch.mz_r2 > har.mz_r2
        assert coin.forecasts["rv_ewma"].mz_reason == "the forecast never changes"
    assert result.pooled.garch_versus["rv_ewma"].verdict == "better"
    swapped = forecasts | {"garch": forecasts["har"], "har": forecasts["garch"]}
    result = forecast_accuracy.evaluate_forecasts(
        ("A", "B"), returns, swapped, 288, "garch", params.evaluation
    )
    assert result.pooled.garch_versus["har"].verdict == "worse"


def test_equal_forecasts_are_not_different(params) -> None:
    returns, forecasts = simulate_forecasts()
    same = dict.fromkeys(forecasts, forecasts["garch"])
    result = forecast_accuracy.evaluate_forecasts(
        ("A", "B"), returns, same, 288, "garch", params.evaluation
    )
    assert result.pooled.garch_versus["har"].verdict == "inconclusive"
    assert result.by_symbol["A"].garch_versus["har"] == ForecastTest(
        dm=None, p=None, verdict="inconclusive"
    )


def test_no_forecast_is_better_on_fewer_than_four_blocks(params) -> None:
    """Seventeen days of forecasts: four blocks of four days, three of five."""
    returns, forecasts = simulate_forecasts()
    for block_days, verdict in ((4, "better"), (5, "inconclusive")):
        few = params.evaluation.model_copy(update={"block_days": block_days})
        result = forecast_accuracy.evaluate_forecasts(
            ("A", "B"), returns, forecasts, 288, "garch", few
        )
        pooled, coin = result.pooled, result.by_symbol["A"]
        for test in (pooled.garch_versus["har"], coin.garch_versus["har"]):
            assert test.verdict == verdict
            assert (test.p is None) == (block_days == 5)
    assert test.reason == "sample too small (3 blocks of 5 days, minimum 4)"
    assert pooled.garch_versus["har"].difference < 0.0


def test_pooled_test_is_statsmodels_on_one_coin(params) -> None:
    returns, forecasts = simulate_forecasts(coins=1)
    result = forecast_accuracy.evaluate_forecasts(
        ("A",), returns, forecasts, 288, "garch", params.evaluation
    )
    origins = np.arange(288, returns.shape[1], 12)
    rv = forecast_accuracy.compute_targets(returns)[0, origins]
    known = np.isfinite(rv)
    garch, har = (forecasts[name][0, origins][known] ** 2 for name in ("garch", "har"))
    oracle = diebold_mariano_test(rv[known], garch, har, lags=24, criterion=qlike)
    test = result.pooled.garch_versus["har"]
    assert test.dm == pytest.approx(float(oracle.statistic), rel=1e-6)
    assert test.p == pytest.approx(float(oracle.pvalue), rel=1e-4)
    assert result.hac_lags == 24


def test_too_few_forecasts_say_so(params) -> None:
    returns, forecasts = simulate_forecasts()
    forecasts["har"] = np.full_like(forecasts["har"], np.nan)
    result = forecast_accuracy.evaluate_forecasts(
        ("A", "B"), returns, forecasts, 288, "garch", params.evaluation
    )
    assert result.pooled == TooFewForecasts(
        origins=0, reason="fewer than 3 days of forecasts with a known outcome"
    )
    assert "fewer than 3 days" in result.by_symbol["A"].reason


def test_statistics_are_sklearns() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 3, (2, 900)).astype(np.int8)
    predicted = np.where(rng.random((2, 900)) < 0.6, truth, rng.integers(0, 3, (2, 900)))
    predicted = predicted.astype(np.int8)
    predicted[0, :100] = -1
    counts = regime_accuracy.count_confusion_by_day(predicted, truth, 288)
    assert counts.shape == (3, 3, 3)
    known = predicted[:, 288:] >= 0
    true, predicted_known = truth[:, 288:][known], predicted[:, 288:][known]
    result = regime_accuracy.compute_agreement(counts.sum(axis=0))
    assert result[0] == pytest.approx((true == predicted_known).mean())
    assert result[1] == pytest.approx(balanced_accuracy_score(true, predicted_known))
    assert result[2] == pytest.approx(cohen_kappa_score(true, predicted_known))


def test_interval_holds_the_value_and_widens_with_dependence(params) -> None:
    rng = np.random.default_rng(3)
    truth = np.repeat(rng.integers(0, 3, 40), 288)[None].astype(np.int8)
    right_days = np.repeat(np.arange(40) // 10 % 2 == 0, 288)  # ten good days, ten bad ones
    mixed = rng.random(truth.shape) < 0.5
    wrong = (truth + 1) % 3
    spans = []
    for good in (right_days[None], mixed):
        predicted = np.where(good, truth, wrong).astype(np.int8)
        result = regime_accuracy.evaluate_regimes(predicted, truth, 0, params.evaluation).accuracy
        assert result.low <= result.value <= result.high
        spans.append(result.high - result.low)
    assert spans[0] > 5 * spans[1]


def test_majority_and_nothing_known(params) -> None:
    truth = np.zeros((1, 600), dtype=np.int8)
    truth[0, :150] = 1
    result = regime_accuracy.evaluate_regimes(truth, truth, 0, params.evaluation)
    assert result.majority_baseline == 0.75
    assert result.accuracy.value == 1.0
    all_unknown = regime_accuracy.evaluate_regimes(
        np.full_like(truth, -1), truth, 0, params.evaluation
    )
    assert all_unknown.bars == 0
    assert "no bar" in all_unknown.reason


def test_delays_by_hand() -> None:
    truth = np.repeat([0, 1, 2, 1], [100, 100, 24, 100]).astype(np.int8)
    predicted = np.repeat([0, 1, 1], [112, 112, 100]).astype(np.int8)
    result = regime_accuracy.measure_delays(predicted[None], truth[None], 0)
    assert result.changes == 3
    assert result.undetected == 1
    assert result.median_hours == 0.5  # one hour, and none
    assert regime_accuracy.find_episodes(truth, 150).tolist() == [150, 200, 224]


def test_delays_of_coins_are_pooled_and_unknown_states_are_no_changes() -> None:
    truth = np.array([[0] * 100 + [1] * 100, [-1] * 50 + [0] * 50 + [2] * 100], dtype=np.int8)
    predicted = np.array([[0] * 112 + [1] * 88, [-1] * 50 + [0] * 86 + [2] * 64], dtype=np.int8)
    result = regime_accuracy.measure_delays(predicted, truth, 0)
    assert (result.changes, result.undetected) == (2, 0)
    assert (result.median_hours, result.mean_hours) == (2.0, 2.0)  # one hour and three


def test_interval_is_students_on_the_spread_of_blocks(params) -> None:
    """For one row a day the block bootstrap's spread is that of the mean of four-day blocks."""
    rng = np.random.default_rng(8)
    good = np.repeat(rng.random(40) < 0.6, 4 * 288)  # whole blocks right or wrong
    truth = rng.integers(0, 3, good.size).astype(np.int8)
    predicted = np.where(good, truth, (truth + 1) % 3).astype(np.int8)
    many = params.evaluation.model_copy(update={"bootstrap_reps": 4000})
    result = regime_accuracy.evaluate_regimes(predicted[None], truth[None], 0, many).accuracy
    days = good[::288].astype(float)
    circle = np.concatenate([days, days])
    means = np.array([circle[i : i + 4].mean() for i in range(days.size)])  # every circular block
    half = stats.t.ppf(0.975, 39) * means.std() / np.sqrt(40) * np.sqrt(40 / 39)
    assert result.value == pytest.approx(days.mean())
    assert result.high - result.value == pytest.approx(half, rel=0.06)
    assert result.value - result.low == pytest.approx(half, rel=0.06)


def test_no_bounds_from_less_than_four_blocks(params) -> None:
    rng = np.random.default_rng(9)
    truth = rng.integers(0, 3, (1, 15 * 288)).astype(np.int8)
    predicted = np.where(rng.random(truth.shape) < 0.8, truth, 0).astype(np.int8)
    result = regime_accuracy.evaluate_regimes(predicted, truth, 0, params.evaluation).accuracy
    assert (result.low, result.high) == (None, None)
    assert result.reason == "3 of 4 blocks that bounds need"
    assert result.value == pytest.approx((predicted == truth).mean())


def test_proxy_by_hand(params) -> None:
    returns = np.full((1, 4 * 288), 0.01 / np.sqrt(288))
    returns[0, 2 * 288 :] *= 8.0
    result = regime_accuracy.classify_next_day(returns, params.regime)
    assert result[0, 100] == 0
    assert result[0, 2 * 288 - 1] == 2
    assert (result[0, 3 * 288 :] == -1).all()
    assert classify(np.array([0.08]), params.regime)[0] == 2
