"""Returns on investment by hand, and what holds of all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.params import Outcomes
from dipmaster.core.params.outcomes import PhaseWeeks
from dipmaster.outcomes.contributions import measure_contributions, pair_with_previous
from dipmaster.outcomes.roi import (
    NOT_REACHABLE,
    PlannedWork,
    measure_programme,
    measure_roi,
    plan_work,
    weigh_stated,
)
from dipmaster.results.common import Comparison
from dipmaster.results.outcomes import AdjustedChange, PhaseContribution

COSTS = Outcomes(
    people=4.5, week_cost=3e3, weeks=PhaseWeeks(phase_1=2.0, phase_2=2.0, phase_3=2.0, phase_4=4.0)
)  # fmt: skip


def contribution(phase: int, value: float | None, verdict: str = "better") -> PhaseContribution:
    three = (None, None, None) if value is None else (value, value - 0.01, value + 0.01)
    change = AdjustedChange(
        comparison=Comparison(
            value=three[0], low=three[1], high=three[2], verdict=verdict, reason="too small"
        ),
        p_value=None,
        p_holm=None,
    )
    return PhaseContribution(
        phase=phase, trades=1, trades_without=1, mean_net_bps=change, net_return=change,
        sharpe=change,
    )  # fmt: skip


def planned() -> list[PlannedWork]:
    found = [plan_work(phase, COSTS) for phase in (1, 2, 3, 4)]
    return [one for one in found if one is not None]


def test_by_hand() -> None:
    """Two years bring 10 % of 100,000: 5,000 a year, over 4.5 x 2 x 3,000."""
    (one,) = measure_roi([contribution(1, 0.10)], 100_000.0, 730.0, COSTS)
    assert one.cost == 27_000.0
    assert one.gain.value == pytest.approx(5_000.0)
    assert (one.gain.low, one.gain.high) == pytest.approx((4_500.0, 5_500.0))
    assert one.roi.value == pytest.approx(5_000 / 27_000)
    assert (one.stated_roi, one.reason) == (8.0, "")
    assert one.capital_for_stated == pytest.approx(8 * 27_000 / 0.05)


def test_weeks_are_those_of_the_phase() -> None:
    assert [one.cost for one in planned()] == [27e3, 27e3, 27e3, 54e3]
    assert [one.weeks for one in planned()] == [2.0, 2.0, 2.0, 4.0]


def test_the_stated_roi_of_all_is_weighted_by_cost() -> None:
    assert weigh_stated(planned()) == pytest.approx((8 + 6 + 4 + 2 * 3) / 5)


def test_a_phase_that_the_roadmap_does_not_plan_has_no_return_on_investment() -> None:
    assert plan_work(5, COSTS) is None
    four, five = contribution(4, 0.1), contribution(5, 0.1)
    assert [one.phase for one in measure_roi([four, five], 1e5, 365.0, COSTS)] == [4]


@pytest.mark.parametrize("value", [-0.02, 0.0, None])
def test_no_capital_makes_a_loss_a_gain(value: float | None) -> None:
    (one,) = measure_roi([contribution(3, value)], 100_000.0, 365.0, COSTS)
    assert one.capital_for_stated is None
    assert NOT_REACHABLE in one.reason


def test_missing_data_are_named() -> None:
    (one,) = measure_roi([contribution(2, 0.1, "insufficient data")], 1e5, 365.0, COSTS)
    assert one.reason == "too small"
    assert one.gain.value == pytest.approx(1e4)


@given(
    st.floats(1e-4, 2.0), st.floats(1e3, 1e8), st.floats(30.0, 3000.0), st.integers(1, 4)
)  # fmt: skip
def test_at_the_capital_that_is_named_the_stated_roi_is_measured(
    value: float, capital: float, days: float, phase: int
) -> None:
    (one,) = measure_roi([contribution(phase, value)], capital, days, COSTS)
    assert one.capital_for_stated is not None
    (there,) = measure_roi([contribution(phase, value)], one.capital_for_stated, days, COSTS)
    assert there.roi.value == pytest.approx(one.stated_roi)


def test_the_programme_is_compared_with_not_trading(context, traded, few_data) -> None:
    """Net return of the last phase, of its equity alone, over the cost of three phases."""
    pairs, days = pair_with_previous(context, traded), context.period.elapsed_days
    one = measure_programme(pairs[-1], 50_000.0, days, COSTS, few_data)
    equity = traded[-1].ledger.equity["equity"].to_numpy()
    first = (context.period.out_of_sample_ms - context.period.first_ms) // 300_000
    yearly = (equity[-1] / equity[first - 1] - 1.0) * 365.0 / days
    assert one.phase == 0
    assert one.cost == 81_000.0
    assert one.gain.value == pytest.approx(50_000.0 * yearly)
    assert one.gain.low < one.gain.value < one.gain.high
    assert one.stated_roi == pytest.approx(6.0)


def test_gains_of_the_phases_add_up_to_the_last_less_the_first(context, traded, few_data) -> None:
    added = measure_contributions(pair_with_previous(context, traded), few_data)
    found = measure_roi(added, 1.0, 365.0, COSTS)
    equity = [one.ledger.equity["equity"].to_numpy() for one in (traded[-1], traded[0])]
    first = (context.period.out_of_sample_ms - context.period.first_ms) // 300_000
    last, baseline = (one[-1] / one[first - 1] for one in equity)
    assert sum(one.gain.value for one in found) == pytest.approx(last - baseline)
