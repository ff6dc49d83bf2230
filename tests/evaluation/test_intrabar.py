"""The share of exits that the order inside one bar decides, and both readings, worked by hand."""

from typing import Any

import numpy as np
import pytest

from dipmaster.backtest import Entries, ExitRules, run_backtest
from dipmaster.core.panel import Panel
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.figures.intrabar import compare_intrabar_orders
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.evaluation.intrabar import IntrabarOrder, IntrabarReading
from tests.made.params import read_params

START = 1_672_531_200_000
BARS = 4 * 288
FLAT, BOTH, STOP, TARGET = (
    (100.0, 100.5, 99.5, 100.0),
    (100.0, 102.0, 97.0, 100.0),
    (100.0, 100.5, 97.0, 100.0),
    (100.0, 102.0, 99.5, 100.0),
)
PERIOD = Period(START, START + DAY_MS, START + BARS * BAR_MS - BAR_MS, 1)


def world(bars: dict[int, tuple[float, ...]], signals: list[int]) -> tuple[Panel, Entries, Any]:
    """Flat bars but for some; an order at each signal, target 1 %, stop 2 %, no costs."""
    prices = np.tile(np.array(FLAT), (1, BARS, 1))
    for at, bar in bars.items():
        prices[0, at] = bar
    fields = (np.ascontiguousarray(prices[..., i]) for i in range(4))
    time = START + BAR_MS * np.arange(BARS, dtype=np.int64)
    ones = np.ones((1, BARS))
    rows = len(signals)
    every = np.ones(rows)
    entries = Entries(
        np.arange(rows), np.zeros(rows, np.int64), np.array(signals, dtype=np.int64),
        0.05 * every, 0.01 * every, 0.02 * every, np.full(rows, 3), every, np.nan * every,
        np.ones(rows, np.int8),
    )  # fmt: skip
    free = {"taker_fee_bps": 0.0, "slippage_bps": 0.0}
    execution = read_params("execution").execution.model_copy(update=free)
    return Panel(("A",), time, *fields, ones, 0.0 * ones), entries, execution


def record(bars: dict[int, tuple[float, ...]], signals: list[int]) -> IntrabarOrder:
    panel, entries, execution = world(bars, signals)
    rules = ExitRules(None)
    ledger = run_backtest(panel, entries, execution, rules)
    return compare_intrabar_orders(panel, entries, execution, rules, ledger, PERIOD)


def test_two_readings_of_four_trades() -> None:
    """One touches both; with the target first three of four win, with the stop first two."""
    found = record(
        {402: BOTH, 502: STOP, 602: TARGET, 702: TARGET, 52: BOTH}, [50, 400, 500, 600, 700]
    )
    assert (found.trades_touching_both, found.share_frac) == (1, 0.25)
    stop, target = found.stop_first, found.target_first
    assert (stop.trades, stop.win_rate) == (4, 0.5)
    assert stop.mean_net_bps == pytest.approx((-200 - 200 + 100 + 100) / 4)
    assert stop.profit_factor == pytest.approx(0.5, rel=0.01)
    assert (target.trades, target.win_rate) == (4, 0.75)
    assert target.mean_net_bps == pytest.approx((100 - 200 + 100 + 100) / 4)
    assert target.profit_factor == pytest.approx(1.5, rel=0.01)


def test_without_such_a_bar_both_readings_are_one() -> None:
    found = record({402: STOP, 502: TARGET}, [400, 500])
    assert (found.trades_touching_both, found.share_frac) == (0, 0.0)
    assert found.stop_first == found.target_first


def test_no_trade_has_no_share() -> None:
    nothing = IntrabarReading(trades=0, win_rate=None, mean_net_bps=None, profit_factor=None)
    assert record({}, []) == IntrabarOrder(
        trades_touching_both=0, share_frac=None, stop_first=nothing, target_first=nothing
    )
