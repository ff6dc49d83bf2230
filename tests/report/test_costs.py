"""Costs in print: parts that add up, break-even cost, capacity, funding where it is charged."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.report.chapters.costs import chart, figures
from dipmaster.report.chapters.costs.view import COSTS
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import gross_to_net
from dipmaster.report.kit.drawing import drawing
from dipmaster.report.kit.gross_to_net import GrossToNet, apportion
from dipmaster.report.kit.phase_table import by_phase
from tests.made.baseline_phase import losing_phase
from tests.report.conftest import unpainted
from tests.report.printed import plain, print_chapter, say

States = dict[str, Callable[[], ReportInputs]]
MINUS = "−"


def printed(inputs: ReportInputs) -> str:
    """The chapter as text."""
    with unpainted():
        return print_chapter(inputs, COSTS)


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=5), st.integers(0, 2))
def test_parts_add_up_and_none_moves_by_more_than_one_digit(
    parts: list[float], digits: int
) -> None:
    total = round(sum(parts), digits)
    rounded = apportion(parts, total, digits)
    assert sum(rounded) == pytest.approx(total, abs=1e-6)
    unit = 10**-digits
    for whole, part in zip(rounded, parts, strict=True):
        assert abs(whole - part) <= unit * (1 + 1e-6)


def test_gross_less_costs_is_net_as_printed() -> None:
    """Rounded one by one, the costs would add up to 25.1 and 41.5 less 25.1 is not 16.3."""
    trade = replace(
        losing_phase().per_trade,
        mean_gross_bps=41.46,
        mean_fees_bps=20.04,
        mean_half_spread_bps=3.08,
        mean_slippage_bps=2.04,
        mean_funding_bps=0.0,
        mean_net_bps=41.46 - 25.16,
    )
    one = gross_to_net.per_trade(trade)
    assert one is not None
    assert (one.gross, one.net) == (41.5, 16.3)
    assert one.fees + one.half_spread + one.slippage + one.funding == pytest.approx(25.2)
    assert one.costs == pytest.approx(25.2)


def test_without_a_trade_there_is_no_account_per_trade() -> None:
    nothing = replace(losing_phase().per_trade, mean_gross_bps=None, mean_net_bps=None)
    assert gross_to_net.per_trade(nothing) is None


def test_funding_is_a_part_only_where_it_is_charged() -> None:
    without, charged = (figures.account(has_funding=one) for one in (False, True))
    assert [name for name, _ in without] == ["Gross", "Fees", "Half-spread", "Slippage", "Net"]
    assert "Funding" in [name for name, _ in charged]
    account = GrossToNet(41.5, 20.0, 3.1, 2.0, 0.4, 16.0)
    with drawing():
        chart_with = chart.waterfalls({0: account})
        chart_without = chart.waterfalls({0: replace(account, funding=0.0)})
    assert "funding" in chart_with
    assert "funding" not in chart_without


def test_break_even_cost_stands_beside_the_cost() -> None:
    phase = losing_phase()
    costs = replace(phase.costs, cost_bps_per_side=12.5, break_even_bps_per_side=-1.3)
    rows = by_phase(figures.BREAK_EVEN, {0: replace(phase, costs=costs)}).rows
    assert [plain(row[1]) for row in rows] == ["12.5 bp", f"{MINUS}1.3 bp", f"{MINUS}0.10"]


def test_capacity_names_size_and_what_costs_assume(losing: ReportInputs) -> None:
    text = printed(losing)
    assert "of the volume of its bar in the median" in text
    assert "market impact is not modelled" in text
    assert "Account size at 1 % of volume 141,000" in text
    nothing = replace(
        losing.phase(0).costs.capacity, participation_p95_frac=None, reason="no known volume"
    )
    words = say("chapters/costs/sentences.html.j2", "capacity", nothing, 0, 1e5, 1.0)
    assert words.startswith("The capacity of phase 0 is not computable: no known volume.")


def test_without_a_trade_there_are_no_costs(states: States) -> None:
    assert "there are no costs to report" in printed(states["no trades"]())
    assert "Order size" not in printed(states["no trades"]())
