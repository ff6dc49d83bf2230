"""Net return and trades of every phase under other thresholds."""

from collections.abc import Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_table import GroupedLines, Line, group_by_phase
from dipmaster.report.kit.table import stacked
from dipmaster.report.kit.threshold_names import name_threshold
from dipmaster.results.sensitivity import Performance, ThresholdRun, ThresholdSensitivity

CLIFF = "!"
NAMES_LEAST = 36.0


def tabulate(found: ThresholdSensitivity, phases: Sequence[int]) -> GroupedLines:
    """The phases as they are, then of each threshold a line a change that reaches a phase."""
    changes: dict[str, list[Line[str]]] = {}
    for run in list_reaching(found):
        name = numbers.capital(name_threshold(run.path))
        changes.setdefault(name, []).append(_change_line(run))
    numbered = {number: str(number) for number in phases}
    groups = [(stacked("No change", "standard error"), [_base_line(found)]), *changes.items()]
    return group_by_phase(groups, numbered, ("Threshold", "Value"), NAMES_LEAST)


def list_reaching(found: ThresholdSensitivity) -> list[ThresholdRun]:
    """Changes that reach a phase, in the order of the results."""
    idle = found.idle
    return [run for run in found.runs if run not in idle]


def _base_line(found: ThresholdSensitivity) -> Line[str]:
    def show(phase: str) -> str:
        base = found.base[phase]
        error = numbers.bare(numbers.percent(base.net_return_error, 2), "percent")
        return stacked(_show(base.performance), error)

    return "", show


def _change_line(run: ThresholdRun) -> Line[str]:
    def show(phase: str) -> str:
        cell = run.phases.get(phase)
        if cell is None:
            return numbers.MISSING
        return f"{_show(cell.performance)} {CLIFF}" if cell.cliffs else _show(cell.performance)

    return f"{run.base:.4g} → {run.value:.4g}", show


def _show(figures: Performance) -> str:
    """Net return in per cent, and trades."""
    net = numbers.bare(numbers.percent(figures.net_return_frac, 2), "percent")
    return f"{net} ({numbers.count(figures.trades)})"


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
