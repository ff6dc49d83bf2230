"""A phase on bars that charge funding: its ledger passes every check, random entries pay too."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import ExitRules, run_backtest
from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Gates
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY
from dipmaster.evaluation.figures.phase_figures import build_phase_figures
from dipmaster.evaluation.phase_evaluation import EntryUniverse, PhaseEvaluation, evaluate_phase
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.baseline.orders import (
    baseline_exit_returns,
    build_baseline_entries,
)
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from dipmaster.results.evaluation.phase import PhaseFigures
from tests.made.idle_phase import UNREAD
from tests.made.params import read_params

RATE_FRAC = 0.0004
EIGHT_HOURS = BARS_PER_DAY // 3


@pytest.fixture(scope="module")
def panel(period: Period) -> Panel:
    bars = 60 * BARS_PER_DAY
    rng = np.random.default_rng(3)
    close = 100 * np.exp(np.cumsum(0.002 * rng.standard_normal((2, bars)), axis=1))
    opened = np.concatenate([np.full((2, 1), 100.0), close[:, :-1]], axis=1)
    high, low = 1.0005 * np.maximum(opened, close), 0.9995 * np.minimum(opened, close)
    time = period.first_ms + BAR_MS * np.arange(bars, dtype=np.int64)
    ones = np.ones((2, bars))
    return Panel(("AUSDT", "BUSDT"), time, opened, high, low, close, ones, ones)


def evaluate(panel: Panel, period: Period, gates: Gates) -> tuple[PhaseEvaluation, PhaseFigures]:
    """Candidates every 40 bars; a third of them is held over a funding time."""
    params = read_params("execution", "exits")
    bar = np.arange(60, panel.bars - 100, 40)
    candidates = pd.DataFrame(
        {
            "candidate_id": np.arange(bar.size),
            "symbol": np.array(panel.symbols)[bar // 40 % 2],
            "open_time": to_timestamps(panel.open_time[bar]),
            "dip_z": 1.0,
            "volatility_class": np.int8(1),
        }
    )
    covariates = MatchingCovariates(np.zeros(panel.open.shape, np.int8), np.ones(panel.open.shape))
    execution, exits = params.execution, params.exits
    entries = build_baseline_entries(candidates, panel, period, execution, exits)
    ledger = run_backtest(panel, entries, execution, ExitRules.phase_0(exits))
    universe = EntryUniverse(panel, covariates, baseline_exit_returns(panel, execution, exits))
    targets = BaselinePhase().targets(gates)
    evaluation = evaluate_phase(0, ledger, universe, period, targets, execution, gates)
    return evaluation, build_phase_figures(
        evaluation, ledger, candidates, panel, period, exits, gates, UNREAD, execution
    )


def test_funding_is_an_item_of_its_own(panel: Panel, period: Period, gates: Gates) -> None:
    entry = gates.random_entry.model_copy(update={"pool": 400, "draws": 100})
    small = gates.model_copy(update={"bootstrap_reps": 200, "random_entry": entry})
    rates = np.zeros(panel.open.shape)
    rates[:, ::EIGHT_HOURS] = RATE_FRAC
    free, free_figures = evaluate(panel, period, small)
    charged, figures = evaluate(replace(panel, funding_frac=rates), period, small)
    assert charged.broken == []
    assert free_figures.money.funding == free_figures.per_trade.mean_funding_bps == 0.0
    money = figures.money
    assert money.funding > 0.0
    parts = money.gross_pnl - money.fees - money.slippage - money.funding
    assert parts == pytest.approx(money.net_pnl)
    assert free_figures.per_trade.mean_net_bps is not None
    assert figures.per_trade.mean_net_bps is not None
    less = free_figures.per_trade.mean_net_bps - figures.per_trade.mean_net_bps
    assert figures.per_trade.mean_funding_bps == pytest.approx(less)
    # The same bars were drawn: what they net less is what they paid.
    paid = free.random_entry.pool.return_frac - charged.random_entry.pool.return_frac
    np.testing.assert_allclose(paid[paid > 1e-12], RATE_FRAC, rtol=0.05)
    assert 0.1 < np.mean(paid > 1e-12) < 0.6
