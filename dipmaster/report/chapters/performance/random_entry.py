"""What random entries with the same exits and costs would have achieved, a column a phase."""

from collections.abc import Callable
from dataclasses import dataclass

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers, table
from dipmaster.report.kit.phase_table import parts, widths
from dipmaster.report.kit.table import Table
from dipmaster.results.common import Band
from dipmaster.results.evaluation.random_entry import RandomEntryFigures
from dipmaster.results.metrics import EXCESS_WIN_RATE, MEAN_NET_BPS, PROFIT_FACTOR, WIN_RATE, Metric

_FIGURES: tuple[tuple[Metric, Callable[[RandomEntryFigures], Band]], ...] = (
    (WIN_RATE, lambda entries: entries.win_rate),
    (PROFIT_FACTOR, lambda entries: entries.profit_factor),
    (MEAN_NET_BPS, lambda entries: entries.mean_net_bps),
)


RANDOM = "random: mean (range)"


@dataclass(frozen=True)
class Outside:
    """A phase of which range and p seem to disagree."""

    phase: int
    win_rate: float
    entries: RandomEntryFigures


def tabulate(inputs: ReportInputs) -> Table | None:
    """Measured over the mean and range of random portfolios; None where no phase was matched."""
    phases = [
        phase
        for phase in inputs.built
        if inputs.phase(phase).random_entry.win_rate.mean is not None
    ]
    if not phases:
        return None
    rows = [
        (
            table.stacked(metric.title, RANDOM),
            *(_beside(inputs, phase, metric, band) for phase in phases),
        )
        for metric, band in _FIGURES
    ]
    label = table.stacked("Excess win rate", "interval; p")
    excess = (label, *(_excess(inputs, phase) for phase in phases))
    name, width = widths(len(phases), least=17.0, most=20.5)
    columns = table.texts(("", "l", name), *((f"Phase {phase}", "", width) for phase in phases))
    return table.table(columns, [*rows, excess], "data short phases")


def _beside(
    inputs: ReportInputs, phase: int, metric: Metric, band: Callable[[RandomEntryFigures], Band]
) -> str:
    entries, kind = band(inputs.phase(phase).random_entry), metric.number_format
    random = parts((numbers.show(entries.mean, kind), f"({numbers.bounds(entries, kind)})"))
    return table.stacked(numbers.show(_measured(inputs, phase, metric), kind), random)


def _measured(inputs: ReportInputs, phase: int, metric: Metric) -> float | None:
    if metric is MEAN_NET_BPS:
        return inputs.phase(phase).per_trade.mean_net_bps
    gate = inputs.gates_of(phase).get(metric.key)
    return gate.value if gate else None


def _excess(inputs: ReportInputs, phase: int) -> str:
    entries, kind = inputs.phase(phase).random_entry, EXCESS_WIN_RATE.number_format
    found, p = entries.excess_win_rate, numbers.p_value(entries.p_value)
    between = [numbers.bounds(found, kind)]
    if entries.p_value is not None:
        between[-1] += ";"
        between.append(f"p{numbers.NBSP}{p}" if p.startswith("<") else f"p{numbers.NBSP}= {p}")
    return table.stacked(numbers.show(found.value, kind), parts(between))


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
