"""Every candidate under both sets of exits: the exits' own effect, free of phase 1's choice."""

from dipmaster.core.params import Gates
from dipmaster.evaluation.comparison import judge_difference, ratio_record
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.phases.exits.figures import standalone_figures
from dipmaster.evaluation.standalone import StandalonePair
from dipmaster.evaluation.statistics.paired import trades


def compare_every_candidate(pair: StandalonePair, gates: Gates) -> Record:
    """Figures before and after, and what changed, paired by entry.

    The profit factor's change is the logarithm of the ratio of both; the ratio itself
    stands beside it. Every trade counts with the same notional.
    """
    alpha, few, lacking = gates.alpha, gates.few_losing_trades, pair.lacking(gates)
    after, before = pair.after.track, pair.before.track
    differences = {
        "win_rate": trades.win_rate(after, before, alpha, few),
        "profit_factor": trades.log_profit_factor(after, before, alpha, few),
        "mean_net_bps": trades.mean_net_bps(after, before, alpha),
    }
    change = {name: judge_difference(one, 1, lacking) for name, one in differences.items()}
    change["profit_factor"]["ratio"] = ratio_record(differences["profit_factor"])
    return {
        "n": len(pair.after),
        "before": standalone_figures(pair.before, gates),
        "after": standalone_figures(pair.after, gates),
        "change": change,
    }
