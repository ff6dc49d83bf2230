"""Gates at every fee, and the net profit at every fee and slippage; phases are columns."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import Line
from dipmaster.report.kit.table import Column, stacked
from dipmaster.report.kit.verdicts import mark
from dipmaster.results.metrics import METRICS
from dipmaster.results.sensitivity import CostPoint, CostSensitivity, PhaseCosts


def gate_columns(costs: CostSensitivity) -> Sequence[Column[CostPoint]]:
    """Columns of a table of one phase: fee, net profit, every gate with its bounds."""
    return (
        Column("Fee", lambda one: _fee(one.fee_bps), "l n"),
        Column("Net", lambda one: numbers.bps(one.net_bps), "n"),
        *map(_gate_column, list_gates(costs)),
    )


def _gate_column(key: str) -> Column[CostPoint]:
    def show(one: CostPoint) -> str:
        between = numbers.bounds(one.gates[key], METRICS[key].number_format)
        return stacked(show_gate(one, key), "" if between == numbers.MISSING else between)

    return Column(METRICS[key].title, show, "n")


def gate_lines(costs: CostSensitivity) -> list[Line[PhaseCosts]]:
    """A line a gate and fee, at the slippage of the run: value and verdict."""
    places = range(len(costs.phases[0].at(costs.slippage_bps)))
    return [_gate_line(costs, key, place) for key in list_gates(costs) for place in places]


def list_gates(costs: CostSensitivity) -> list[str]:
    """Gates that are priced, in print order."""
    return [key for key in METRICS if key in costs.phases[0].points[0].gates]


def show_gate(point: CostPoint, key: str) -> str:
    """Value and mark."""
    gate = point.gates[key]
    return f"{numbers.show(gate.value, METRICS[key].number_format)} {mark(gate.verdict)}"


def _gate_line(costs: CostSensitivity, key: str, place: int) -> Line[PhaseCosts]:
    fee = costs.phases[0].at(costs.slippage_bps)[place].fee_bps
    name = f"{METRICS[key].title}, fee {_fee(fee)}"
    return name, lambda one: show_gate(one.at(costs.slippage_bps)[place], key)


def slippage_lines(costs: CostSensitivity) -> list[Line[PhaseCosts]]:
    """A line a fee: net profit at each slippage."""
    fees = list(dict.fromkeys(point.fee_bps for point in costs.phases[0].points))
    return [_slippage_line(fee) for fee in fees]


def _slippage_line(fee: float) -> Line[PhaseCosts]:
    def show(one: PhaseCosts) -> str:
        found = [point for point in one.points if point.fee_bps == fee]
        return " / ".join(numbers.plain(point.net_bps, 1, signed=True) for point in found)

    return _fee(fee), show


def break_even_line() -> Line[PhaseCosts]:
    """The fee at which nothing is left."""
    return "Break-even fee", lambda one: numbers.bps(one.break_even.fee_bps, signed=False)


def _fee(fee: float) -> str:
    return numbers.bps(fee, signed=False)
