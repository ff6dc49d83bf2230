"""Profit capture: how much of the rise after an entry the exits took.

Gross profit of the entries over the sum of their largest rise within a fixed horizon,
the time limit's bars from the entry's own bar on. The horizon does not depend on the
exit: the rise while a position is held would be smaller the sooner it is sold, and
capture the better. Entries are the same under both sets of exits, so the rise cancels
in the ratio of the two captures: it is that of the two gross profits.
"""

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.params import Gates
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.phases.exits.eligible_entries import Cases, in_groups
from dipmaster.evaluation.phases.exits.standalone import Alone, Pair
from dipmaster.evaluation.statistics.paired.comparison import ratio_record
from dipmaster.evaluation.statistics.paired.sides import Difference
from dipmaster.learning.evaluation import Statistic, block_interval
from dipmaster.learning.evaluation.clustered import floored_variance, t_critical

# Stream of random numbers below (gates.seed, phase 2); streams of the phases are in `phase`.
_STREAM = (2, 100)


def capture(panel: Panel, cases: Cases, pair: Pair, cap_bars: int, gates: Gates) -> Record:
    """Capture before and after, and their ratio, of the traded cases and of all."""
    rise = rises(panel, cases, cap_bars)

    def measured(kept: Bools) -> Record:
        return _compared(pair.only(kept), rise[kept], gates)

    return {"horizon_bars": cap_bars, **in_groups(cases.paired, measured)}


def rises(panel: Panel, cases: Cases, cap_bars: int) -> Floats:
    """Highest high of `cap_bars` bars from the entry's own over its open, minus 1.

    Returns
    -------
    Floats
        Shape (cases,), 0 or more; bars that were not traded are passed over.
    """
    panel = panel.traded
    entry = cases.signal_index + 1
    bar = entry[:, None] + np.arange(cap_bars)
    high = panel.high[cases.symbol_index[:, None], np.minimum(bar, panel.bars - 1)]
    highest = np.fmax.reduce(np.where(bar < panel.bars, high, np.nan), axis=1, initial=-np.inf)
    rise: Floats = np.maximum(highest / panel.open[cases.symbol_index, entry] - 1.0, 0.0)
    return rise


def log_ratio(after: Floats, before: Floats, block: Ints, gates: Gates) -> Difference:
    """Logarithm of the ratio of two sums over the same entries; the wider of two intervals.

    The delta method on the difference of the influences, clustered by block and at
    least as wide as independent entries, and resampled calendar blocks, which tell
    where a sum may as well be nothing.

    Parameters
    ----------
    after, before, block
        Shape (entries,).
    """
    if not after.size:
        return Difference(None, reason="no trade")
    sums = float(after.sum()), float(before.sum())
    for total, phase in zip(sums, (2, 1), strict=True):
        if total <= 0.0:
            return Difference(None, reason=f"the exits of phase {phase} took no gross profit")
    value, blocks = float(np.log(sums[0] / sums[1])), np.unique(block).size
    if blocks < 2:
        return Difference(value, reason="one block only")
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


def _compared(pair: Pair, rise: Floats, gates: Gates) -> Record:
    after, before = pair.after, pair.before
    found = log_ratio(after.gross_frac, before.gross_frac, after.block, gates)
    return {
        "n": len(after),
        "before": _captured(before, rise),
        "after": _captured(after, rise),
        "ratio": {**ratio_record(found), "reason": pair.lacking(gates) or found.reason},
    }


def _captured(alone: Alone, rise: Floats) -> float | None:
    total = float(rise.sum())
    return float(alone.gross_frac.sum()) / total if total > 0.0 else None
