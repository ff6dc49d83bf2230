"""Each rule on bars small enough to check by hand; no costs unless the rule is about them.

tests/backtest/made_toys.py has the position.
"""

from typing import Any

import pytest

from dipmaster.backtest import ExitRules
from tests.backtest.made_toys import FLAT, exit_of, make_trailing, run_toy


@pytest.mark.parametrize(
    ("bars", "expected"),
    [
        pytest.param([FLAT, FLAT, (100, 101.2, 99.5, 101)], ("target", 1, 101.0), id="target"),
        pytest.param([FLAT, FLAT, (100, 100.5, 97, 99)], ("stop", 1, 98.0), id="stop"),
        pytest.param([FLAT, (100, 105, 97, 104)], ("stop", 0, 98.0), id="both touched: stop"),
        pytest.param([FLAT, (100, 105, 99, 104)], ("target", 0, 101.0), id="target in entry bar"),
        pytest.param([FLAT, FLAT, (97, 99, 96, 98)], ("stop", 1, 97.0), id="gap under the stop"),
        pytest.param([FLAT, FLAT, (103, 104, 102, 103)], ("target", 1, 103.0), id="gap over"),
        pytest.param([FLAT, FLAT, (103, 104, 97, 99)], ("stop", 1, 98.0), id="gap over, then stop"),
        pytest.param(
            [FLAT, FLAT, (100, 101, 99, 100), (100, 101.01, 99, 100)],
            ("target", 2, 101.0),
            id="a touch of the target is not a trade through it",
        ),
        pytest.param(
            [FLAT, FLAT, (100, 100, 98, 99)], ("stop", 1, 98.0), id="a touch of the stop is enough"
        ),
        pytest.param(
            [FLAT, FLAT, None, None, (97, 99, 96, 98)],
            ("stop", 3, 97.0),
            id="a hole in the bars: out at the first price after it",
        ),
        pytest.param([FLAT, FLAT, FLAT], ("end_of_data", 1, 100.0), id="end of data"),
        pytest.param(
            [FLAT, FLAT, (100, 100.5, 99.5, 100.2), None, None],
            ("end_of_data", 3, 100.2),
            id="end of data in a hole: last known close",
        ),
    ],
)
def test_levels(make: Any, bars: list[Any], expected: tuple[str, int, float]) -> None:
    assert exit_of(run_toy(make, bars)) == expected


BOTH = (100, 105, 97, 104)


@pytest.mark.parametrize(
    ("bars", "stop_first", "target_first", "either"),
    [
        pytest.param([BOTH], ("stop", 0, 98.0), ("target", 0, 101.0), True, id="both touched"),
        pytest.param(
            [FLAT, (103, 104, 97, 99)],
            ("stop", 1, 98.0),
            ("target", 1, 103.0),
            True,
            id="opened above the target, then touched the stop",
        ),
        pytest.param(
            [FLAT, (97, 105, 96, 104)],
            ("stop", 1, 97.0),
            ("stop", 1, 97.0),
            False,
            id="opened under the stop: no question of order",
        ),
        pytest.param(
            [FLAT, (100, 101, 97, 98)],
            ("stop", 1, 98.0),
            ("stop", 1, 98.0),
            False,
            id="the target was reached, not traded through",
        ),
        pytest.param(
            [FLAT, (100, 102, 98.1, 99)],
            ("target", 1, 101.0),
            ("target", 1, 101.0),
            False,
            id="the stop was not touched",
        ),
    ],
)
def test_both_readings_of_a_bar(
    make: Any, bars: list[Any], stop_first: Any, target_first: Any, either: bool
) -> None:
    """What went first inside a bar is not known: judged is the stop, told are both."""
    for rules, expected in (
        (make.off, stop_first),
        (ExitRules(None, target_first=True), target_first),
    ):
        ledger = run_toy(make, [FLAT, *bars], rules)
        assert exit_of(ledger) == expected
        assert ledger.trades["stop_and_target_touched"].tolist() == [either]


def test_a_trailing_stop_and_the_target_in_one_bar(make: Any) -> None:
    """The trail stands at 100.5 when a bar spans 100.4 to 101.2."""
    bars = [FLAT, (100, 100.8, 99.9, 100.7), (100.6, 101.2, 100.4, 100.6)]
    for first, expected in ((False, ("trailing_stop", 1, 100.5)), (True, ("target", 1, 101.0))):
        ledger = run_toy(make, bars, ExitRules(None, make_trailing().trailing, target_first=first))
        assert exit_of(ledger) == (expected[0], expected[1], pytest.approx(expected[2]))
        assert ledger.trades["stop_and_target_touched"].tolist() == [True]


@pytest.mark.parametrize(
    ("bars", "expected"),
    [
        pytest.param([FLAT] * 6, ("time_limit", 3, 100.0), id="at the open, three bars later"),
        pytest.param(
            [FLAT, FLAT, FLAT, FLAT, None, (99, 100, 99, 99)],
            ("time_limit", 4, 99.0),
            id="a hole: the next bar that exists",
        ),
        pytest.param(
            [FLAT, FLAT, FLAT, FLAT, (97, 98, 96, 97)],
            ("stop", 3, 97.0),
            id="an open under the stop is called stop",
        ),
        pytest.param(
            [FLAT, FLAT, FLAT, FLAT, (102, 105, 101, 104)],
            ("time_limit", 3, 102.0),
            id="before anything inside the bar",
        ),
    ],
)
def test_time_limit(make: Any, bars: list[Any], expected: tuple[str, int, float]) -> None:
    assert exit_of(run_toy(make, bars, max_holding_bars=3)) == expected


