"""Ablation: what each rule of phase 2 is worth, by phase 2 with that one rule switched."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from dipmaster.backtest import metrics
from dipmaster.core.kernels import Bools
from dipmaster.core.params import AdaptiveExits, Gates
from dipmaster.evaluation.figures.breakdowns import mean_or_none
from dipmaster.evaluation.phases.exits.subsets import by_subset
from dipmaster.evaluation.standalone import StandalonePair, StandaloneTrades
from dipmaster.evaluation.statistics.paired.judging import judge_difference
from dipmaster.evaluation.statistics.paired.trades import compare_mean_net
from dipmaster.results.common import ComparisonVerdict
from dipmaster.results.evaluation.exits import Ablation, AblationFigures
from dipmaster.results.metrics import MEAN_NET_BPS

RULES = ("dynamic_target", "trailing", "full_exit", "partial_exit", "models", "quarter_hour")
Effect = Literal["beneficial", "harmful", "inconclusive", "insufficient data"]


def is_on(exits: AdaptiveExits, rule: str) -> bool:
    """Whether phase 2 uses the rule; "models" are both exits on the score."""
    decision = exits.decision
    return {
        "dynamic_target": exits.dynamic_target.enabled,
        "trailing": exits.trailing.enabled,
        "full_exit": decision.full,
        "partial_exit": decision.partial,
        "models": decision.full or decision.partial,
        "quarter_hour": exits.quarter_hour_exit_from_phase_2,
    }[rule]


def switch_rule(exits: AdaptiveExits, rule: str) -> AdaptiveExits:
    """The same params with one rule the other way."""
    on = not is_on(exits, rule)

    def part(name: str, **values: bool) -> Mapping[str, Any]:
        return {name: getattr(exits, name).model_copy(update=values)}

    changes = {
        "dynamic_target": part("dynamic_target", enabled=on),
        "trailing": part("trailing", enabled=on),
        "full_exit": part("decision", full=on),
        "partial_exit": part("decision", partial=on),
        "models": part("decision", full=on, partial=on),
        "quarter_hour": {"quarter_hour_exit_from_phase_2": on},
    }
    return exits.model_copy(update=changes[rule])


def without_models(exits: AdaptiveExits) -> AdaptiveExits:
    """The same params with both exits on the score off."""
    return switch_rule(exits, "models") if is_on(exits, "models") else exits


def ablate_rules(
    phase: StandaloneTrades,
    traded: Bools,
    exits: AdaptiveExits,
    simulate: Callable[[str, AdaptiveExits], StandaloneTrades],
    gates: Gates,
) -> tuple[Ablation, ...]:
    """A row a rule, each judged as if it were the only one; exit scores stay as they are.

    Parameters
    ----------
    phase
        All entries under the phase's exits.
    traded
        Shape (entries,).
    simulate
        From a name and other params to the same entries under their exits.

    Returns
    -------
    tuple of Ablation
        `state` is what the rule was switched to. `change_mean_net_bps` is the variant
        minus the phase, so it is negative where switching a rule off costs money;
        `effect` turns it into words about the rule itself: beneficial, harmful, inconclusive
        or insufficient data.
    """
    return tuple(_ablate(rule, phase, traded, exits, simulate, gates) for rule in RULES)


def _ablate(
    rule: str,
    phase: StandaloneTrades,
    traded: Bools,
    exits: AdaptiveExits,
    simulate: Callable[[str, AdaptiveExits], StandaloneTrades],
    gates: Gates,
) -> Ablation:
    was_on = is_on(exits, rule)
    state: Literal["off", "on"] = "off" if was_on else "on"
    name = f"{phase.name} with {rule.replace('_', ' ')} {state}"
    variant = StandalonePair(simulate(name, switch_rule(exits, rule)), phase)
    both = by_subset(traded, partial(_compare, variant, was_on, gates))
    return Ablation(rule=rule, state=state, traded=both.traded, all=both.all)


def _compare(whole: StandalonePair, was_on: bool, gates: Gates, subset: Bools) -> AblationFigures:
    pair = whole.only(subset)
    net = pair.after.net_frac
    change = compare_mean_net(pair.after.track, pair.before.track, gates.alpha)
    judged = judge_difference(MEAN_NET_BPS, change, pair.lacking(gates))
    return AblationFigures(
        n=len(pair.after),
        win_rate=metrics.win_rate(net),
        profit_factor=metrics.profit_factor(net, net),
        mean_net_bps=mean_or_none(1e4 * net),
        change_mean_net_bps=judged,
        effect=_effect(judged.verdict, was_on),
    )


def _effect(verdict: ComparisonVerdict, was_on: bool) -> Effect:
    """A variant without the rule that is worse shows that the rule helps."""
    if verdict == "inconclusive" or verdict == "insufficient data":
        return verdict
    return "beneficial" if (verdict == "worse") == was_on else "harmful"
