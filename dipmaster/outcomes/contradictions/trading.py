"""Sections 2 and 3, and the stress scenarios: targets, stops, sizes, volatility."""

import math

from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, BARS_PER_YEAR, DAYS_PER_YEAR, HOUR_MS
from dipmaster.evaluation.statistics.drawdown_law import probability_below
from dipmaster.outcomes import stated
from dipmaster.outcomes.contradictions.arithmetic import break_even, find_median_drawdown
from dipmaster.results.outcomes import Contradiction


def refute_profit_factor_gain() -> Contradiction:
    """The matrix gives phase 2 half of the gain that its text claims."""
    before, after = stated.MATRIX[1].profit_factor, stated.MATRIX[2].profit_factor
    return Contradiction(
        id="profit_factor_gain",
        section="2 with the matrix",
        statement=f"Phase 2 raises the profit factor by {100 * stated.PROFIT_FACTOR_GAIN_FRAC:g} "
        "%.",
        stated=stated.PROFIT_FACTOR_GAIN_FRAC,
        implied=after / before - 1.0,
        unit="change",
        arithmetic=f"{after:g} / {before:g} - 1, from phase 1’s target to phase 2’s: the claim "
        "starts at today’s figure and counts phase 1’s gain again.",
        reading="The claim is compared with phase 2 over phase 1.",
    )


def refute_least_target() -> Contradiction:
    """The lower clip lies below every weighted sum."""
    return _refute_clip("least_target", "least", stated.LEAST_MULTIPLIERS, stated.LEAST_TARGET_FRAC)


def refute_most_target() -> Contradiction:
    """The upper clip lies above every weighted sum."""
    return _refute_clip("most_target", "most", stated.MOST_MULTIPLIERS, stated.MOST_TARGET_FRAC)


def _refute_clip(
    id_: str, word: str, multipliers: tuple[float, ...], clip_frac: float
) -> Contradiction:
    pairs = list(zip(stated.TARGET_WEIGHTS, multipliers, strict=True))
    total = sum(weight * multiplier for weight, multiplier in pairs)
    terms = " + ".join(f"{weight:g} x {multiplier:g}" for weight, multiplier in pairs)
    return Contradiction(
        id=id_,
        section="2.2",
        statement=f"Profit target of {100 * clip_frac:g} % at {word}.",
        stated=clip_frac,
        implied=stated.BASE_TARGET_FRAC * total,
        unit="fine_percent",
        arithmetic=f"{100 * stated.BASE_TARGET_FRAC:g} % x ({terms}): the bound is never reached.",
        reading="Weighted sum as written; the bounds stay and never act.",
    )


def refute_trailing_distance() -> Contradiction:
    """At its widest the trailing stop locks in a loss."""
    distance = stated.TRAIL_DISTANCE_FRAC * stated.MOST_TRAIL_FACTOR
    gain = stated.TRAIL_ACTIVATION_FRAC
    return Contradiction(
        id="trailing_distance",
        section="2.3",
        statement=f"A trailing stop that protects profit from a gain of {100 * gain:g} %.",
        stated=gain,
        implied=gain - distance,
        unit="fine_percent",
        arithmetic=f"{100 * gain:g} % - {stated.MOST_TRAIL_FACTOR:g} x "
        f"{100 * stated.TRAIL_DISTANCE_FRAC:g} %: where the stop stands when it is activated at "
        "its largest distance.",
        reading="The stop never stands below break-even after costs.",
    )


def refute_least_distance() -> Contradiction:
    """No factor makes the distance smaller than its base."""
    base, factor = stated.TRAIL_DISTANCE_FRAC, stated.LEAST_TRAIL_FACTOR
    return Contradiction(
        id="least_distance",
        section="2.3",
        statement=f"A trailing distance of {100 * stated.LEAST_TRAIL_FRAC:g} % at least.",
        stated=stated.LEAST_TRAIL_FRAC,
        implied=base * factor * factor,
        unit="fine_percent",
        arithmetic=f"{100 * base:g} % x {factor:g} x {factor:g}: both factors are {factor:g} or "
        "more, so the bound is never reached.",
        reading="Kept as written; it never acts.",
    )


def refute_targeting_tolerance() -> Contradiction:
    """A year of days does not tell a volatility as closely as it is to be hit."""
    return Contradiction(
        id="targeting_tolerance",
        section="3",
        statement=f"Volatility within {100 * stated.TARGETING_TOLERANCE_FRAC:g} % of its target.",
        stated=stated.TARGETING_TOLERANCE_FRAC,
        implied=1.0 / math.sqrt(2.0 * DAYS_PER_YEAR),
        unit="percent",
        arithmetic=f"1 / √(2 x {DAYS_PER_YEAR}): standard error of a volatility measured on a year "
        "of normal daily returns, relative to it; an account that hits its target misses the "
        "tolerance more often than not.",
        reading="Percentage points, on a unit-risk overlay.",
    )


