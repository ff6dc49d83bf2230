"""Gates of a phase to its verdict.

A gate is judged by the rule of its metric. Without minimum data there is no verdict at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.metrics import GATE_METRICS, Estimator
from dipmaster.evaluation.statistics.minimum_data import (
    DECIDED,
    DecisionTime,
    find_longest,
    project_count,
)
from dipmaster.evaluation.statistics.rules import Ruling
from dipmaster.learning.evaluation.minimum_data import Count, describe_shortage
from dipmaster.results.common import Verdict
from dipmaster.results.gates import GateRow
from dipmaster.results.metrics import MAX_DRAWDOWN, METRICS, Direction

_DECIDED: tuple[Verdict, ...] = ("PASS", "FAIL")


@dataclass(frozen=True)
class DataCollected:
    """How much data a phase has.

    Attributes
    ----------
    days
        Out of sample, in which it was collected.
    counts
        Of each kind, beside what any verdict needs.
    """

    days: int
    counts: tuple[Count, ...]

    @property
    def shortage(self) -> str:
        """Why there is too little of it for any verdict; empty where there is not."""
        return describe_shortage(*self.counts)

    def project(self, counts: tuple[Count, ...]) -> DecisionTime:
        """Days until each of the counts is what it has to be."""
        return find_longest(project_count(count, self.days) for count in counts)


@dataclass(frozen=True)
class PhaseGates:
    """The rows of one phase and what follows from them together."""

    rows: tuple[GateRow, ...]
    ruling: Ruling

    def count(self, verdict: Verdict) -> int:
        """Number of gates with that verdict."""
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def decision_time(self) -> DecisionTime:
        """The longest that any undecided gate needs; none where the phase is decided."""
        if self.ruling.verdict in _DECIDED:
            return DECIDED
        undecided = [row for row in self.rows if row.verdict not in _DECIDED]
        if not undecided:
            return DecisionTime(
                None, "a gate fails, but not when corrected for the number of gates (Holm)"
            )
        return find_longest(
            DecisionTime(row.days_needed, row.days_needed_reason) for row in undecided
        )


def judge_gates(
    phase: int,
    estimators: Mapping[str, Estimator],
    targets: Mapping[str, float],
    gates: Gates,
    collected: DataCollected,
) -> PhaseGates:
    """Judge every gate of a phase, then the phase.

    The phase passes if all its gates pass: an intersection-union test, whose
    error stays at alpha without a correction. It fails if some gate fails with
    Holm's correction for choosing among the gates, whose first step holds each
    against alpha / number of gates; a gate's own row is held against alpha.
    Else it has INSUFFICIENT DATA where some gate has, and is INCONCLUSIVE where none has.

    Parameters
    ----------
    estimators
        Metric to estimate as a function of the one-sided level.
    targets
        Metric to target, same keys.
    """
    estimates = {key: estimate(gates.alpha) for key, estimate in estimators.items()}
    rows = tuple(
        _judge_gate(phase, key, estimate, targets[key], gates, collected)
        for key, estimate in estimates.items()
    )
    corrected = gates.alpha / len(rows)
    failed = [
        row.metric
        for row in rows
        if row.verdict == "FAIL"
        and _apply_rule(row.metric, estimators[row.metric](corrected), row.target, gates).verdict
        == "FAIL"
    ]
    return PhaseGates(rows, _judge_phase(rows, failed, collected.shortage))


def _judge_phase(rows: tuple[GateRow, ...], failed: list[str], too_small: str) -> Ruling:
    if too_small:
        return Ruling("INSUFFICIENT DATA", too_small)
    if failed:
        return Ruling(
            "FAIL", f"fails, corrected for {len(rows)} gates (Holm): {_list_metrics(failed)}"
        )
    lacking = [row.metric for row in rows if row.verdict == "INSUFFICIENT DATA"]
    unsure = [row.metric for row in rows if row.verdict in ("INCONCLUSIVE", "FAIL")]
    if not lacking and not unsure:
        return Ruling("PASS", f"all {len(rows)} gates pass")
    parts = (("insufficient data", lacking), ("inconclusive", unsure))
    reason = "; ".join(f"{words}: {_list_metrics(keys)}" for words, keys in parts if keys)
    return Ruling("INSUFFICIENT DATA" if lacking else "INCONCLUSIVE", reason)


def _judge_gate(
    phase: int,
    key: str,
    estimate: Estimate,
    target: float,
    gates: Gates,
    collected: DataCollected,
) -> GateRow:
    ruling, too_small = _apply_rule(key, estimate, target, gates), collected.shortage
    if too_small:
        because = f"; {estimate.reason}" if estimate.value is None and estimate.reason else ""
        ruling = Ruling("INSUFFICIENT DATA", too_small + because, ruling.n_needed)
    time = _project_decision(key, estimate, ruling, collected)
    return GateRow(
        phase,
        key,
        target,
        cast(Direction, GATE_METRICS[key].metric.direction),
        estimate.value,
        estimate.low,
        estimate.high,
        estimate.n,
        estimate.n_effective,
        ruling.n_needed,
        ruling.verdict,
        ruling.reason,
        time.days,
        time.reason,
        _project_power(key, estimate, ruling, time, collected).days,
    )


def _apply_rule(key: str, estimate: Estimate, target: float, gates: Gates) -> Ruling:
    gate = GATE_METRICS[key]
    return gate.judge(gate.metric, estimate, target, gates)


def _project_decision(
    key: str, estimate: Estimate, ruling: Ruling, collected: DataCollected
) -> DecisionTime:
    """Days more until the minimum data, or until the sample size for 50 % power."""
    if ruling.verdict in _DECIDED:
        return DECIDED
    lacking = (*collected.counts, *estimate.lacking)
    if ruling.verdict == "INSUFFICIENT DATA":
        is_short = bool(describe_shortage(*lacking))
        return collected.project(lacking) if is_short else DecisionTime(None, ruling.reason)
    if ruling.n_needed is None:
        return DecisionTime(None, _explain_no_size(key))
    unit = GATE_METRICS[key].metric.counted_in
    return collected.project(((estimate.n, ruling.n_needed, unit),))


def _project_power(
    key: str, estimate: Estimate, ruling: Ruling, time: DecisionTime, collected: DataCollected
) -> DecisionTime:
    """Days more until the sample size for 50 % power, never before the minimum data."""
    if ruling.verdict in _DECIDED:
        return DECIDED
    if ruling.n_needed is None:
        return DecisionTime(None, _explain_no_size(key))
    unit = GATE_METRICS[key].metric.counted_in
    return find_longest([time, collected.project(((estimate.n, ruling.n_needed, unit),))])


def _explain_no_size(key: str) -> str:
    if key == MAX_DRAWDOWN.key:
        return "the bound is that of a fixed horizon and does not narrow with the sample"
    return "the value lies too close to the target"


def _list_metrics(keys: list[str]) -> str:
    return ", ".join(METRICS[key].name for key in keys)


def abstain(phase: PhaseGates, because: str) -> PhaseGates:
    """A phase that traded nothing has no verdict; every gate says why nothing was traded."""
    why = f"abstained: {because}; {phase.ruling.reason}"
    rows = tuple(replace(row, verdict="INSUFFICIENT DATA", reason=why) for row in phase.rows)
    return PhaseGates(rows, Ruling("INSUFFICIENT DATA", why))


def withhold_verdicts(phase: PhaseGates, broken: list[str]) -> PhaseGates:
    """Take every verdict back where the ledger itself does not add up."""
    if not broken:
        return phase
    why = "withheld: the ledger fails its checks: " + ", ".join(broken)
    rows = tuple(
        replace(
            row,
            verdict="INCONCLUSIVE",
            reason=why,
            days_needed=None,
            days_needed_reason="the ledger fails its checks",
            days_to_power=None,
        )
        for row in phase.rows
    )
    return PhaseGates(rows, Ruling("INCONCLUSIVE", why))


def fail_phase(phase: PhaseGates, because: str) -> PhaseGates:
    """A phase that something beside its gates fails; its rows stay as they are."""
    return replace(phase, ruling=Ruling("FAIL", because))
