"""Gates at every fee, and the net profit at every fee and slippage."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import Line, parts
from dipmaster.report.kit.table import Column, stacked
from dipmaster.report.kit.verdicts import mark
from dipmaster.results.metrics import METRICS
from dipmaster.results.sensitivity import CostPoint, CostSensitivity, PhaseCosts


@dataclass(frozen=True)
class PricedPhase:
    """A phase at one fee; `is_first` where the phase is named."""

    phase: int
    point: CostPoint
    is_first: bool


def list_rows(costs: CostSensitivity, traded: Sequence[int]) -> list[PricedPhase]:
    """Every phase with trades at every fee, at the slippage of the run."""
    return [
        PricedPhase(number, point, place == 0)
        for number in traded
        for place, point in enumerate(costs.phase(number).at(costs.slippage_bps))
    ]


def columns(row: PricedPhase) -> Sequence[Column[PricedPhase]]:
    """Phase, fee, net profit, and one column a gate of the row."""
    return (
        Column("Phase", lambda one: numbers.count(one.phase) if one.is_first else "", "l"),
        Column("Fee", lambda one: numbers.bps(one.point.fee_bps, signed=False), "n"),
        Column("Net", lambda one: numbers.bps(one.point.net_bps), "n"),
        *(_gate(key) for key in METRICS if key in row.point.gates),
    )


def _gate(key: str) -> Column[PricedPhase]:
    kind = METRICS[key].number_format

    def show(one: PricedPhase) -> Markup:
        gate = one.point.gates[key]
        value = Markup('{} <span class="mark">{}</span>').format(
            numbers.show(gate.value, kind), mark(gate.verdict)
        )
        between = numbers.bounds(gate, kind)
        return stacked(value, "" if between == numbers.MISSING else between)

    return Column(METRICS[key].title, show, "n")


def slippage_lines(costs: CostSensitivity) -> list[Line[PhaseCosts]]:
    """A line a fee: net profit at each slippage."""
    fees = list(dict.fromkeys(point.fee_bps for point in costs.phases[0].points))
    return [_line(fee) for fee in fees]


def _line(fee: float) -> Line[PhaseCosts]:
    def show(one: PhaseCosts) -> str:
        found = [point for point in one.points if point.fee_bps == fee]
        return parts(numbers.plain(point.net_bps, 1, signed=True) for point in found)

    return numbers.bps(fee, signed=False), show


def break_even_line() -> Line[PhaseCosts]:
    """The fee at which nothing is left."""
    return "Break-even fee", lambda one: numbers.bps(one.break_even.fee_bps, signed=False)
