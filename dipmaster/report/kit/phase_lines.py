"""Lines on a phase's trades that more than one chapter prints."""

from collections.abc import Mapping

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import Line
from dipmaster.results.evaluation.phase import PhaseFigures, TradeCounts

TRADES: Line[PhaseFigures] = ("Trades", lambda phase: numbers.count(phase.counts.trades))
DAYS: Line[PhaseFigures] = (
    "Days with trades",
    lambda phase: numbers.count(phase.counts.days_with_trades),
)
PER_TRADE: Mapping[str, Line[PhaseFigures]] = {
    "net": ("Mean net return per trade", lambda one: numbers.bps(one.per_trade.mean_net_bps)),
    "median": (
        "Median net return per trade",
        lambda one: numbers.bps(one.per_trade.median_net_bps),
    ),
    "win": ("Mean win", lambda one: numbers.bps(one.per_trade.mean_win_bps)),
    "loss": ("Mean loss", lambda one: numbers.bps(one.per_trade.mean_loss_bps)),
    "break_even": (
        "Break-even win rate",
        lambda one: numbers.percent(one.per_trade.break_even_win_rate),
    ),
}


def outcomes(counted: TradeCounts, separator: str) -> str:
    """How many trades won, lost and broke even."""
    parts = (counted.won, counted.losing_trades, counted.break_even)
    return separator.join(map(numbers.count, parts))
