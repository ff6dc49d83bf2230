"""Rules that look once at the end of each window: rates of candidates and signals, drift."""

from collections.abc import Callable, Sequence

import numpy as np

from dipmaster.core.kernels import Ints
from dipmaster.core.params import Monitoring
from dipmaster.core.time_units import BAR_MS
from dipmaster.monitoring.alerts import Firing, Judgement
from dipmaster.monitoring.drift import measure_drift, select_drift_sample
from dipmaster.monitoring.inputs import WatchedCandidates, Window, spend_alpha
from dipmaster.monitoring.rates import RateComparison, compare_rates
from dipmaster.results.common import Interval
from dipmaster.results.monitoring.alerts import Rule, RuleCheck
from dipmaster.results.monitoring.windows import FeatureDrift, Rate, rank_by_excess

STREAMS = {"candidates": 1, "signals": 2}
DRIFT_STREAM = 3
NO_WINDOW = Interval(None, None, None, "no window has ended")


def judge_rate(
    rule: Rule, times_ms: Ints, windows: Sequence[Window], alpha: float, params: Monitoring
) -> tuple[Judgement, Rate]:
    """Rate of each window against those before it.

    Parameters
    ----------
    alpha
        Level of all windows together.
    """
    what = "candidates" if rule == "candidate_rate" else "signals"
    compared = [
        compare_rates(times_ms, window, windows[0].from_ms, (STREAMS[what], rank), params.drift)
        for rank, window in enumerate(windows)
    ]
    held = [
        found is not None and _is_beyond(found, spend_alpha(alpha / 2.0, rank), params)
        for rank, found in enumerate(compared, start=1)
    ]
    rate = _describe_rate(what, compared[-1] if compared else None, windows, params)
    check = RuleCheck(
        rule=rule,
        state="not measured" if rate.ratio.value is None else "healthy",
        value=rate.ratio,
        threshold=params.rate_multiple,
        decides="bound of the ratio to the windows before, at a level that all windows share",
    )

    def describe(moment: int) -> str:
        rate_now = compared[moment]
        assert rate_now is not None
        return f"{rate_now.recent:.2f} {what} a day, {rate_now.before:.2f} before"

    return Judgement(check, (_fire(rule, held, windows, describe),)), rate


def _is_beyond(found: RateComparison, alpha: float, params: Monitoring) -> bool:
    low, high = found.bounds(alpha)
    return low > params.rate_multiple or high < 1.0 / params.rate_multiple


def _describe_rate(
    what: str, found: RateComparison | None, windows: Sequence[Window], params: Monitoring
) -> Rate:
    ratio = Interval(None, None, None, "no window before it" if found is None else "none before")
    if found is not None and found.before:
        ratio = Interval(found.recent / found.before, *found.bounds(params.alpha))
    return Rate(
        what="candidates" if what == "candidates" else "signals",
        recent_per_day=found.recent if found else None,
        before_per_day=found.before if found else None,
        recent_days=params.recent_days if windows else 0,
        before_days=params.recent_days * max(0, len(windows) - 1),
        ratio=ratio,
    )


def judge_drift(
    candidates: WatchedCandidates, windows: Sequence[Window], alpha: float, params: Monitoring
) -> tuple[Judgement, tuple[FeatureDrift, ...]]:
    """Every input at the end of each window."""
    measured = [
        measure_drift(
            candidates, select_drift_sample(candidates, window), rank, params.alpha, params.drift
        )
        for rank, window in enumerate(windows)
    ]
    beyond = [
        [one for one in found if _is_shown(one, spend_alpha(alpha, rank) / len(found), params)]
        for rank, found in enumerate(measured, start=1)
    ]
    newest = measured[-1] if measured else ()
    largest = next(iter(rank_by_excess(newest)), None)
    check = RuleCheck(
        rule="drift",
        state="healthy" if largest else "not measured",
        value=largest.psi if largest else NO_WINDOW,
        threshold=params.drift.psi,
        decides="index less its mean by chance, where its p-value is below a level that all "
        "inputs and windows share",
    )

    def describe(moment: int) -> str:
        named = [f"{one.feature} {one.psi.value:.2f}" for one in beyond[moment]]
        return f"inputs unlike those the models learned from, index: {', '.join(named)}"

    held = [bool(found) for found in beyond]
    return Judgement(check, (_fire("drift", held, windows, describe),)), newest


def _is_shown(found: FeatureDrift, alpha: float, params: Monitoring) -> bool:
    if found.excess is None or found.p_value is None:
        return False
    return found.p_value <= alpha and found.excess >= params.drift.psi


def _fire(
    rule: Rule, held: Sequence[bool], windows: Sequence[Window], describe: Callable[[int], str]
) -> Firing:
    ends = np.array([window.to_ms - BAR_MS for window in windows], dtype=np.int64)
    return Firing(rule, "warning", np.array(held, dtype=np.bool_), ends, describe)
