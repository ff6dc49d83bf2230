"""Market impact by hand, from the past alone; what more capital can never do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dipmaster.core.params import Sensitivity
from dipmaster.sensitivity.capacity import measure_capacity
from dipmaster.sensitivity.impact import (
    measure_past,
    measure_shares,
    measure_unit_impact,
    spread_over_bars,
)
from tests.made.params import read_params
from tests.sensitivity.conftest import (
    BARS,
    FREE,
    Account,
    account,
    flat_panel,
    orders,
    random_panel,
)

SIGNALS = np.arange(300, 1100, 60)


def with_params(one: Account, **changes: object) -> Account:
    """The same account with other params of the section."""
    values = {**one.context.params.sensitivity.model_dump(), **changes}
    one.context.params.sensitivity = Sensitivity.model_validate(values)
    return one


def walk(seed: int, **changes: object) -> Account:
    entries = orders(np.arange(SIGNALS.size) % 2, SIGNALS)
    return with_params(account(random_panel(seed), entries), **changes)


def test_impact_by_hand() -> None:
    """Returns of +-10 bps a bar are 169.7 bps a day; 288 units of 100 a day are 28,800.

    An order of 5 % of 100,000 is 5,000: 169.7 x sqrt(5000 / 28800) = 70.7 bps.
    """
    panel = flat_panel()
    close = panel.close * np.where(np.arange(BARS) % 2, np.exp(0.001), 1.0)
    panel = replace(panel, close=close, volume=100.0 / close)
    entries = orders([0], [700])
    unit = measure_unit_impact(panel, entries, np.array([0.05]), 1, 1.0)
    by_hand = 10.0 * np.sqrt(288.0) * np.sqrt(5000.0 / 28_800.0)
    assert unit * np.sqrt(1e5) == pytest.approx([by_hand])
    assert by_hand == pytest.approx(70.7, abs=0.05)


@settings(max_examples=15)
@given(st.integers(0, 1000), st.integers(1, 3))
def test_nothing_after_the_signal_is_looked_at(seed: int, days: int) -> None:
    panel, signal = random_panel(seed), np.array([310, 700])
    other = replace(
        panel,
        volume=np.where(np.arange(BARS) > 700, 9.0 * panel.volume, panel.volume),
        close=np.where(np.arange(BARS) > 700, 2.0 * panel.close, panel.close),
    )
    symbol = np.array([0, 1])
    before, after = (measure_past(one, symbol, signal, days) for one in (panel, other))
    assert np.array_equal(before, after)


def test_the_past_is_the_mean_of_the_window_bar_by_bar() -> None:
    panel = random_panel(2)
    gaps = panel.close.copy()
    gaps[1, 400:420] = np.nan
    panel = replace(panel, close=gaps)
    signal = 650
    volume, volatility = measure_past(panel, np.array([1]), np.array([signal]), 2)
    rows = range(signal - 2 * 288 + 1, signal + 1)
    value = [panel.volume[1, k] * panel.close[1, k] for k in rows if k >= 0]
    square = [np.log(panel.close[1, k] / panel.close[1, k - 1]) ** 2 for k in rows if k >= 1]
    assert volume[0] == pytest.approx(288 * np.nanmean(value))
    assert volatility[0] == pytest.approx(np.sqrt(288 * np.nanmean(square)))


def test_an_order_pays_on_its_own_bars_alone() -> None:
    entries = orders([0, 1, 0], [300, 310, 400])
    spread = spread_over_bars(flat_panel(2), entries, np.array([7.0, 5.0, 3.0]))
    assert set(spread[0, :301]) == {0.0}
    assert set(spread[0, 301:401]) == {7.0}
    assert set(spread[0, 401:]) == {3.0}
    assert (set(spread[1, :311]), set(spread[1, 311:])) == ({0.0}, {5.0})


def test_shares_are_what_was_bought_or_asked_for() -> None:
    """The third order finds its coin held."""
    one = account(flat_panel(2), orders([0, 1, 0], [300, 301, 301]), **FREE)
    shares = measure_shares(one.panel, one.entries, one.phase.ledger, one.context.params.execution)
    assert one.phase.ledger.rejected["already_in_position"] == 1
    assert shares == pytest.approx([0.05, 0.05, 0.05])


@settings(max_examples=15)
@given(st.integers(0, 40))
def test_without_impact_capital_changes_no_return(seed: int) -> None:
    one = walk(seed, impact_coefficient=0.0)
    base = one.phase.ledger.trades["net_pnl"].sum() / 1e5
    for point in measure_capacity(one.context, one.phase).points:
        assert point.mean_impact_bps == 0.0
        assert point.performance.net_pnl / point.capital == pytest.approx(base)


@settings(max_examples=15)
@given(st.integers(0, 40), st.floats(0.1, 3.0))
def test_four_times_the_capital_is_twice_the_coefficient(seed: int, coefficient: float) -> None:
    large = walk(seed, impact_coefficient=coefficient, capitals=(4e5,))
    found = measure_capacity(large.context, large.phase)
    small = walk(seed, impact_coefficient=2.0 * coefficient, capitals=(1e5,))
    other = measure_capacity(small.context, small.phase)
    pair = [one.points[0].performance.net_return_frac for one in (found, other)]
    assert pair[0] == pytest.approx(pair[1])


@settings(max_examples=15)
@given(st.integers(0, 40))
def test_more_capital_never_a_higher_return(seed: int) -> None:
    """With exits that do not look at the net profit."""
    one = walk(seed, capitals=(1e4, 1e5, 1e6))
    points = measure_capacity(one.context, one.phase).points
    returns = [point.performance.net_return_frac for point in points]
    assert returns == sorted(returns, reverse=True)
    impacts = [point.mean_impact_bps for point in points]
    assert impacts == sorted(impacts)


@settings(max_examples=15)
@given(st.integers(0, 40))
def test_the_zero_parts_profit_from_loss(seed: int) -> None:
    one = walk(seed)
    found = measure_capacity(one.context, one.phase)
    if found.zero_capital is None:
        assert found.reason
        assert found.points[0].performance.net_pnl <= 0.0 or "above" in found.reason
        return
    around = (0.99 * found.zero_capital, 1.01 * found.zero_capital)
    one = with_params(one, capitals=around)
    below, above = measure_capacity(one.context, one.phase).points
    assert below.performance.net_pnl > 0.0 >= above.performance.net_pnl


def test_orders_without_a_known_volume_are_left_out_and_counted() -> None:
    panel = random_panel(1)
    silent = np.where(np.arange(2)[:, None] == 1, np.nan, panel.volume)
    entries = orders(np.arange(SIGNALS.size) % 2, SIGNALS)
    one = account(replace(panel, volume=silent), entries)
    found = measure_capacity(one.context, one.phase)
    assert found.orders_without_volume == SIGNALS.size // 2
    assert found.points[0].performance.trades == SIGNALS.size - SIGNALS.size // 2
    nothing = account(replace(panel, volume=np.full_like(panel.volume, np.nan)), entries)
    found = measure_capacity(nothing.context, nothing.phase)
    assert (found.points, found.reason) == ((), "no order has a known volume")


def test_a_phase_without_orders_has_no_capacity() -> None:
    one = account(flat_panel(), orders([], []))
    found = measure_capacity(one.context, one.phase)
    assert (found.points, found.reason) == ((), "no order was made out of sample")
    assert read_params("sensitivity").sensitivity.capitals[0] == 1e5


def test_capitals_too_small_to_fill_an_order_are_no_evidence_of_a_loss() -> None:
    """An order of a capital of 1 is below the smallest that an exchange takes."""
    none = with_params(walk(3), capitals=(1.0,))
    found = measure_capacity(none.context, none.phase)
    assert (found.points, found.zero_capital) == ((), None)
    assert found.reason == "no order was filled out of sample at any of these capitals"
    some = with_params(walk(3), capitals=(1.0, 1e9), impact_coefficient=10.0)
    found = measure_capacity(some.context, some.phase)
    assert [point.performance.trades > 0 for point in found.points] == [False, True]
    assert found.reason == "no net profit even with a capital of 1,000,000,000"
