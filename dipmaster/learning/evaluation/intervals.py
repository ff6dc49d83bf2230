"""Rows in calendar blocks to bounds: a block bootstrap for any statistic.

Rows of one calendar block, all symbols together, stand or fall together: a
resample draws as many blocks as there are, with replacement, and counts every
row as often as its block was drawn. The statistic is computed anew on each.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.learning.evaluation.clustered import t_critical
from dipmaster.learning.evaluation.statistic import Statistic

_AT_ONCE = 64  # resamples: their counts stay in the processor's cache
_MISSING_FRAC = 0.05  # of the resamples; beyond it the spread is not that of the statistic


@dataclass(frozen=True)
class Interval:
    """A value and two one-sided bounds; None where not computable, `reason` says why.

    Attributes
    ----------
    blocks
        Calendar blocks with rows; the bounds have one degree of freedom fewer.
    """

    value: float | None
    low: float | None
    high: float | None
    blocks: int
    reason: str = ""

    def record(self) -> dict[str, Any]:
        """Value and bounds for JSON, and the reason where one is missing."""
        out = {"value": self.value, "low": self.low, "high": self.high}
        return {**out, "reason": self.reason} if self.reason else out


def block_interval(
    statistic: Statistic, block: Ints, reps: int, seed: np.random.SeedSequence, alpha: float
) -> Interval:
    """Bounds ``value +- t * sd * sqrt(G / (G - 1))``, clipped to the statistic's range.

    sd is the standard deviation over resamples of the G blocks that have rows, t
    Student's critical value with G - 1 degrees of freedom; the root makes up for
    the G - 1 directions in which G blocks can vary, so that for the mean of equal
    blocks this is the t interval of the block means. How many blocks and rows
    are enough for a verdict is the caller's to say.

    Parameters
    ----------
    block
        Shape (rows,), code of the calendar block of each row, any whole numbers.
    reps
        Resamples.
    seed
        Of this interval alone. The same seed draws the same blocks: figures that
        will be compared may share one.
    alpha
        One-sided level of each bound.
    """
    value = statistic.value()
    code, groups = _compact(block)
    if value is None:
        return Interval(None, None, None, groups, statistic.missing if code.size else "no rows")
    if groups < 2:
        return Interval(value, None, None, groups, "rows in 1 calendar block: 2 needed for bounds")
    draws = _draws(statistic, code, groups, reps, seed)
    spread, reason = _spread(draws)
    if reason:
        return Interval(value, None, None, groups, reason)
    margin = t_critical(groups - 1, alpha) * spread * (groups / (groups - 1)) ** 0.5
    low, high = np.clip([value - margin, value + margin], statistic.lowest, statistic.highest)
    return Interval(value, float(low), float(high), groups)


def _compact(block: Ints) -> tuple[Ints, int]:
    """Blocks with rows as 0 .. G - 1, in time order, and G."""
    present, code = np.unique(block, return_inverse=True)
    return code.astype(np.int64), int(present.size)


def _draws(
    statistic: Statistic, code: Ints, groups: int, reps: int, seed: np.random.SeedSequence
) -> Floats:
    rng = np.random.Generator(np.random.PCG64(seed))
    times = rng.multinomial(groups, np.full(groups, 1.0 / groups), size=reps).astype(np.float64)
    parts = (times[at : at + _AT_ONCE] for at in range(0, reps, _AT_ONCE))
    return np.concatenate([statistic.of(np.ascontiguousarray(part[:, code])) for part in parts])


def _spread(draws: Floats) -> tuple[float, str]:
    found = draws[np.isfinite(draws)]
    absent = 1.0 - found.size / draws.size
    if absent > _MISSING_FRAC:
        return 0.0, f"cannot be computed in {absent:.0%} of the resamples"
    spread = float(np.std(found))
    if spread <= 1e-12 * max(1.0, float(np.abs(found).max())):
        return 0.0, "the same in every resample: no bounds can be read from it"
    return spread, ""
