"""Phase 4: phases 1 to 3 once more on the confidence to which alternative data was added."""

from dipmaster.evaluation.phases.alternative_data.phase import AlternativeDataPhase

__all__ = ["AlternativeDataPhase"]
