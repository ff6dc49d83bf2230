"""Labelled candidates to precision, recall, F1 and false positive rate, with intervals.

All four are shares of some set of candidates, so one interval serves them: logit,
clustered by calendar block, widened where events are few (`trade_gates.share`).
F1 = 2 TP / (2 TP + FP + FN) is no share, but J = TP / (TP + FP + FN) is, of the
candidates that were traded or profitable, and F1 = 2 J / (1 + J) rises with J.
"""

from dataclasses import dataclass, replace

from dipmaster.core.kernels import Bools
from dipmaster.evaluation.phases.selection.signals.outcomes import Labelled
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.evaluation.statistics.trade_metrics import estimate_share


@dataclass(frozen=True)
class Level:
    """How bounds are made: their one-sided level, and below how many events they are widened."""

    alpha: float
    few: int


def rate_of(
    event: Bools, among: Bools, candidates: Labelled, level: Level, nothing: str
) -> Estimate:
    """Share of `event` among some of the candidates."""
    return estimate_share(
        event[among],
        candidates.day[among],
        candidates.block[among],
        level.alpha,
        level.few,
        nothing,
    )


def precision(candidates: Labelled, level: Level) -> Estimate:
    """Share of the traded candidates that are profitable."""
    among = candidates.traded
    return rate_of(candidates.won, among, candidates, level, "no candidate was traded")


def recall(candidates: Labelled, level: Level) -> Estimate:
    """Share of ALL profitable candidates that were traded, lucky ones included."""
    among = candidates.won
    return rate_of(candidates.traded, among, candidates, level, "no candidate was profitable")


def false_positive_rate(candidates: Labelled, level: Level) -> Estimate:
    """Share of the candidates that are not profitable that were traded all the same."""
    among = ~candidates.won
    return rate_of(candidates.traded, among, candidates, level, "every candidate was profitable")


def f1(candidates: Labelled, level: Level) -> Estimate:
    """Harmonic mean of precision and recall."""
    either = candidates.won | candidates.traded
    both = candidates.won & candidates.traded
    nothing = "no candidate was traded or profitable"
    overlap = rate_of(both, either, candidates, level, nothing)
    return replace(
        overlap,
        value=_f1_of(overlap.value),
        low=_f1_of(overlap.low),
        high=_f1_of(overlap.high),
    )


def traded_share(candidates: Labelled, level: Level) -> Estimate:
    """Share of the candidates that were traded."""
    everything = candidates.known | ~candidates.known
    return rate_of(candidates.traded, everything, candidates, level, "no candidate")


def _f1_of(overlap: float | None) -> float | None:
    return None if overlap is None else 2.0 * overlap / (1.0 + overlap)
