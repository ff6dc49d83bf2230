"""The signal study: clustered errors, outcomes by hand, a run from end to end."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.market.simulator import simulate
from dipmaster.store import read_params
from studies import signal_table
from studies.signal_table import Market, clustered_mean, found_on, table
from studies.stylised_facts import changed


@pytest.fixture(scope="module")
def market(project) -> Market:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        params = read_params("ingest", "features", "signal", "execution")
    small = {"coins": 2, "days": 40, "jumps_per_day": 1.0, "edge": 0.8}
    return Market(params, changed(params.ingest.simulated, small))


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
    made = simulate(market.dials)
    bars, truth = made.bars["SIM01USDT"], made.truth["SIM01USDT"]
    at = [500, 700, len(bars) - 5]  # the last has no 12 bars ahead
    rows = pd.DataFrame({"symbol": "SIM01USDT", "open_time": bars["open_time"].iloc[at].to_numpy()})
    rows["open_time"] = bars["open_time"].iloc[at].to_numpy()
    rows["open_time"] = pd.DatetimeIndex(rows["open_time"])
    found = signal_table._outcomes(made, rows, market)
    assert len(found) == 2
    assert found["forward"].iloc[0] == pytest.approx(bars["close"][512] / bars["open"][501] - 1)
    cost = 2e-4 * (10.0 + 1.0 + bars["half_spread_bps"][701])
    left = truth["remaining_reversion_frac"][700]
    assert bool(found["exceeds_cost"].iloc[1]) == bool(left > cost)


def test_a_market_with_edge_pays_more_than_its_twin_without(market):
    edged = found_on(market)
    null = found_on(Market(market.params, changed(market.dials, {"edge": 0.0})))
    assert set(edged["rule"]) >= {"dip", "dipmaster_v4"}
    dip, without = (frame[frame["rule"] == "dip"] for frame in (edged, null))
    assert dip["forward"].mean() > without["forward"].mean()
    assert dip["exceeds_cost"].astype(bool).mean() > 0.02
    assert not null["exceeds_cost"].astype(bool).any()
    text = table(pd.concat([edged, null]), 80.0).splitlines()
    assert text[0].startswith("| rule | edge | candidates a coin-day")
    assert len(text) == 2 + 3 * 4
