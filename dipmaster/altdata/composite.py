"""Components between 0 and 1 to one score: weights renormalised over what is there.

The bounds say what the score could be if the missing components were known: with a share c
of the weight there, ``low = c * score`` and ``high = low + 1 - c``. Nothing missing gives no
width; everything missing gives no score, which is "no data" and never a neutral value.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats

NEUTRAL = 0.5


@dataclass(frozen=True)
class Composite:
    """Shape (candidates,) each; NaN, but for a coverage of 0, where there is no data."""

    score: Floats
    low: Floats
    high: Floats
    coverage: Floats

    def as_columns(self, analyzer: str) -> dict[str, Floats]:
        """Columns of table EVIDENCE, each with the name of the analyser before it."""
        return {
            f"{analyzer}_score": self.score,
            f"{analyzer}_low": self.low,
            f"{analyzer}_high": self.high,
            f"{analyzer}_coverage": self.coverage,
        }


def combine(components: Mapping[str, Floats], weights: Mapping[str, float]) -> Composite:
    """Weighted mean of the components that are there.

    Parameters
    ----------
    components
        Name to shape (candidates,), 0..1, NaN where missing.
    weights
        Name to weight; they sum to 1.
    """
    size = next(iter(components.values())).size
    total, coverage = np.zeros(size), np.zeros(size)
    for name, weight in weights.items():
        there = np.isfinite(components[name])
        total = total + np.where(there, weight * np.where(there, components[name], 0.0), 0.0)
        coverage = coverage + np.where(there, weight, 0.0)
    coverage = np.minimum(coverage, 1.0)
    known = coverage > 0.0
    score = np.where(known, total / np.where(known, coverage, 1.0), np.nan)
    low = np.where(known, total, np.nan)
    high = np.where(known, np.minimum(total + (1.0 - coverage), 1.0), np.nan)
    return Composite(np.clip(score, 0.0, 1.0), np.clip(low, 0.0, 1.0), high, coverage)


def squash(value: Floats) -> Floats:
    """Any number to 0..1, 0 to 0.5: the roadmap's ``tanh(x) * 0.5 + 0.5``."""
    return np.asarray(np.tanh(value) * 0.5 + 0.5, dtype=np.float64)


def or_zero(values: Floats) -> Floats:
    """Values with 0 where they are missing."""
    return np.where(np.isnan(values), 0.0, values)


def mean_of_known(*columns: Floats) -> Floats:
    """Mean over the columns that are there, NaN where none is."""
    there = sum(np.isfinite(column).astype(np.float64) for column in columns)
    total = sum(or_zero(column) for column in columns)
    return np.where(there > 0.0, total / np.where(there > 0.0, there, 1.0), np.nan)


def prefer(*columns: Floats) -> Floats:
    """The first column that is there, row by row."""
    chosen = columns[-1]
    for column in reversed(columns[:-1]):
        chosen = np.where(np.isfinite(column), column, chosen)
    return chosen


def grade(value: Floats, threshold: float) -> Floats:
    """Signal: 1 above the threshold, -1 below its negative, 0 between, NaN where unknown."""
    signal = np.where(value > threshold, 1.0, np.where(value < -threshold, -1.0, 0.0))
    return np.where(np.isfinite(value), signal, np.nan)
