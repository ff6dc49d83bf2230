"""The gap rule on any market: what opens beyond a level fills at the open, never at the level."""

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dipmaster.backtest import ExitRules, run_backtest

STOP, TARGET = 0.006, 0.008


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 2**32 - 1))
def test_a_gap_beyond_a_level_fills_at_the_open(make: Any, seed: int) -> None:
    panel = make.random_panel(seed, symbols=4, bars=250)
    cells = make.random_cells(seed, panel, 0.1)
    entries = make.entries(cells, stop_frac=STOP, target_frac=TARGET, max_holding_bars=30)
    ledger = run_backtest(panel, entries, make.execution(), ExitRules(None, None, None))
    trades = ledger.trades[ledger.trades["exit_type"].isin(["stop", "target"])]
    k = pd.Index(panel.symbols).get_indexer(pd.Index(trades["symbol"]))
    e = panel.index_of(trades["entry_time"].astype("int64").to_numpy())
    u = panel.index_of(trades["exit_time"].astype("int64").to_numpy())
    entry, opened = panel.open[k, e], panel.open[k, u]
    fills = ledger.fills[ledger.fills["side"] == "sell"].set_index("trade_id")
    price = fills.loc[trades["trade_id"], "reference_price"].to_numpy()
    stopped = (trades["exit_type"] == "stop").to_numpy()
    level = np.where(stopped, entry * (1 - STOP), entry * (1 + TARGET))
    beyond = np.where(stopped, opened <= level, opened > level) & (u > e)
    np.testing.assert_array_equal(price[beyond], opened[beyond])
    np.testing.assert_allclose(price[~beyond], level[~beyond], rtol=1e-12)


def test_the_random_markets_do_gap_beyond_both_levels(make: Any) -> None:
    """Without gaps the property above would hold for nothing."""
    kinds = set()
    for seed in range(10):
        panel = make.random_panel(seed, symbols=4, bars=250)
        entries = make.entries(
            make.random_cells(seed, panel, 0.1),
            stop_frac=STOP,
            target_frac=TARGET,
            max_holding_bars=30,
        )
        fills = run_backtest(panel, entries, make.execution(), ExitRules(None, None, None)).fills
        sells = fills[fills["exit_type"].isin(["stop", "target"])]
        k = pd.Index(panel.symbols).get_indexer(pd.Index(sells["symbol"]))
        u = panel.index_of(sells["time"].astype("int64").to_numpy())
        at_open = sells["reference_price"].to_numpy() == panel.open[k, u]
        kinds |= set(sells["exit_type"][at_open])
    assert kinds == {"stop", "target"}
