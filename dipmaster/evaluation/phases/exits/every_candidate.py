"""Every candidate under both sets of exits: the exits' own effect, free of phase 1's choice."""

from dipmaster.core.params import Gates
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.phases.exits.figures import figures
from dipmaster.evaluation.phases.exits.standalone import Pair
from dipmaster.evaluation.statistics.paired import trades
from dipmaster.evaluation.statistics.paired.comparison import judged, ratio_record


def every_candidate(pair: Pair, gates: Gates) -> Record:
    """Figures before and after, and what changed, paired by entry.

    The profit factor's change is the logarithm of the ratio of both; the ratio itself
    stands beside it. Every trade counts with the same notional.
    """
    alpha, few, lacking = gates.alpha, gates.few_losing_trades, pair.lacking(gates)
    after, before = pair.after.track, pair.before.track
    found = {
        "win_rate": trades.win_rate(after, before, alpha, few),
        "profit_factor": trades.log_profit_factor(after, before, alpha, few),
        "mean_net_bps": trades.mean_net_bps(after, before, alpha),
    }
    change = {name: judged(one, 1, lacking) for name, one in found.items()}
    change["profit_factor"]["ratio"] = ratio_record(found["profit_factor"])
    return {
        "n": len(pair.after),
        "before": figures(pair.before, gates),
        "after": figures(pair.after, gates),
        "change": change,
    }
