"""Figures of the second layer to the verdict whether evidence is credited.

docs/decisions/phase-4-credit.md has the rule, and what of it was changed after a first look.
"""

from collections.abc import Sequence

from dipmaster.core.params.alternative import CreditEvaluation
from dipmaster.learning.evaluation.minimum_data import count_of
from dipmaster.results.altdata import FeedPermutation, ScoreComparison
from dipmaster.results.common import Credit, DataStatus

ALL_FEEDS = "all"


def judge_credit(
    status: DataStatus,
    comparison: ScoreComparison | None,
    permutations: Sequence[FeedPermutation],
    lacking: str,
    params: CreditEvaluation,
) -> Credit:
    """Credit evidence where the score is better with it, and worse with it shuffled.

    Parameters
    ----------
    comparison
        None where the second layer has no score out of sample; `lacking` then says why.
    """
    if status == "no data":
        return Credit(verdict="insufficient data", reason="no data: no source has a channel")
    if comparison is None:
        return Credit(verdict="insufficient data", reason=lacking)
    too_few = _describe_too_few(comparison, params)
    if too_few:
        return Credit(verdict="insufficient data", reason=too_few)
    change = comparison.improvement
    p_value = next((one.p_value for one in permutations if one.feed == ALL_FEEDS), None)
    if change.value is None or change.low is None or change.high is None or p_value is None:
        why = change.reason or "no permutation could be made"
        return Credit(verdict="insufficient data", reason=why)
    better, by_evidence = change.value > 0.0, p_value <= params.alpha
    words = (
        f"the mean log loss is {_negate(better)}lower with evidence: reduction "
        f"{change.value:.5f} (confidence interval {change.low:.5f} to {change.high:.5f}) over "
        f"{comparison.n:,} candidates; permutation test p = {p_value:.3f}, "
        f"{_negate(by_evidence)}met at {params.alpha:g}"
    )
    return Credit(verdict="credited" if better and by_evidence else "not credited", reason=words)


def _describe_too_few(comparison: ScoreComparison, params: CreditEvaluation) -> str:
    if comparison.n < params.min_candidates:
        return (
            f"{count_of(comparison.n, 'candidates')} with evidence, {params.min_candidates} needed"
        )
    if comparison.blocks < params.min_blocks:
        return (
            f"{count_of(comparison.blocks, 'blocks')} with candidates, {params.min_blocks} needed"
        )
    return ""


def _negate(holds: bool) -> str:
    return "" if holds else "not "
