"""Predicted volatility of an hour to a recommendation, and that to a factor on sizes."""

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats
from dipmaster.core.params.volatility import Intraday

Recommendations = npt.NDArray[np.int8]

NAMES = ("favourable", "normal", "cautious")
UNKNOWN = -1


def recommend(predicted: Floats, params: Intraday) -> Recommendations:
    """0 favourable below one cut-off, 2 cautious above the other, 1 normal; -1 not known.

    Parameters
    ----------
    predicted
        Fraction an hour, NaN where not known.
    """
    classes = np.where(predicted < params.favourable_below_hourly_frac, 0, 1) + (
        predicted > params.cautious_above_hourly_frac
    )
    return np.where(np.isnan(predicted), UNKNOWN, classes).astype(np.int8)


def factor_of(recommendation: Recommendations, params: Intraday) -> Floats:
    """Factor on sizes; NaN where nothing is recommended."""
    factors = params.size_factors
    by_class = np.array([factors.favourable, factors.normal, factors.cautious, np.nan])
    return np.asarray(by_class[recommendation], dtype=np.float64)
