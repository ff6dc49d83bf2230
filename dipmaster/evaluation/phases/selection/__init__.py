"""Phase 1: candidates chosen by confidence, filter and confirmation."""

from dipmaster.evaluation.phases.selection.phase import SelectionPhase

__all__ = ["SelectionPhase"]
