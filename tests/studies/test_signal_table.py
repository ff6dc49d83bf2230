"""The signal study: clustered errors, outcomes by hand, a run from end to end."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.store import read_params
from dipmaster.market.simulator import simulate_market
from studies import signal_table
from studies.signal_table import (
    MarketSetting,
    clustered_mean,
    compute_forward_returns,
    outcomes_of_market,
    outcomes_of_real_bars,
    render_real_rows,
    render_table,
)
from studies.stylised_facts import override_dials, read_real_bars


@pytest.fixture(scope="module")
def market(project) -> MarketSetting:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        params = read_params("ingest", "features", "signal", "execution")
    small = {"coins": 2, "days": 40, "jumps_per_day": 1.0, "edge": 0.8}
    return MarketSetting(params, override_dials(params.ingest.simulated, small))


def test_clustered_error_is_that_of_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(2)
    clusters = rng.integers(0, 40, 500)
    values = rng.standard_normal(500) + rng.standard_normal(40)[clusters]
    model = sm.OLS(values, np.ones(500)).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False}
    )
    mean, error = clustered_mean(values, clusters)
    assert mean == pytest.approx(model.params[0])
    assert error == pytest.approx(model.bse[0] * np.sqrt(40 / 39))


def test_error_needs_two_clusters():
    mean, error = clustered_mean(np.array([1.0, 2.0]), np.array([7, 7]))
    assert mean == 1.5
    assert np.isnan(error)
    assert np.isnan(clustered_mean(np.array([]), np.array([], dtype=np.int64))[0])


def test_outcome_of_a_candidate_by_hand(market):
    simulated_market = simulate_market(market.dials)
    bars, truth = simulated_market.bars["SIM01USDT"], simulated_market.truth["SIM01USDT"]
    candidate_bars = [500, 700, len(bars) - 5]  # the last has no 12 bars ahead
    rows = pd.DataFrame(
        {"symbol": "SIM01USDT", "open_time": bars["open_time"].iloc[candidate_bars].to_numpy()}
    )
    rows["open_time"] = bars["open_time"].iloc[candidate_bars].to_numpy()
    rows["open_time"] = pd.DatetimeIndex(rows["open_time"])
    result = signal_table._collect_outcomes(simulated_market, rows, market)
    assert len(result) == 2
    assert result["forward"].iloc[0] == pytest.approx(bars["close"][512] / bars["open"][501] - 1)
    cost = 2e-4 * (10.0 + 1.0 + bars["half_spread_bps"][701])
    remaining_reversion = truth["remaining_reversion_frac"][700]
    assert bool(result["exceeds_cost"].iloc[1]) == bool(remaining_reversion > cost)


def test_no_return_is_taken_across_a_gap():
    """Bars 0 to 29 with bar 15 missing: 12 bars on from bar 2 is bar 14, from bar 3 a hole."""
    times = pd.date_range("2023-01-01", periods=30, freq="5min", tz="UTC", unit="ms").delete(15)
    prices = pd.Series(100.0 + np.arange(29))
    bars = pd.DataFrame({"open_time": times, "open": prices, "close": prices + 0.5})
    rows = bars.iloc[[2, 3, 16, 20]]  # the last has no 12 bars ahead
    result = compute_forward_returns(bars, rows)
    assert result["place"].tolist() == [2, 16]
    assert result["forward"].tolist() == pytest.approx([114.5 / 103 - 1, 128.5 / 117 - 1])


def test_rows_of_real_bars():
    result = pd.DataFrame(
        {"rule": ["dip"] * 3, "day": [1, 1, 2], "forward": [0.001, 0.003, -0.001]}
    )
    text = render_real_rows(result, 4.0).splitlines()
    assert text[0] == "| dip | real bars | 0.750 | 10.0 (13.3) | unknown |"
    assert text[1] == "| dipmaster_v4 | real bars | 0.000 | nan (nan) | unknown |"
    assert len(text) == 3


def test_real_bars_are_as_the_documentation_says(real_data, market):
    """Rates of two coins lie near the 1.43 and 4.42 of all sixteen."""
    files = ("BTCUSDT", "ADAUSDT")
    bars = read_real_bars(real_data / "klines_5m")
    result = outcomes_of_real_bars({name: bars[name] for name in files}, market.params)
    days = sum(len(bars[name]) for name in files) / 288
    rates = result.groupby("rule").size() / days
    assert 1.2 < rates["dip"] < 1.7
    assert 3.9 < rates["dipmaster_v4"] < 4.9
    assert result["forward"].notna().all()


def test_a_market_with_edge_pays_more_than_its_twin_without(market):
    edged = outcomes_of_market(market)
    null = outcomes_of_market(
        MarketSetting(market.params, override_dials(market.dials, {"edge": 0.0}))
    )
    assert set(edged["rule"]) >= {"dip", "dipmaster_v4"}
    dip, without = (frame[frame["rule"] == "dip"] for frame in (edged, null))
    assert dip["forward"].mean() > without["forward"].mean()
    assert dip["exceeds_cost"].astype(bool).mean() > 0.02
    assert not null["exceeds_cost"].astype(bool).any()
    text = render_table(pd.concat([edged, null]), 80.0).splitlines()
    assert text[0].startswith("| rule | edge | candidates a coin-day")
    assert len(text) == 2 + 3 * 4
