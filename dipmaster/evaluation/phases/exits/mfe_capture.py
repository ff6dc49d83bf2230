"""MFE capture ratio: how much of the largest rise after an entry the exits took.

Gross profit of the entries over the sum of their maximum favourable excursion (MFE)
within a fixed horizon, the time limit's bars from the entry's own bar on. The horizon
does not depend on the exit: the rise while a position is held would be smaller the
sooner it is sold, and capture the better. Entries are the same under both sets of
exits, so the excursion cancels in the ratio of the two captures: it is that of the two
gross profits.
"""

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import Gates
from dipmaster.evaluation.phases.exits.subsets import by_subset
from dipmaster.evaluation.standalone import EligibleEntries, StandalonePair, StandaloneTrades
from dipmaster.evaluation.statistics.paired.judging import to_ratio
from dipmaster.evaluation.statistics.paired.sides import Difference
from dipmaster.learning.evaluation.clustered import (
    describe_missing_blocks,
    floored_variance,
    t_critical,
)
from dipmaster.learning.evaluation.intervals import block_interval
from dipmaster.learning.evaluation.statistic import Statistic
from dipmaster.results.common import RatioInterval
from dipmaster.results.evaluation.exits import CaptureFigures, ProfitCapture

# Below gates.seed and phase 2; the streams that every phase has are in `statistics.streams`.
_STREAM = (2, 100)


def compare_capture(
    panel: Panel,
    entries: EligibleEntries,
    traded: Bools,
    pair: StandalonePair,
    cap_bars: int,
    gates: Gates,
) -> ProfitCapture:
    """Capture before and after, and their ratio, of the traded entries and of all."""
    excursion = max_favorable_excursion(panel, entries, cap_bars)

    def measure(subset: Bools) -> CaptureFigures:
        return _compared(pair.only(subset), excursion[subset], gates)

    both = by_subset(traded, measure)
    return ProfitCapture(horizon_bars=cap_bars, traded=both.traded, all=both.all)


def max_favorable_excursion(panel: Panel, entries: EligibleEntries, cap_bars: int) -> Floats:
    """Highest high of `cap_bars` bars from the entry's own over its open, minus 1.

    Returns
    -------
    Floats
        Shape (entries,), 0 or more; bars that were not traded are passed over.
    """
    panel = panel.traded
    entry = entries.signal_index + 1
    bar = entry[:, None] + np.arange(cap_bars)
    high = panel.high[entries.symbol_index[:, None], np.minimum(bar, panel.bars - 1)]
    highest = np.fmax.reduce(np.where(bar < panel.bars, high, np.nan), axis=1, initial=-np.inf)
    excursion: Floats = np.maximum(highest / panel.open[entries.symbol_index, entry] - 1.0, 0.0)
    return excursion


def estimate_log_ratio(
    after: Floats,
    before: Floats,
    block: Ints,
    gates: Gates,
    names: tuple[str, str],
) -> Difference:
    """Logarithm of the ratio of two sums over the same entries; the wider of two intervals.

    The delta method on the difference of the influences, clustered by block and at
    least as wide as independent entries, and resampled calendar blocks, which tell
    where a sum may as well be nothing.

    Parameters
    ----------
    after, before, block
        Shape (entries,).
    names
        Of both sides, for reasons.
    """
    if not after.size:
        return Difference(None, reason="no trade")
    sums = float(after.sum()), float(before.sum())
    for total, name in zip(sums, names, strict=True):
        if total <= 0.0:
            return Difference(None, reason=f"the exits of {name} took no gross profit")
    value, blocks = float(np.log(sums[0] / sums[1])), np.unique(block).size
    missing = describe_missing_blocks(blocks)
    if missing:
        return Difference(value, reason=missing)
    influence = after / sums[0] - before / sums[1]
    if not influence.any():
        return Difference(value, value, value)
    half = t_critical(blocks - 1, gates.alpha) * np.sqrt(floored_variance(influence, block)[0])
    drawn = block_interval(
        _resampled(after, before, block),
        np.arange(blocks),
        gates.bootstrap_reps,
        np.random.SeedSequence(gates.seed, spawn_key=_STREAM),
        gates.alpha,
    )
    if drawn.low is None or drawn.high is None:
        return Difference(value, reason=f"the ratio of the gross profits: {drawn.reason}")
    return Difference(value, min(drawn.low, value - half), max(drawn.high, value + half))


def _resampled(after: Floats, before: Floats, block: Ints) -> Statistic:
    """The figure as a function of how often each block is counted."""
    _, code = np.unique(block, return_inverse=True)
    won = [np.bincount(code, weights=gross).astype(np.float64) for gross in (after, before)]

    def logged(counts: Floats) -> Floats:
        over, under = counts @ won[0], counts @ won[1]
        known = (over > 0.0) & (under > 0.0)
        ratio = np.where(known, over, 1.0) / np.where(known, under, 1.0)
        return np.where(known, np.log(ratio), np.nan)

    return Statistic(won[0].size, logged, "a sum of gross profits is 0 or below")


def _compared(pair: StandalonePair, excursion: Floats, gates: Gates) -> CaptureFigures:
    after, before = pair.after, pair.before
    names = after.name, before.name
    logged = estimate_log_ratio(after.gross_frac, before.gross_frac, after.block, gates, names)
    lacking = pair.lacking(gates)
    ratio = to_ratio(Difference(logged.value) if lacking else logged)
    return CaptureFigures(
        n=len(after),
        before=_captured(before, excursion),
        after=_captured(after, excursion),
        ratio=RatioInterval(
            value=ratio.value,
            low=ratio.low,
            high=ratio.high,
            reason=lacking or logged.reason,
        ),
    )


def _captured(side: StandaloneTrades, excursion: Floats) -> float | None:
    total = float(excursion.sum())
    return float(side.gross_frac.sum()) / total if total > 0.0 else None
