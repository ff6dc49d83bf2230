"""Studies of the gates: synthetic tracks, paired interval, the chain in one process."""

from typing import get_args

import numpy as np
import pytest
from scipy import stats

from dipmaster.backtest import metrics
from dipmaster.core import store
from dipmaster.results.common import Verdict
from studies import baseline_in_process, changed_params, paired_edges
from studies.clustered_ledgers import SYNTHETIC_STRATEGIES, estimate_truth, simulate_track

pytestmark = pytest.mark.slow


def test_a_track_is_one_account() -> None:
    """Daily growth is the sum of the day's trades; days without trades stand still."""
    strategy = SYNTHETIC_STRATEGIES[2]
    sample = simulate_track(strategy, 200, 30, np.random.default_rng(1))
    daily = np.bincount(sample.day, weights=sample.net, minlength=200) * strategy.size_frac
    np.testing.assert_allclose(sample.days.returns, daily, atol=1e-15)
    quiet = np.bincount(sample.day, minlength=200) == 0
    assert quiet.any()
    assert (sample.days.drawdown[quiet] == 0).all()
    assert sample.block.max() == 6


def test_truth_is_what_long_tracks_agree_on() -> None:
    first, second = (
        estimate_truth(SYNTHETIC_STRATEGIES[1], 100_000, np.random.default_rng(i)) for i in (1, 2)
    )
    assert first.win_rate == pytest.approx(second.win_rate, abs=0.005)
    assert first.profit_factor == pytest.approx(second.profit_factor, rel=0.03)


def test_regimes_make_trades_cluster() -> None:
    """Win rates of blocks spread wider than those of independent trades would."""
    sample = simulate_track(SYNTHETIC_STRATEGIES[1], 3000, 30, np.random.default_rng(3))
    rates = [metrics.win_rate(sample.return_frac[sample.block == b]) for b in range(100)]
    independent_error = np.sqrt(0.25 / (sample.trades / 100))
    assert np.std(np.array(rates, dtype=float)) > 1.3 * independent_error


def test_paired_interval_is_students() -> None:
    differences = np.array([0.1, 0.14, 0.08, 0.11, 0.13])
    expected = stats.t.interval(0.95, 4, differences.mean(), stats.sem(differences))
    mean, low, high = paired_edges.paired_interval(differences)
    assert mean == pytest.approx(differences.mean())
    assert (low, high) == pytest.approx(expected)


def test_the_chain_in_one_process(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """One coin, 200 days: same seed, two edges, the planted one wins more often."""
    monkeypatch.chdir(project)
    cases = [paired_edges.MarketCase(5, edge, 200, 2) for edge in (0.0, 0.8)]
    (null, _), (planted, verdicts) = (paired_edges.compute_figures(case) for case in cases)
    assert planted[0] > null[0]
    assert planted[1] > null[1]
    assert set(verdicts.split(", ")) <= set(get_args(Verdict))


def test_real_bars_with_their_gaps(real_data, project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three real coins: the ledger adds up, nothing crosses the boundary, nearly all is matched."""
    monkeypatch.chdir(project)
    files = sorted((real_data / "klines_5m").glob("*.parquet"))[:3]
    bars = {path.stem.split("_")[0]: store.read_table(path) for path in files}
    params = changed_params.read_all_params()
    judged_market = baseline_in_process.evaluate_bars(bars, 1.0, params)
    assert [
        check.name for check in judged_market.evaluation.integrity_checks if not check.passed
    ] == []
    assert judged_market.evaluation.sample.trades > 300
    assert judged_market.evaluation.random_entry.pool.matched.mean() > 0.95
    for row in judged_market.evaluation.gates.rows:
        assert row.metric == "max_drawdown" or row.low <= row.value <= row.high
