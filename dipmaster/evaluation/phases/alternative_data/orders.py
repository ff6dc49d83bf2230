"""Phases up to this one, each asked for its orders again on candidates scored anew."""

from dataclasses import replace

from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import Completed, CompletedPhase, PhaseOrders


def order_again(rescored: EvaluationContext, completed: Completed) -> tuple[CompletedPhase, ...]:
    """Phases with the orders that they have on other scores, in their order.

    The first phase orders every candidate, whatever its score. Exits stay those each phase has:
    targets follow from the confidence of phase 1, which the exits stage was given. Ledgers
    stay as well, and are not those of the new orders.

    Parameters
    ----------
    rescored
        The context with other scores, of `inputs.score_again`.
    """
    chain = tuple(completed[:1])
    for one in completed[1:]:
        orders = one.phase.orders(rescored, chain)
        chain = (*chain, replace(one, orders=_put_targets(orders, one)))
    return chain


def _put_targets(orders: PhaseOrders, phase: CompletedPhase) -> PhaseOrders:
    """As the runner does: an order has the target of its own candidate."""
    aligned = phase.exit_policy.at(orders.entries.candidate_id)
    return replace(orders, entries=replace(orders.entries, target_frac=aligned.target_frac))
