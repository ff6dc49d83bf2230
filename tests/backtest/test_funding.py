"""Funding by hand: who holds at the time pays, in the ledger and for independent trades.

The signal is at bar 0, the entry at the open of bar 1, at 100, for 5,000 of 100,000. Rates of
0.1 % are charged at the open of a bar.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import (
    ExitRules,
    Ledger,
    ScoreExitRule,
    run_backtest,
    simulate_independent_trades,
)
from dipmaster.core.panel import Panel, add_funding, to_timestamps
from dipmaster.core.tables import FUNDING

FLAT = (100.0, 100.5, 99.5, 100.0)
UP = (101.0, 101.5, 100.5, 101.0)
RATE = 0.001
PLAN = {"target_frac": 0.05, "stop_frac": 0.02, "cap_bars": 3}


def charged(make: Any, bars: list[Any], at: list[int], rate: float = RATE) -> Panel:
    panel = make.panel(bars)
    times = panel.open_time[at] + 3  # the exchange's stamps are some milliseconds late
    frame = pd.DataFrame({"time": to_timestamps(times), "rate_frac": rate})
    return add_funding(panel, {"C00": FUNDING.check(frame, "toy")})


def _run(make: Any, panel: Panel, rules: ExitRules | None = None) -> Ledger:
    return run_backtest(panel, make.entries([(0, 0)], **PLAN), make.execution(), rules or make.off)


@pytest.mark.parametrize(
    ("at", "paid"),
    [
        pytest.param([0], 0.0, id="before the entry"),
        pytest.param([1], 0.0, id="bought at that open, after it"),
        pytest.param([2], 5.0, id="held"),
        pytest.param([2, 3], 10.0, id="held twice"),
        pytest.param([4], 5.0, id="sold at that open, after it"),
        pytest.param([5], 0.0, id="sold before"),
    ],
)
def test_who_holds_then_pays(make: Any, at: list[int], paid: float) -> None:
    """The time limit sells at the open of bar 4; 50 units at 100 pay 5."""
    ledger = _run(make, charged(make, [FLAT] * 7, at))
    trade = ledger.trades.iloc[0]
    assert trade["exit_type"] == "time_limit"
    assert trade["funding"] == pytest.approx(paid)
    assert trade["net_pnl"] == pytest.approx(-paid)
    assert trade["return_frac"] == pytest.approx(-paid / 5_000)
    assert ledger.equity["equity"].iloc[-1] == pytest.approx(100_000 - paid)


def test_an_exit_inside_a_bar_has_paid_at_its_open(make: Any) -> None:
    panel = charged(make, [FLAT, FLAT, (100, 100.5, 97, 98), FLAT], [2])
    ledger = _run(make, panel)
    assert ledger.trades["exit_type"].tolist() == ["stop"]
    assert ledger.trades["funding"].iloc[0] == pytest.approx(5.0)


def test_a_negative_rate_is_received(make: Any) -> None:
    ledger = _run(make, charged(make, [FLAT] * 7, [2], -RATE))
    assert ledger.trades["net_pnl"].iloc[0] == pytest.approx(5.0)


def test_it_is_booked_when_it_is_paid_at_the_price_of_then(make: Any) -> None:
    """50 units at an open of 101 pay 5.05 before the bar's own fills."""
    ledger = _run(make, charged(make, [FLAT, FLAT, UP, UP, UP, UP], [2]))
    assert ledger.equity["cash"].tolist() == pytest.approx(
        [100_000, 95_000, 94_994.95, 94_994.95, 100_044.95, 100_044.95]
    )
    assert ledger.equity["equity"].iloc[2] == pytest.approx(94_994.95 + 50 * 101)
    assert ledger.fills["cash_after"].tolist() == pytest.approx([95_000, 100_044.95])


def test_in_a_hole_the_last_price_is_charged(make: Any) -> None:
    """Bars 3 and 4 are missing, the close before them is 101; sold at the open of bar 5."""
    panel = charged(make, [FLAT, FLAT, UP, None, None, FLAT], [3, 4])
    ledger = _run(make, panel)
    assert ledger.trades["bars_held"].tolist() == [4]
    assert ledger.trades["funding"].iloc[0] == pytest.approx(2 * 50 * 101 * RATE)


def test_what_a_partial_exit_sold_pays_no_longer(make: Any) -> None:
    """Half is sold at the open of bar 2, which both halves pay; bar 3 is paid by one."""
    rules = ExitRules(None, None, ScoreExitRule(np.array([[0.7]])))
    panel = charged(make, [FLAT] * 7, [2, 3])
    ledger = _run(make, panel, rules)
    assert ledger.fills["exit_type"].tolist() == ["entry", "profit_taking", "time_limit"]
    assert ledger.trades["funding"].iloc[0] == pytest.approx(5.0 + 2.5)
    zero = np.array([0])
    alone = simulate_independent_trades(panel, zero, zero, make.execution(), rules, 0.05, 0.02, 3)
    assert alone.funding_frac[0] == pytest.approx(0.0015)
    assert alone.net_frac[0] == pytest.approx(-0.0015)


def test_what_is_paid_is_not_there_to_be_spent(make: Any) -> None:
    """All cash is in the first coin; the rate of bar 2 leaves less for the second order."""
    panel = charged(make, [FLAT] * 7, [2], 0.05)
    both = replace(
        panel,
        symbols=("C00", "C01"),
        **{
            name: np.repeat(getattr(panel, name), 2, axis=0)
            for name in ("open", "high", "low", "close", "volume", "half_spread_bps")
        },
        funding_frac=np.vstack([panel.funding_frac, 0.0 * panel.funding_frac]),  # type: ignore[list-item, operator]
    )
    entries = make.entries([(0, 0), (1, 1)], **PLAN, size_frac=np.array([0.9, 0.9]))
    execution = make.execution(max_position_frac=1.0)
    notional = run_backtest(both, entries, execution, make.off).trades["quantity"] * 100.0
    assert notional.tolist() == pytest.approx([90_000, 100_000 - 90_000 - 4_500])


def test_a_coin_without_a_file_pays_nothing(make: Any) -> None:
    panel = make.random_panel(1, symbols=3, bars=300)
    assert add_funding(panel, {}) is panel
    frame = pd.DataFrame({"time": to_timestamps(panel.open_time[::12]), "rate_frac": 0.001})
    ledger = run_backtest(
        add_funding(panel, {"C01": frame}),
        make.entries(make.random_cells(2, panel, 0.1)),
        make.execution(),
        make.off,
    )
    paid = ledger.trades.groupby("symbol")["funding"].sum()
    assert paid["C01"] > 0.0
    assert paid.drop("C01").tolist() == [0.0, 0.0]
