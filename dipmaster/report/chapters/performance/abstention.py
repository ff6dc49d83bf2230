"""A phase that did not trade: its scores against the thresholds, and what models learned from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.report.inputs import ReportInputs, time_of
from dipmaster.results.confidence.record import ScoreFold
from dipmaster.results.evaluation.record import SECTIONS

REGIMES = ("low", "normal", "high")  # by their number in the table of scores
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class ScoredRegime:
    """Scores out of sample in one volatility regime; the largest is None without any."""

    regime: str
    threshold: float
    scored: int
    reached: int
    largest: float | None


@dataclass(frozen=True)
class IdlePhase:
    """What is known of a phase that did not trade.

    Attributes
    ----------
    candidates
        Out of sample.
    quantiles
        Of the scores out of sample, at `QUANTILES`; empty without a score.
    last_fit
        The last models that were fitted; None where none were.
    """

    candidates: int
    quantiles: Sequence[float]
    regimes: Sequence[ScoredRegime]
    last_fit: ScoreFold | None


def describe(inputs: ReportInputs) -> IdlePhase | None:
    """Of the phase that selects for all later ones; None where it was not built."""
    funnel = inputs.validation.funnel
    if funnel is None:
        return None
    scores, regimes = _scores(inputs)
    fitted = [one for one in inputs.confidence.folds if one.layer == "models" and not one.reason]
    rows = [
        ScoredRegime(
            regime=row.regime,
            threshold=row.threshold,
            scored=row.scored,
            reached=row.reached,
            largest=_largest(scores[regimes == REGIMES.index(row.regime)]),
        )
        for row in funnel.by_regime
        if row.threshold is not None and row.regime in REGIMES
    ]
    return IdlePhase(
        candidates=inputs.phase(SECTIONS["funnel"]).counts.candidates_out_of_sample,
        quantiles=[float(one) for one in np.quantile(scores, QUANTILES)] if scores.size else [],
        regimes=rows,
        last_fit=fitted[-1] if fitted else None,
    )


def _scores(inputs: ReportInputs) -> tuple[Floats, Floats]:
    """Scores out of sample and their regimes' numbers, both of shape (n,)."""
    frame = inputs.scores
    times = frame["open_time"].to_numpy(dtype="datetime64[ms]")
    scores = frame["confidence"].to_numpy(dtype=np.float64)
    known = (times >= time_of(inputs.validation.period.out_of_sample_from)) & ~np.isnan(scores)
    return scores[known], frame["regime"].to_numpy(dtype=np.float64)[known]


def _largest(scores: Floats) -> float | None:
    return float(scores.max()) if scores.size else None
