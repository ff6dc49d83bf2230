"""Each rule on bars small enough to check by hand; no costs unless the rule is about them.

Signals are at bar 0, so the entry is at the open of bar 1, at 100. Target 1 %
(level 101), stop 2 % (level 98). Bars are (open, high, low, close). Bar 0
opens at 00:05 UTC, so the closes of bars 1, 4, 7 fall on a clock quarter
(bar 1 opens at 00:10; what it decides fills at 00:15).
"""

from typing import Any

import numpy as np
import pytest

from dipmaster.backtest import ExitRules, Ledger, ScoreExitRule, TrailingStopRule, run_backtest

FLAT = (100.0, 100.5, 99.5, 100.0)
PLAN = {"target_frac": 0.01, "stop_frac": 0.02, "max_holding_bars": 36}


def _run(make: Any, bars: list[Any], rules: ExitRules | None = None, **plan: Any) -> Ledger:
    costs = {k: plan.pop(k) for k in ("taker_fee_bps", "slippage_bps") if k in plan}
    spread = plan.pop("half_spread_bps", 0.0)
    panel = make.panel(bars, half_spread_bps=spread, start_ms=1_672_531_500_000)
    entries = make.entries([(0, 0)], **{**PLAN, **plan})
    return run_backtest(panel, entries, make.execution(**costs), rules or make.off)


def _exit(ledger: Ledger) -> tuple[str, int, float]:
    trade = ledger.trades.iloc[0]
    last = ledger.fills.iloc[-1]
    return trade["exit_type"], int(trade["bars_held"]), float(last["reference_price"])


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
    assert _exit(_run(make, bars)) == expected


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
        ledger = _run(make, [FLAT, *bars], rules)
        assert _exit(ledger) == expected
        assert ledger.trades["stop_and_target_touched"].tolist() == [either]


def test_a_trailing_stop_and_the_target_in_one_bar(make: Any) -> None:
    """The trail stands at 100.5 when a bar spans 100.4 to 101.2."""
    bars = [FLAT, (100, 100.8, 99.9, 100.7), (100.6, 101.2, 100.4, 100.6)]
    for first, expected in ((False, ("trailing_stop", 1, 100.5)), (True, ("target", 1, 101.0))):
        ledger = _run(make, bars, ExitRules(None, _trailing().trailing, target_first=first))
        assert _exit(ledger) == (expected[0], expected[1], pytest.approx(expected[2]))
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
    assert _exit(_run(make, bars, max_holding_bars=3)) == expected


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
    assert _exit(_run(make, bars, ExitRules(minimum))) == expected


def test_boundary_counts_the_costs_of_both_sides(make: Any) -> None:
    """Close 100.5 is 0.5 % gross; two fees of 10 bps, two sides of 2 bps leave about 0.26 %."""
    net = 1.005 * (1 - 0.0002) * (1 - 0.001) - (1 + 0.0002) * (1 + 0.001)
    costs = {"taker_fee_bps": 10.0, "slippage_bps": 1.0, "half_spread_bps": 1.0}
    for minimum, kind in ((net - 1e-9, "quarter_hour"), (net + 1e-9, "end_of_data")):
        assert _exit(_run(make, [FLAT, UP, FLAT], ExitRules(minimum), **costs))[0] == kind


def test_time_limit_comes_before_the_boundary(make: Any) -> None:
    ledger = _run(make, [FLAT, UP, FLAT], ExitRules(0.0), max_holding_bars=1)
    assert _exit(ledger) == ("time_limit", 1, 100.0)


def _trailing(**changes: Any) -> ExitRules:
    return ExitRules(None, TrailingStopRule(np.array([0.003]), **changes))


def test_trailing_level_acts_from_the_next_bar(make: Any) -> None:
    """High 100.8 activates (0.6 %) and puts the level at 100.5; that bar's own low is 99.9."""
    bars = [FLAT, (100, 100.8, 99.9, 100.7), (100.6, 100.7, 100.4, 100.6)]
    assert _exit(_run(make, bars, _trailing())) == ("trailing_stop", 1, pytest.approx(100.5))


