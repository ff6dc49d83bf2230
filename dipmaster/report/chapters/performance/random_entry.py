"""What random entries with the same exits and costs would have achieved, a column a phase."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.phase_table import Line, widths
from dipmaster.report.kit.table import Table
from dipmaster.results.common import Band
from dipmaster.results.evaluation.random_entry import RandomEntryFigures
from dipmaster.results.metrics import EXCESS_WIN_RATE, MEAN_NET_BPS, PROFIT_FACTOR, WIN_RATE, Metric

Lines = Sequence[Line[int]]
_FIGURES: tuple[tuple[Metric, Callable[[RandomEntryFigures], Band]], ...] = (
    (WIN_RATE, lambda entries: entries.win_rate),
    (PROFIT_FACTOR, lambda entries: entries.profit_factor),
    (MEAN_NET_BPS, lambda entries: entries.mean_net_bps),
)


MEAN, RANGE = "– random: mean", "– random: range"
INTERVAL, P = "– interval", "– p"
CSS = "data short phases grouped"


@dataclass(frozen=True)
class Outside:
    """A phase of which range and p seem to disagree."""

    phase: int
    win_rate: float
    entries: RandomEntryFigures


def tabulate(inputs: ReportInputs) -> list[Table]:
    """Measured, then mean and range of random portfolios; a table a figure, all of one width.

    Returns
    -------
    list[Table]
        Empty where no phase was matched.
    """
    phases = [
        phase
        for phase in inputs.built
        if inputs.phase(phase).random_entry.win_rate.mean is not None
    ]
    if not phases:
        return []
    groups = [*(_compare(inputs, *figure) for figure in _FIGURES), _show_excess(inputs)]
    name, width = widths(len(phases), least=21.0, most=20.0)
    columns = table.texts(("", "l", name), *((f"Phase {phase}", "", width) for phase in phases))
    return [
        table.table(columns, [(title, *map(show, phases)) for title, show in lines], CSS)
        for lines in groups
    ]


def _compare(
    inputs: ReportInputs, metric: Metric, band: Callable[[RandomEntryFigures], Band]
) -> Lines:
    """A line each for the figure, and for the mean and the range of random portfolios."""
    kind = metric.number_format

    def random(phase: int) -> Band:
        return band(inputs.phase(phase).random_entry)

    return (
        (metric.title, lambda phase: numbers.show(_measured(inputs, phase, metric), kind)),
        (MEAN, lambda phase: numbers.show(random(phase).mean, kind)),
        (RANGE, lambda phase: numbers.bounds(random(phase), kind)),
    )


def _measured(inputs: ReportInputs, phase: int, metric: Metric) -> float | None:
    if metric is MEAN_NET_BPS:
        return inputs.phase(phase).per_trade.mean_net_bps
    gate = inputs.gates_of(phase).get(metric.key)
    return gate.value if gate else None


def _show_excess(inputs: ReportInputs) -> Lines:
    """A line each for the excess win rate, its interval and its p-value."""
    kind = EXCESS_WIN_RATE.number_format

    def entries(phase: int) -> RandomEntryFigures:
        return inputs.phase(phase).random_entry

    return (
        (
            EXCESS_WIN_RATE.title,
            lambda phase: numbers.show(entries(phase).excess_win_rate.value, kind),
        ),
        (INTERVAL, lambda phase: numbers.bounds(entries(phase).excess_win_rate, kind)),
        (P, lambda phase: numbers.p_value(entries(phase).p_value)),
    )


def list_outside(inputs: ReportInputs) -> list[Outside]:
    """Phases whose win rate lies above the range of random portfolios without being significant.

    The range is the spread of random portfolios of the size of the phase. The interval and p add
    what the range does not have: that the measured win rate is itself uncertain, and that strata
    match no market perfectly.
    """
    alpha = inputs.params.gates.alpha
    return [
        Outside(phase, win_rate, entries)
        for phase in inputs.built
        for entries in (inputs.phase(phase).random_entry,)
        if (win_rate := _measured(inputs, phase, WIN_RATE)) is not None
        and entries.win_rate.high is not None
        and win_rate > entries.win_rate.high
        and entries.p_value is not None
        and entries.p_value > alpha
    ]
