"""Two judged phases to what the later one changed: value, bounds and verdict of every metric.

Nothing is shown where the minimum data of the gates lacks in either phase, or where a
ledger does not add up.
"""

from collections.abc import Mapping
from typing import Any

from dipmaster.backtest import Ledger
from dipmaster.core.params import Gates
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation, describe_inconclusive_change
from dipmaster.evaluation.statistics.metrics import compare_metrics
from dipmaster.evaluation.statistics.paired.judging import judge_difference, judge_factor
from dipmaster.evaluation.statistics.paired.sides import PairedSide, build_side
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.metrics import COMPARED


def compare_phases(
    later: PhaseEvaluation,
    earlier: PhaseEvaluation,
    ledgers: Mapping[int, Ledger],
    period: Period,
    gates: Gates,
) -> PhaseComparison:
    """What a phase changed against the one before it."""
    after, before = (
        build_side(one.phase, one.sample, ledgers[one.phase], period) for one in (later, earlier)
    )
    lacking = describe_inconclusive_change(later, earlier, gates)
    return judge_changes(after, before, later.phase, earlier.phase, lacking, gates)


def judge_changes(
    after: PairedSide, before: PairedSide, phase: int, baseline: int, lacking: str, gates: Gates
) -> PhaseComparison:
    """Every compared metric of two accounts, whatever made them.

    Parameters
    ----------
    phase
        Names the streams of random numbers.
    lacking
        Why nothing may be concluded; empty where something may.
    """
    differences = compare_metrics(after, before, phase, gates)
    judged: dict[str, Any] = {
        metric.key: (judge_factor if metric.changes_by_ratio else judge_difference)(
            metric, differences[metric.key], lacking
        )
        for metric in COMPARED
    }
    return PhaseComparison(baseline_phase=baseline, **judged)
