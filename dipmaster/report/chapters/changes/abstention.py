"""A phase that abstained: its candidates, their scores against the thresholds, training size."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import to_epoch_ms
from dipmaster.report.inputs import ReportInputs, time_of
from dipmaster.report.kit import fits
from dipmaster.results.confidence.record import ScoreFold


@dataclass(frozen=True, kw_only=True)
class Abstention:
    """Scores of the candidates out of sample; None where none has a score.

    Attributes
    ----------
    candidates, scored
        Out of sample, and those with a score.
    median, highest
        Of the scores.
    shortfall
        Least distance of a score below the threshold of its regime; negative where one is above.
    last_fit
        The last fit of the models; None where there is none.
    """

    candidates: int
    scored: int
    median: float | None
    highest: float | None
    shortfall: float | None
    thresholds: tuple[float, float, float]
    last_fit: ScoreFold | None


def describe(inputs: ReportInputs) -> Abstention:
    """Of the phase that filters candidates."""
    after = _is_out_of_sample(inputs)
    scores = inputs.scores["confidence"].to_numpy(dtype=np.float64)[after]
    known = np.isfinite(scores)
    limits = inputs.params.confidence.thresholds
    thresholds = (limits.low_volatility, limits.normal_volatility, limits.high_volatility)
    regimes = inputs.scores["regime"].to_numpy(dtype=np.int64)[after]
    # An unknown regime is -1, the last of the thresholds: the strictest.
    shortfalls: Floats = (np.array(thresholds)[regimes] - scores)[known]
    models = [one for one in fits.by_layer(inputs.confidence.folds) if one.layer == "models"]
    return Abstention(
        candidates=int(after.sum()),
        scored=int(known.sum()),
        median=float(np.median(scores[known])) if known.any() else None,
        highest=float(scores[known].max()) if known.any() else None,
        shortfall=float(shortfalls.min()) if known.any() else None,
        thresholds=thresholds,
        last_fit=models[0].folds[-1] if models else None,
    )


def _is_out_of_sample(inputs: ReportInputs) -> Bools:
    boundary = time_of(inputs.validation.period.out_of_sample_from).astype(np.int64)
    after: Bools = to_epoch_ms(inputs.scores["open_time"]) >= boundary
    return after
