"""The figures of every phase, a column a phase."""

from collections.abc import Callable, Sequence

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.table import Table
from dipmaster.results.evaluation.phase import PhaseFigures

Cell = Callable[[PhaseFigures], str]

ROWS: Sequence[tuple[str, Cell]] = (
    ("Trades", lambda one: numbers.count(one.counts.trades)),
    ("Won, lost, break-even", lambda one: _outcomes(one)),
    ("Days with trades", lambda one: numbers.count(one.counts.days_with_trades)),
    ("Break-even win rate", lambda one: numbers.percent(one.per_trade.break_even_win_rate)),
    ("Mean win", lambda one: numbers.bps(one.per_trade.mean_win_bps)),
    ("Mean loss", lambda one: numbers.bps(one.per_trade.mean_loss_bps)),
    ("Mean net return per trade", lambda one: numbers.bps(one.per_trade.mean_net_bps)),
    ("Median net return per trade", lambda one: numbers.bps(one.per_trade.median_net_bps)),
    ("Median holding period", lambda one: numbers.minutes(one.holding.median_minutes)),
    ("Annual volatility", lambda one: numbers.percent(one.uncertainty.daily_vol_annual_frac)),
)


def _outcomes(one: PhaseFigures) -> str:
    counts = one.counts
    return ", ".join(numbers.count(n) for n in (counts.won, counts.lost, counts.break_even))


def tabulate(inputs: ReportInputs) -> Table:
    """What explains the gated figures."""
    phases = {phase: inputs.phase(phase) for phase in inputs.built}
    explained = [(title, *(cell(one) for one in phases.values())) for title, cell in ROWS]
    headings = [("", "l"), *((f"Phase {phase}", "n") for phase in phases)]
    return table.table(table.texts(*headings), explained)
