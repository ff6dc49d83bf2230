"""Confidence to the probability that the trade under later exits wins, refit walk-forward.

The confidence is that of the baseline trade; the exits of phase 2 end the same entry in
another way. Platt's map on the log odds (Platt 1999), with a slope of 0 or more, is fitted on
fixed dates from the outcomes known by then and serves until the next.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.confidence import MinTrainingSet
from dipmaster.learning.calibrators import PlattCalibrator, fit_platt
from dipmaster.sizing.outcomes import KnownOutcomes


@dataclass(frozen=True)
class WinProbabilities:
    """Recalibrated probabilities; shape (moments,).

    Attributes
    ----------
    p
        NaN where there is no confidence, or no fit yet.
    outcomes
        Behind the fit; 0 where there is none.
    """

    p: Floats
    outcomes: Ints


@dataclass(frozen=True)
class Recalibration:
    """The fits; None where too few outcomes were known.

    Attributes
    ----------
    fitted_ms
        Shape (fits,), rising.
    outcomes
        Shape (fits,), known by then.
    """

    fitted_ms: Ints
    maps: tuple[PlattCalibrator | None, ...]
    outcomes: Ints

    def predict(self, confidence: Floats, moment_ms: Ints) -> WinProbabilities:
        """By the last fit at or before each moment."""
        last = np.searchsorted(self.fitted_ms, moment_ms, side="right") - 1
        p, counted = np.full(confidence.size, np.nan), np.zeros(confidence.size, np.int64)
        for fit in np.unique(last[last >= 0]):
            model = self.maps[fit]
            if model is None:
                continue
            rows = last == fit
            p[rows] = model.predict(confidence[rows])
            counted[rows] = self.outcomes[fit]
        return WinProbabilities(p, counted)


def fit_recalibration(
    outcomes: KnownOutcomes, refits_ms: Ints, least: MinTrainingSet
) -> Recalibration:
    """Fit at every date from the outcomes known by then, all with the same weight.

    Parameters
    ----------
    refits_ms
        Shape (fits,), rising; fixed dates, such as `learning.schedule.refit_times`.
    least
        Outcomes, and of each class, below which there is no fit.
    """
    known = outcomes.count_known(refits_ms)
    maps = tuple(_fit_known(outcomes, int(n), least) for n in known)
    return Recalibration(refits_ms, maps, known)


def fit_map(confidence: Floats, won: Bools, least: MinTrainingSet) -> PlattCalibrator | None:
    """One fit on the outcomes known at its date, shape (outcomes,); None where they are too few."""
    return None if _are_too_few(won, least) else _fit(confidence, won.astype(np.float64))


def _fit_known(outcomes: KnownOutcomes, n: int, least: MinTrainingSet) -> PlattCalibrator | None:
    won = outcomes.won[:n]
    if _are_too_few(won, least):
        return None
    return _fit_once(outcomes.confidence[:n].tobytes(), won.astype(np.float64).tobytes())


def _are_too_few(won: Bools, least: MinTrainingSet) -> bool:
    wins = int(np.count_nonzero(won))
    return won.size < least.candidates or min(wins, won.size - wins) < least.per_class


@lru_cache(maxsize=256)
def _fit_once(confidence: bytes, won: bytes) -> PlattCalibrator | None:
    """Fit float64 values given as bytes: phases that are traded again mostly ask the same."""
    return _fit(np.frombuffer(confidence), np.frombuffer(won))


def _fit(confidence: Floats, label: Floats) -> PlattCalibrator | None:
    model = fit_platt(confidence, label, np.ones(confidence.size))
    return model if isinstance(model, PlattCalibrator) else None
