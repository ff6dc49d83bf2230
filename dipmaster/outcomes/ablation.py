"""The last phase traded again without what one of the phases adds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dipmaster.core import stage
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import Completed, CompletedPhase, Phase, PhaseOrders
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.run import complete_phase
from dipmaster.outcomes.accounts import build_account
from dipmaster.outcomes.contributions import AccountPair
from dipmaster.results.outcomes import NotLeftOut


@dataclass(frozen=True)
class EveryCandidatePhase(Phase):
    """Phase 1 without its filter: all orders of the phase before, with confidence and regime.

    Later phases need both: sizes are made of the confidence. Orders of one bar still compete by
    confidence, because an account has to fill them in some order.
    """

    number = 1
    name = "every_candidate"

    def orders(self, context: EvaluationContext, completed: Completed) -> PhaseOrders:
        """Order what the phase before orders, whatever the filter says."""
        confidence = context.filter_results["confidence"].to_numpy(dtype=np.float64)
        regime = context.inputs.scores["regime"].to_numpy(np.int8)
        entries = self._before(completed).orders.entries
        return PhaseOrders(entries.with_scores(confidence, regime))


STAND_INS: Mapping[type[Phase], type[Phase]] = {SelectionPhase: EveryCandidatePhase}
"""Phases that later ones need something of beside what they add, and what gives that alone."""


def pair_with_ablated(
    context: EvaluationContext, completed: Sequence[CompletedPhase]
) -> tuple[AccountPair, ...]:
    """The last phase beside itself without each of the phases but the first."""
    *_, final = completed
    after = build_account(f"phase {final.phase.number}", final, context)
    pairs = []
    for one in completed[1:]:
        number = one.phase.number
        with stage.progress_step(f"trading without phase {number}: {one.phase.name}"):
            traded = trade_without(context, completed, number)
        before = build_account(f"the strategy without phase {number}", traded, context)
        pairs.append(AccountPair(number, after, before))
    return tuple(pairs)


def trade_without(
    context: EvaluationContext, completed: Sequence[CompletedPhase], number: int
) -> CompletedPhase:
    """Trade all phases but one, and return the last of them.

    The phases before it stay as they are. Those after it are asked again for orders and exits,
    given a sequence that lacks it, so that each builds on what is there.

    Parameters
    ----------
    number
        Of the phase that is left out; not the first.
    """
    chain = tuple(one for one in completed if one.phase.number < number)
    left_out = next(one.phase for one in completed if one.phase.number == number)
    stand_in = next((made for kind, made in STAND_INS.items() if isinstance(left_out, kind)), None)
    if stand_in is not None:
        chain = (*chain, complete_phase(context, stand_in(), chain))
    for one in completed:
        if one.phase.number > number:
            chain = (*chain, complete_phase(context, one.phase, chain))
    return chain[-1]


def list_not_left_out(completed: Sequence[CompletedPhase]) -> tuple[NotLeftOut, ...]:
    """The first phase: it finds the candidates that all others select, leave and size."""
    reason = "it finds the candidates, without which there is nothing to trade"
    return tuple(NotLeftOut(phase=one.phase.number, reason=reason) for one in completed[:1])
