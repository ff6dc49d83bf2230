"""Whether funding is charged is said in plain words, and what it cost where it is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dipmaster.report import registry
from dipmaster.report.inputs import ReportInputs
from tests.made.baseline_phase import losing_phase
from tests.report.conftest import unpainted
from tests.report.printed import print_chapter
from tests.report.run import with_phases

States = dict[str, Callable[[], ReportInputs]]


def charge_coins(inputs: ReportInputs, coins: int) -> ReportInputs:
    """The first coins are charged, the others not."""
    charged = {symbol: k < coins for k, symbol in enumerate(inputs.market.symbols)}
    phase = losing_phase()
    per_trade = replace(phase.per_trade, mean_funding_bps=0.4)
    money = replace(phase.money, fees=600.0, funding=100.0)
    money = replace(money, half_spread_cost=200.0, slippage_cost=100.0)
    market = replace(inputs.market, funding=charged)
    paying = replace(phase, money=money, per_trade=per_trade)
    return with_phases(replace(inputs, market=market), {0: paying})


def print_page(inputs: ReportInputs, folder: str) -> str:
    (chapter,) = (one for one in registry.chapters(inputs) if one.folder == folder)
    return print_chapter(inputs, chapter)


def test_a_simulated_market_is_spot(states: States) -> None:
    printed = print_page(states["losing"](), "definitions")
    assert "Funding Not charged: the simulated market is spot." in printed


def test_real_bars_without_funding_files_say_what_is_missing(states: States) -> None:
    printed = print_page(states["real bars"](), "definitions")
    assert "Funding Not charged: no funding file was given." in printed
    assert "if these are futures, funding is missing from all figures" in printed


@pytest.mark.parametrize(
    ("coins", "others"), [pytest.param(3, False, id="all"), pytest.param(2, True, id="some")]
)
def test_charged_coins_are_counted(states: States, coins: int, others: bool) -> None:
    printed = print_page(charge_coins(states["real bars"](), coins), "definitions")
    assert f"Charged for {coins} of 3 coins" in printed
    assert ("The other coins have no funding file" in printed) == others


def test_the_costs_name_funding_where_it_is_charged(states: States) -> None:
    real = states["real bars"]()
    with unpainted():
        assert "Funding" in print_page(charge_coins(real, 1), "costs")
        assert "Funding" not in print_page(real, "costs")
