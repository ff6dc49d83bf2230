"""Scores of forecasts and regimes: by hand, against sklearn and statsmodels, bad input."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score
from statsmodels.tsa.stattools import diebold_mariano_test

from dipmaster.volatility import accuracy, scores
from dipmaster.volatility.regime import classes


def world(coins: int = 2, days: int = 12, seed: int = 1):
    """Returns with a known variance, and forecasts: the truth, the truth with noise, a constant."""
    rng = np.random.default_rng(seed)
    bars = days * 288
    sigma = 0.002 * np.exp(0.8 * np.sin(np.arange(bars) / 150)) * np.ones((coins, 1))
    returns = sigma * rng.standard_normal((coins, bars))
    ahead = np.sqrt(288 * scores.next_mean(sigma**2))
    ahead = np.where(np.isfinite(ahead), ahead, 0.03)
    noisy = ahead * np.exp(rng.normal(0, 0.5, ahead.shape))
    return returns, {"garch": ahead, "har": noisy, "rv_ewma": np.full_like(ahead, 0.034)}


def test_target_by_hand() -> None:
    returns = np.zeros((1, 60))
    returns[0, 1:25] = 0.01
    found = scores.targets(returns)
    assert found[0, 0] == pytest.approx(288 * 0.01**2)
    assert found[0, 10] == pytest.approx(288 * 0.01**2 * 14 / 24)
    assert np.isnan(found[0, 24:]).all()  # nothing moved: no variance to forecast


def test_qlike_by_hand() -> None:
    assert scores.qlike(np.array([2.0]), np.array([2.0])) == 0.0
    assert scores.qlike(np.array([2.0]), np.array([1.0])) == pytest.approx(1.0 - np.log(2.0))


def test_the_better_forecast_wins(params) -> None:
    returns, forecasts = world()
    found = scores.judge(("A", "B"), returns, forecasts, 288, params.judging)
    for coin in found["by_symbol"].values():
        assert coin["garch_against"]["har"]["verdict"] == "GARCH better"
        assert coin["forecasts"]["garch"]["qlike"] < coin["forecasts"]["har"]["qlike"]
        assert abs(coin["forecasts"]["garch"]["mz_slope"] - 1) < 0.25
        assert coin["forecasts"]["garch"]["mz_wald_p"] > 0.001
        assert coin["forecasts"]["garch"]["mz_r2"] > coin["forecasts"]["har"]["mz_r2"]
        assert coin["forecasts"]["rv_ewma"]["mz_reason"] == "the forecast never changes"
    assert found["pooled"]["garch_against"]["rv_ewma"]["verdict"] == "GARCH better"
    swapped = forecasts | {"garch": forecasts["har"], "har": forecasts["garch"]}
    found = scores.judge(("A", "B"), returns, swapped, 288, params.judging)
    assert found["pooled"]["garch_against"]["har"]["verdict"] == "GARCH worse"


def test_equal_forecasts_are_not_different(params) -> None:
    returns, forecasts = world()
    same = dict.fromkeys(forecasts, forecasts["garch"])
    found = scores.judge(("A", "B"), returns, same, 288, params.judging)
    assert found["pooled"]["garch_against"]["har"]["verdict"] == "not different"
    assert found["by_symbol"]["A"]["garch_against"]["har"] == {
        "dm": None,
        "p": None,
        "verdict": "not different",
    }


def test_pooled_test_is_statsmodels_on_one_coin(params) -> None:
    returns, forecasts = world(coins=1)
    found = scores.judge(("A",), returns, forecasts, 288, params.judging)
    origins = np.arange(288, returns.shape[1], 12)
    rv = scores.targets(returns)[0, origins]
    known = np.isfinite(rv)
    garch, har = (forecasts[name][0, origins][known] ** 2 for name in ("garch", "har"))
    oracle = diebold_mariano_test(rv[known], garch, har, lags=24, criterion=scores.qlike)
    own = found["pooled"]["garch_against"]["har"]
    assert own["dm"] == pytest.approx(float(oracle.statistic), rel=1e-6)
    assert own["p"] == pytest.approx(float(oracle.pvalue), rel=1e-4)
    assert found["hac_lags"] == 24


def test_too_few_forecasts_say_so(params) -> None:
    returns, forecasts = world()
    forecasts["har"] = np.full_like(forecasts["har"], np.nan)
    found = scores.judge(("A", "B"), returns, forecasts, 288, params.judging)
    assert found["pooled"] == {
        "origins": 0,
        "reason": "fewer than 3 days of forecasts with a known outcome",
    }
    assert "fewer than 3 days" in found["by_symbol"]["A"]["reason"]


def test_statistics_are_sklearns() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 3, (2, 900)).astype(np.int8)
    guess = np.where(rng.random((2, 900)) < 0.6, truth, rng.integers(0, 3, (2, 900)))
    guess = guess.astype(np.int8)
    guess[0, :100] = -1
    counts = accuracy.confusion_by_day(guess, truth, 288)
    assert counts.shape == (3, 3, 3)
    known = guess[:, 288:] >= 0
    true, said = truth[:, 288:][known], guess[:, 288:][known]
    found = accuracy.statistics(counts.sum(axis=0))
    assert found[0] == pytest.approx((true == said).mean())
    assert found[1] == pytest.approx(balanced_accuracy_score(true, said))
    assert found[2] == pytest.approx(cohen_kappa_score(true, said))


def test_interval_holds_the_value_and_widens_with_dependence(params) -> None:
    rng = np.random.default_rng(3)
    truth = np.repeat(rng.integers(0, 3, 40), 288)[None].astype(np.int8)
    right_days = np.repeat(np.arange(40) // 10 % 2 == 0, 288)  # ten good days, ten bad ones
    mixed = rng.random(truth.shape) < 0.5
    wrong = (truth + 1) % 3
    spans = []
    for good in (right_days[None], mixed):
        guess = np.where(good, truth, wrong).astype(np.int8)
        found = accuracy.against(guess, truth, 0, params.judging)["accuracy"]
        assert found["low"] <= found["value"] <= found["high"]
        spans.append(found["high"] - found["low"])
    assert spans[0] > 5 * spans[1]


def test_majority_and_nothing_known(params) -> None:
    truth = np.zeros((1, 600), dtype=np.int8)
    truth[0, :150] = 1
    found = accuracy.against(truth, truth, 0, params.judging)
    assert found["majority_baseline"] == 0.75
    assert found["accuracy"]["value"] == 1.0
    nothing = accuracy.against(np.full_like(truth, -1), truth, 0, params.judging)
    assert nothing["bars"] == 0
    assert "no bar" in nothing["reason"]


def test_delays_by_hand() -> None:
    truth = np.repeat([0, 1, 2, 1], [100, 100, 24, 100]).astype(np.int8)
    guess = np.repeat([0, 1, 1], [112, 112, 100]).astype(np.int8)
    found = accuracy.delays(guess[None], truth[None], 0)
    assert found["changes"] == 3
    assert found["missed"] == 1
    assert found["median_hours"] == 0.5  # one hour, and none
    assert accuracy.episodes(truth, 150).tolist() == [150, 200, 224]


def test_delays_of_coins_are_pooled_and_unknown_states_are_no_changes() -> None:
    truth = np.array([[0] * 100 + [1] * 100, [-1] * 50 + [0] * 50 + [2] * 100], dtype=np.int8)
    guess = np.array([[0] * 112 + [1] * 88, [-1] * 50 + [0] * 86 + [2] * 64], dtype=np.int8)
    found = accuracy.delays(guess, truth, 0)
    assert (found["changes"], found["missed"]) == (2, 0)
    assert (found["median_hours"], found["mean_hours"]) == (2.0, 2.0)  # one hour and three


def test_interval_is_students_on_the_spread_of_blocks(params) -> None:
    """For one row a day the block bootstrap's spread is that of the mean of four-day blocks."""
    rng = np.random.default_rng(8)
    good = np.repeat(rng.random(40) < 0.6, 4 * 288)  # whole blocks right or wrong
    truth = rng.integers(0, 3, good.size).astype(np.int8)
    guess = np.where(good, truth, (truth + 1) % 3).astype(np.int8)
    many = params.judging.model_copy(update={"bootstrap_reps": 4000})
    found = accuracy.against(guess[None], truth[None], 0, many)["accuracy"]
    days = good[::288].astype(float)
    circle = np.concatenate([days, days])
    means = np.array([circle[i : i + 4].mean() for i in range(days.size)])  # every circular block
    half = stats.t.ppf(0.975, 39) * means.std() / np.sqrt(40) * np.sqrt(40 / 39)
    assert found["value"] == pytest.approx(days.mean())
    assert found["high"] - found["value"] == pytest.approx(half, rel=0.06)
    assert found["value"] - found["low"] == pytest.approx(half, rel=0.06)


def test_no_bounds_from_less_than_two_blocks(params) -> None:
    rng = np.random.default_rng(9)
    truth = rng.integers(0, 3, (1, 7 * 288)).astype(np.int8)
    guess = np.where(rng.random(truth.shape) < 0.8, truth, 0).astype(np.int8)
    found = accuracy.against(guess, truth, 0, params.judging)["accuracy"]
    assert (found["low"], found["high"]) == (None, None)
    assert found["reason"] == "fewer than two whole blocks out of sample"
    assert found["value"] == pytest.approx((guess == truth).mean())


def test_proxy_by_hand(params) -> None:
    returns = np.full((1, 4 * 288), 0.01 / np.sqrt(288))
    returns[0, 2 * 288 :] *= 8.0
    found = accuracy.next_day_classes(returns, params.regime)
    assert found[0, 100] == 0
    assert found[0, 2 * 288 - 1] == 2
    assert (found[0, 3 * 288 :] == -1).all()
    assert classes(np.array([0.08]), params.regime)[0] == 2
