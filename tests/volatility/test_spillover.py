"""Events of rising correlation: rises, coins, factors, scores, no look-ahead, any worker count."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.params.volatility import Spillover
from dipmaster.results.serialisation import from_json, to_json
from dipmaster.results.volatility.spillover import EpisodesNotJudged, SpilloverResults
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.spillover.accuracy import find_spans, score_events
from dipmaster.volatility.spillover.adjustment import (
    adjust_for_risk,
    flag_coins,
    measure_intensity,
    recent_maximum,
)
from dipmaster.volatility.spillover.analysis import SpilloverSeries, analyze_spillover, pairs_of
from dipmaster.volatility.spillover.evaluation import evaluate_spillover
from dipmaster.volatility.spillover.events import find_events
from dipmaster.volatility.spillover.rises import RESOLUTION, flag_rises

RULES = Spillover(
    window_bars=288,
    rise_bars=12,
    rise=0.3,
    past_quantile=0.99,
    min_past_days=2,
    pairs_frac=0.5,
    min_coins=2,
    recent_bars=36,
    reduction_frac=0.3,
    grace_bars=24,
)
SYMBOLS = ("A", "B", "C", "D", "E", "F")
FIRST_MS = 1_672_704_000_000  # 2023-01-03 00:00


def flags_of(correlation, rise_limit=0.3, quantile=0.99, least_past=10, rise_bars=2):
    row = np.asarray(correlation, dtype=np.float32)
    flags, rise = np.empty(row.size, dtype=np.int8), np.empty(row.size)
    flag_rises(row, rise_bars, rise_limit, quantile, least_past, flags, rise)
    return flags, rise


def test_rises_by_hand() -> None:
    nan = np.nan
    flags, rise = flags_of([0.1, 0.1, 0.2, 0.5, 0.45, nan, 0.9, 0.9, 0.9], least_past=1000)
    assert flags.tolist() == [-1, -1, 0, 1, 0, -1, 1, -1, 0]
    assert rise == pytest.approx([nan, nan, 0.1, 0.4, 0.25, nan, 0.45, nan, 0.0], nan_ok=True)


def test_a_rise_is_compared_with_the_pair_s_own_past() -> None:
    """An independent slow twin with exact quantiles; bars within the resolution are left out."""
    rng = np.random.default_rng(1)
    correlation = np.clip(np.cumsum(rng.normal(0, 0.01, 1500)), -1, 1)
    correlation[700:720] = np.nan
    flags, rise = flags_of(correlation, least_past=100, quantile=0.95)
    checked = 0
    for t in range(1500):
        past = rise[:t][np.isfinite(rise[:t])]
        if not np.isfinite(rise[t]) or past.size < 100:
            continue
        limit = min(0.3, np.quantile(past, 0.95, method="inverted_cdf"))
        if abs(rise[t] - limit) > RESOLUTION:
            assert flags[t] == (rise[t] > limit)
            checked += 1
    assert checked > 1300
    assert 0.01 < (flags == 1).mean() < 0.1


def test_coins_by_hand() -> None:
    intensity = measure_intensity(np.array([[0, 1, 2, 0]]), np.array([[4, 4, 4, 0]]))
    assert intensity == pytest.approx(np.array([[0, 0.25, 0.5, np.nan]]), nan_ok=True)
    flags = flag_coins(intensity, RULES)
    assert flags.tolist() == [[0, 0, 1, -1]]
    factor = adjust_for_risk(intensity, flags, RULES.model_copy(update={"recent_bars": 2}))
    assert factor == pytest.approx(np.array([[1.0, 1.0, 0.85, 0.85]]))


def test_the_factor_forgets_an_event() -> None:
    intensity = np.zeros((1, 100))
    intensity[0, 10], intensity[0, 20] = 1.0, 0.6
    factor = adjust_for_risk(intensity, flag_coins(intensity, RULES), RULES)[0]
    assert (factor[:10] == 1.0).all()
    assert factor[10:46] == pytest.approx(0.7)
    assert factor[46:56] == pytest.approx(1 - 0.3 * 0.6)
    assert (factor[56:] == 1.0).all()


@pytest.mark.parametrize("width", [1, 2, 7, 60])
def test_recent_maximum_is_that_of_pandas(width: int) -> None:
    values = np.random.default_rng(width).integers(0, 6, 300) / 5.0
    out = np.empty(300)
    recent_maximum(values, width, out)
    assert out.tolist() == pd.Series(values).rolling(width, min_periods=1).max().tolist()


def make_returns(seed: int = 1, days: int = 20) -> np.ndarray:
    """Coins whose volatilities have nothing in common but bursts now and then."""
    rng = np.random.default_rng(seed)
    bars = days * 288
    own = np.exp(0.5 * rng.standard_normal((len(SYMBOLS), bars // 24)).repeat(24, axis=1))
    returns = 0.001 * own * rng.standard_normal(own.shape)
    returns[:, 15 * 288 : 15 * 288 + 24] *= 12.0
    returns[:, 0] = np.nan
    return returns


def section(params):
    return params.model_copy(update={"spillover": RULES})


def analyze(returns: np.ndarray, params) -> SpilloverSeries:
    return analyze_spillover(returns, GridClock(FIRST_MS, returns.shape[1]), section(params))


def test_a_common_burst_is_an_event_of_all_coins(params) -> None:
    returns = make_returns()
    found = analyze(returns, params)
    burst = 15 * 288
    events = find_events(found, 10 * 288, RULES)
    (event,) = [e for e in events if burst <= e.first <= burst + 36]
    assert event.coins.tolist() == [0, 1, 2, 3, 4, 5]
    assert event.intensity == 1.0
    assert event.rise > 0.2
    assert found.factor[:, burst + 30] == pytest.approx(0.7, abs=0.1)
    assert max(events, key=lambda e: e.rise) == event


def test_a_coin_that_is_late_stops_or_has_a_gap_leaves_the_pairs_of_others(params) -> None:
    returns = make_returns()
    broken = returns.copy()
    broken[4, : 8 * 288], broken[5, 9 * 288 :] = np.nan, np.nan
    broken[3, 14 * 288 : 14 * 288 + 40] = np.nan
    whole, found = analyze(returns, params), analyze(broken, params)
    kept = [i for i, pair in enumerate(pairs_of(SYMBOLS)) if set(pair) <= {"A", "B", "C"}]
    assert np.array_equal(whole.monthly[kept], found.monthly[kept])
    assert (found.event[5, 12 * 288 :] == -1).all()
    assert (found.event[4, : 8 * 288] == -1).all()
    assert np.isnan(found.intensity[5, 12 * 288 :]).all()
    assert (found.factor[5, 12 * 288 :] == 1.0).all()
    assert (found.event[:4, 13 * 288 :] >= 0).all()


@pytest.mark.parametrize("time", [3000, 15 * 288 + 7])
@pytest.mark.parametrize("change", ["missing", "louder"])
def test_no_later_bar_of_any_coin_matters(params, time: int, change: str) -> None:
    returns = make_returns()
    assert_same_past(lambda r: analyze(r, params), returns, disturb(returns, time, change), time)


@pytest.mark.parametrize("leak", ["quantile of the whole sample", "rise to come"])
def test_the_check_finds_planted_leaks(params, leak: str) -> None:
    def leaky(returns: np.ndarray) -> SpilloverSeries:
        found = analyze(returns, params)
        if leak == "rise to come":
            return replace(found, mean_rise=np.append(found.mean_rise[12:], np.zeros(12)))
        limit = np.nanquantile(found.mean_rise, 0.99)
        return replace(found, event=np.where(found.mean_rise > limit, 1, found.event))

    returns = make_returns()
    time = 15 * 288 + 7
    with pytest.raises(AssertionError, match="later"):
        assert_same_past(leaky, returns, disturb(returns, time, "louder"), time)


def disturb(returns: np.ndarray, time: int, change: str) -> np.ndarray:
    out = returns.copy()
    later = out[:, time + 1 :]
    noise = np.exp(np.random.default_rng(4).normal(0, 1, later.shape[1]))
    out[:, time + 1 :] = later * (np.nan if change == "missing" else 5.0 * noise)
    return out


def assert_same_past(analysis, returns: np.ndarray, other: np.ndarray, time: int) -> None:
    one, two = analysis(returns), analysis(other)
    for name in ("event", "intensity", "factor", "mean_rise"):
        a, b = (getattr(found, name)[..., : time + 1] for found in (one, two))
        assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), f"{name} knows later bars"


def test_any_number_of_workers_gives_the_same(params, monkeypatch) -> None:
    found = []
    for workers in ("1", "3"):
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        found.append(analyze(make_returns(2), params))
    for field in fields(SpilloverSeries):
        a, b = (np.asarray(getattr(one, field.name)) for one in found)
        assert a.tobytes() == b.tobytes(), field.name


def test_one_coin_alone_has_no_pairs(params) -> None:
    found = analyze(make_returns()[:1], params)
    assert (found.event == -1).all()
    assert (found.factor == 1.0).all()
    assert found.monthly.shape[0] == 0


def test_spans() -> None:
    flags = np.array([1, 1, 0, 0, 1, 0, 1], dtype=bool)
    assert find_spans(flags).tolist() == [[0, 1], [4, 4], [6, 6]]
    assert find_spans(np.zeros(4, dtype=bool)).shape == (0, 2)


def test_scores_by_hand() -> None:
    """Two weeks; three episodes, of which the first is hit twice and the last in its grace."""
    episodes = np.array([[50, 80], [1000, 1100], [2000, 2050], [3000, 3010]])
    begins = np.array([500, 1010, 1090, 3020])
    scores = score_events(begins, episodes, 100, 100 + 4032, 24, seed=1)
    assert (scores.episodes, scores.events, scores.hits) == (3, 4, 2)
    assert scores.hit_rate == pytest.approx(2 / 3)
    assert scores.false_alarms_per_week == pytest.approx(0.5)
    assert scores.median_delay_bars == 15.0
    # bars at which 4 events may begin in 125, 75 or 35; 1010 and 1090 share 45 of them
    assert scores.chance_hit_rate == pytest.approx(
        (4 * 125 - 45 + 4 * 75 + 4 * 35) / 3 / 4032, rel=0.15
    )
    assert scores.p_value is not None
    assert scores.p_value < 0.05


def test_without_events_or_episodes_there_is_no_rate() -> None:
    empty = np.empty(0, dtype=np.int64)
    scores = score_events(empty, np.array([[10, 20]]), 0, 4032, 24, seed=1)
    assert (scores.hit_rate, scores.median_delay_bars, scores.p_value) == (0.0, None, 1.0)
    scores = score_events(np.array([5]), np.empty((0, 2), dtype=np.int64), 0, 4032, 24, seed=1)
    assert (scores.hit_rate, scores.chance_hit_rate) == (None, None)
    assert scores.false_alarms_per_week == pytest.approx(0.5)


@pytest.mark.parametrize("known", [True, False])
def test_results_come_back_from_json(params, known: bool) -> None:
    returns = make_returns()
    clock = GridClock(FIRST_MS, returns.shape[1])
    episode = np.zeros(clock.bars, dtype=bool)
    episode[15 * 288 : 15 * 288 + 30] = True
    results = evaluate_spillover(
        SYMBOLS,
        np.isfinite(returns),
        analyze(returns, params),
        episode if known else None,
        clock,
        10 * 288,
        section(params),
    )
    assert from_json(SpilloverResults, to_json(results)) == results
    assert results.correlations.months == ("2023-01-01",)
    assert len(results.correlations.means) == 15
    assert results.largest[0].first.startswith("2023-01-18T0")
    assert results.largest[0].coins == SYMBOLS
    if known:
        assert results.scores.hit_rate == 1.0
    else:
        assert isinstance(results.scores, EpisodesNotJudged)
