"""Whether the exit models make a market's trades worse: then the phase fails, whatever it traded.

A phase that trades few candidates could hide its models behind the rules that let
them act seldom. So they are judged on every candidate out of sample, each followed
alone with the models and without.
"""

from dipmaster.core.params import Gates
from dipmaster.evaluation.standalone import StandalonePair
from dipmaster.evaluation.statistics.paired.trades import compare_mean_net


def exit_models_degrade_pnl(pair: StandalonePair, gates: Gates) -> str:
    """What the models cost, in words; empty where no cost is shown.

    Held against alpha itself, not Holm's share of it: where the ablation says that the
    models hurt, the phase fails.

    Parameters
    ----------
    pair
        The same entries with the models (after) and without (before).
    """
    if pair.lacking(gates):
        return ""
    change = compare_mean_net(pair.after.track, pair.before.track, gates.alpha)
    if change.value is None or change.high is None or change.high >= 0.0:
        return ""
    return (
        f"the exit models make trades worse: {change.value:.1f} bp a trade on "
        f"{len(pair.after):,} candidates followed alone, at best {change.high:.1f} bp"
    )
