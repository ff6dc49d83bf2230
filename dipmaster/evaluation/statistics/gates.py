"""Estimates to verdicts: one rule for every gate, then for the phase and the whole.

PASS where the lower bound reaches the target, FAIL where the upper bound
misses it, INCONCLUSIVE otherwise. Drawdown: FAIL where the worst one observed
within the fixed horizon is at or above the target, PASS where the horizon's bound
is below too. Without minimum data there is no verdict at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.sample import Sample

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]
Direction = Literal["min", "max"]
Estimator = Callable[[float], Estimate]
_IN_DAYS = ("sharpe", "max_drawdown")


@dataclass(frozen=True)
class GateRow:
    """One line of gates.json; `n` counts trades, or days for Sharpe ratio and drawdown."""

    phase: int
    metric: str
    target: float
    direction: Direction
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_effective: float
    n_needed: int | None
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Ruling:
    """A verdict and why, in plain words."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class PhaseGates:
    """The rows of one phase and what follows from them together."""

    rows: tuple[GateRow, ...]
    ruling: Ruling

    def count(self, verdict: Verdict) -> int:
        """Number of gates with that verdict."""
        return sum(row.verdict == verdict for row in self.rows)


def insufficient(sample: Sample, gates: Gates) -> str:
    """Why the sample is too small for any verdict; empty where it is not."""
    there = (
        (sample.trades, gates.min_trades, "trades"),
        (sample.losing_trades, gates.min_losing_trades, "losing trades"),
        (sample.blocks_with_trades, gates.min_blocks, "blocks with trades"),
    )
    lacking = [f"{have} of {need} {what}" for have, need, what in there if have < need]
    return "insufficient: " + ", ".join(lacking) if lacking else ""


def judge_gates(
    phase: int,
    estimators: Mapping[str, Estimator],
    targets: Mapping[str, float],
    gates: Gates,
    too_small: str,
) -> PhaseGates:
    """Judge every gate of a phase, then the phase.

    The phase passes if all its gates pass: an intersection-union test, whose
    error stays at alpha without a correction. It fails if some gate fails with
    Holm's correction for choosing among the gates, whose first step holds each
    against alpha / number of gates; a gate's own row is held against alpha.

    Parameters
    ----------
    estimators
        Metric to estimate as a function of the one-sided level.
    targets
        Metric to target, same keys.
    too_small
        From `insufficient`.
    """
    rows = tuple(
        _row(phase, metric, estimators[metric](gates.alpha), targets[metric], gates, too_small)
        for metric in estimators
    )
    corrected = gates.alpha / len(rows)
    failed = [
        row.metric
        for row in rows
        if row.verdict == "FAIL"
        and _ruled(row.metric, estimators[row.metric](corrected), row.target, None).verdict
        == "FAIL"
    ]
    return PhaseGates(rows, _phase_ruling(rows, failed, too_small))


def _phase_ruling(rows: tuple[GateRow, ...], failed: list[str], too_small: str) -> Ruling:
    if too_small:
        return Ruling("INCONCLUSIVE", too_small)
    if all(row.verdict == "PASS" for row in rows):
        return Ruling("PASS", f"all {len(rows)} gates pass")
    if failed:
        names = ", ".join(_words(metric) for metric in failed)
        return Ruling("FAIL", f"fails after Holm's correction: {names}")
    unsure = [_words(row.metric) for row in rows if row.verdict != "PASS"]
    return Ruling("INCONCLUSIVE", "not shown: " + ", ".join(unsure))


def _row(
    phase: int, metric: str, estimate: Estimate, target: float, gates: Gates, too_small: str
) -> GateRow:
    needed = _needed(metric, estimate, target, gates)
    ruling = _ruled(metric, estimate, target, needed)
    if too_small:
        because = f" ({estimate.reason})" if estimate.value is None and estimate.reason else ""
        ruling = Ruling("INCONCLUSIVE", too_small + because)
    return GateRow(
        phase,
        metric,
        target,
        "max" if metric == "max_drawdown" else "min",
        estimate.value,
        estimate.low,
        estimate.high,
        estimate.n,
        estimate.n_effective,
        needed,
        ruling.verdict,
        ruling.reason,
    )


def _needed(metric: str, estimate: Estimate, target: float, gates: Gates) -> int | None:
    """At least the minimum data: trades, or the days of the fewest blocks.

    Drawdown has none: its bound depends on the horizon, not on the number of days.
    """
    needed = None if metric == "max_drawdown" else estimate.n_needed(target)
    if needed is None:
        return None
    least = gates.min_blocks * gates.block_days if metric in _IN_DAYS else gates.min_trades
    return max(needed, least)


def _ruled(metric: str, estimate: Estimate, target: float, needed: int | None) -> Ruling:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return Ruling("INCONCLUSIVE", f"cannot be computed: {estimate.reason}")
    if metric == "max_drawdown":
        return _drawdown_ruled(estimate.value, estimate.high, target)
    return _minimum_ruled(metric, estimate.low, estimate.high, target, needed)


def _minimum_ruled(
    metric: str, low: float, high: float, target: float, needed: int | None
) -> Ruling:
    def shown(number: float) -> str:
        return _shown(metric, number)

    if low >= target:
        return Ruling("PASS", f"the lower bound {shown(low)} reaches the target {shown(target)}")
    if high < target:
        return Ruling(
            "FAIL", f"even the upper bound {shown(high)} is below the target {shown(target)}"
        )
    unit = "days" if metric in _IN_DAYS else "trades"
    more = f"; with about {needed:,} {unit} a verdict is as likely as not" if needed else ""
    return Ruling("INCONCLUSIVE", f"the target lies between {shown(low)} and {shown(high)}{more}")


def _drawdown_ruled(value: float, high: float, target: float) -> Ruling:
    shown, limit, bound = (_shown("max_drawdown", x) for x in (value, target, high))
    if value >= target:
        return Ruling("FAIL", f"the observed drawdown {shown} is not below {limit}")
    if high < target:
        return Ruling("PASS", f"observed {shown}, and the bound {bound} is below {limit} too")
    return Ruling("INCONCLUSIVE", f"observed {shown}, but the horizon may hold {bound}")


def _words(metric: str) -> str:
    return metric.replace("_", " ")


def _shown(metric: str, number: float) -> str:
    fraction = metric in ("win_rate", "max_drawdown", "excess_win_rate")
    return f"{100 * number:.1f} %" if fraction else f"{number:.2f}"


def abstained(phase: PhaseGates, because: str) -> PhaseGates:
    """A phase that traded nothing has no verdict; every gate says why nothing was traded."""
    why = f"abstained: {because} ({phase.ruling.reason})"
    rows = tuple(replace(row, verdict="INCONCLUSIVE", reason=why) for row in phase.rows)
    return PhaseGates(rows, Ruling("INCONCLUSIVE", why))


def withheld(phase: PhaseGates, broken: list[str]) -> PhaseGates:
    """Take every PASS and FAIL back where the ledger itself does not add up."""
    if not broken:
        return phase
    why = "withheld: the ledger fails its checks: " + ", ".join(broken)
    rows = tuple(replace(row, verdict="INCONCLUSIVE", reason=why) for row in phase.rows)
    return PhaseGates(rows, Ruling("INCONCLUSIVE", why))


def failed(phase: PhaseGates, because: str) -> PhaseGates:
    """A phase that something beside its gates fails; its rows stay as they are."""
    return replace(phase, ruling=Ruling("FAIL", because)) if because else phase
