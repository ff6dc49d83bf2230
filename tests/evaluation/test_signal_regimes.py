"""Whether regimes differ in what they win: by hand, and how often without a difference."""

import numpy as np
import pytest

from dipmaster.evaluation.phases.selection.signals import measure_signal_quality
from dipmaster.evaluation.phases.selection.signals.by_regime import (
    compare_regimes,
    estimate_covariance,
)
from dipmaster.evaluation.phases.selection.signals.outcomes import label_candidates
from tests.evaluation.signal_tables import YEAR, random_tables, tables


def _regimes(rates, each, blocks, seed=None):
    """Traded candidates of three regimes, `each` a block."""
    rng = np.random.default_rng(seed)
    day, label, regime = [], [], []
    for b in range(blocks):
        for code, rate in enumerate(rates):
            day += [30 + 30 * b + 10 * code] * each
            own = np.arange(each) < rate * each if seed is None else rng.random(each) < rate
            label += own.astype(int).tolist()
            regime += [code] * each
    order = np.argsort(day, kind="stable")
    day, label, regime = (np.array(x)[order] for x in (day, label, regime))
    return label_candidates(*tables(day, label, np.ones(day.size), regime), YEAR)


def test_regimes_that_win_alike_and_regimes_that_do_not(gates):
    alike = compare_regimes(_regimes([0.5, 0.5, 0.5], 10, 12), gates)
    assert (alike.chi2, alike.df, alike.p) == (0.0, 2, 1.0)
    assert (alike.verdict, alike.alpha) == ("inconclusive", gates.alpha)
    different = compare_regimes(_regimes([0.3, 0.5, 0.9], 20, 12), gates)
    assert different.p < 1e-6
    assert different.verdict == "heterogeneous"
    assert different.reason == ""


def test_the_level_alone_decides_between_the_two_verdicts(gates):
    found = compare_regimes(_regimes([0.4, 0.6], 10, 12), gates)
    below, above = (
        compare_regimes(
            _regimes([0.4, 0.6], 10, 12), gates.model_copy(update={"alpha": found.p * factor})
        )
        for factor in (0.99, 1.01)
    )
    assert (below.verdict, above.verdict) == ("inconclusive", "heterogeneous")


def test_heterogeneity_is_the_wald_statistic_of_independent_trades_where_blocks_say_no_more(gates):
    """Equal sums in every block: the floor makes each variance that of independent trades."""
    said = compare_regimes(_regimes([0.4, 0.6], 10, 12), gates)
    variance = 2 * 0.24 / 120 * 240 / 239  # both regimes together have 240 rows
    assert said.chi2 == pytest.approx(0.2**2 / variance)
    from scipy.stats import f

    assert said.p == pytest.approx(f.sf(said.chi2, 1, 11))


def test_heterogeneity_rejects_no_more_often_than_it_says(gates):
    """Nominal 5 %; 300 markets without a difference: fewer than 9 % (p = .002 at 5 %)."""
    rejected = [
        compare_regimes(_regimes([0.6, 0.6, 0.6], 8, 12, seed), gates).p < 0.05
        for seed in range(300)
    ]
    assert 0 < np.mean(rejected) < 0.09


def test_regimes_with_too_few_wins_or_losses_are_named(gates):
    said = compare_regimes(_regimes([0.5, 0.6, 1.0], 10, 12), gates)
    assert said.df == 1
    assert said.reason == "regime high left out: 120 won and 0 not won, 5 of each are needed"
    none = compare_regimes(_regimes([1.0, 1.0], 10, 12), gates)
    assert none.chi2 is none.verdict is None
    assert "regime low left out" in none.reason


@pytest.mark.parametrize(
    ("each", "blocks", "lacks"),
    [
        (100, 5, "sample too small (5 blocks with trades, minimum 6)"),
        (8, 6, "sample too small (96 trades, minimum 100)"),
        (100, 3, "sample too small (3 blocks with trades, minimum 6)"),
    ],
)
def test_no_regimes_differ_on_less_than_the_minimum_data(gates, each, blocks, lacks):
    few = compare_regimes(_regimes([0.3, 0.8], each, blocks), gates)
    assert (few.chi2, few.p, few.verdict, few.reason) == (None, None, None, lacks)
    enough = compare_regimes(_regimes([0.3, 0.8], each + 1, blocks + 4), gates)
    assert enough.verdict == "heterogeneous"


def test_covariance_is_clustered_and_at_least_that_of_independent_rows():
    """Two sums, rows of either; by hand with 4 / 3 and 2 / 1 as the small-sample factors."""
    influence = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0], [0.0, -3.0]])
    apart = estimate_covariance(influence, np.array([0, 1, 0, 1]))  # sums (1, 3) and (-1, -3)
    alone = 4 / 3 * np.array([2.0, 18.0])
    raw = 2 * np.array([[2.0, 6.0], [6.0, 18.0]]) / np.sqrt(np.outer(alone, alone))
    assert np.linalg.eigvalsh(raw) == pytest.approx([0.0, 3.0])
    floored = 0.5 * np.array([[3.0 + 1.0, 3.0 - 1.0], [3.0 - 1.0, 3.0 + 1.0]])
    assert apart == pytest.approx(floored * np.sqrt(np.outer(alone, alone)))
    together = estimate_covariance(influence, np.array([0, 0, 1, 1]))  # every sum is 0
    assert together == pytest.approx(np.diag(alone))


def test_win_rate_by_regime_is_the_interval_of_a_win_rate(gates):
    scores, filter_results, traded = random_tables(6)
    rows = measure_signal_quality(scores, filter_results, traded, YEAR, gates).win_rate_by_regime
    assert [row.regime for row in rows] == ["low", "normal", "high"]
    own = traded & (scores["regime"].to_numpy() == 1)
    assert rows[1].n == own.sum()
    assert rows[1].win_rate == pytest.approx((scores["label"].to_numpy() == 1)[own].mean())
    assert rows[1].low < rows[1].win_rate < rows[1].high
