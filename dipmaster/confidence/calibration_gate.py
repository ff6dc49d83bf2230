"""Is the confidence calibrated: ECE and calibration slope against the roadmap's limits."""

from dipmaster.confidence.minimum_data import describe_missing_candidates
from dipmaster.core.kernels import Floats
from dipmaster.core.params.confidence import ConfidenceEvaluation
from dipmaster.core.params.roadmap import CALIBRATION_SLOPE_RANGE, ECE_MAX
from dipmaster.learning.evaluation.calibration_line import calibration_line_statistics
from dipmaster.learning.evaluation.losses import brier_statistic
from dipmaster.learning.evaluation.reliability import ece_statistic
from dipmaster.learning.evaluation.sample import EvaluationSample
from dipmaster.results.common import Interval, Verdict
from dipmaster.results.confidence.calibration import CalibrationGate

_WORST_FIRST = ("FAIL", "INCONCLUSIVE", "PASS")


def judge_calibration(
    p: Floats, won: Floats, sample: EvaluationSample, params: ConfidenceEvaluation
) -> CalibrationGate:
    """Judge the probabilities of some rows.

    Parameters
    ----------
    p, won
        Over all candidates, NaN where missing.
    params
        The minimum data of a verdict.
    """
    selected, (score, outcome) = sample.select(p, won)
    figures = selected.intervals(
        {
            "brier_interval": brier_statistic(score, outcome),
            "ece": ece_statistic(score, outcome, params.bins),
            "slope": calibration_line_statistics(score, outcome)[1],
        }
    )
    shortage = describe_missing_candidates(selected, params)
    verdict, reason = rule_on_calibration(figures["ece"], figures["slope"])
    return CalibrationGate(
        n=len(selected),
        brier=figures["brier_interval"].value,
        gate="INSUFFICIENT DATA" if shortage else verdict,
        reason=shortage or reason,
        **figures,
    )


def rule_on_calibration(ece: Interval, slope: Interval) -> tuple[Verdict, str]:
    """Verdict, and what is to be said of each limit: the missed one first, then the undecided."""
    slope_bounds, ece_bounds = _bounds(slope), _bounds(ece)
    if slope_bounds is None or ece_bounds is None:
        return "INSUFFICIENT DATA", ece.reason or slope.reason
    limits = [_rule_on_slope(*slope_bounds), _rule_on_ece(*ece_bounds)]
    limits.sort(key=lambda limit: _WORST_FIRST.index(limit[0]))
    return limits[0][0], "; ".join(words for _, words in limits)


def _bounds(interval: Interval) -> tuple[float, float, float] | None:
    """Value and bounds; None where there are no bounds."""
    value, low, high = interval.value, interval.low, interval.high
    return None if value is None or low is None or high is None else (value, low, high)


def _rule_on_slope(value: float, low: float, high: float) -> tuple[Verdict, str]:
    lowest, highest = CALIBRATION_SLOPE_RANGE
    measured = f"slope {value:.2f} [{low:.2f}, {high:.2f}]"
    if high < lowest or low > highest:
        return "FAIL", f"{measured} lies outside {lowest:g} to {highest:g}"
    if lowest <= low and high <= highest:
        return "PASS", f"{measured} holds"
    return "INCONCLUSIVE", f"{measured} is not contained in {lowest:g} to {highest:g}"


def _rule_on_ece(value: float, low: float, high: float) -> tuple[Verdict, str]:
    if low > ECE_MAX:
        return "FAIL", f"ECE at least {low:.3f} lies above {ECE_MAX:g}"
    if high <= ECE_MAX:
        return "PASS", f"ECE at most {high:.3f} holds"
    measured = f"ECE {value:.3f} [{low:.3f}, {high:.3f}]"
    return "INCONCLUSIVE", f"{measured} is not contained in 0 to {ECE_MAX:g}"
