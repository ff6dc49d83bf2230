"""All gates in full against the roadmap's targets, and how long until they are decided."""

from markupsafe import Markup

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import gates, numbers, table
from dipmaster.report.kit.forest import large
from dipmaster.report.kit.gates import MatrixRow
from dipmaster.report.kit.phases import name_phase
from dipmaster.report.kit.table import Column
from dipmaster.report.recommendation import describe_time
from dipmaster.results import GateRow

PHASE: Column[GateRow] = Column("Phase", lambda gate: str(gate.phase), "l", "5%")
METRIC = Column(gates.NAME.heading, gates.NAME.cell, "l", "11%")
SAMPLE: Column[GateRow] = Column(
    Markup("n<br>effective, needed"),
    lambda gate: table.stacked(
        numbers.count(gate.n),
        f"{numbers.count(gate.n_effective)}, {numbers.count(gate.n_needed)}",
    ),
    "n",
)
TIME: Column[GateRow] = Column(
    Markup("Time to<br>a decision"),
    lambda gate: time_to_decision(gate.days_needed, gate.days_needed_reason),
    width="11%",
)
VERDICT: Column[GateRow] = Column(
    "Verdict and reason", lambda gate: table.verdict(gate.verdict, gate.reason), "l", "29%"
)


def time_to_decision(days: int | None, reason: str) -> str:
    """In print; decided gates need none."""
    if days is None:
        return numbers.typeset(reason) if reason else numbers.MISSING
    return describe_time(days) if days else "decided"


def view(inputs: ReportInputs) -> Context:
    """Verdicts by phase, gates, their forest, the roadmap's own columns."""
    phase = [PHASE] if len(inputs.built) > 1 else []
    lines = gates.matrix(inputs.gates, inputs.built, inputs.params.gates)
    return {
        "verdicts": _verdicts(inputs),
        "gates": table.table(
            [*phase, METRIC, *gates.FIGURES, SAMPLE, TIME, VERDICT], inputs.gates, "data"
        ),
        "forest": large(inputs.judged),
        "targets": table.table(_target_columns(inputs), lines, "data"),
    }


def _verdicts(inputs: ReportInputs) -> table.Table:
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
                time_to_decision(figures.days_needed, figures.days_needed_reason),
            )
        )
    columns = table.texts(
        ("Phase", "l", "20%"),
        ("Verdict and reason", "l"),
        ("Override: change of net return per candidate", "l", "22%"),
        ("Time to a decision", "l", "18%"),
    )
    return table.table(columns, rows)


def _target_columns(inputs: ReportInputs) -> list[Column[MatrixRow]]:
    """The stated figure, then a column a phase; the first one has no target of its own."""

    def target(place: int) -> Column[MatrixRow]:
        number = gates.roadmap_phases(inputs.built)[place]
        return Column(f"Phase {number} target", lambda line: line.cells[place].target)

    return [
        Column("Metric", lambda line: line.metric.title, "l"),
        Column("“Current”, as stated", lambda line: line.stated),
        *(target(place) for place in range(1, len(gates.roadmap_phases(inputs.built)))),
    ]


GATES = Chapter(folder="gates", anchor="gates", title="Gates", view=view)
