"""What each rule of phase 2 is worth: phase 2 with that one rule switched the other way."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from dipmaster.core.kernels import Bools
from dipmaster.core.params import AdaptiveExits, Gates
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.phases.exits.eligible_entries import in_groups
from dipmaster.evaluation.phases.exits.figures import figures
from dipmaster.evaluation.phases.exits.standalone import Alone, Pair
from dipmaster.evaluation.statistics.paired import trades
from dipmaster.evaluation.statistics.paired.judging import judge_difference
from dipmaster.results import to_json
from dipmaster.results.metrics import MEAN_NET_BPS

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


def switched(exits: AdaptiveExits, rule: str) -> AdaptiveExits:
    """The same params with one rule the other way."""
    on = not is_on(exits, rule)

    def part(name: str, **values: bool) -> Mapping[str, Any]:
        return {name: getattr(exits, name).model_copy(update=values)}

    changed = {
        "dynamic_target": part("dynamic_target", enabled=on),
        "trailing": part("trailing", enabled=on),
        "full_exit": part("decision", full=on),
        "partial_exit": part("decision", partial=on),
        "models": part("decision", full=on, partial=on),
        "boundary": {"boundary_from_phase2": on},
    }
    return exits.model_copy(update=changed[rule])


def without_models(exits: AdaptiveExits) -> AdaptiveExits:
    """The same params with both exits on the score off."""
    return switched(exits, "models") if is_on(exits, "models") else exits


def leave_one_out(
    phase_2: Alone,
    traded: Bools,
    exits: AdaptiveExits,
    follow: Callable[[str, AdaptiveExits], Alone],
    gates: Gates,
) -> list[Record]:
    """A row a rule, each judged as if it were the only one; exit scores stay as they are.

    Parameters
    ----------
    phase_2
        All cases under phase 2's exits.
    follow
        From a name and other params to the same cases under their exits.

    Returns
    -------
    list of Record
        `state` is what the rule was switched to. `change_mean_net_bps` is the variant
        minus phase 2, so it is negative where switching a rule off costs money;
        `effect` turns it into words about the rule itself: HELPS, HURTS or NOT SHOWN.
    """
    rows = []
    for rule in RULES:
        was_on = is_on(exits, rule)
        state = "off" if was_on else "on"
        name = f"phase 2 with {rule.replace('_', ' ')} {state}"
        variant = Pair(follow(name, switched(exits, rule)), phase_2)
        found = in_groups(traded, partial(_row, variant, was_on, gates))
        rows.append({"rule": rule, "state": state, **found})
    return rows


def _row(whole: Pair, was_on: bool, gates: Gates, kept: Bools) -> Record:
    pair = whole.only(kept)
    found = figures(pair.after, gates)
    change = trades.compare_mean_net(pair.after.track, pair.before.track, gates.alpha)
    ruled = to_json(judge_difference(MEAN_NET_BPS, change, pair.lacking(gates)))
    return {
        "n": len(pair.after),
        **{name: found[name]["value"] for name in ("win_rate", "profit_factor", "mean_net_bps")},
        "change_mean_net_bps": ruled,
        "effect": _effect(ruled["verdict"], was_on),
    }


def _effect(verdict: str, was_on: bool) -> str:
    """A variant without the rule that is worse shows that the rule helps."""
    helps, hurts = ("WORSE", "BETTER") if was_on else ("BETTER", "WORSE")
    return {helps: HELPS, hurts: HURTS}.get(verdict, UNSURE)
