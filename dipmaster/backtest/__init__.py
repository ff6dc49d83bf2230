"""Signals and bars to a ledger: every fill, every round trip, the account at every bar.

`run_backtest` trades orders with one account; `simulate_independent_trades` gives the trade of
each bar alone (random entries), `triple_barrier_labels` that of each candidate (labels);
`simulate_sequential_trades` trades each symbol alone with the money never running out. All
follow a position with the same kernel.
"""

from dipmaster.backtest.engine import run_backtest
from dipmaster.backtest.entries import REGIMES, Entries, build_entries
from dipmaster.backtest.labels import triple_barrier_labels
from dipmaster.backtest.ledger import REJECTION_REASONS, Ledger
from dipmaster.backtest.outcomes import (
    TradeOutcomes,
    simulate_independent_trades,
    simulate_sequential_trades,
)
from dipmaster.backtest.rules import (
    EXIT_NAMES,
    ExitRules,
    ExitType,
    ScoreExitRule,
    TrailingStopRule,
)

__all__ = [
    "EXIT_NAMES",
    "REGIMES",
    "REJECTION_REASONS",
    "Entries",
    "ExitRules",
    "ExitType",
    "Ledger",
    "ScoreExitRule",
    "TradeOutcomes",
    "TrailingStopRule",
    "build_entries",
    "run_backtest",
    "simulate_independent_trades",
    "simulate_sequential_trades",
    "triple_barrier_labels",
]
