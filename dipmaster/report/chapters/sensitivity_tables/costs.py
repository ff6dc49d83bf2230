"""Gates at every fee, and the net profit at every fee and slippage; phases are columns."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import Groups, Line
from dipmaster.report.kit.table import Column, stacked
from dipmaster.report.kit.verdicts import mark
from dipmaster.results.metrics import METRICS
from dipmaster.results.sensitivity import CostPoint, CostSensitivity, PhaseCosts


def gate_columns(costs: CostSensitivity) -> Sequence[Column[CostPoint]]:
    """Columns of a table of one phase: fee, net profit, every gate with its bounds."""
    return (
        Column("Fee, bp", lambda one: show_bps(one.fee_bps), "l n"),
        Column("Net, bp", lambda one: numbers.plain(one.net_bps, 1, signed=True), "n"),
        *map(_gate_column, list_gates(costs)),
    )


def _gate_column(key: str) -> Column[CostPoint]:
    kind = METRICS[key].number_format

    def show(one: CostPoint) -> str:
        between = numbers.bare(numbers.bounds(one.gates[key], kind), kind)
        return stacked(show_gate(one, key), "" if between == numbers.MISSING else between)

    return Column(name_gate(key), show, "n")


def gate_lines(costs: CostSensitivity) -> Groups[PhaseCosts]:
    """Of each gate a line a fee, at the slippage of the run: value and verdict."""
    fees = [point.fee_bps for point in costs.phases[0].at(costs.slippage_bps)]

    def line(key: str, place: int, fee: float) -> Line[PhaseCosts]:
        return show_bps(fee), lambda one: show_gate(one.at(costs.slippage_bps)[place], key)

    return [
        (name_gate(key), [line(key, place, fee) for place, fee in enumerate(fees)])
        for key in list_gates(costs)
    ]


def list_gates(costs: CostSensitivity) -> list[str]:
    """Gates that are priced, in print order."""
    return [key for key in METRICS if key in costs.phases[0].points[0].gates]


def name_gate(key: str) -> str:
    """The gate with the unit of its values."""
    unit = numbers.unit(METRICS[key].number_format)
    return f"{METRICS[key].title}, {unit}" if unit else METRICS[key].title


def show_gate(point: CostPoint, key: str) -> str:
    """Value without its unit, and mark."""
    gate, kind = point.gates[key], METRICS[key].number_format
    return f"{numbers.bare(numbers.show(gate.value, kind), kind)} {mark(gate.verdict)}"


def slippage_lines(costs: CostSensitivity) -> Groups[PhaseCosts]:
    """Of each fee a line a slippage: net profit; then the fee at which nothing is left."""
    fees: dict[float, list[Line[PhaseCosts]]] = {}
    for place, point in enumerate(costs.phases[0].points):
        fees.setdefault(point.fee_bps, []).append(_net_line(place, point.slippage_bps))
    lines = [(show_bps(fee), of_fee) for fee, of_fee in fees.items()]
    return [*lines, ("Break-even fee", [_break_even_line(costs.slippage_bps)])]


def _net_line(place: int, slippage_bps: float) -> Line[PhaseCosts]:
    def show(one: PhaseCosts) -> str:
        return numbers.plain(one.points[place].net_bps, 1, signed=True)

    return show_bps(slippage_bps), show


def _break_even_line(slippage_bps: float) -> Line[PhaseCosts]:
    return show_bps(slippage_bps), lambda one: numbers.plain(one.break_even.fee_bps, 1)


def show_bps(value: float) -> str:
    """Basis points in a column whose heading has the unit."""
    return numbers.plain(value, 1)
