"""Every candidate under both sets of exits: the exits' own effect, free of phase 1's choice."""

from dipmaster.core.params import Gates
from dipmaster.evaluation.phases.exits.figures import standalone_figures
from dipmaster.evaluation.standalone import StandalonePair
from dipmaster.evaluation.statistics.paired import trades
from dipmaster.evaluation.statistics.paired.judging import judge_difference, judge_factor
from dipmaster.results.evaluation.exits import EveryCandidate, StandaloneChange
from dipmaster.results.metrics import MEAN_NET_BPS, PROFIT_FACTOR, WIN_RATE


def compare_every_candidate(pair: StandalonePair, gates: Gates) -> EveryCandidate:
    """Figures before and after, and what changed, paired by entry.

    The profit factor's change is the logarithm of the ratio of both; the ratio itself
    stands beside it. Every trade counts with the same notional.
    """
    alpha, few, lacking = gates.alpha, gates.few_losing_trades, pair.lacking(gates)
    after, before = pair.after.track, pair.before.track
    win_rate = trades.compare_win_rate(after, before, alpha, few)
    profit_factor = trades.compare_profit_factor(after, before, alpha, few)
    mean_net_bps = trades.compare_mean_net(after, before, alpha)
    return EveryCandidate(
        n=len(pair.after),
        before=standalone_figures(pair.before, gates),
        after=standalone_figures(pair.after, gates),
        change=StandaloneChange(
            win_rate=judge_difference(WIN_RATE, win_rate, lacking),
            profit_factor=judge_factor(PROFIT_FACTOR, profit_factor, lacking),
            mean_net_bps=judge_difference(MEAN_NET_BPS, mean_net_bps, lacking),
        ),
    )
