"""Phase 2: dynamic targets, trailing stop and exit models."""

from dipmaster.evaluation.phases.exits.phase import ExitsPhase

__all__ = ["ExitsPhase"]
