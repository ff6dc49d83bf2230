"""Judged phases of which nothing but the ruling is known."""

from typing import Any

from dipmaster.evaluation.phase_evaluation import PhaseEvaluation, with_degradation
from dipmaster.evaluation.statistics.gates import PhaseGates
from dipmaster.evaluation.statistics.rules import Ruling


def evaluation(phase: int, verdict: Any = "INCONCLUSIVE", degradation: str = "") -> PhaseEvaluation:
    nothing: Any = None
    gates = PhaseGates((), Ruling(verdict, f"because of {phase}"))
    one = PhaseEvaluation(phase, nothing, nothing, {}, gates, ())
    return with_degradation(one, degradation)
