"""Before against after on the same candidates: what filtering changed.

Before, every candidate is a signal: precision is the base rate, recall is 1.
After, only what was traded is. Both sums of a calendar block move together, so
the error of a change comes from the difference of the influences (delta method
for ratios), summed by block. With few events the bounds are at least those of
the two rates as if independent (Newcombe 1998, method 10).
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np
from scipy.special import bdtr

from dipmaster.core.kernels import Floats
from dipmaster.core.params import Gates
from dipmaster.evaluation.figures.intervals import to_sample_interval
from dipmaster.evaluation.phases.selection.signals import rates
from dipmaster.evaluation.phases.selection.signals.outcomes import LabelledCandidates
from dipmaster.evaluation.phases.selection.signals.rates import BoundsLevel
from dipmaster.evaluation.statistics.estimate import Estimate
from dipmaster.learning.evaluation.clustered import floored_variance, t_critical
from dipmaster.learning.evaluation.minimum_data import describe_shortage
from dipmaster.results.evaluation.signal_quality import McNemar, PairedChange, PairedChanges


@dataclass(frozen=True)
class Ratio:
    """A ratio of two sums over candidates.

    Attributes
    ----------
    over, under
        Shape (candidates,): what each adds to numerator and denominator.
    """

    over: Floats
    under: Floats

    @property
    def value(self) -> float:
        """Numerator over denominator."""
        return float(self.over.sum() / self.under.sum())

    @property
    def influence(self) -> Floats:
        """What each candidate adds to the error of the ratio; sums to zero."""
        influence: Floats = (self.over - self.value * self.under) / self.under.sum()
        return influence


def compare_with_all(candidates: LabelledCandidates, level: BoundsLevel) -> PairedChanges:
    """Changes of precision, recall, F1 and number of trades, after minus before."""
    won, traded = (x.astype(np.float64) for x in (candidates.won, candidates.traded))
    ones = np.ones(candidates.size)
    precisions = Ratio(won * traded, traded), Ratio(won, ones)
    f1s = Ratio(2 * won * traded, won + traded), Ratio(2 * won, won + 1)
    return PairedChanges(
        precision_change=_change(rates.estimate_precision, *precisions, candidates, level),
        recall_change=_from_one(rates.estimate_recall(candidates, level)),
        f1_change=_change(rates.estimate_f1, *f1s, candidates, level),
        trades_change=_from_one(rates.estimate_traded_share(candidates, level)),
    )


def trade_all(candidates: LabelledCandidates) -> LabelledCandidates:
    """The same candidates, every one of them traded."""
    return replace(candidates, traded=np.ones(candidates.size, dtype=np.bool_))


def mcnemar(candidates: LabelledCandidates, gates: Gates) -> McNemar:
    """Exact McNemar test of the two classifications; candidates as if independent: for display.

    b counts candidates that only "take all" classified rightly (profitable, not
    traded), c those that only the filter did (not profitable, not traded). No p where
    they are fewer, or in fewer blocks, than the gates ask for.
    """
    skipped = candidates.only(~candidates.traded)
    both, missed = skipped.size, int(skipped.won.sum())
    spared, blocks = both - missed, np.unique(skipped.block).size
    reason = describe_shortage(
        (both, gates.min_trades, "candidates left out"),
        (blocks, gates.blocks_needed, "blocks with them"),
    )
    p = None if reason else min(1.0, 2.0 * float(bdtr(min(missed, spared), both, 0.5)))
    return McNemar(b=missed, c=spared, p=p, reason=reason if both else "nothing was filtered out")


def _from_one(after: Estimate) -> PairedChange:
    """Change of what is 1 before, without any error: recall, and the share that is traded."""
    low, high = (None if bound is None else bound - 1.0 for bound in (after.low, after.high))
    value = None if after.value is None else after.value - 1.0
    change = replace(after, value=value, low=low, high=high, scale="linear")
    return _paired(change, value)


def _paired(change: Estimate, relative_frac: float | None) -> PairedChange:
    return PairedChange(**asdict(to_sample_interval(change)), relative_frac=relative_frac)


def _change(
    measure: Callable[[LabelledCandidates, BoundsLevel], Estimate],
    ratio_after: Ratio,
    ratio_before: Ratio,
    candidates: LabelledCandidates,
    level: BoundsLevel,
) -> PairedChange:
    after, before = measure(candidates, level), measure(trade_all(candidates), level)
    if after.value is None or before.value is None:
        return _paired(after, None)
    value = after.value - before.value
    relative = value / before.value if before.value > 0.0 else None
    change = Estimate(value, None, None, after.n, after.n_effective, "linear", after.reason)
    if after.low is None or after.high is None or before.low is None or before.high is None:
        return _paired(change, relative)
    half = _half_width(ratio_after, ratio_before, candidates, level)
    low, high = value - half, value + half
    if _few(ratio_after, level):
        low = min(low, value - math.hypot(after.value - after.low, before.high - before.value))
        high = max(high, value + math.hypot(after.high - after.value, before.value - before.low))
    change = replace(change, low=max(low, -1.0), high=min(high, 1.0))
    return _paired(change, relative)


def _half_width(
    after: Ratio, before: Ratio, candidates: LabelledCandidates, level: BoundsLevel
) -> float:
    """Degrees of freedom: one fewer than there are blocks in the smaller denominator."""
    variance, _ = floored_variance(after.influence - before.influence, candidates.block)
    blocks = np.unique(candidates.block[after.under > 0.0]).size
    return float(t_critical(blocks - 1, level.alpha) * np.sqrt(variance))


def _few(after: Ratio, level: BoundsLevel) -> bool:
    """Whether events or non-events are so few that a linear interval may be too narrow."""
    events, rest = np.sum(after.over > 0.0), np.sum((after.under > 0.0) & (after.over == 0.0))
    return bool(min(events, rest) < max(level.few, 1))
