"""Phases by coin, year and regime, and without a coin, their best day or their best month.

Rows by coin, year and regime are parts of one account. Without a coin, or without what closed on
the best day or in the best month, the engine trades the other orders again.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from dipmaster.backtest import REGIMES
from dipmaster.core.kernels import Bools
from dipmaster.core.params import Gates
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.figures.intervals import to_sample_interval
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.minimum_data import describe_missing_data
from dipmaster.evaluation.statistics.sample import (
    TradeSample,
    build_sample,
    select_out_of_sample,
)
from dipmaster.evaluation.statistics.trade_metrics import (
    estimate_profit_factor,
    estimate_win_rate,
)
from dipmaster.results.common import SampleInterval
from dipmaster.results.sensitivity import PhaseSubsets, Removal, RemovalKind, SubsetRow
from dipmaster.sensitivity.trading import sample_account, summarize, trade_again


def split_phase(context: EvaluationContext, one: CompletedPhase) -> PhaseSubsets:
    """Every part of a phase."""
    gates, ledger = context.params.gates, one.ledger
    trades = select_out_of_sample(ledger.trades, context.period)
    sample = build_sample(ledger.trades, ledger.equity, context.period)
    coins = sorted(set(trades["symbol"]))
    years = trades["entry_time"].dt.strftime("%Y")
    regimes = [name for name in REGIMES if (trades["regime"] == name).any()]
    return PhaseSubsets(
        phase=one.phase.number,
        base=summarize(sample),
        by_coin=_list_rows(sample, trades["symbol"], coins, gates),
        by_year=_list_rows(sample, years, sorted(set(years)), gates),
        by_regime=_list_rows(sample, trades["regime"], regimes, gates),
        without=tuple(
            _remove(context, one, trades, kind, name) for kind, name in _list_removals(trades)
        ),
    )


def _list_rows(
    sample: TradeSample, labels: "pd.Series[str]", names: Iterable[str], gates: Gates
) -> tuple[SubsetRow, ...]:
    values = labels.to_numpy(dtype=str)
    return tuple(_row(name, sample.only(values == name), gates) for name in names)


def _row(name: str, sample: TradeSample, gates: Gates) -> SubsetRow:
    few, lacking = gates.few_losing_trades, describe_missing_data(sample, gates)
    return SubsetRow(
        name=name,
        trades=sample.trades,
        net_pnl=float(sample.net.sum()),
        win_rate=_bounded(estimate_win_rate(sample, gates.alpha, few), lacking),
        profit_factor=_bounded(estimate_profit_factor(sample, gates.alpha, few), lacking),
    )


def _bounded(estimate: Estimate, lacking: str) -> SampleInterval:
    """Without bounds where the subset lacks the minimum data."""
    if not lacking:
        return to_sample_interval(estimate)
    return SampleInterval(value=estimate.value, low=None, high=None, n=estimate.n, reason=lacking)


def _list_removals(trades: pd.DataFrame) -> list[tuple[RemovalKind, str]]:
    """All coins that were traded, the best day and the best month."""
    coins: list[tuple[RemovalKind, str]] = [
        ("coin", name) for name in sorted(set(trades["symbol"]))
    ]
    if trades.empty:
        return coins
    return [*coins, ("day", _best(trades, "day")), ("month", _best(trades, "month"))]


def _best(trades: pd.DataFrame, kind: RemovalKind) -> str:
    """Of the greatest net profit by the UTC time of the exit; the first of equals."""
    net = trades["net_pnl"].groupby(_labels(trades, kind)).sum()
    return str(net.index[int(np.argmax(net.to_numpy()))])


def _labels(trades: pd.DataFrame, kind: RemovalKind) -> "pd.Series[str]":
    """Coin of each trade, or the day or month in which it closed."""
    if kind == "coin":
        return trades["symbol"]
    closed: pd.Series[str] = trades["exit_time"].dt.strftime(
        "%Y-%m-%d" if kind == "day" else "%Y-%m"
    )
    return closed


def _remove(
    context: EvaluationContext,
    one: CompletedPhase,
    trades: pd.DataFrame,
    kind: RemovalKind,
    name: str,
) -> Removal:
    removed = trades[_labels(trades, kind) == name]
    keep = _keep(context, one, removed, kind, name)
    account = trade_again(context, one, entries=one.orders.entries.take(keep))
    return Removal(
        kind=kind,
        name=name,
        removed_trades=len(removed),
        removed_net_pnl=float(removed["net_pnl"].sum()),
        performance=summarize(sample_account(account, context.period)),
    )


def _keep(
    context: EvaluationContext,
    one: CompletedPhase,
    removed: pd.DataFrame,
    kind: RemovalKind,
    name: str,
) -> Bools:
    """All orders of other coins, or all but those behind the trades that are removed."""
    entries = one.orders.entries
    if kind == "coin":
        own: Bools = entries.symbol_index == context.inputs.panel.symbols.index(name)
        return ~own
    return ~np.isin(entries.candidate_id, removed["candidate_id"].to_numpy(dtype=np.int64))
