"""All gates in full, a line a phase, and how long until they are decided."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.gates import reasons
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import gates, numbers, table
from dipmaster.report.kit.forest import forest
from dipmaster.report.kit.table import Column, Table
from dipmaster.report.time_to_decision import describe_time, find_longest
from dipmaster.results.gates import GateRow

MANY = 1_000_000


def view(inputs: ReportInputs) -> Context:
    """Verdicts by phase, gates and their reasons, intervals against targets."""
    return {
        "verdicts": _verdicts(inputs),
        "gates": _gates(inputs),
        "reasons": _reasons(inputs),
        "forest": forest(inputs.judged),
        "has_millions": any((gate.n_needed or 0) >= MANY for gate in inputs.gates),
    }


def _time(days: int | None) -> str:
    """In print; what is decided needs none."""
    if days is None:
        return "not computable"
    return describe_time(days) if days else "decided"


def _verdicts(inputs: ReportInputs) -> Table:
    """A row a phase: verdict, reason, the number of an override, time to a decision."""
    rows = []
    for number in inputs.built:
        figures = inputs.phase(number)
        override = figures.degradation
        rows.append(
            (
                inputs.phase_names[number],
                table.verdict(figures.verdict, reasons.shorten(figures.verdict_reason)),
                numbers.estimate(override.change_mean_net_bps, "bps") if override else "none",
                _wait(inputs, number),
            )
        )
    columns = table.texts(
        ("Phase", "l", "22.5%"),
        ("Verdict and reason", "l"),
        ("Override", "l", "9%"),
        ("Time to a decision", "l", "27%"),
    )
    return table.table(columns, rows)


def _wait(inputs: ReportInputs, number: int) -> str:
    """Until the minimum data, and until the slowest gate has its sample."""
    figures = inputs.phase(number)
    if figures.verdict in ("PASS", "FAIL"):
        return "decided"
    longest = find_longest(tuple(inputs.gates_of(number).values()))
    needed = figures.days_needed
    if longest is None:
        return figures.days_needed_reason if needed is None else _time(needed)
    decision = f"{describe_time(longest.days)} ({longest.name})"
    if figures.verdict != "INSUFFICIENT DATA":
        return decision
    if needed is not None and longest.days <= needed:
        return f"{_time(needed)} (minimum data)"
    return table.stacked(decision, f"minimum data: {_time(needed)}")


COLUMNS: tuple[Column[GateRow], ...] = (
    Column("Phase", lambda gate: str(gate.phase), "", "5%"),
    Column("Measured", lambda gate: table.bold(gates.value_of(gate)), "", "11.5%"),
    Column("Interval", gates.bounds_of, "", "16%"),
    Column("Target", gates.gate_target, "", "8.5%"),
    Column("Verdict", lambda gate: table.verdict(gate.verdict), "l n", "18%"),
    Column("n", lambda gate: numbers.count(gate.n), "", "5%"),
    Column("n eff.", lambda gate: numbers.count(gate.n_effective), "", "6%"),
    Column("Needed", lambda gate: _needed(gate.n_needed), "", "6.5%"),
    Column("Time to a decision", lambda gate: _time_of(gate), "", "15.5%"),
)


def _needed(n: float | None) -> str:
    """A sample size; in millions where it is out of reach."""
    if n is None or n < MANY:
        return numbers.count(n)
    return f"{numbers.count(n / MANY)}{numbers.NBSP}m"


def _gates(inputs: ReportInputs) -> list[tuple[str, Table]]:
    """Of each metric a line a phase."""
    by_phase = [inputs.gates_of(phase) for phase in inputs.built]
    return [
        (
            metric.title,
            table.table(COLUMNS, [one[metric.key] for one in by_phase if metric.key in one]),
        )
        for metric in inputs.judged.metrics
    ]


def _time_of(gate: GateRow) -> str:
    """A gate that is open though it has its sample is told from one that is decided."""
    if gate.days_to_power == 0 and gate.verdict not in ("PASS", "FAIL"):
        return "sample size reached"
    return _time(gate.days_to_power)


def _reasons(inputs: ReportInputs) -> list[tuple[str, str]]:
    """Why gates have no value or interval, where the phase's own reason does not say it."""
    return [
        (f"Phase {gate.phase}, {gates.metric_of(gate).name}", gate.reason)
        for gate in inputs.gates
        if gate.reason
        and gate.reason != inputs.phase(gate.phase).verdict_reason
        and (gate.value is None or gates.bounds_of(gate) == numbers.MISSING)
    ]


GATES = Chapter(folder="gates", title="Gates", view=view)
