"""Rolling correlations by month: pairs of few coins, the mean of its pairs by coin for many."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.results.volatility.spillover import MonthlyCorrelations

MOST_PAIRS = 15  # of six coins


@dataclass(frozen=True)
class Grid:
    """What is drawn.

    Attributes
    ----------
    rows, months
        Names in print.
    values
        Shape (rows, months); NaN where nothing is known.
    is_by_pair
        Whether a row is a pair; else it is a coin.
    """

    rows: tuple[str, ...]
    months: tuple[str, ...]
    values: Floats
    is_by_pair: bool


def build_grid(found: MonthlyCorrelations) -> Grid | None:
    """None where no correlation is known."""
    shape = len(found.pairs), len(found.months)
    values: Floats = np.array(found.means, dtype=np.float64).reshape(shape)
    if not np.isfinite(values).any():
        return None
    months = tuple(month[:7] for month in found.months)
    if len(found.pairs) <= MOST_PAIRS:
        return Grid(tuple(f"{a}, {b}" for a, b in found.pairs), months, values, True)
    coins = tuple(dict.fromkeys(coin for pair in found.pairs for coin in pair))
    means = [_mean_of(values[[coin in pair for pair in found.pairs]]) for coin in coins]
    return Grid(coins, months, np.array(means), False)


def _mean_of(values: Floats) -> Floats:
    """Over the known pairs of each month."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean
