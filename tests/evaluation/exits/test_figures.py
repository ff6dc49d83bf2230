"""Figures with bounds are those of the gates."""

import numpy as np
import pytest

from dipmaster.evaluation.phases.exits.figures import standalone_figures
from dipmaster.evaluation.statistics import trade_metrics


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
