"""Contributions and costs to returns on investment, beside those that the roadmap states."""

from collections.abc import Mapping, Sequence

from dipmaster.core.params import Gates, Outcomes
from dipmaster.outcomes.accounts import stay_flat
from dipmaster.outcomes.contributions import AccountPair, compare_accounts
from dipmaster.outcomes.stated import ROI
from dipmaster.results.common import Interval
from dipmaster.results.metrics import NET_RETURN
from dipmaster.results.outcomes import PhaseContribution, ReturnOnInvestment

DAYS_PER_YEAR = 365.0
WHOLE = 0  # the "phase" of all phases together
NOT_REACHABLE = "no capital reaches the stated ROI: the measured contribution is not above 0"


def compute_cost(phase: int, outcomes: Outcomes) -> float:
    """Money for the work on one phase: persons x weeks x cost of a week."""
    return outcomes.people * outcomes.weeks.of(phase) * outcomes.week_cost


def measure_roi(
    contributions: Sequence[PhaseContribution], capital: float, days: float, outcomes: Outcomes
) -> tuple[ReturnOnInvestment, ...]:
    """Yearly net profit that each phase added to the one before it, over its cost.

    Parameters
    ----------
    contributions
        Each phase against the one before it.
    days
        From the out-of-sample start to the last bar.
    """
    return tuple(_measure_phase(one, capital, days, outcomes) for one in contributions)


def measure_programme(
    final: AccountPair, capital: float, days: float, outcomes: Outcomes, gates: Gates
) -> ReturnOnInvestment:
    """Yearly net profit of the last phase against not trading, over the cost of all phases.

    Not against phase 0: losses that end when a losing strategy is given up are no return on
    the work.

    Parameters
    ----------
    final
        Its `after` is the last phase.
    """
    flat = AccountPair(final.phase, final.after, stay_flat(final.after))
    found = compare_accounts(NET_RETURN, flat, gates, gates.alpha)
    numbers = range(1, final.phase + 1)
    costs = {phase: compute_cost(phase, outcomes) for phase in numbers}
    return _build(
        WHOLE,
        sum(outcomes.weeks.of(phase) for phase in numbers),
        sum(costs.values()),
        _per_year(Interval(found.value, found.low, found.high), days),
        capital,
        weigh_stated(costs),
        final.after.lacking or found.reason,
    )


def weigh_stated(costs: Mapping[int, float]) -> float:
    """The stated ROI of phases together: their mean, weighted by cost."""
    return sum(ROI[phase] * cost for phase, cost in costs.items()) / sum(costs.values())


def _measure_phase(
    one: PhaseContribution, capital: float, days: float, outcomes: Outcomes
) -> ReturnOnInvestment:
    change = one.net_return.comparison
    lacking = change.reason if change.verdict == "insufficient data" else ""
    return _build(
        one.phase,
        outcomes.weeks.of(one.phase),
        compute_cost(one.phase, outcomes),
        _per_year(Interval(change.value, change.low, change.high), days),
        capital,
        ROI[one.phase],
        lacking,
    )


def _per_year(change: Interval, days: float) -> Interval:
    return _scale(change, DAYS_PER_YEAR / days)


def _scale(found: Interval, factor: float) -> Interval:
    value, low, high = (
        None if part is None else part * factor for part in (found.value, found.low, found.high)
    )
    return Interval(value, low, high)


def _build(
    phase: int,
    weeks: float,
    cost: float,
    yearly_frac: Interval,
    capital: float,
    stated: float,
    lacking: str,
) -> ReturnOnInvestment:
    gain = _scale(yearly_frac, capital)
    reachable = yearly_frac.value is not None and yearly_frac.value > 0.0
    return ReturnOnInvestment(
        phase=phase,
        weeks=weeks,
        cost=cost,
        gain=gain,
        roi=_scale(gain, 1.0 / cost),
        stated_roi=stated,
        capital_for_stated=stated * cost / (yearly_frac.value or 1.0) if reachable else None,
        reason="; ".join(part for part in (lacking, "" if reachable else NOT_REACHABLE) if part),
    )
