"""The roadmap's stress scenarios held against the windows that the stress tests ran."""

from dipmaster.evaluation.claims import WHOLE, Claim
from dipmaster.learning.evaluation.clustered import clopper_pearson
from dipmaster.results.common import Interval
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.stress import StressResults, StressRow

SCENARIOS = ("market_crash", "volatility_spike", "correlation_breakdown")
"""Those of the roadmap's RiskValidationFramework, as written there."""

LIMIT_FRAC = 0.05
"""Drawdown below which its risk controls count as effective, and the share that may reach it."""


def measure_stress_claims(stressed: StressResults, alpha: float) -> tuple[RoadmapClaim, ...]:
    """Judge the three scenarios by the windows that began while positions were open.

    At a random date an account that is mostly in cash meets any limit. Met where the exact upper
    bound of the share of windows beyond the limit is below 5 %. Windows that were counted at
    another limit than the roadmap's say nothing about it.

    Parameters
    ----------
    alpha
        One-sided level of each bound.
    """
    chosen = {
        row.scenario: row
        for row in stressed.rows
        if (row.phase, row.start) == (stressed.final_phase, "positions open")
    }
    limit = stressed.drawdown_limit_frac
    return tuple(_judge(chosen[name], limit, alpha) for name in SCENARIOS if name in chosen)


def _judge(row: StressRow, limit: float, alpha: float) -> RoadmapClaim:
    words = f"drawdown below 5 % under {row.scenario.replace('_', ' ')}: windows beyond it"
    claim = Claim(f"risk.{row.scenario}", "Risk validation", words, LIMIT_FRAC, "frac", WHOLE)
    figures = row.with_controls
    if figures is None or not row.independent:
        return claim.insufficient(row.reason or "no window began with a position open")
    if limit != LIMIT_FRAC:
        return claim.insufficient(f"windows were counted at a drawdown of {100 * limit:g} %")
    share = figures.beyond_frac
    bounds = clopper_pearson(share, float(row.independent), alpha)
    worst = f"{100 * figures.worst_drawdown_frac:.2f} % is the largest drawdown, positions open"
    return claim.below(Interval(share, *bounds), row.independent, "", worst)
