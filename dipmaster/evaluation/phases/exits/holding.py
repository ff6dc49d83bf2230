"""How long positions are held under both sets of exits, against the roadmap's band."""

from dipmaster.core.kernels import Bools
from dipmaster.core.params import Gates
from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.evaluation.figures.breakdowns import Record, quantile_or_none
from dipmaster.evaluation.phases.exits.eligible_entries import in_groups
from dipmaster.evaluation.phases.exits.figures import NO_TRADE, mean
from dipmaster.evaluation.phases.exits.standalone import Alone, Pair
from dipmaster.evaluation.phases.selection.signals.rates import interval_record
from dipmaster.evaluation.statistics.trade_metrics import estimate_share


def holding(pair: Pair, traded: Bools, gates: Gates) -> Record:
    """Minutes from entry to the last sale, traded cases and all.

    Positions that were open when the data ended are left out: how long they would
    have been held is not known.
    """

    def measured(kept: Bools) -> Record:
        some = pair.only(kept)
        return {"before": _minutes(some.before, gates), "after": _minutes(some.after, gates)}

    return {"band_minutes": list(HOLDING_BAND_MINUTES), **in_groups(traded, measured)}


def _minutes(alone: Alone, gates: Gates) -> Record:
    known = alone.only(~alone.open_at_end)
    minutes, (shortest, longest) = known.minutes, HOLDING_BAND_MINUTES
    inside = (minutes >= shortest) & (minutes <= longest)
    alpha, few = gates.alpha, gates.few_losing_trades
    return {
        "mean_minutes": interval_record(mean(minutes, known.day, known.block, alpha)),
        "median_minutes": quantile_or_none(minutes, 0.5),
        "in_band_frac": interval_record(
            estimate_share(inside, known.day, known.block, alpha, few, NO_TRADE)
        ),
    }
