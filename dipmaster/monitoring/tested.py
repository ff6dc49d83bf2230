"""Rules that are tested: they fire when a failure is shown, not when a figure looks poor.

Each has the level `alpha` for all time, so that one may look at every bar.
"""

import math

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Monitoring
from dipmaster.core.time_units import BAR_MS
from dipmaster.monitoring.account import AccountPath, bound_sharpe, last_bar_of_day
from dipmaster.monitoring.alerts import Firing, Judgement, latch
from dipmaster.monitoring.calibration import ConfidentCandidates
from dipmaster.monitoring.evidence import log_evidence
from dipmaster.monitoring.inputs import MonitoringInputs
from dipmaster.results.common import Interval
from dipmaster.results.monitoring.alerts import Rule, RuleCheck, Severity

MOST_EVIDENCE = 1e12  # more says no more
E_PROCESS = "e-process against the threshold, alert at {needed:.0f}"


def judge_win_rate(
    path: AccountPath, win_rate: Interval, starts_ms: Ints, alpha: float, params: Monitoring
) -> Judgement:
    """Win rate of the episodes against the roadmap's; `win_rate` is the figure that is shown."""
    threshold = params.thresholds.win_rate
    gains = threshold - path.episodes.average(path.won)
    return _judge(
        "win_rate", "warning", gains, 1.0 - threshold, path, starts_ms, alpha, win_rate, threshold,
        f"win rate below {100.0 * threshold:g} %",
    )  # fmt: skip


def judge_net_return(
    path: AccountPath, mean: Interval, starts_ms: Ints, alpha: float, params: Monitoring
) -> Judgement:
    """Mean net return of the episodes against 0."""
    cap = params.return_cap_frac
    gains = -path.episodes.average(np.minimum(path.net_frac, cap))
    return _judge(
        "net_return", "critical", gains, cap, path, starts_ms, alpha, mean, 0.0,
        "mean net return per trade below 0",
    )  # fmt: skip


def judge_calibration(
    confident: ConfidentCandidates,
    gap: Interval,
    starts_ms: Ints,
    alpha: float,
    params: Monitoring,
) -> Judgement:
    """Outcomes of confident candidates against their confidence, less a tolerance."""
    tolerance = params.calibration_tolerance_frac
    gains = confident.overconfidence(tolerance)
    return _judge(
        "calibration", "warning", gains, 1.0, confident, starts_ms, alpha, gap, -tolerance,
        f"outcomes more than {100.0 * tolerance:g} points below the confidence",
    )  # fmt: skip


def _judge(
    rule: Rule,
    severity: Severity,
    gains: Floats,
    largest_loss: float,
    of: AccountPath | ConfidentCandidates,
    starts_ms: Ints,
    alpha: float,
    value: Interval,
    threshold: float,
    failure: str,
) -> Judgement:
    needed, episodes = 1.0 / alpha, of.episodes
    wealth = log_evidence(gains, largest_loss, episodes.begins_ms, starts_ms)
    check = RuleCheck(
        rule=rule,
        state="healthy" if gains.size else "not measured",
        value=value,
        threshold=threshold,
        decides=E_PROCESS.format(needed=needed),
        evidence=_show_wealth(float(wealth.max())) if gains.size else None,
        evidence_needed=needed,
    )

    def describe(moment: int) -> str:
        reached = _show_wealth(wealth[moment])
        return (
            f"{failure}: shown after {moment + 1} episodes, evidence {reached:.0f} of {needed:.0f}"
        )

    held = latch(wealth >= math.log(needed))
    return Judgement(check, (Firing(rule, severity, held, episodes.ends_ms, describe),))


def _show_wealth(log_wealth: float) -> float:
    """The wealth itself, at most `MOST_EVIDENCE`."""
    return math.exp(min(log_wealth, math.log(MOST_EVIDENCE)))


def judge_sharpe(
    path: AccountPath, inputs: MonitoringInputs, alpha: float, params: Monitoring
) -> Judgement:
    """Upper bound of the Sharpe ratio against the roadmap's."""
    sharpe = bound_sharpe(path.daily_returns, alpha)
    newest, threshold = sharpe.newest, params.thresholds.sharpe
    check = RuleCheck(
        rule="sharpe",
        state="not measured" if newest.value is None else "healthy",
        value=newest,
        threshold=threshold,
        decides="upper bound of an asymptotic confidence sequence, valid at every day",
    )
    time_ms = np.array(
        [
            last_bar_of_day(day, inputs.out_of_sample_ms, inputs.last_ms, BAR_MS)
            for day in range(sharpe.value.size)
        ],
        dtype=np.int64,
    )

    def describe(moment: int) -> str:
        return (
            f"Sharpe ratio {sharpe.value[moment]:.2f} after {moment + 1} days, upper bound "
            f"{sharpe.high[moment]:.2f}, below {threshold:g}"
        )

    held = latch(np.nan_to_num(sharpe.high, nan=np.inf) < threshold)
    return Judgement(check, (Firing("sharpe", "warning", held, time_ms, describe),))
