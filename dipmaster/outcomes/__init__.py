"""What each phase contributed, cost and promised."""

from dipmaster.outcomes.run import measure_outcomes

__all__ = ["measure_outcomes"]
