"""What a figure is to the resampling: a function of how often each row is counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats


@dataclass(frozen=True)
class Statistic:
    """A figure of n rows that can be computed with rows counted 0, 1, 2 ... times.

    Attributes
    ----------
    rows
        Number of rows n.
    compute
        Counts of shape (resamples, n), whole numbers as float64, to values of shape
        (resamples,), or (resamples, figures) for figures that are found together;
        NaN where the figure does not exist. Counting a row twice gives what the row
        standing there twice would give.
    missing
        Why the figure may not exist, in words.
    lowest, highest
        Its range; value and bounds are clipped to it, resamples are not.
    column
        Which of the figures found together this one is; None where `compute` finds one.
    """

    rows: int
    compute: Callable[[Floats], Floats]
    missing: str
    lowest: float = -np.inf
    highest: float = np.inf
    column: int | None = None

    def value(self) -> float | None:
        """Value with every row counted once; None where it does not exist."""
        if not self.rows:
            return None
        value = float(self.pick(self.compute(np.ones((1, self.rows))))[0])
        return min(max(value, self.lowest), self.highest) if np.isfinite(value) else None

    def pick(self, computed: Floats) -> Floats:
        """Take this figure from what `compute` gave, shape (resamples,)."""
        return computed if self.column is None else computed[:, self.column]


def weigh_statistics(statistics: Mapping[str, Statistic], weight: Floats) -> dict[str, Statistic]:
    """The same figures with rows that count by a weight.

    Weights are scaled to sum to the effective number of rows (Kish 1965), ``(sum of weights)^2
    / sum of squares``, which figures that correct for the number of rows then see.

    Parameters
    ----------
    weight
        Shape (rows,), at least 0.
    """
    squares = np.sum(weight * weight)
    scaled = weight * (weight.sum() / squares) if squares > 0.0 else weight

    def weigh(compute: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
        return lambda counts: compute(counts * scaled)

    # Figures that are found together go on being found together.
    weighted = {one.compute: weigh(one.compute) for one in statistics.values()}
    return {name: replace(one, compute=weighted[one.compute]) for name, one in statistics.items()}


def require_pairs(p: Floats, label: Floats) -> tuple[Floats, Floats]:
    """Both as float64 of one length and finite.

    Raises
    ------
    DataError
        Where one is missing: rows without a prediction or an outcome are to be
        left out, and counted, by the caller.
    """
    first, second = (np.ascontiguousarray(v, dtype=np.float64) for v in (p, label))
    if first.shape != second.shape or not (np.isfinite(first) & np.isfinite(second)).all():
        raise data_error(
            "rows to judge",
            "one finite prediction and one finite outcome each",
            f"{first.shape[0]} and {second.shape[0]} values, "
            f"{np.count_nonzero(~np.isfinite(first))} and "
            f"{np.count_nonzero(~np.isfinite(second))} of them missing",
            "leave out rows without a prediction or without an outcome",
        )
    return first, second