UP = (100.0, 100.6, 99.9, 100.5)


@pytest.mark.parametrize(
    ("bars", "minimum", "expected"),
    [
        pytest.param(
            [FLAT, UP, (100.4, 100.6, 99, 100)], 0.005, ("quarter_hour", 1, 100.4), id="next open"
        ),
        pytest.param(
            [FLAT, UP, FLAT], 0.0051, ("end_of_data", 1, 100.0), id="not enough profit: held"
        ),
        pytest.param(
            [FLAT, FLAT, UP, UP, UP, (100.3, 101, 99, 100)],
            0.004,
            ("quarter_hour", 4, 100.3),
            id="only closes before a clock quarter count",
        ),
        pytest.param(
            [FLAT, UP, None, (100.7, 100.9, 100, 100.8)],
            0.005,
            ("quarter_hour", 2, 100.7),
            id="a hole: the order waits for the next bar",
        ),
        pytest.param(
            [FLAT, UP, (97.0, 98, 96, 97)], 0.005, ("stop", 1, 97.0), id="gap: called stop"
        ),
    ],
)
def test_boundary(
    make: Any, bars: list[Any], minimum: float, expected: tuple[str, int, float]
) -> None:
    assert exit_of(run_toy(make, bars, ExitRules(minimum))) == expected


def test_boundary_counts_the_costs_of_both_sides(make: Any) -> None:
    """Close 100.5 is 0.5 % gross; two fees of 10 bps, two sides of 2 bps leave about 0.26 %."""
    net = 1.005 * (1 - 0.0002) * (1 - 0.001) - (1 + 0.0002) * (1 + 0.001)
    costs = {"taker_fee_bps": 10.0, "slippage_bps": 1.0, "half_spread_bps": 1.0}
    for minimum, kind in ((net - 1e-9, "quarter_hour"), (net + 1e-9, "end_of_data")):
        assert exit_of(run_toy(make, [FLAT, UP, FLAT], ExitRules(minimum), **costs))[0] == kind


def test_time_limit_comes_before_the_boundary(make: Any) -> None:
    ledger = run_toy(make, [FLAT, UP, FLAT], ExitRules(0.0), max_holding_bars=1)
    assert exit_of(ledger) == ("time_limit", 1, 100.0)


def test_costs_of_a_round_trip_by_hand(make: Any) -> None:
    """5,000 at 100 is 50 units; spread 2 and slippage 1 bps move prices, the fee is 10 bps."""
    ledger = run_toy(
        make,
        [FLAT, FLAT, (100, 101.2, 99.5, 101)],
        taker_fee_bps=10.0,
        slippage_bps=1.0,
        half_spread_bps=2.0,
    )
    buy, sell = ledger.fills.iloc[0], ledger.fills.iloc[1]
    assert buy["price"] == pytest.approx(100.03)
    assert sell["price"] == pytest.approx(101 * 0.9997)
    assert buy["fee"] == pytest.approx(50 * 100.03 * 0.001)
    assert buy["half_spread_cost"] == pytest.approx(50 * 100 * 0.0002)
    assert sell["slippage_cost"] == pytest.approx(50 * 101 * 0.0001)
    trade = ledger.trades.iloc[0]
    fees = 50 * 0.001 * (100.03 + 101 * 0.9997)
    slippage = 50 * 0.0003 * (100 + 101)
    assert trade["gross_pnl"] == pytest.approx(50.0)
    assert trade["fees"] == pytest.approx(fees)
    assert trade["slippage"] == pytest.approx(slippage)
    assert trade["net_pnl"] == pytest.approx(50 - fees - slippage)
    assert trade["return_frac"] == pytest.approx(trade["net_pnl"] / 5000)
    assert trade["weight_frac"] == pytest.approx(0.05)
    assert ledger.equity["equity"].iloc[-1] == pytest.approx(100_000 + trade["net_pnl"])


def test_excursions_use_full_bars_and_the_exit_price(make: Any) -> None:
    """The exit bar's high of 100.9 and low of 90 are not counted, only the stop's 98."""
    bars = [FLAT, FLAT, (100, 100.7, 99.2, 100), (100, 100.9, 90, 91)]
    trade = run_toy(make, bars).trades.iloc[0]
    assert trade["mfe_frac"] == pytest.approx(0.007)
    assert trade["mae_frac"] == pytest.approx(-0.02)


def test_equity_is_marked_at_the_last_known_price_inside_a_hole(make: Any) -> None:
    bars = [FLAT, (100, 100.5, 99.5, 100.4), None, None, FLAT]
    equity = run_toy(make, bars).equity
    assert equity["equity"].tolist() == pytest.approx([1e5, 100_020, 100_020, 100_020, 1e5])
    assert equity["exposure_frac"].iloc[2] == pytest.approx(5020 / 100_020)
    assert equity["exposure_frac"].iloc[-1] == 0.0
