"""Figures with bounds: the mean by hand, and those of the gates."""

import math

import numpy as np
import pytest

from dipmaster.evaluation.phases.exits.figures import mean, standalone_figures
from dipmaster.evaluation.statistics import trade_metrics
from dipmaster.learning.evaluation.clustered import t_critical


def test_mean_by_hand() -> None:
    values, block = np.array([1.0, 3, 4, 8]), np.array([0, 0, 1, 1])
    found = mean(values, np.array([0, 0, 9, 9]), block, 0.025)
    together = 2 * ((-3 - 1) ** 2 + (0 + 4) ** 2) / 16
    assert found.value == 4.0
    assert found.high - 4.0 == pytest.approx(t_critical(1, 0.025) * math.sqrt(together))
    assert 4.0 - found.low == pytest.approx(found.high - 4.0)
    assert found.n == 4
    assert found.n_effective <= 2.0  # two days


def test_mean_is_at_least_as_wide_as_of_independent_trades() -> None:
    """Blocks whose errors cancel: their own variance would be nothing."""
    values, block = np.array([1.0, 3, 3, 1]), np.array([0, 0, 1, 1])
    found = mean(values, np.arange(4), block, 0.025)
    alone = 4 / 3 * np.sum(((values - 2.0) / 4) ** 2)
    assert found.high - 2.0 == pytest.approx(t_critical(1, 0.025) * math.sqrt(alone))


@pytest.mark.parametrize(
    ("values", "block", "value", "reason"),
    [
        ([], [], None, "no trade"),
        ([1.0, 2.0], [3, 3], 1.5, "one block only"),
        ([2.0, 2.0], [0, 1], 2.0, "the same for every trade: no bounds can be read from it"),
    ],
)
def test_without_bounds_there_is_a_reason(values, block, value, reason) -> None:
    found = mean(np.array(values), np.arange(len(values)), np.array(block, dtype=int), 0.025)
    assert (found.value, found.low, found.high, found.reason) == (value, None, None, reason)


def test_rates_are_those_of_the_gates(toy, gates) -> None:
    rng = np.random.default_rng(1)
    alone = toy.standalone(rng.normal(0.001, 0.01, 300), gross=rng.normal(0.003, 0.01, 300))
    found, sample = standalone_figures(alone, gates), alone.track.sample
    for name in ("win_rate", "profit_factor"):
        own = getattr(trade_metrics, f"estimate_{name}")(
            sample, gates.alpha, gates.few_losing_trades
        )
        assert (getattr(found, name).low, getattr(found, name).high) == (own.low, own.high)
    assert found.mean_net_bps.value == pytest.approx(1e4 * alone.net_frac.mean())
    assert found.mean_gross_bps.value == pytest.approx(1e4 * alone.gross_frac.mean())
