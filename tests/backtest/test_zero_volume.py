"""Bars in which nobody traded: nothing fills in them, and every way out waits for the next trade.

The signal is at bar 0, the entry at the open of bar 1, at 100. Target 1 % (101), stop 2 % (98).
An idle bar's prices lie beyond a level, so that a fill in it would show.
"""

from typing import Any

import numpy as np
import pytest

from dipmaster.backtest import (
    ExitRules,
    Ledger,
    ScoreExitRule,
    TrailingStopRule,
    run_backtest,
    simulate_independent_trades,
)

FLAT = (100.0, 100.5, 99.5, 100.0)
UP = (100.0, 100.6, 99.9, 100.5)
IDLE = (90.0, 120.0, 80.0, 110.0)
CALM = (99.8, 100.2, 99.6, 100.0)
PLAN = {"target_frac": 0.01, "stop_frac": 0.02, "max_holding_bars": 36}


def _panel(make: Any, bars: list[Any]) -> Any:
    """Volume 0 where a bar is IDLE; bar 1 opens at 00:10, as in the toys of the engine."""
    volume = [[0.0 if bar is IDLE else 1.0 for bar in bars]]
    return make.panel(bars, volume=volume, start_ms=1_672_531_500_000)


def _run(make: Any, bars: list[Any], rules: ExitRules | None = None, **plan: Any) -> Ledger:
    entries = make.entries([(0, 0)], **{**PLAN, **plan})
    return run_backtest(_panel(make, bars), entries, make.execution(), rules or make.off)


@pytest.mark.parametrize("following", [[FLAT], [IDLE, FLAT], [None, FLAT]])
def test_an_order_for_an_idle_bar_is_cancelled_and_counted(make: Any, following: list[Any]) -> None:
    """Cancelled, not delayed: what fills some bars later is no longer the signal's trade."""
    ledger = _run(make, [FLAT, IDLE, *following])
    assert ledger.trades.empty
    assert {reason: count for reason, count in ledger.rejected.items() if count} == {
        "zero_volume": 1
    }


def test_a_missing_bar_is_not_called_idle(make: Any) -> None:
    ledger = _run(make, [FLAT, None, IDLE, FLAT])
    assert {reason: count for reason, count in ledger.rejected.items() if count} == {
        "no_next_bar": 1
    }
    ledger = _run(make, [FLAT])
    assert {reason: count for reason, count in ledger.rejected.items() if count} == {
        "no_next_bar": 1
    }


SCORE = ScoreExitRule(np.array([[0.9]]))
PART = ScoreExitRule(np.array([[0.7]]))


@pytest.mark.parametrize(
    ("bars", "rules", "plan", "expected"),
    [
        pytest.param(
            [FLAT, FLAT, IDLE, (100, 101.2, 99.5, 101)],
            None,
            {},
            [("target", 3, 101.0)],
            id="levels are not touched in it",
        ),
        pytest.param(
            [FLAT, FLAT, IDLE, (97, 99, 96, 98)], None, {}, [("stop", 3, 97.0)], id="gap after it"
        ),
        pytest.param(
            [FLAT, FLAT, FLAT, IDLE, IDLE, CALM],
            None,
            {"max_holding_bars": 2},
            [("time_limit", 5, 99.8)],
            id="the time limit waits",
        ),
        pytest.param(
            [FLAT, UP, IDLE, CALM],
            ExitRules(0.005),
            {},
            [("quarter_hour", 3, 99.8)],
            id="the quarter-hour exit waits",
        ),
        pytest.param(
            [FLAT, FLAT, FLAT, IDLE, CALM],
            ExitRules(0.05),
            {},
            [("end_of_data", 4, 100.0)],
            id="no boundary is decided at an idle close of 110",
        ),
        pytest.param(
            [FLAT, FLAT, IDLE, CALM],
            ExitRules(None, None, SCORE),
            {},
            [("optimal_timing", 3, 99.8)],
            id="a model's exit waits",
        ),
        pytest.param(
            [FLAT, FLAT, IDLE, CALM],
            ExitRules(None, None, PART),
            {},
            [("profit_taking", 3, 99.8), ("end_of_data", 3, 100.0)],
            id="so does half of it",
        ),
        pytest.param(
            [FLAT, FLAT, IDLE, CALM],
            ExitRules(None, TrailingStopRule(np.array([0.003]))),
            {},
            [("end_of_data", 3, 100.0)],
            id="no trailing level from a high at which nobody traded",
        ),
        pytest.param(
            [FLAT, UP, IDLE],
            None,
            {},
            [("end_of_data", 2, 100.5)],
            id="end of data: the last price that was traded",
        ),
    ],
)
def test_exits_act_at_the_first_bar_that_was_traded(
    make: Any, bars: list[Any], rules: Any, plan: Any, expected: list[tuple[str, int, float]]
) -> None:
    ledger = _run(make, bars, rules, **plan)
    sells = ledger.fills[ledger.fills["side"] == "sell"]
    bar = (sells["time"].astype("int64") - 1_672_531_500_000) // 300_000
    exits = zip(sells["exit_type"], bar, sells["reference_price"], strict=True)
    assert list(exits) == expected
    assert ledger.trades["mfe_frac"].iloc[0] < 0.011


def test_the_account_is_marked_at_the_last_price_that_was_traded(make: Any) -> None:
    ledger = _run(make, [FLAT, UP, IDLE, FLAT])
    np.testing.assert_allclose(ledger.equity["equity"], [100_000, 100_025, 100_025, 100_000])


def test_trades_alone_agree(make: Any) -> None:
    panel = _panel(make, [FLAT, IDLE, FLAT, FLAT, IDLE, (97, 99, 96, 98)])
    rows = np.array([0, 1])
    alone = simulate_independent_trades(
        panel, 0 * rows, rows, make.execution(), make.off, 0.01, 0.02, 36
    )
    assert alone.tradable.tolist() == [False, True]
    assert alone.entry_index.tolist() == [-1, 2]
    assert alone.exit_index.tolist() == [-1, 5]
    assert alone.net_frac[1] == pytest.approx(-0.03)


def test_a_symbol_without_any_volume_is_one_whose_source_does_not_know_it(make: Any) -> None:
    bars = [[FLAT, FLAT, (100, 101.2, 99.5, 101)]] * 2
    panel = make.panel(np.array(bars), volume=[[0, 0, 0], [1, 0, 1]])
    entries = make.entries([(0, 0), (1, 0)], **PLAN)
    ledger = run_backtest(panel, entries, make.execution(), make.off)
    assert ledger.trades["symbol"].tolist() == ["C00"]
    assert ledger.rejected["zero_volume"] == 1


def test_a_panel_that_was_traded_throughout_is_not_copied(make: Any) -> None:
    panel = make.panel([FLAT, None, FLAT])
    assert panel.traded is panel
    idle = _panel(make, [FLAT, IDLE, FLAT])
    np.testing.assert_array_equal(idle.traded.close, [[100.0, np.nan, 100.0]])
    assert idle.traded is idle.traded
