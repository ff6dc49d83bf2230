"""Findings on volatility management: conflicting targets, bounds that bind, no skill."""

from dipmaster.report.findings.finding import Evidence
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.volatility.intraday import PatternSkill
from dipmaster.results.volatility.spillover import EpisodeScores

MOST_ORDERS_FRAC = 0.5  # of the orders, at one bound: from there on the scalar is a constant


def conflicting_targets(inputs: ReportInputs) -> Evidence | None:
    """The volatility target makes the drawdown target improbable."""
    results = inputs.validation.sizing
    if results is None or results.drawdown_arithmetic.within_limit_frac >= 0.5:
        return None
    return {"targets": results.drawdown_arithmetic}


def scalar_at_bound(inputs: ReportInputs) -> Evidence | None:
    """A volatility scalar that lies at one bound for most orders."""
    results, params = inputs.validation.sizing, inputs.params.sizing
    if results is None or not results.counts.orders:
        return None
    counts = results.counts
    at_bound, bound = max(
        (counts.scalar_at_min, params.min_scalar), (counts.scalar_at_max, params.max_scalar)
    )
    share = at_bound / counts.orders
    return {"share": share, "bound": bound} if share > MOST_ORDERS_FRAC else None


def targeting_lost_to_bounds(inputs: ReportInputs) -> Evidence | None:
    """The overlay meets its target without bounds, and misses it with the position cap."""
    results = inputs.validation.sizing
    if results is None:
        return None
    overlay = {one.name: one for one in results.overlay}
    free, capped = overlay["unit_risk"], overlay["capped"]
    if free.within_tolerance != "met" or capped.within_tolerance != "not met":
        return None
    return {"free": free, "capped": capped}


def spillover_no_better_than_chance(inputs: ReportInputs) -> Evidence | None:
    """Events that coincide with no more correlation episodes than at random times."""
    scores = inputs.volatility.spillover.scores
    if not isinstance(scores, EpisodeScores) or scores.hit_rate is None:
        return None
    if scores.chance_high is None or scores.hit_rate > scores.chance_high:
        return None
    return {"scores": scores}


def weekdays_without_skill(inputs: ReportInputs) -> Evidence | None:
    """Weekdays that do not improve the prediction by hour and weekend."""
    skill = inputs.volatility.intraday.pooled
    if not isinstance(skill, PatternSkill) or skill.against_season.verdict == "better":
        return None
    return {"test": skill.against_season}
