"""Estimates to plain records."""

from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.statistics.estimate import Estimate


def interval_record(estimate: Estimate) -> Record:
    """Value, bounds, number and reason of an estimate."""
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "reason": estimate.reason,
    }
