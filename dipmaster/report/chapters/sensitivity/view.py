"""Sensitivity on one page: break-even fees, thresholds, subsets, capacity."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.sensitivity import charts
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.report.kit.threshold_names import name_threshold
from dipmaster.results.sensitivity import Removal, SensitivityResults, ThresholdRun


@dataclass(frozen=True)
class CliffWarning:
    """A threshold at which a phase falls off, and how; name and value in print."""

    name: str
    value: str
    words: str


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints; nothing but words where no phase traded."""
    results = inputs.sensitivity
    if not results.traded:
        return {"results": results, "traded": ()}
    number = _choose_phase(inputs.headline_phase, results)
    reached = results.thresholds.reaching(number)
    return {
        "results": results,
        "traded": results.traded,
        "idle_phases": [one for one in results.phases if one not in results.traded],
        "number": number,
        "chart": charts.draw(results.costs, results.traded, results.thresholds, number),
        "has_map": bool(reached),
        "base": results.subset(number).base,
        "cliffs": list_cliffs(results, number),
        "more_cliffs": count_cliffs(results) - len(list_cliffs(results, number)),
        "changed": len(reached),
        "runs": sum(str(number) in run.phases for run in results.thresholds.runs),
        "coins": _range(results.subset(number).without),
        "best": {one.kind: one for one in results.subset(number).without if one.kind != "coin"},
        "capacity": results.capacity_of(number),
    }


def _choose_phase(headline: int, results: SensitivityResults) -> int:
    """The phase of page one; the last with trades where that has none."""
    return headline if headline in results.traded else results.traded[-1]


def list_cliffs(results: SensitivityResults, number: int) -> list[CliffWarning]:
    """Warnings of one phase."""
    base = results.thresholds.base[str(number)].performance
    warnings = []
    for run in results.thresholds.runs:
        cell = run.phases.get(str(number))
        if cell is None or not cell.cliffs:
            continue
        become = "trade becomes" if base.trades == 1 else "trades become"
        parts = {
            "trades": f"{numbers.count(base.trades)} {become} "
            f"{numbers.count(cell.performance.trades)}",
            "sign": f"a net return of {numbers.percent(base.net_return_frac, 2)} becomes "
            f"{numbers.percent(cell.performance.net_return_frac, 2)}",
        }
        words = " and ".join(parts[cliff] for cliff in cell.cliffs)
        warnings.append(CliffWarning(name_threshold(run.path), _value(run), words))
    return warnings


def count_cliffs(results: SensitivityResults) -> int:
    """Warnings of all phases."""
    return sum(len(list_cliffs(results, number)) for number in results.traded)


def _value(run: ThresholdRun) -> str:
    return f"{run.value:.4g}"


def _range(removals: Sequence[Removal]) -> tuple[float, float] | None:
    """Lowest and highest net return without one coin; None with fewer than two coins."""
    returns = [
        one.performance.net_return_frac
        for one in removals
        if one.kind == "coin" and one.performance.net_return_frac is not None
    ]
    return (min(returns), max(returns)) if len(returns) > 1 else None


SENSITIVITY = Chapter(folder="sensitivity", title="Sensitivity", view=view)
