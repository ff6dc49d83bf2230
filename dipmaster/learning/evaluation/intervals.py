"""Rows in calendar blocks to bounds: a block bootstrap for any statistic.

Rows of one calendar block, all symbols together, stand or fall together: a
resample draws as many blocks as there are, with replacement, and counts every
row as often as its block was drawn. The statistic is computed anew on each.
"""

from collections.abc import Sequence

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.learning.evaluation.clustered import describe_missing_blocks, t_critical
from dipmaster.learning.evaluation.statistic import Statistic
from dipmaster.results.common import Interval

_RESAMPLES_AT_ONCE = 64  # their counts stay in the processor's cache
_MISSING_FRAC = 0.05  # of the resamples; beyond it the spread is not that of the statistic


def block_interval(
    statistic: Statistic, block: Ints, reps: int, seed: np.random.SeedSequence, alpha: float
) -> Interval:
    """As `block_intervals`, of one statistic."""
    return block_intervals([statistic], block, reps, seed, alpha)[0]


def block_intervals(
    statistics: Sequence[Statistic],
    block: Ints,
    reps: int,
    seed: np.random.SeedSequence,
    alpha: float,
) -> list[Interval]:
    """Bounds ``value +- t * sd * sqrt(G / (G - 1))``, clipped to the statistic's range.

    sd is the standard deviation over resamples of the G blocks that have rows, t
    Student's critical value with G - 1 degrees of freedom; the root makes up for
    the G - 1 directions in which G blocks can vary, so that for the mean of equal
    blocks this is the t interval of the block means. How many blocks and rows
    are enough for a verdict is the caller's to say.

    Parameters
    ----------
    statistics
        Of the same rows; all see the same resamples, so that they compare.
    block
        Shape (rows,), code of the calendar block of each row, any whole numbers.
    reps
        Resamples.
    seed
        The same seed draws the same blocks: figures of other rows that will be
        compared may share it.
    alpha
        One-sided level of each bound.
    """
    present, code = np.unique(block, return_inverse=True)
    values = [statistic.value() for statistic in statistics]
    drawn = [s for s, value in zip(statistics, values, strict=True) if value is not None]
    enough = not describe_missing_blocks(present.size)
    draws = _resample(drawn if enough else [], code, present.size, reps, seed)
    return [
        _bound(statistic, value, draws.get(statistic), int(present.size), alpha)
        for statistic, value in zip(statistics, values, strict=True)
    ]


def _resample(
    statistics: Sequence[Statistic], code: Ints, groups: int, reps: int,
    seed: np.random.SeedSequence,
) -> dict[Statistic, Floats]:  # fmt: skip
    """Each statistic on each resample; figures that are found together are found once."""
    if not statistics:
        return {}
    rng = np.random.Generator(np.random.PCG64(seed))
    times = rng.multinomial(groups, np.full(groups, 1.0 / groups), size=reps).astype(np.float64)
    draws: dict[Statistic, list[Floats]] = {statistic: [] for statistic in statistics}
    for at in range(0, reps, _RESAMPLES_AT_ONCE):
        counts = np.ascontiguousarray(times[at : at + _RESAMPLES_AT_ONCE][:, code])
        computed = {compute: compute(counts) for compute in {s.compute for s in statistics}}
        for statistic, parts in draws.items():
            parts.append(statistic.pick(computed[statistic.compute]))
    return {statistic: np.concatenate(parts) for statistic, parts in draws.items()}


def _bound(
    statistic: Statistic, value: float | None, draws: Floats | None, groups: int, alpha: float
) -> Interval:
    if value is None:
        return Interval(None, None, None, statistic.missing if statistic.rows else "no rows")
    if draws is None:
        return Interval(value, None, None, describe_missing_blocks(groups))
    spread, reason = _spread(draws)
    if reason:
        return Interval(value, None, None, reason)
    margin = t_critical(groups - 1, alpha) * spread * (groups / (groups - 1)) ** 0.5
    low, high = np.clip([value - margin, value + margin], statistic.lowest, statistic.highest)
    return Interval(value, float(low), float(high))


def _spread(draws: Floats) -> tuple[float, str]:
    finite = draws[np.isfinite(draws)]
    absent = 1.0 - finite.size / draws.size
    if absent > _MISSING_FRAC:
        return 0.0, f"cannot be computed in {absent:.0%} of the resamples"
    spread = float(np.std(finite))
    if spread <= 1e-12 * max(1.0, float(np.abs(finite).max())):
        return 0.0, "the same in every resample: no bounds can be read from it"
    return spread, ""
