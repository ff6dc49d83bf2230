"""Net return and trades of every phase under other thresholds."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import widths
from dipmaster.report.kit.table import Column, Table, table
from dipmaster.report.kit.threshold_names import name_threshold
from dipmaster.results.sensitivity import ThresholdRun, ThresholdSensitivity

CLIFF = "!"


def tabulate(found: ThresholdSensitivity, phases: Sequence[int]) -> Table | None:
    """A line a change that reaches a phase, a column a phase; None where there is none."""
    idle = found.idle
    runs = [run for run in found.runs if run not in idle]
    if not runs:
        return None
    name_width, width = widths(len(phases), least=36.0)
    first: Column[ThresholdRun] = Column("Threshold", _name, "l", name_width)
    return table(
        [first, *(_phase(number, width) for number in phases)], runs, "data phases crossed"
    )


def _name(run: ThresholdRun) -> str:
    return f"{numbers.capital(name_threshold(run.path))}: {run.base:.4g} → {run.value:.4g}"


def _phase(number: int, width: str) -> Column[ThresholdRun]:
    def show(run: ThresholdRun) -> str:
        cell = run.phases.get(str(number))
        if cell is None:
            return numbers.MISSING
        net = numbers.percent(cell.performance.net_return_frac, 2)
        text = f"{net} ({numbers.count(cell.performance.trades)})"
        return f"{text} {CLIFF}" if cell.cliffs else text

    return Column(f"Phase{numbers.NBSP}{number}", show, "", width)


def list_idle(found: ThresholdSensitivity) -> list[str]:
    """Thresholds of which no change reaches any phase."""
    idle = found.idle
    reached = {run.path for run in found.runs if run not in idle}
    return list(dict.fromkeys(name_threshold(run.path) for run in idle if run.path not in reached))


def group_excluded(found: ThresholdSensitivity) -> dict[str, list[str]]:
    """Reason to the thresholds that were left out for it."""
    groups: dict[str, list[str]] = {}
    for one in found.excluded:
        groups.setdefault(one.reason, []).append(name_threshold(one.path))
    return groups
