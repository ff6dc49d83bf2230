"""Intraday patterns: profile, prediction, confidence, recommendation, skill, no look-ahead."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.results.serialisation import from_json, to_json
from dipmaster.results.volatility.forecasts import TooFewForecasts
from dipmaster.results.volatility.intraday import IntradayResults
from dipmaster.volatility.clock import SEASON_CELLS, GridClock
from dipmaster.volatility.intraday.evaluation import describe_profile, evaluate_intraday
from dipmaster.volatility.intraday.prediction import (
    IntradayPatterns,
    estimate_confidence,
    model_intraday,
    predict_next_hour,
)
from dipmaster.volatility.intraday.profiles import estimate_week_profiles, hours_of_week
from dipmaster.volatility.intraday.recommendation import factor_of, recommend
from dipmaster.volatility.season import estimate_profiles

MONDAY = int(pd.Timestamp("2023-01-02", tz="UTC").value // 10**6)
HOUR_SHAPE = 1 + 0.4 * np.cos(2 * np.pi * (np.arange(24) - 15) / 24)
WEEK_SHAPE = np.array([1.0, 1.0, 1.5, 1.0, 1.0, 0.7, 0.7])


def make_returns(days: int, seed: int = 1, coins: int = 3, week=WEEK_SHAPE, hours=HOUR_SHAPE):
    clock = GridClock(MONDAY, days * 288)
    cell = hours_of_week(clock)
    factor = week[cell // 24] * hours[cell % 24]
    noise = np.random.default_rng(seed).standard_normal((coins, clock.bars))
    return 0.001 * factor * noise, clock


def model(returns, clock, params) -> IntradayPatterns:
    season = estimate_profiles(returns, clock, params.seasonality)
    return model_intraday(returns, season, clock, params)


def test_hours_of_the_week() -> None:
    cells = hours_of_week(GridClock(MONDAY + 6 * 86_400_000, 288), 12)  # a Sunday
    assert (cells[0], cells[287], cells[288], cells[299]) == (144, 167, 0, 0)


def test_the_profile_finds_hours_and_a_single_weekday(params) -> None:
    sure = params.model_copy(
        update={"intraday": params.intraday.model_copy(update={"weekday_prior_weeks": 0.1})}
    )
    returns, clock = make_returns(84)
    season = estimate_profiles(returns, clock, params.seasonality)
    profile = estimate_week_profiles(returns, season, clock, sure)
    found = describe_profile(profile[-1])
    assert (profile[-1] ** 2).mean() == pytest.approx(1.0)
    weekdays = np.array(found.weekdays)
    assert weekdays / weekdays[0] == pytest.approx(WEEK_SHAPE, rel=0.06)
    assert set(found.peak_hours) == {14, 15, 16}
    assert max(found.hours) == found.hours[found.peak_hours[0]]
    assert set(found.low_hours) == {2, 3, 4}
    assert found.asia < found.europe < found.americas * 1.5
    assert np.array(found.heat_map).reshape(168) == pytest.approx(profile[-1])


def test_a_heavy_prior_leaves_the_season_alone(params) -> None:
    flat = params.model_copy(
        update={"intraday": params.intraday.model_copy(update={"weekday_prior_weeks": 520.0})}
    )
    returns, clock = make_returns(42)
    season = estimate_profiles(returns, clock, params.seasonality)
    weeks = estimate_week_profiles(returns, season, clock, flat)[-1].reshape(7, 24)
    assert weeks[:5] == pytest.approx(np.tile(season[-1, :24], (5, 1)), rel=0.01)
    assert weeks[5:] == pytest.approx(np.tile(season[-1, 24:], (2, 1)), rel=0.01)


def test_prediction_by_hand() -> None:
    """Level of the window times the root mean square factor of the next 12 bars."""
    clock = GridClock(MONDAY, 2 * 288)
    profile = np.ones((2, 168))
    profile[:, 13], profile[:, 12] = 2.0, 1.0
    returns = np.full((1, clock.bars), 0.001)
    cells = hours_of_week(clock, 12)
    predicted = predict_next_hour(returns, profile, cells, clock, 24)[0]
    assert np.isnan(predicted[:11]).all()
    assert predicted[20] == pytest.approx(0.001 * np.sqrt(12))
    bar = 12 * 12 + 5  # 12:25, known at 12:30: six bars at 1, six at 2
    assert predicted[bar] == pytest.approx(0.001 * np.sqrt(6 + 6 * 4))
    # at 13:25 six of the last 24 bars count as half of themselves
    level = 0.001 * np.sqrt((18 + 6 / 4) / 24)
    assert predicted[13 * 12 + 5] == pytest.approx(level * np.sqrt(6 * 4 + 6))


def test_confidence_is_the_spread_of_past_errors(params) -> None:
    """Predictions off by exp(+-0.5) at hour 7, right elsewhere."""
    clock = GridClock(MONDAY, 30 * 288)
    returns = np.full((1, clock.bars), 0.001)
    right = 0.001 * np.sqrt(12)
    predicted = np.full((1, clock.bars), right)
    off = right * np.exp(0.5 * (-1.0) ** np.arange(30))
    predicted[0, 7 * 12 - 1 :: 288] = off
    confidence = estimate_confidence(returns, predicted, clock, params)[0]
    assert np.isnan(confidence[:288]).all()
    last = confidence[-288:]
    prior = params.intraday.confidence_prior_days
    of_all = 29 * 0.25 / (29 * 24 - 1)  # nobody predicted the very first hour
    assert last[7 * 12 - 1] == pytest.approx(
        np.exp(-np.sqrt((29 * 0.25 + prior * of_all) / (29 + prior)))
    )
    assert last[9 * 12] == pytest.approx(np.exp(-np.sqrt(prior * of_all / (29 + prior))))


def test_recommendations_at_the_cut_offs(params) -> None:
    nan = np.nan
    classes = recommend(np.array([0.0049, 0.005, 0.02, 0.0201, nan]), params.intraday)
    assert classes.tolist() == [0, 1, 1, 2, -1]
    factors = factor_of(classes, params.intraday)
    assert factors == pytest.approx([1.1, 1.0, 1.0, 0.8, nan], nan_ok=True)


def assert_same_past(analysis, returns, other, time: int, clock: GridClock) -> None:
    one, two = analysis(returns), analysis(other)
    day = int(clock.day_index()[time])
    for field in fields(IntradayPatterns):
        a, b = (getattr(found, field.name) for found in (one, two))
        a, b = (x[: day + 1] if field.name == "profile" else x[:, : time + 1] for x in (a, b))
        assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), f"{field.name} knows later bars"


def disturb(returns, time: int, change: str):
    out = returns.copy()
    later = out[:, time + 1 :]
    noise = np.exp(np.random.default_rng(4).normal(0, 1, later.shape[1]))
    out[:, time + 1 :] = later * (np.nan if change == "missing" else 9.0 * noise)
    return out


@pytest.mark.parametrize("change", ["missing", "louder"])
@pytest.mark.parametrize("time", [20 * 288 - 1, 20 * 288, 21 * 288 + 131, 21 * 288 + 143])
def test_no_later_bar_of_any_coin_matters(params, time: int, change: str) -> None:
    returns, clock = make_returns(28)
    assert_same_past(
        lambda r: model(r, clock, params), returns, disturb(returns, time, change), time, clock
    )


@pytest.mark.parametrize("leak", ["profile of the last day", "errors of today"])
def test_the_check_finds_planted_leaks(params, leak: str) -> None:
    returns, clock = make_returns(28)

    def leaky(r):
        found = model(r, clock, params)
        if leak == "profile of the last day":
            return replace(found, profile=np.roll(found.profile, -1, axis=0))
        return replace(found, confidence=np.roll(found.confidence, -288, axis=1))

    time = 21 * 288 + 131
    with pytest.raises(AssertionError, match="knows later bars"):
        assert_same_past(leaky, returns, disturb(returns, time, "louder"), time, clock)


def test_a_late_coin_and_a_gap_leave_the_rest_known(params) -> None:
    returns, clock = make_returns(28)
    returns[1, : 14 * 288] = np.nan
    returns[2, 20 * 288 : 20 * 288 + 200] = np.nan
    found = model(returns, clock, params)
    assert np.isfinite(found.predicted[0, 144:]).all()
    assert np.isnan(found.predicted[1, : 14 * 288 + 100]).all()
    assert (found.recommendation[1, : 14 * 288] == -1).all()
    assert np.isfinite(found.predicted[1, 14 * 288 + 144 :]).all()
    assert np.isnan(found.confidence[1, : 15 * 288]).all()
    assert np.isfinite(found.confidence[1, -288:]).all()
    assert np.isfinite(found.predicted[2, 22 * 288 :]).all()


def evaluate(returns, clock, params, first_bar: int) -> IntradayResults:
    season = estimate_profiles(returns, clock, params.seasonality)
    patterns = model_intraday(returns, season, clock, params)
    return evaluate_intraday(
        ("A", "B", "C"),
        returns,
        np.isfinite(returns),
        season,
        patterns,
        clock,
        first_bar,
        params,
    )


def test_a_pattern_that_is_there_is_worth_something(params) -> None:
    returns, clock = make_returns(70, week=np.ones(7))
    results = evaluate(returns, clock, params, 35 * 288)
    skill = results.pooled
    assert skill.against_flat.verdict == "better"
    assert skill.qlike["week"] < 0.9 * skill.qlike["flat"]
    assert skill.median_qlike["week"] < skill.median_qlike["flat"] < skill.qlike["flat"]
    assert skill.against_season.dm is not None
    assert 0.6 < skill.covered_frac < 0.8
    measured = np.array(results.measured_hourly_frac).mean(axis=0)
    assert measured == pytest.approx(0.001 * np.sqrt(12) * HOUR_SHAPE, rel=0.1)
    assert from_json(IntradayResults, to_json(results)) == results
    assert (
        sum(getattr(results.recommendations, f.name) for f in fields(results.recommendations)) == 1
    )


def test_where_there_is_none_nothing_is_claimed(params) -> None:
    returns, clock = make_returns(70, week=np.ones(7), hours=np.ones(24))
    results = evaluate(returns, clock, params, 35 * 288)
    assert results.pooled.against_flat.verdict != "better"
    assert results.pooled.qlike["week"] == pytest.approx(results.pooled.qlike["flat"], rel=0.05)


def test_too_short_a_time_is_not_judged(params) -> None:
    returns, clock = make_returns(16)
    results = evaluate(returns, clock, params, 15 * 288)
    assert isinstance(results.pooled, TooFewForecasts)
    assert set(results.by_symbol) == {"A", "B", "C"}
    assert from_json(IntradayResults, to_json(results)) == results


def test_the_season_alone_is_the_same_prediction_without_weekdays(params) -> None:
    """A week profile made of the season gives what the season's own cells give."""
    returns, clock = make_returns(10)
    season = estimate_profiles(returns, clock, params.seasonality)
    week = np.concatenate([np.tile(season[:, :24], 5), np.tile(season[:, 24:], 2)], axis=1)
    assert season.shape[1] == SEASON_CELLS
    a = predict_next_hour(returns, week, hours_of_week(clock, 12), clock, 288)
    b = predict_next_hour(returns, season, clock.season_cells(12), clock, 288)
    assert np.array_equal(a, b, equal_nan=True)
