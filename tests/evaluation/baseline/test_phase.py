"""A whole phase: synthetic bars through the engine to figures and gates."""

import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster import backtest
from dipmaster.backtest import ExitRules, Ledger
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.store import to_json_value
from dipmaster.evaluation.figures.overall import build_daily_equity
from dipmaster.evaluation.figures.phase_figures import build_phase_figures, build_split_period
from dipmaster.evaluation.phase_evaluation import EntryUniverse, PhaseEvaluation, evaluate_phase
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.baseline.orders import (
    baseline_exit_returns,
    build_baseline_entries,
)
from dipmaster.results.evaluation.record import SplitPeriod
from dipmaster.results.metrics import FIXED_TARGETS, GATES
from dipmaster.results.serialisation import to_json
from tests.made.idle_phase import UNREAD

BOUNDARY = 20 * 288
TARGETS = {"win_rate": 0.85, "sharpe": 2.0, "profit_factor": 1.8, "max_drawdown": 0.03}


@pytest.fixture(scope="module")
def trade(panel, period, execution, exits) -> Callable[[pd.DataFrame], Ledger]:
    """Candidates to phase 0's ledger."""

    def run(candidates: pd.DataFrame) -> Ledger:
        entries = build_baseline_entries(candidates, panel, period, execution, exits)
        return backtest.run_backtest(panel, entries, execution, ExitRules.phase_0(exits))

    return run


@pytest.fixture(scope="module")
def judge(
    panel, covariates, period, execution, exits, quick
) -> Callable[[Ledger], PhaseEvaluation]:
    """A ledger judged as phase 0's."""
    universe = EntryUniverse(panel, covariates, baseline_exit_returns(panel, execution, exits))
    targets = BaselinePhase().targets(quick)
    return lambda ledger: evaluate_phase(0, ledger, universe, period, targets, execution, quick)


@pytest.fixture(scope="module")
def ledger(trade, candidates):
    return trade(candidates)


@pytest.fixture(scope="module")
def evaluation(judge, ledger):
    return judge(ledger)


def test_covariates_are_unknown_before_the_first(covariates) -> None:
    assert (covariates.volatility_class[:, :100] == -1).all()
    assert np.isnan(covariates.recent_volatility[:, :100]).all()
    assert (covariates.volatility_class[:, 100:] >= 0).all()
    assert covariates.recent_volatility[1, 101] == 0.001


def test_phase_0_is_judged_by_the_final_targets(evaluation) -> None:
    rows = evaluation.gates.rows
    assert [row.metric for row in rows] == [metric.key for metric in GATES]
    assert {row.metric: row.target for row in rows} == {**TARGETS, **FIXED_TARGETS}
    assert all(check.passed for check in evaluation.integrity_checks)


def test_figures_again_in_pandas(
    evaluation, ledger, candidates, panel, period, exits, quick, execution
) -> None:
    """From the tables alone, as a reader with the parquet files would."""
    record = build_phase_figures(
        evaluation, ledger, candidates, panel, period, exits, quick, UNREAD, execution
    )
    start = pd.Timestamp(period.out_of_sample_ms, unit="ms", tz="UTC")
    trades = ledger.trades[ledger.trades["entry_time"] >= start]
    marks = ledger.equity.set_index("time")["equity"]
    daily = marks.resample("1D").last().pct_change()[start:]
    late = pd.concat([marks[:start].iloc[-2:-1], marks[start:]])
    rows = {row.metric: row.value for row in evaluation.gates.rows}
    won = trades["net_pnl"] > 0
    assert rows["win_rate"] == pytest.approx(won.mean())
    assert rows["sharpe"] == pytest.approx(daily.mean() / daily.std() * math.sqrt(365))
    factor = trades.loc[won, "net_pnl"].sum() / -trades.loc[~won, "net_pnl"].sum()
    assert rows["profit_factor"] == pytest.approx(factor)
    assert rows["max_drawdown"] == pytest.approx((1 - late / late.cummax()).max())
    assert record.counts.trades == len(trades)
    assert record.counts.trades_burn_in == len(ledger.trades) - len(trades)
    assert record.money.net_pnl == pytest.approx(late.iloc[-1] - late.iloc[0])
    per_trade = record.per_trade
    assert per_trade.mean_net_bps == pytest.approx(1e4 * trades["return_frac"].mean())
    assert per_trade.mean_gross_bps - per_trade.mean_cost_bps == pytest.approx(
        per_trade.mean_net_bps
    )
    assert sum(row.trades for row in record.exits) == len(trades)
    assert sum(row.trades for row in record.by_month) == len(trades)
    assert sum(row.trades for row in record.by_symbol) == len(trades)
    assert sum(row.trades for row in record.by_regime) == len(trades)
    closed = int((~trades["open_at_end"]).sum())
    assert sum(row.trades for row in record.holding.histogram) == closed
    growth = np.prod([1 + row.return_frac for row in record.by_month])
    assert growth - 1 == pytest.approx(record.money.net_return_frac)
    assert record.drawdown.max_frac == pytest.approx(rows["max_drawdown"])
    trough = pd.Timestamp(record.drawdown.trough_time) - pd.Timedelta("5min")
    assert (1 - late / late.cummax()).idxmax() == trough


