"""Whether the exit models make a market's trades worse: then the phase fails, whatever it traded.

A phase that trades few candidates could hide its models behind the rules that let
them act seldom. So they are judged on every candidate out of sample, each followed
alone with the models and without.
"""

from collections.abc import Callable

from dipmaster.core.panel import Panel
from dipmaster.core.params import AdaptiveExits, Execution, Gates
from dipmaster.evaluation.phases.exits.ablation import is_on, without_models
from dipmaster.evaluation.phases.exits.eligible_entries import Cases
from dipmaster.evaluation.phases.exits.standalone import Pair, WayOut, followed
from dipmaster.evaluation.statistics.paired.trades import compare_mean_net


def harm_by_models(
    panel: Panel,
    cases: Cases,
    execution: Execution,
    exits: AdaptiveExits,
    way_of: Callable[[AdaptiveExits], WayOut],
    gates: Gates,
) -> str:
    """What the models cost, in words; empty where harm is not shown or they are off.

    Held against alpha itself, not Holm's share of it: where the leave-one-out table
    says that the models hurt, the phase fails.

    Parameters
    ----------
    way_of
        From params to the exits of phase 2 under them.
    """
    if not is_on(exits, "models"):
        return ""
    pair = Pair(
        followed("with models", panel, cases, execution, exits, way_of(exits)),
        followed("without", panel, cases, execution, exits, way_of(without_models(exits))),
    )
    return harm(pair, gates)


def harm(pair: Pair, gates: Gates) -> str:
    """What the later exits cost against the earlier ones, in words; empty where not shown."""
    if pair.lacking(gates):
        return ""
    change = compare_mean_net(pair.after.track, pair.before.track, gates.alpha)
    if change.value is None or change.high is None or change.high >= 0.0:
        return ""
    return (
        f"the exit models make trades worse: {change.value:.1f} bp a trade on "
        f"{len(pair.after):,} candidates followed alone, at best {change.high:.1f} bp"
    )
