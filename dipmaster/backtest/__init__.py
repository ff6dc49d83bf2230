"""Signals and bars to a ledger: every fill, every round trip, the account at every bar.

`run_backtest` trades orders with one account; `simulate_independent_trades` trades each
bar alone (random entries), `triple_barrier_labels` each candidate (labels, Lopez de
Prado 2018, chapter 3); `simulate_sequential_trades` trades each symbol alone, one
position at a time, with unlimited cash. All simulate a position with the same kernel.
"""

from dipmaster.backtest.account import TradedAccount, trade_account
from dipmaster.backtest.engine import run_backtest, simulate_checked_orders, simulate_orders
from dipmaster.backtest.entries import REGIMES, Entries, build_entries, check_entries
from dipmaster.backtest.labels import triple_barrier_labels
from dipmaster.backtest.ledger import REJECTION_REASONS, Ledger
from dipmaster.backtest.outcomes import TradeOutcomes
from dipmaster.backtest.priced_fills import EngineOutput, compute_equity
from dipmaster.backtest.rules import (
    EXIT_NAMES,
    ExitRules,
    ExitType,
    ScoreExitRule,
    TrailingStopRule,
)
from dipmaster.backtest.standalone import simulate_independent_trades, simulate_sequential_trades

__all__ = [
    "EXIT_NAMES",
    "REGIMES",
    "REJECTION_REASONS",
    "EngineOutput",
    "Entries",
    "ExitRules",
    "ExitType",
    "Ledger",
    "ScoreExitRule",
    "TradeOutcomes",
    "TradedAccount",
    "TrailingStopRule",
    "build_entries",
    "check_entries",
    "compute_equity",
    "run_backtest",
    "simulate_checked_orders",
    "simulate_independent_trades",
    "simulate_orders",
    "simulate_sequential_trades",
    "trade_account",
    "triple_barrier_labels",
]
