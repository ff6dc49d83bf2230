"""Trade for trade the same as vectorbt (recorded) on the rules that it can express.

benchmarks/record_vectorbt.py says how a signal at a close is put to vectorbt and
which differences of meaning are kept out; it also makes the bars.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks import record_vectorbt as theirs
from dipmaster.backtest import ExitRules, run_backtest, simulate_sequential_trades

RECORDED = Path(__file__).parent / "recorded" / "vectorbt.csv"
CASES = [
    ("stop_target", 10**6, None),
    ("stop_target_time", theirs.CAP, None),
    ("stop_target_time_boundary", theirs.CAP, theirs.QUARTER_HOUR_MIN_NET),
]


def _world(make: Any, recorded: pd.DataFrame) -> tuple[Any, Any, Any]:
    market = theirs.make_bars(theirs.SYMBOLS, theirs.BARS, theirs.SEED)
    prices = np.stack([market[name] for name in ("open", "high", "low", "close")], axis=-1)
    panel = make.panel(prices)
    keys = (recorded[name].to_numpy() for name in ("symbol", "entry_bar", "exit_bar"))
    signals = theirs.drop_lost_signals(market["signals"], *keys)
    execution = make.execution(
        taker_fee_bps=1e4 * theirs.FEES,
        slippage_bps=1e4 * theirs.SLIPPAGE,
        size_frac=1e-6,
        min_notional=0.0,
        max_positions=100,
    )
    return panel, signals, execution


def _fill_bar(panel: Any, recorded: pd.DataFrame) -> Any:
    """Bar of the fill; vectorbt books what fills at the next open on the bar of the decision."""
    symbol, bar = recorded["symbol"].to_numpy(), recorded["exit_bar"].to_numpy()
    following = panel.open[symbol, np.minimum(bar + 1, panel.bars - 1)]
    stopped_at_open = recorded["exit_price"] / (1 - theirs.SLIPPAGE)
    return bar + np.isclose(stopped_at_open, following, rtol=1e-11, atol=0)


@pytest.mark.parametrize(("case", "cap", "boundary"), CASES)
def test_the_engine_trades_what_vectorbt_trades(
    make: Any, case: str, cap: int, boundary: float | None
) -> None:
    table = pd.read_csv(RECORDED)
    recorded = table[table["case"] == case].reset_index(drop=True)
    panel, signals, execution = _world(make, recorded)
    entries = make.entries(
        np.argwhere(signals),
        max_holding_bars=cap,
        size_frac=1e-6,
        target_frac=theirs.TARGET,
        stop_frac=theirs.STOP,
    )
    trades = run_backtest(panel, entries, execution, ExitRules(boundary)).trades
    trades = trades[~trades["open_at_end"]].sort_values(["symbol", "entry_time"])
    assert len(trades) == len(recorded) > 600
    entry = panel.index_of(trades["entry_time"].astype("int64").to_numpy())
    exit_ = panel.index_of(trades["exit_time"].astype("int64").to_numpy())
    np.testing.assert_array_equal(entry, recorded["entry_bar"])
    np.testing.assert_array_equal(exit_, _fill_bar(panel, recorded))
    np.testing.assert_allclose(trades["entry_price"], recorded["entry_price"], rtol=1e-11)
    np.testing.assert_allclose(trades["exit_price"], recorded["exit_price"], rtol=1e-11)
    unit = (trades["net_pnl"] / trades["quantity"]).to_numpy()
    np.testing.assert_allclose(unit, recorded["pnl"], atol=1e-9)


@pytest.mark.parametrize(("case", "cap", "boundary"), CASES)
def test_sequential_trades_are_those_of_vectorbt(
    make: Any, case: str, cap: int, boundary: float | None
) -> None:
    table = pd.read_csv(RECORDED)
    recorded = table[table["case"] == case]
    panel, signals, execution = _world(make, recorded)
    rules = ExitRules(boundary)
    trades = simulate_sequential_trades(
        panel, signals, execution, rules, theirs.TARGET, theirs.STOP, cap
    ).to_frame()
    trades = trades[~trades["open_at_end"]]
    np.testing.assert_array_equal(trades["symbol_index"], recorded["symbol"])
    np.testing.assert_array_equal(trades["entry_index"], recorded["entry_bar"])
    value = trades["net_frac"] * panel.open[trades["symbol_index"], trades["entry_index"]]
    np.testing.assert_allclose(value, recorded["pnl"], atol=1e-9)
