"""All gates in full, a column a phase, and how long until they are decided."""

from collections.abc import Callable

from markupsafe import Markup

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import gates, numbers, table
from dipmaster.report.kit.forest import forest
from dipmaster.report.kit.phases import name_phase
from dipmaster.report.kit.table import Table
from dipmaster.report.time_to_decision import describe_time, find_longest
from dipmaster.results import GateRow


def view(inputs: ReportInputs) -> Context:
    """Verdicts by phase, gates and their reasons, intervals against targets."""
    return {
        "verdicts": _verdicts(inputs),
        "gates": _gates(inputs),
        "reasons": _reasons(inputs),
        "forest": forest(inputs.judged),
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
                name_phase(number),
                table.verdict(figures.verdict, figures.verdict_reason),
                numbers.estimate(override.change_mean_net_bps, "bps") if override else "none",
                _wait(inputs, number),
            )
        )
    columns = table.texts(
        ("Phase", "l", "18%"),
        ("Verdict and reason", "l"),
        ("Override: change of net return per candidate", "l", "19%"),
        ("Time to a decision", "l", "26%"),
    )
    return table.table(columns, rows)


def _wait(inputs: ReportInputs, number: int) -> str:
    """Until the minimum data, and until the slowest gate has its sample."""
    figures = inputs.phase(number)
    if figures.verdict in ("PASS", "FAIL"):
        return "decided"
    gates_of_phase = tuple(inputs.gates_of(number).values())
    longest = find_longest(gates_of_phase)
    minimum = _time(figures.days_needed)
    if longest is None or longest.days <= (figures.days_needed or 0):
        return minimum if figures.days_needed is not None else figures.days_needed_reason
    decision = f"{describe_time(longest.days)} ({longest.name})"
    if figures.verdict != "INSUFFICIENT DATA":
        return decision
    return table.stacked(decision, f"minimum data: {minimum}")


LINES: tuple[tuple[str, Callable[[GateRow], str]], ...] = (
    ("Measured", lambda gate: table.bold(gates.value_of(gate))),
    ("Interval", gates.bounds_of),
    ("Target", gates.gate_target),
    ("Verdict", lambda gate: table.verdict(gate.verdict)),
    ("n; effective; needed", lambda gate: _sample(gate)),
)


def _sample(gate: GateRow) -> str:
    return "; ".join(map(numbers.count, (gate.n, gate.n_effective, gate.n_needed)))


def _gates(inputs: ReportInputs) -> Table:
    """A row a metric, a column a phase."""
    labels = Markup("<br>").join([*(name for name, _ in LINES), "Time to a decision"])
    headings = [("Metric", "l", "11%"), ("", "l n soft", "17%")]
    width = f"{72 / len(inputs.built):.1f}%"
    columns = table.texts(*headings, *((f"Phase {phase}", "l", width) for phase in inputs.built))
    judged = [inputs.gates_of(phase) for phase in inputs.built]
    rows = [
        (metric.title, labels, *(_cell(rows.get(metric.key)) for rows in judged))
        for metric in inputs.judged.metrics
    ]
    return table.table(columns, rows, "data")


def _cell(gate: GateRow | None) -> str:
    if gate is None:
        return numbers.MISSING
    return Markup("<br>").join([*(line(gate) for _, line in LINES), _time_of(gate)])


def _time_of(gate: GateRow) -> str:
    """A gate that is open though it has its sample is told from one that is decided."""
    if gate.days_to_power == 0 and gate.verdict not in ("PASS", "FAIL"):
        return "sample size reached"
    return _time(gate.days_to_power)


def _reasons(inputs: ReportInputs) -> list[tuple[str, str]]:
    """Reasons that the phase's own does not give, each with its gate."""
    return [
        (f"Phase {gate.phase}, {gates.metric_of(gate).name}", gate.reason)
        for gate in inputs.gates
        if gate.reason and gate.reason != inputs.phase(gate.phase).verdict_reason
    ]


GATES = Chapter(folder="gates", title="Gates", view=view)
