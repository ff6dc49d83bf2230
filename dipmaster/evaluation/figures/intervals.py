"""Estimates to figures with their bounds."""

from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.results.common import SampleInterval


def sample_interval(estimate: Estimate) -> SampleInterval:
    """Value, bounds, number and reason of an estimate."""
    return SampleInterval(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=estimate.n,
        reason=estimate.reason,
    )
