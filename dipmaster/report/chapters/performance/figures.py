"""The figures of every phase, a column a phase."""

from collections.abc import Callable, Sequence

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import gates, numbers, table
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
    """Gated figures first, then what explains them."""
    phases = {phase: inputs.phase(phase) for phase in inputs.built}
    judged = [
        (metric.title, *(_gate_value(inputs, phase, metric.key) for phase in phases))
        for metric in gates.ROADMAP_METRICS
    ]
    explained = [(title, *(cell(one) for one in phases.values())) for title, cell in ROWS]
    headings = [("", "l"), *((f"Phase {phase}", "n") for phase in phases)]
    return table.table(table.texts(*headings), [*judged, *explained])


def _gate_value(inputs: ReportInputs, phase: int, metric: str) -> str:
    gate = inputs.gates_of(phase).get(metric)
    return gates.value_of(gate) if gate else numbers.MISSING
