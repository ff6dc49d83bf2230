"""Ablation: what each rule of phase 2 is worth, by phase 2 with that one rule switched."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from dipmaster.backtest import metrics
from dipmaster.core.kernels import Bools
from dipmaster.core.params import AdaptiveExits, Gates
from dipmaster.evaluation.comparison import judge_difference
from dipmaster.evaluation.figures.breakdowns import Record, mean_or_none
from dipmaster.evaluation.phases.exits.subsets import by_subset
from dipmaster.evaluation.standalone import StandalonePair, StandaloneTrades
from dipmaster.evaluation.statistics.paired import trades

RULES = ("dynamic_target", "trailing", "full_exit", "partial_exit", "models", "boundary")
HELPS, HURTS, UNSURE = "HELPS", "HURTS", "NOT SHOWN"


def is_on(exits: AdaptiveExits, rule: str) -> bool:
    """Whether phase 2 uses the rule; "models" are both exits on the score."""
    decision = exits.decision
    return {
        "dynamic_target": exits.dynamic_target.enabled,
        "trailing": exits.trailing.enabled,
        "full_exit": decision.full,
        "partial_exit": decision.partial,
        "models": decision.full or decision.partial,
        "boundary": exits.boundary_from_phase2,
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
        "boundary": {"boundary_from_phase2": on},
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
) -> list[Record]:
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
    list of Record
        `state` is what the rule was switched to. `change_mean_net_bps` is the variant
        minus the phase, so it is negative where switching a rule off costs money;
        `effect` turns it into words about the rule itself: HELPS, HURTS or NOT SHOWN.
    """
    rows = []
    for rule in RULES:
        was_on = is_on(exits, rule)
        state = "off" if was_on else "on"
        name = f"{phase.name} with {rule.replace('_', ' ')} {state}"
        variant = StandalonePair(simulate(name, switch_rule(exits, rule)), phase)
        figures = by_subset(traded, partial(_row, variant, was_on, gates))
        rows.append({"rule": rule, "state": state, **figures})
    return rows


def _row(whole: StandalonePair, was_on: bool, gates: Gates, subset: Bools) -> Record:
    pair = whole.only(subset)
    net = pair.after.net_frac
    change = trades.mean_net_bps(pair.after.track, pair.before.track, gates.alpha)
    judged = judge_difference(change, 1, pair.lacking(gates))
    return {
        "n": len(pair.after),
        "win_rate": metrics.win_rate(net),
        "profit_factor": metrics.profit_factor(net),
        "mean_net_bps": mean_or_none(1e4 * net),
        "change_mean_net_bps": judged,
        "effect": _effect(judged["verdict"], was_on),
    }


def _effect(verdict: str, was_on: bool) -> str:
    """A variant without the rule that is worse shows that the rule helps."""
    helps, hurts = ("WORSE", "BETTER") if was_on else ("BETTER", "WORSE")
    return {helps: HELPS, hurts: HURTS}.get(verdict, UNSURE)
