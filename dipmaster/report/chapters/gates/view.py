"""All gates in full, against the roadmap's targets."""

from markupsafe import Markup

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import gates, numbers, table
from dipmaster.report.kit.forest import large
from dipmaster.report.kit.gates import MatrixRow
from dipmaster.report.kit.table import Column
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
VERDICT: Column[GateRow] = Column(
    "Verdict and reason", lambda gate: table.verdict(gate.verdict, gate.reason), "l", "38%"
)


def view(inputs: ReportInputs) -> Context:
    """Gates, their forest, the roadmap's own columns."""
    phase = [PHASE] if len(inputs.built) > 1 else []
    lines = gates.matrix(inputs.gates, inputs.built, inputs.params.gates)
    return {
        "gates": table.table(
            [*phase, METRIC, *gates.FIGURES, SAMPLE, VERDICT], inputs.gates, "data"
        ),
        "forest": large(inputs.judged),
        "targets": table.table(_target_columns(inputs), lines, "data"),
    }


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
