"""Phase 0, "Current, measured": every candidate, fixed size, target, stop and time limit."""

from dipmaster.evaluation.phases.baseline.phase import BaselinePhase

__all__ = ["BaselinePhase"]
