"""How long positions are held under both sets of exits, against the roadmap's band."""

from dipmaster.core.kernels import Bools
from dipmaster.core.params import Gates
from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.evaluation.figures.breakdowns import quantile_or_none
from dipmaster.evaluation.figures.intervals import sample_interval
from dipmaster.evaluation.phases.exits.subsets import by_subset
from dipmaster.evaluation.standalone import StandalonePair, StandaloneTrades
from dipmaster.evaluation.statistics.trade_metrics import estimate_mean, estimate_share
from dipmaster.results.evaluation.exits import HoldingBySubset, HoldingChange, HoldingFigures


def compare_holding(pair: StandalonePair, traded: Bools, gates: Gates) -> HoldingBySubset:
    """Minutes from entry to the last sale, traded entries and all.

    Positions that were open when the data ended are left out: how long they would
    have been held is not known.
    """

    def measure(subset: Bools) -> HoldingChange:
        some = pair.only(subset)
        return HoldingChange(before=_minutes(some.before, gates), after=_minutes(some.after, gates))

    both = by_subset(traded, measure)
    return HoldingBySubset(band_minutes=HOLDING_BAND_MINUTES, traded=both.traded, all=both.all)


def _minutes(side: StandaloneTrades, gates: Gates) -> HoldingFigures:
    known = side.only(~side.open_at_end)
    minutes, (shortest, longest) = known.minutes, HOLDING_BAND_MINUTES
    inside = (minutes >= shortest) & (minutes <= longest)
    alpha, few = gates.alpha, gates.few_losing_trades
    return HoldingFigures(
        mean_minutes=sample_interval(
            estimate_mean(minutes, known.day, known.block, alpha, lowest=0.0)
        ),
        median_minutes=quantile_or_none(minutes, 0.5),
        in_band_frac=sample_interval(
            estimate_share(inside, known.day, known.block, alpha, few, "no trade")
        ),
    )