def test_nothing_crosses_the_boundary(ledger, period) -> None:
    entry, exit_ = (to_epoch_ms(ledger.trades[name]) for name in ("entry_time", "exit_time"))
    before = entry < period.out_of_sample_ms
    assert before.any()
    assert (exit_[before] < period.out_of_sample_ms).all()


def test_the_gates_do_not_see_the_burn_in(trade, judge, candidates, period, evaluation) -> None:
    """Without a single burn-in trade the out-of-sample trades are the same, and so the rates."""
    late = candidates[to_epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms]
    again = judge(trade(late.reset_index(drop=True)))
    for mine, theirs in zip(again.gates.rows, evaluation.gates.rows, strict=True):
        assert mine.value == pytest.approx(theirs.value, rel=1e-9)
        assert (mine.low is None) == (theirs.low is None)
        assert theirs.low is None or mine.low == pytest.approx(theirs.low, rel=1e-6)


def test_same_bytes_again(
    judge, ledger, candidates, panel, period, exits, quick, evaluation, execution
) -> None:
    again = judge(ledger)

    def text(e) -> str:
        record = build_phase_figures(
            e, ledger, candidates, panel, period, exits, quick, UNREAD, execution
        )
        return json.dumps([to_json_value(to_json(record)), to_json_value(to_json(e.gates.rows))])

    assert text(again) == text(evaluation)


def test_equity_by_day_ends_in_the_gates_drawdown(ledger, period, evaluation) -> None:
    daily = build_daily_equity(ledger.equity, period)
    assert list(daily.columns) == ["date", "equity", "drawdown_frac"]
    assert len(daily) == 60
    assert daily["date"].iloc[0] == "2023-01-01"
    drawdown = next(r.value for r in evaluation.gates.rows if r.metric == "max_drawdown")
    assert daily["drawdown_frac"].iloc[20:].max() == pytest.approx(drawdown)


def test_a_broken_ledger_gets_no_verdict(
    ledger, panel, covariates, period, execution, quick
) -> None:
    equity = ledger.equity.copy()
    equity.loc[equity.index[BOUNDARY + 9] :, "equity"] += 10.0
    universe = EntryUniverse(panel, covariates, lambda symbol, bar: np.full(bar.size, 0.004))
    broken = replace(ledger, equity=equity)
    result = evaluate_phase(0, broken, universe, period, TARGETS, execution, quick)
    assert {row.verdict for row in result.gates.rows} == {"INCONCLUSIVE"}
    assert result.gates.rows[0].reason.startswith("withheld: the ledger fails its checks: final")


def test_period_in_words(period) -> None:
    assert build_split_period(period) == SplitPeriod(
        first_open_time="2023-01-01T00:00:00Z",
        out_of_sample_from="2023-01-21T00:00:00Z",
        last_open_time="2023-03-01T23:55:00Z",
        burn_in_days=20.0,
        days_out_of_sample=40,
        days_without_bars=0,
        blocks=4,
        block_days=10,
        last_block_days=10,
    )
