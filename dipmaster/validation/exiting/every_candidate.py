"""Every candidate under both sets of exits: the exits' own effect, free of phase 1's choice."""

from dipmaster.foundation.params import Gates
from dipmaster.validation.differences import paired_trades
from dipmaster.validation.differences.record import judged, ratio_record
from dipmaster.validation.exiting.alone import Pair
from dipmaster.validation.exiting.figures import figures
from dipmaster.validation.records.breakdowns import Record


def every_candidate(pair: Pair, gates: Gates) -> Record:
    """Figures before and after, and what changed, paired by entry.

    The profit factor's change is the logarithm of the ratio of both; the ratio itself
    stands beside it. Every trade counts with the same notional.
    """
    alpha, few, lacking = gates.alpha, gates.few_losing_trades, pair.lacking(gates)
    after, before = pair.after.track, pair.before.track
    found = {
        "win_rate": paired_trades.win_rate(after, before, alpha, few),
        "profit_factor": paired_trades.log_profit_factor(after, before, alpha, few),
        "mean_net_bps": paired_trades.mean_net_bps(after, before, alpha),
    }
    change = {name: judged(one, 1, lacking) for name, one in found.items()}
    change["profit_factor"]["ratio"] = ratio_record(found["profit_factor"])
    return {
        "n": len(pair.after),
        "before": figures(pair.before, gates),
        "after": figures(pair.after, gates),
        "change": change,
    }
