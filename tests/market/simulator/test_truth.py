"""The latent truth beside the bars: reversion, jumps, regimes, episodes."""

import numpy as np
import pytest

from dipmaster.market.simulator import MARKET_MODEL, simulate_market
from dipmaster.market.simulator.state import (
    compute_seasonality,
    draw_market_state,
    draw_stationary_ar1,
    draw_tail_scale,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("edge", "rate"), [(0.8, 0.1), (0.3, 0.25), (1.0, 0.02)])
def test_drift_and_reversion_follow_from_the_jumps(dials, edge, rate):
    truth = simulate_market(dials(edge=edge, reversion_rate=rate)).truth["SIM02USDT"]
    jump, mark = truth["jump_frac"].to_numpy(), truth["jump_mark"].to_numpy()
    open_frac = np.zeros(len(truth) + 1)  # of liquidity jumps, still to come back
    for t, new in enumerate(np.where(mark == 1, jump, 0.0)):
        open_frac[t + 1] = (1 - rate) * open_frac[t] - new
    drift, left = truth["oracle_drift_frac"], truth["remaining_reversion_frac"]
    np.testing.assert_allclose(drift, edge * rate * open_frac[:-1], rtol=1e-6, atol=1e-11)
    np.testing.assert_allclose(left, edge * open_frac[1:], rtol=1e-6, atol=1e-10)


def test_jumps_come_as_often_and_as_large_as_said(dials):
    market = simulate_market(dials(coins=8, days=600, jumps_per_day=2.0))
    marks = np.array([frame["jump_mark"].to_numpy() for frame in market.truth.values()])
    jumps = np.array([frame["jump_frac"].to_numpy() for frame in market.truth.values()])
    assert (marks > 0).mean() * 288 == pytest.approx(2.0, rel=0.05)
    assert (marks == 1).sum() / (marks > 0).sum() == pytest.approx(
        MARKET_MODEL.liquidity_share, abs=0.04
    )
    assert (jumps[marks > 0] > 0).mean() == pytest.approx(0.5, abs=0.05)
    assert (np.abs(jumps).max(initial=0)) <= MARKET_MODEL.jump_cap
    together = (marks > 0).sum(axis=0)
    assert (together >= 4).sum() > 50  # common jumps: far beyond chance (expected 0 if independent)
    same = [np.ptp(np.sign(j[j != 0])) == 0 for j in jumps.T[together >= 5]]
    assert np.mean(same) > 0.9  # and of one sign
    assert np.array_equal(jumps != 0, marks > 0)


def test_regimes_dwell_as_long_as_said(dials):
    state = draw_market_state(
        MARKET_MODEL, 5, np.arange(288 * 10_000, dtype=np.int64) * 300_000, 0.0
    )
    edges = np.flatnonzero(np.diff(state.regime)) + 1
    lengths = np.diff(np.concatenate(([0], edges, [state.bars]))) / 288
    kinds = state.regime[np.concatenate(([0], edges))]
    for k, days in enumerate(MARKET_MODEL.regime_dwell_days):
        assert lengths[kinds == k].mean() == pytest.approx(days, rel=0.15)
    assert set(np.abs(np.diff(state.regime))) == {0, 1}  # only neighbours
    share = state.episode.mean()
    expected = MARKET_MODEL.episode_hours / (
        24 * 7 / MARKET_MODEL.episodes_per_week + MARKET_MODEL.episode_hours
    )
    assert share == pytest.approx(expected, rel=0.15)


def test_a_coin_leaves_the_markets_regime_for_spells(dials):
    market = simulate_market(dials(coins=6, days=400))
    apart = [np.mean(f["coin_regime"] != f["regime"]) for f in market.truth.values()]
    assert 0.03 < np.mean(apart) < 0.25
    paths = {frame["coin_regime"].to_numpy().tobytes() for frame in market.truth.values()}
    assert len(paths) == 6
    assert len({frame["regime"].to_numpy().tobytes() for frame in market.truth.values()}) == 1


def test_sigma_is_the_scale_of_the_returns(dials):
    market = simulate_market(dials(coins=4, days=120, jumps_per_day=0.0, edge=0.0))
    for symbol, frame in market.bars.items():
        scaled = (frame["close"] / frame["open"] - 1) / market.truth[symbol]["sigma_bar"]
        assert scaled.std() == pytest.approx(1.0, abs=0.04)
        assert scaled.kurt() > 0.3  # heavier than normal
    regimes = market.truth["SIM01USDT"].groupby("coin_regime")["sigma_bar"].mean()
    assert (regimes.diff().dropna() > 0).all()


def test_innovations_have_variance_one_and_the_tail_of_t():
    from scipy import stats

    scale = draw_tail_scale(MARKET_MODEL, 3, "tail", 200_000, 1)
    drawn = scale * np.random.default_rng(8).standard_normal(200_000)
    nu = MARKET_MODEL.degrees_of_freedom
    law = stats.t(nu, scale=np.sqrt((nu - 2) / nu))
    assert law.std() == pytest.approx(1.0)
    assert stats.kstest(drawn, law.cdf).pvalue > 0.01


def test_season_has_mean_square_one_and_peaks_in_the_afternoon():
    times = np.arange(7 * 288, dtype=np.int64) * 300_000 + 1_672_531_200_000  # Sunday 2023-01-01
    seasonality = compute_seasonality(MARKET_MODEL, times)
    assert np.mean(seasonality**2) == pytest.approx(1.0)
    assert seasonality[:288].mean() < seasonality[288 : 2 * 288].mean()  # Sunday below Monday
    assert 14 < np.argmax(seasonality[288 : 2 * 288]) / 12 < 17
    np.testing.assert_allclose(
        seasonality[:288], seasonality[288:576] * MARKET_MODEL.weekend_factor
    )


def test_ar1_parts_are_stationary_from_the_first_bar():
    first = [
        draw_stationary_ar1(np.random.default_rng(i), 200, 0.5, 50.0)[[0, 199]] for i in range(2000)
    ]
    np.testing.assert_allclose(np.std(first, axis=0), 0.5, rtol=0.06)


def test_loadings_rise_in_correlation_episodes(dials):
    market = simulate_market(dials(coins=4, days=400, jumps_per_day=0.0, edge=0.0))
    scaled = np.array(
        [
            (market.bars[s]["close"] / market.bars[s]["open"] - 1) / market.truth[s]["sigma_bar"]
            for s in market.symbols
        ]
    )
    episode = market.truth["SIM01USDT"]["correlation_episode"].to_numpy()
    inside, outside = np.corrcoef(scaled[:, episode]), np.corrcoef(scaled[:, ~episode])
    pairs = np.triu_indices(4, 1)
    assert (inside[pairs] > outside[pairs]).all()
    assert outside[pairs].min() > 0.3
