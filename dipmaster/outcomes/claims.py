"""Lines of the roadmap about the whole plan, held against what was measured of it."""

from collections.abc import Sequence

from dipmaster.evaluation.claims import WHOLE, Claim
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.outcomes import ReturnOnInvestment, SuccessProbability, SuccessShare

ONE_HISTORY = "one history does not estimate an expected gain"
ON_MARKETS = "on simulated markets of the default kind"


def measure_claims(
    roi: Sequence[ReturnOnInvestment], days: int, success: SuccessProbability
) -> tuple[RoadmapClaim, ...]:
    """Returns on investment and probabilities of success, phase by phase, then the whole.

    Parameters
    ----------
    days
        Behind the returns on investment.
    """
    return (
        *(_judge_roi(one, days) for one in roi),
        *(_judge_success(one) for one in (*success.by_phase, success.overall)),
    )


def _judge_roi(one: ReturnOnInvestment, days: int) -> RoadmapClaim:
    words = f"ROI of phase {one.phase} {one.stated_roi:g}:1"
    claim = Claim(f"roi.{one.phase}", "ROI by phase", words, one.stated_roi, "ratio", one.phase)
    why = "; ".join(part for part in one.reason.split("; ") if not part.startswith("no capital"))
    return claim.at_least(one.roi, days, why, f"yearly gain over cost; {ONE_HISTORY}")


def _judge_success(one: SuccessShare) -> RoadmapClaim:
    whole = one.phase == WHOLE
    subject = "all four phases" if whole else f"phase {one.phase}"
    words = f"success probability of {subject} {100 * one.stated_frac:g} %"
    identity = "success.plan" if whole else f"success.{one.phase}"
    claim = Claim(identity, "Success probability", words, one.stated_frac, "frac", one.phase)
    beside = f"PASS in {one.passed} of {one.markets} markets, {ON_MARKETS}"
    return claim.at_least(one.share, one.markets, one.share.reason, beside)
