"""Contributions and costs to returns on investment, beside those that the roadmap states."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class PlannedWork:
    """What the roadmap plans for one phase: weeks of the calendar, money, stated return."""

    weeks: float
    cost: float
    stated_roi: float


def plan_work(phase: int, outcomes: Outcomes) -> PlannedWork | None:
    """Weeks, cost (persons x weeks x cost of a week) and stated ROI of one phase.

    None for a phase after those of the roadmap, which has no weeks or no stated ROI.
    """
    weeks, stated = outcomes.weeks.of(phase), ROI.get(phase)
    if weeks is None or stated is None:
        return None
    return PlannedWork(weeks, outcomes.people * weeks * outcomes.week_cost, stated)


def measure_roi(
    contributions: Sequence[PhaseContribution], capital: float, days: float, outcomes: Outcomes
) -> tuple[ReturnOnInvestment, ...]:
    """Yearly net profit that each phase added to the one before it, over its cost.

    Parameters
    ----------
    contributions
        Each phase against the one before it; one without planned work is left out.
    days
        From the out-of-sample start to the last bar.
    """
    planned = [(one, plan_work(one.phase, outcomes)) for one in contributions]
    return tuple(
        _measure_phase(one, work, capital, days) for one, work in planned if work is not None
    )


def measure_programme(
    final: AccountPair, capital: float, days: float, outcomes: Outcomes, gates: Gates
) -> ReturnOnInvestment:
    """Yearly net profit of the last phase against not trading, over the cost of all phases.

    A phase without planned work adds to the profit and nothing to the cost.

    Not against phase 0: losses that end when a losing strategy is given up are no return on
    the work.

    Parameters
    ----------
    final
        Its `after` is the last phase.
    """
    flat = AccountPair(final.phase, final.after, stay_flat(final.after))
    found = compare_accounts(NET_RETURN, flat, gates, gates.alpha)
    works = [plan_work(phase, outcomes) for phase in range(1, final.phase + 1)]
    planned = [work for work in works if work is not None]
    return _build(
        WHOLE,
        sum(work.weeks for work in planned),
        sum(work.cost for work in planned),
        _per_year(Interval(found.value, found.low, found.high), days),
        capital,
        weigh_stated(planned),
        final.after.lacking or found.reason,
    )


def weigh_stated(planned: Sequence[PlannedWork]) -> float:
    """The stated ROI of phases together: their mean, weighted by cost."""
    return sum(one.stated_roi * one.cost for one in planned) / sum(one.cost for one in planned)


def _measure_phase(
    one: PhaseContribution, work: PlannedWork, capital: float, days: float
) -> ReturnOnInvestment:
    change = one.net_return.comparison
    lacking = change.reason if change.verdict == "insufficient data" else ""
    return _build(
        one.phase,
        work.weeks,
        work.cost,
        _per_year(Interval(change.value, change.low, change.high), days),
        capital,
        work.stated_roi,
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
