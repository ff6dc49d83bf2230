"""Signals and bars to a ledger: every fill, every round trip, the account at every bar.

`run` trades orders with one account; `outcomes` gives the trade of each bar
alone (random entries), `frozen_outcomes` that of each candidate (labels);
`one_at_a_time` trades each symbol alone with the money never running out. All
follow a position with the same kernel.
"""

from dipmaster.backtest.engine import run
from dipmaster.backtest.entries import REGIMES, Entries, entries_from_candidates
from dipmaster.backtest.frozen import frozen_outcomes
from dipmaster.backtest.ledger import SKIP_REASONS, Ledger
from dipmaster.backtest.outcomes import Outcomes, one_at_a_time, outcomes
from dipmaster.backtest.rules import EXIT_NAMES, ExitRules, ExitType, ScoreExits, Trailing

__all__ = [
    "EXIT_NAMES",
    "REGIMES",
    "SKIP_REASONS",
    "Entries",
    "ExitRules",
    "ExitType",
    "Ledger",
    "Outcomes",
    "ScoreExits",
    "Trailing",
    "entries_from_candidates",
    "frozen_outcomes",
    "one_at_a_time",
    "outcomes",
    "run",
]
