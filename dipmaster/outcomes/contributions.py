"""Pairs of accounts to contributions: three metrics, their p-values, and Holm over the phases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dipmaster.core.params import Gates
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.statistics.metrics import COMPARISONS
from dipmaster.evaluation.statistics.paired.judging import judge_difference
from dipmaster.evaluation.statistics.paired.sides import Difference
from dipmaster.outcomes.accounts import ComparedAccount, build_account
from dipmaster.outcomes.significance import adjust_by_holm, find_p_value
from dipmaster.results.common import Comparison
from dipmaster.results.metrics import MEAN_NET_BPS, NET_RETURN, SHARPE, Metric
from dipmaster.results.outcomes import AdjustedChange, PhaseContribution

METRICS = (MEAN_NET_BPS, NET_RETURN, SHARPE)
"""What contributions are measured in; each has a Holm correction of its own."""


@dataclass(frozen=True)
class AccountPair:
    """The same bars with a phase and without it."""

    phase: int
    after: ComparedAccount
    before: ComparedAccount

    @property
    def lacking(self) -> str:
        """Why nothing may be concluded; empty where something may."""
        return self.after.lacking or self.before.lacking


def pair_with_previous(
    context: EvaluationContext, completed: Sequence[CompletedPhase]
) -> tuple[AccountPair, ...]:
    """Each phase beside the one before it."""
    accounts = [build_account(f"phase {one.phase.number}", one, context) for one in completed]
    return tuple(
        AccountPair(one.phase.number, after, before)
        for one, after, before in zip(completed[1:], accounts[1:], accounts, strict=False)
    )


def measure_contributions(
    pairs: Sequence[AccountPair], gates: Gates
) -> tuple[PhaseContribution, ...]:
    """Compare every pair in every metric, and correct each metric over all pairs."""
    adjusted = {metric.key: _measure(metric, pairs, gates) for metric in METRICS}
    return tuple(
        PhaseContribution(
            phase=pair.phase,
            trades=pair.after.trades,
            trades_without=pair.before.trades,
            mean_net_bps=adjusted[MEAN_NET_BPS.key][at],
            net_return=adjusted[NET_RETURN.key][at],
            sharpe=adjusted[SHARPE.key][at],
        )
        for at, pair in enumerate(pairs)
    )


def compare_accounts(metric: Metric, pair: AccountPair, gates: Gates, alpha: float) -> Difference:
    """Paired difference of one metric, by the comparison that validate uses, at a level."""
    compare = COMPARISONS[metric.key]
    at_level = gates.model_copy(update={"alpha": alpha})
    return compare(pair.after.side, pair.before.side, pair.phase, at_level).settle_rounding()


def _measure(metric: Metric, pairs: Sequence[AccountPair], gates: Gates) -> list[AdjustedChange]:
    comparisons = [
        judge_difference(metric, compare_accounts(metric, pair, gates, gates.alpha), pair.lacking)
        for pair in pairs
    ]
    p_values = [_test(metric, pair, gates) for pair in pairs]
    return [
        AdjustedChange(
            comparison=_judge_adjusted(comparison, p_holm, gates.alpha),
            p_value=p_value,
            p_holm=p_holm,
        )
        for comparison, p_value, p_holm in zip(
            comparisons, p_values, adjust_by_holm(p_values), strict=True
        )
    ]


def _test(metric: Metric, pair: AccountPair, gates: Gates) -> float | None:
    """No p-value where nothing may be concluded."""
    if pair.lacking:
        return None
    return find_p_value(
        lambda alpha: compare_accounts(metric, pair, gates, alpha), gates.bootstrap_reps
    )


def _judge_adjusted(comparison: Comparison, p_holm: float | None, alpha: float) -> Comparison:
    """Better and worse only where they are so after the correction."""
    if comparison.low == comparison.high == 0.0 and comparison.verdict == "inconclusive":
        return replace(comparison, reason="there is no difference")
    if comparison.verdict not in ("better", "worse") or (p_holm or 0.0) <= 2.0 * alpha:
        return comparison
    reason = f"p = {p_holm:.3f} after Holm’s correction for the number of phases"
    return replace(comparison, verdict="inconclusive", reason=reason)
