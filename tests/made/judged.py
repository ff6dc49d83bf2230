"""Judged phases of which nothing but the ruling is known."""

from typing import Any

from dipmaster.evaluation.phase_evaluation import PhaseEvaluation, with_degradation
from dipmaster.evaluation.statistics.gates import PhaseGates
from dipmaster.evaluation.statistics.rules import Ruling
from dipmaster.results.common import SampleInterval
from dipmaster.results.evaluation.phase import Degradation


def evaluation(phase: int, verdict: Any = "INCONCLUSIVE", degradation: str = "") -> PhaseEvaluation:
    nothing: Any = None
    gates = PhaseGates((), Ruling(verdict, f"because of {phase}"))
    one = PhaseEvaluation(phase, nothing, nothing, {}, gates, ())
    return with_degradation(one, degrading(degradation) if degradation else None)


def degrading(reason: str) -> Degradation:
    """The exit models cost 0.9 bp a trade."""
    change = SampleInterval(value=-0.9, low=-1.5, high=-0.2, n=6182, reason="")
    return Degradation(reason=reason, change_mean_net_bps=change)
