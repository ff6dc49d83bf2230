"""Phase 3: the trades of phase 2, each with a size of its own."""

from dipmaster.evaluation.phases.sizing.phase import SizingPhase

__all__ = ["SizingPhase"]
