"""A win is a win everywhere: in labels, in the ledger, among random entries, in the counts.

Positions that leave at the break-even floor of their trailing stop net nothing but rounding,
on either side of zero; the size of the order must not decide who won.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import (
    ExitRules,
    TrailingStopRule,
    metrics,
    run_backtest,
    simulate_independent_trades,
)
from dipmaster.backtest.entries import Entries
from dipmaster.confidence.events import build_events
from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Execution
from dipmaster.core.wins import is_break_even
from dipmaster.evaluation.statistics.random_entry.portfolios import EntryPool
from dipmaster.evaluation.statistics.sample import TradeSample, build_sample
from tests.made.params import read_params

BARS = 12
PRICES = 0.37 * 1.13 ** np.arange(40)


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Forty coins at odd prices: up 1 % in the bar of the entry, then through the floor."""
    shape = (PRICES.size, BARS)
    open_, high, low, close = (np.tile(PRICES[:, None], BARS) for _ in range(4))
    high[:, 1], close[:, 1], open_[:, 2] = 1.01 * PRICES, 1.008 * PRICES, 1.008 * PRICES
    high[:, 2], low[:, 2] = 1.009 * PRICES, 0.999 * PRICES
    time = 1_672_531_200_000 + 300_000 * np.arange(BARS, dtype=np.int64)
    names = tuple(f"C{i:02d}" for i in range(PRICES.size))
    spread = np.tile(np.linspace(0.3, 4.7, PRICES.size)[:, None], BARS)
    return Panel(names, time, open_, high, low, close, np.ones(shape), spread)


def rules() -> ExitRules:
    return ExitRules(None, TrailingStopRule(np.full(PRICES.size, 0.5)))


def execution(size_frac: float) -> Execution:
    values = read_params("execution").execution
    return values.model_copy(
        update={"size_frac": size_frac, "max_positions": 100, "min_notional": 0.0}
    )


def traded(panel: Panel, size_frac: float) -> Any:
    rows, every = PRICES.size, np.ones(PRICES.size)
    entries = Entries(
        np.arange(rows), np.arange(rows), np.zeros(rows, np.int64), size_frac * every,
        0.05 * every, 0.05 * every, np.full(rows, 36), 0.0 * every, np.nan * every,
        np.ones(rows, np.int8),
    )  # fmt: skip
    return run_backtest(panel, entries, execution(size_frac), rules())


@pytest.mark.parametrize("size_frac", [1e-9, 1e-4, 0.02])
def test_labels_trades_and_random_entries_agree_on_break_even(
    panel: Panel, size_frac: float
) -> None:
    trades = traded(panel, size_frac).trades
    assert trades["exit_type"].tolist() == ["trailing_stop"] * PRICES.size
    rows = np.arange(PRICES.size)
    alone = simulate_independent_trades(
        panel, rows, 0 * rows, execution(size_frac), rules(), 0.05, 0.05, 36
    )
    assert len(np.unique(np.sign(alone.net_frac))) > 1, "rounding falls to either side"
    assert is_break_even(alone.net_frac).all()
    assert is_break_even(trades["return_frac"].to_numpy()).all()
    candidates = pd.DataFrame(
        {"candidate_id": rows, "symbol": list(panel.symbols), "open_time": to_timestamps(
            panel.open_time[0 * rows])}
    )  # fmt: skip
    events = build_events(candidates, panel.open_time, alone)
    assert events.label.tolist() == [0] * PRICES.size
    assert metrics.win_rate(trades["return_frac"].to_numpy()) == 0.0
    pool = EntryPool(alone.net_frac, np.full(rows.size, 1 / rows.size), rows, np.ones(1, np.bool_))
    assert pool.win_rate == 0.0
    sample = TradeSample(trades["net_pnl"].to_numpy(), alone.net_frac, rows, rows, None)  # type: ignore[arg-type]
    assert not sample.won.any()
    assert metrics.profit_factor(sample.net, sample.return_frac) is None


def test_break_even_trades_are_counted(ledger_of: Any, trip: Any, period: Any) -> None:
    """They are among those not won, are no losing trades, and have a count of their own."""
    start = 21 * 288
    trips = [trip(start + 50 * i, 5, net) for i, net in enumerate([5.0, -4.0, 1e-11, -1e-11, 0.0])]
    ledger = ledger_of(trips, period)
    sample = build_sample(ledger.trades, ledger.equity, period)
    assert (int(sample.won.sum()), sample.not_won) == (1, 4)
    assert (sample.losing_trades, sample.break_even) == (1, 3)
