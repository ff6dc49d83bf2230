"""A completed phase traded again with something changed, and the figures of an account."""

import numpy as np

from dipmaster import backtest
from dipmaster.backtest import Entries, Ledger, TradedAccount, metrics
from dipmaster.core.panel import Panel
from dipmaster.core.params import Execution
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import (
    TradeSample,
    build_sample,
    cut_sample,
    split_marks,
)
from dipmaster.results.sensitivity import Performance


def trade_again(
    context: EvaluationContext,
    one: CompletedPhase,
    *,
    panel: Panel | None = None,
    entries: Entries | None = None,
    execution: Execution | None = None,
) -> TradedAccount:
    """Run the engine with the orders and exits of a phase; what is not given is the phase's own.

    Parameters
    ----------
    entries
        Some of the phase's orders, or these in other sizes; each keeps its candidate's exits.
    """
    orders = one.orders.entries if entries is None else entries
    return backtest.trade_account(
        context.inputs.panel if panel is None else panel,
        orders,
        context.params.execution if execution is None else execution,
        one.exit_policy.at(orders.candidate_id).rules,
    )


def measure_performance(ledger: Ledger, period: Period) -> Performance:
    """The out-of-sample figures of a ledger."""
    return summarize(build_sample(ledger.trades, ledger.equity, period))


def sample_account(account: TradedAccount, period: Period) -> TradeSample:
    """The out-of-sample trades and days of an account that was traded again."""
    return cut_sample(
        account.entry_time,
        account.net_pnl,
        account.return_frac,
        split_marks(account.open_time, account.equity, period),
        period,
    )


def summarize(sample: TradeSample) -> Performance:
    """The figures of a sample."""
    days = sample.days
    return Performance(
        trades=sample.trades,
        net_pnl=float(sample.net.sum()),
        net_return_frac=float(np.prod(days.growth) - 1.0),
        win_rate=metrics.win_rate(sample.return_frac),
        sharpe=metrics.sharpe_annual(days.returns),
        profit_factor=metrics.profit_factor(sample.net, sample.return_frac),
        max_drawdown_frac=metrics.concatenated_drawdown(days, np.arange(days.growth.size)),
    )