def refute_kelly_odds() -> Contradiction:
    """In the units of the volatility target no confidence is high enough to trade."""
    annual = stated.LOW_VOLATILITY_DAILY_FRAC * math.sqrt(DAYS_PER_YEAR)
    odds = stated.KELLY_GAIN_FRAC / (2.0 * annual)
    return Contradiction(
        id="kelly_odds",
        section="3.1 with 1.3",
        statement=f"Kelly odds of {stated.KELLY_GAIN_FRAC:g} over twice the volatility; trades "
        f"from a confidence of {stated.HIGHEST_THRESHOLD:g} at the latest.",
        stated=stated.HIGHEST_THRESHOLD,
        implied=break_even(odds),
        unit="percent",
        arithmetic=f"Low volatility ends at {100 * stated.LOW_VOLATILITY_DAILY_FRAC:g} % a day, "
        f"{100 * annual:.1f} % a year: odds {stated.KELLY_GAIN_FRAC:g} / (2 x {annual:.3f}) = "
        f"{odds:.4f}, and Kelly is positive only above 1 / (1 + {odds:.4f}).",
        reading="Mean win over mean loss of past candidates, net of costs.",
    )


def refute_sharpe_gain() -> Contradiction:
    """Three hundred per cent more is not the matrix's target."""
    now, goal = stated.CURRENT.sharpe, stated.MATRIX[3].sharpe
    return Contradiction(
        id="sharpe_gain",
        section="3 with the matrix",
        statement=f"Sharpe up by {100 * stated.SHARPE_GAIN_FRAC:.0f} % in phase 3, to {goal:g}.",
        stated=goal,
        implied=now * (1.0 + stated.SHARPE_GAIN_FRAC),
        unit="fine",
        arithmetic=f"{now:g} x (1 + {stated.SHARPE_GAIN_FRAC:g}); {goal:g} would be a rise of "
        f"{100 * (goal / now - 1):.0f} %.",
        reading="The gate has the matrix’s value; the claim is compared with 1.5.",
    )


def refute_volatility_scalar() -> Contradiction:
    """An annual target over a forecast per bar is always clipped."""
    per_bar = stated.TARGET_VOLATILITY_ANNUAL_FRAC / stated.MOST_SCALAR
    return Contradiction(
        id="volatility_scalar",
        section="3.1",
        statement=f"Volatility target of {100 * stated.TARGET_VOLATILITY_ANNUAL_FRAC:g} % a year, "
        "over a forecast per 5-minute bar.",
        stated=stated.TARGET_VOLATILITY_ANNUAL_FRAC,
        implied=per_bar * math.sqrt(BARS_PER_YEAR),
        unit="percent",
        arithmetic=f"The scalar leaves its upper limit {stated.MOST_SCALAR:g} only above "
        f"{100 * per_bar:g} % a bar, x √{BARS_PER_YEAR:,} a year: sizes never vary with "
        "volatility.",
        reading="The forecast is annualised first.",
    )


def refute_drawdown_limit() -> Contradiction:
    """At the volatility target half of all years fall twice as deep as the limit."""
    volatility, goal = stated.TARGET_VOLATILITY_ANNUAL_FRAC, stated.MATRIX[4]
    limit = goal.max_drawdown or 0.0
    below = probability_below(limit, volatility, goal.sharpe, 1.0)
    return Contradiction(
        id="drawdown_limit",
        section="3.1 with the matrix",
        statement=f"Drawdown below {100 * limit:g} % at a volatility of {100 * volatility:g} % and "
        f"a Sharpe of {goal.sharpe:g}.",
        stated=limit,
        implied=find_median_drawdown(volatility, goal.sharpe),
        unit="percent",
        arithmetic="Median maximum drawdown of a year of Brownian motion with that drift; "
        f"{100 * below:.2f} % of years stay below the limit.",
        reading="Targeting is judged on a unit-risk overlay; the drawdown gate stays.",
    )


def refute_correlation_window() -> Contradiction:
    """One week of hours is fourteen hours of bars."""
    bars = stated.CORRELATION_WINDOW_BARS
    return Contradiction(
        id="correlation_window",
        section="3.2",
        statement=f"Correlation window of one week: {bars} periods of 5 minutes.",
        stated=float(stated.CORRELATION_WINDOW_SAYS_HOURS),
        implied=bars * BAR_MS / HOUR_MS,
        unit="hours",
        arithmetic=f"{bars} x 5 / 60; a week has {7 * BARS_PER_DAY:,} such periods.",
        reading="Spillover is measured over windows in days.",
    )


def refute_crash_volatility() -> Contradiction:
    """The crash is as calm as a day of the regime called normal."""
    return _refute_stress("market_crash")


def refute_spike_volatility() -> Contradiction:
    """The spike is calmer than the regime called low."""
    return _refute_stress("volatility_spike")


def _refute_stress(scenario: str) -> Contradiction:
    annual, ends = stated.STRESS_VOLATILITY[scenario], stated.NORMAL_VOLATILITY_DAILY_FRAC
    daily = annual / math.sqrt(DAYS_PER_YEAR)
    regime = "low" if daily < stated.LOW_VOLATILITY_DAILY_FRAC else "normal"
    return Contradiction(
        id=f"{scenario}_volatility",
        section="Risk validation with 1.3",
        statement=f"{scenario.replace('_', ' ').capitalize()}: stress at a volatility of "
        f"{annual:.2f}.",
        stated=annual,
        implied=ends * math.sqrt(DAYS_PER_YEAR),
        unit="percent",
        arithmetic=f"{annual:g} a year is {100 * daily:.2f} % a day, which 1.3 calls {regime}; its "
        f"normal regime ends at {100 * ends:g} % a day, x √{DAYS_PER_YEAR} a year.",
        reading="Run as written, and at three times the coin’s own volatility.",
    )