def test_trailing_level_never_falls(make: Any) -> None:
    """Peak 100.9 sets 100.6; the lower high after it does not lower the level."""
    bars = [
        FLAT,
        (100, 100.9, 99.9, 100.8),
        (100.8, 100.82, 100.7, 100.7),
        (100.7, 100.7, 100, 100),
    ]
    assert _exit(_run(make, bars, _trailing())) == ("trailing_stop", 2, pytest.approx(100.6))


def test_trailing_below_activation_does_nothing(make: Any) -> None:
    bars = [FLAT, (100, 100.5, 99.9, 100.2), (100.2, 100.3, 98.5, 99)]
    assert _exit(_run(make, bars, _trailing()))[0] == "end_of_data"


def test_trailing_is_floored_at_break_even_after_costs(make: Any) -> None:
    """Distance 2 % would leave the level at 98.7; costs of 10 bps a side need 100.2002."""
    rules = ExitRules(None, TrailingStopRule(np.array([0.02])))
    bars = [FLAT, (100, 100.7, 99.9, 100.6), (100.5, 100.6, 99, 99)]
    ledger = _run(make, bars, rules, taker_fee_bps=10.0)
    assert _exit(ledger) == ("trailing_stop", 1, pytest.approx(100.2002002))
    assert ledger.trades["net_pnl"].iloc[0] == pytest.approx(0.0, abs=1e-9)


def _scores(*by_bar: float) -> ExitRules:
    return ExitRules(None, None, ScoreExitRule(np.array([by_bar])))


@pytest.mark.parametrize(
    ("score", "kind"),
    [(0.81, "optimal_timing"), (0.8, "end_of_data"), (0.6, "end_of_data"), (np.nan, "end_of_data")],
)
def test_exit_score_is_strictly_above(make: Any, score: float, kind: str) -> None:
    rules = _scores(np.nan, score)
    ledger = _run(make, [FLAT, FLAT, FLAT, (99.8, 100.2, 99.6, 100)], rules)
    if kind == "optimal_timing":
        assert _exit(ledger) == (kind, 2, 99.8)
        assert ledger.fills["exit_confidence"].iloc[-1] == 0.81
    else:
        assert ledger.trades["exit_type"].tolist() == ["end_of_data"]


def test_partial_exit_sells_half_once(make: Any) -> None:
    """Bought 50 units at 100; 25 sold at 100.4, no second time, the rest at the target 101."""
    bars = [FLAT, FLAT, (100.4, 100.5, 100, 100), FLAT, (100, 101.5, 99.8, 101)]
    ledger = _run(make, bars, _scores(0.7, 0.7, 0.7, 0.7))
    fills = ledger.fills
    assert fills["exit_type"].tolist() == ["entry", "profit_taking", "target"]
    assert fills["quantity"].tolist() == [50.0, 25.0, 25.0]
    assert fills["exit_confidence"].tolist()[1:] == [0.7, 1.0]
    trade = ledger.trades.iloc[0]
    assert trade["exit_price"] == pytest.approx(100.7)
    assert trade["net_pnl"] == pytest.approx(25 * 0.4 + 25 * 1.0)


def test_partial_and_stop_in_one_bar(make: Any) -> None:
    bars = [FLAT, FLAT, (100.2, 100.3, 97, 98)]
    fills = _run(make, bars, _scores(0.7)).fills
    assert fills["exit_type"].tolist() == ["entry", "profit_taking", "stop"]
    assert fills["reference_price"].tolist() == [100.0, 100.2, 98.0]
    assert fills["time"].nunique() == 2


def test_costs_of_a_round_trip_by_hand(make: Any) -> None:
    """5,000 at 100 is 50 units; spread 2 and slippage 1 bps move prices, the fee is 10 bps."""
    ledger = _run(
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
    trade = _run(make, bars).trades.iloc[0]
    assert trade["mfe_frac"] == pytest.approx(0.007)
    assert trade["mae_frac"] == pytest.approx(-0.02)


def test_equity_is_marked_at_the_last_known_price_inside_a_hole(make: Any) -> None:
    bars = [FLAT, (100, 100.5, 99.5, 100.4), None, None, FLAT]
    equity = _run(make, bars).equity
    assert equity["equity"].tolist() == pytest.approx([1e5, 100_020, 100_020, 100_020, 1e5])
    assert equity["exposure_frac"].iloc[2] == pytest.approx(5020 / 100_020)
    assert equity["exposure_frac"].iloc[-1] == 0.0
