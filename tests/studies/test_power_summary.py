"""Markets of the power study together: pooled ratios, errors over markets, calibration, exits."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from studies.power.exit_models import ExitModelsCost
from studies.power.figures import ScoreFigures
from studies.power.market import PowerCase
from studies.power.summary import (
    RATIOS,
    Figure,
    compare_with_wins,
    count_verdicts,
    measure_calibration,
    pool_exit_models,
    pool_ratio,
)
from studies.power.tables import PowerResult, render_exit_models

RATIO = {ratio.name: ratio for ratio in RATIOS}

FIRST = ScoreFigures(
    candidates=10, auc=0.6, log_loss=0.65, trades=4, won=3, p_sum=3.2, gain=30.0, loss=10.0,
    net_bps=20.0, sharpe=2.0, planted_recall=0.2, reversions=10, reversions_traded=2,
    block_residuals=np.array([0.5, -0.3]),
    verdicts={"PASS": 1, "FAIL": 0, "INCONCLUSIVE": 3, "INSUFFICIENT DATA": 1},
)  # fmt: skip
SECOND = replace(
    FIRST, auc=0.7, trades=1, won=1, p_sum=0.8, gain=10.0, loss=0.0, sharpe=1.0,
    block_residuals=np.array([-0.2]),
)  # fmt: skip
SILENT = replace(
    FIRST, trades=0, won=0, p_sum=0.0, gain=0.0, loss=0.0, net_bps=0.0, sharpe=None,
    reversions_traded=0, block_residuals=np.zeros(0),
    verdicts={"PASS": 0, "FAIL": 0, "INCONCLUSIVE": 0, "INSUFFICIENT DATA": 5},
)  # fmt: skip


def test_a_mean_has_its_usual_error() -> None:
    figure = pool_ratio(RATIO["AUC"], [FIRST, SECOND, replace(FIRST, auc=0.5)])
    assert figure.value == pytest.approx(0.6)
    assert figure.error == pytest.approx(0.1 / np.sqrt(3))


def test_markets_together_by_hand() -> None:
    markets = [FIRST, SECOND, SILENT]
    assert pool_ratio(RATIO["won"], markets).value == pytest.approx(4 / 5)
    assert pool_ratio(RATIO["mean p"], markets).value == pytest.approx(4 / 5)
    assert pool_ratio(RATIO["traded"], markets).value == pytest.approx(5 / 3)
    assert pool_ratio(RATIO["Sharpe"], markets).value == pytest.approx(1.0)
    assert pool_ratio(RATIO["reversions traded"], markets).value == pytest.approx(4 / 30)
    # Without the first market nothing was lost: a factor, but no error of it.
    factor = pool_ratio(RATIO["profit factor"], markets)
    assert factor.value == pytest.approx(4.0)
    assert factor.error is None
    # Jackknife of 4 wins of 5 trades: 1 of 1 and 3 of 4 with one market left out.
    assert pool_ratio(RATIO["won"], markets).error == pytest.approx(np.sqrt(2 * 0.125**2 / 2))
    assert compare_with_wins(markets) == pytest.approx(0.0, abs=1e-12)
    assert compare_with_wins([FIRST]) == pytest.approx(0.2 / np.hypot(0.5, 0.3))
    assert count_verdicts(markets) == {
        "PASS": 2, "FAIL": 0, "INCONCLUSIVE": 6, "INSUFFICIENT DATA": 7,
    }  # fmt: skip


def test_nothing_traded_has_no_win_rate() -> None:
    for name in ("won", "mean p", "profit factor"):
        assert pool_ratio(RATIO[name], [SILENT, SILENT]) == Figure(None, None)
    assert pool_ratio(RATIO["Sharpe"], [SILENT, SILENT]).value == 0.0
    assert compare_with_wins([SILENT]) is None


def test_calibration_by_regime_finds_a_slope() -> None:
    """Log odds said are twice those seen, in the low regime alone."""
    rng = np.random.default_rng(5)

    def draw() -> pd.DataFrame:
        odds, regime = rng.normal(0.0, 1.5, 20_000), rng.integers(0, 2, 20_000)
        true_odds = np.where(regime == 0, odds / 2, odds)
        label = rng.random(20_000) < 1.0 / (1.0 + np.exp(-true_odds))
        p = 1.0 / (1.0 + np.exp(-odds))
        return pd.DataFrame({"regime": regime, "confidence": p, "label": label.astype(int)})

    markets = [draw() for _ in range(4)]
    low, normal, high, everything = measure_calibration(markets)
    assert low.slope.value == pytest.approx(0.5, abs=0.03)
    assert normal.slope.value == pytest.approx(1.0, abs=0.05)
    assert 0.0 < low.slope.error < 0.03
    assert (high.n, high.mean_p, high.slope.value) == (0, None, None)
    assert everything.n == low.n + normal.n == 80_000


def test_exit_models_of_many_markets() -> None:
    costs = [ExitModelsCost(100, value, value - 1, value + 1, value < -1) for value in (-2.0, 1.0)]
    mean, low, high = pool_exit_models(costs)
    assert mean == pytest.approx(-0.5)
    assert (high - low) / 2 == pytest.approx(12.706 * 1.5, rel=1e-3)
    results = [PowerResult(PowerCase(7 + i, 0.8, 9), {}, cost) for i, cost in enumerate(costs)]
    lines = render_exit_models(results).splitlines()
    assert lines[2] == "| 7 | 100 | -2.00 [-3.00, -1.00] | yes |"
    assert lines[-1].startswith("| mean |  | -0.50 [")
    assert lines[-1].endswith("| 1 of 2 |")
