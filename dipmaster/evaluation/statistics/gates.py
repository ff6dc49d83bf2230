"""Gates of a phase to its verdict.

A gate is judged by the rule of its metric. Without minimum data there is no verdict at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from dipmaster.core.params import Gates
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.metrics import GATE_METRICS, Estimator
from dipmaster.evaluation.statistics.rules import Ruling
from dipmaster.results.common import Verdict
from dipmaster.results.gates import GateRow
from dipmaster.results.metrics import Direction


@dataclass(frozen=True)
class PhaseGates:
    """The rows of one phase and what follows from them together."""

    rows: tuple[GateRow, ...]
    ruling: Ruling

    def count(self, verdict: Verdict) -> int:
        """Number of gates with that verdict."""
        return sum(row.verdict == verdict for row in self.rows)


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
    estimates = {key: estimate(gates.alpha) for key, estimate in estimators.items()}
    rows = tuple(
        _judge_gate(phase, key, estimate, targets[key], gates, too_small)
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
    return PhaseGates(rows, _judge_phase(rows, failed, too_small))


def _judge_phase(rows: tuple[GateRow, ...], failed: list[str], too_small: str) -> Ruling:
    if too_small:
        return Ruling("INCONCLUSIVE", too_small)
    if all(row.verdict == "PASS" for row in rows):
        return Ruling("PASS", f"all {len(rows)} gates pass")
    if failed:
        return Ruling("FAIL", f"fails after Holm's correction: {_list_metrics(failed)}")
    unsure = [row.metric for row in rows if row.verdict != "PASS"]
    return Ruling("INCONCLUSIVE", f"inconclusive: {_list_metrics(unsure)}")


def _judge_gate(
    phase: int, key: str, estimate: Estimate, target: float, gates: Gates, too_small: str
) -> GateRow:
    ruling = _apply_rule(key, estimate, target, gates)
    verdict, reason = ruling.verdict, ruling.reason
    if too_small:
        because = f" ({estimate.reason})" if estimate.value is None and estimate.reason else ""
        verdict, reason = "INCONCLUSIVE", too_small + because
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
        verdict,
        reason,
    )


def _apply_rule(key: str, estimate: Estimate, target: float, gates: Gates) -> Ruling:
    gate = GATE_METRICS[key]
    return gate.judge(gate.metric, estimate, target, gates)


def _list_metrics(keys: list[str]) -> str:
    return ", ".join(key.replace("_", " ") for key in keys)


def abstain(phase: PhaseGates, because: str) -> PhaseGates:
    """A phase that traded nothing has no verdict; every gate says why nothing was traded."""
    why = f"abstained: {because} ({phase.ruling.reason})"
    rows = tuple(replace(row, verdict="INCONCLUSIVE", reason=why) for row in phase.rows)
    return PhaseGates(rows, Ruling("INCONCLUSIVE", why))


def withhold_verdicts(phase: PhaseGates, broken: list[str]) -> PhaseGates:
    """Take every PASS and FAIL back where the ledger itself does not add up."""
    if not broken:
        return phase
    why = "withheld: the ledger fails its checks: " + ", ".join(broken)
    rows = tuple(replace(row, verdict="INCONCLUSIVE", reason=why) for row in phase.rows)
    return PhaseGates(rows, Ruling("INCONCLUSIVE", why))


def fail_phase(phase: PhaseGates, because: str) -> PhaseGates:
    """A phase that something beside its gates fails; its rows stay as they are."""
    return replace(phase, ruling=Ruling("FAIL", because)) if because else phase
