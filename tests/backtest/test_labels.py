"""Triple-barrier labels: what phase 0's orders give where no limit binds."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import ExitRules, build_entries, run_backtest, triple_barrier_labels
from dipmaster.core.errors import DataError
from dipmaster.core.panel import to_timestamps
from dipmaster.core.params import Exits

EXITS = Exits(target_frac=0.008, stop_frac=0.015, boundary_min_net_frac=0.0025, max_holding_bars=30)


def test_labels_are_the_trades_of_phase_0(make: Any) -> None:
    """Candidates 60 bars apart, tiny and without limits; coins in any order."""
    panel = make.random_panel(5, symbols=4, bars=1500)
    execution = make.execution(
        max_positions=100, size_frac=0.001, taker_fee_bps=10.0, slippage_bps=1.0
    )
    cells = [(coin, bar) for bar in range(10, 1400, 60) for coin in (2, 0, 3, 1)]
    rows, bars = (np.array(column) for column in zip(*cells, strict=True))
    exists = np.isfinite(panel.open[rows, bars])
    rows, bars = rows[exists], bars[exists]
    candidates = pd.DataFrame(
        {
            "candidate_id": np.arange(rows.size),
            "symbol": np.array(panel.symbols)[rows],
            "open_time": to_timestamps(panel.open_time[bars]),
            "dip_z": 1.0,
            "volatility_class": np.int8(1),
        }
    )
    labels = triple_barrier_labels(candidates, panel, execution, EXITS)
    entries = build_entries(candidates, panel, execution, EXITS)
    trades = run_backtest(panel, entries, execution, ExitRules.phase_0(EXITS)).trades
    assert labels.symbol_index.tolist() == rows.tolist()
    assert np.flatnonzero(labels.tradable).tolist() == sorted(trades["candidate_id"])
    by_candidate = trades.set_index("candidate_id")["return_frac"].sort_index()
    np.testing.assert_allclose(
        labels.net_frac[labels.tradable], by_candidate, rtol=1e-7, atol=1e-12
    )
    assert 50 < labels.tradable.sum() < rows.size


def test_a_coin_without_bars_is_refused(make: Any) -> None:
    """Else its candidates would be traded on the bars of its neighbour in the panel."""
    panel = make.random_panel(5, symbols=2, bars=100)
    candidate = {"candidate_id": [0], "symbol": ["ZZZUSDT"], "dip_z": 1.0, "volatility_class": 1}
    candidates = pd.DataFrame(candidate).assign(open_time=to_timestamps(panel.open_time[50:51]))
    with pytest.raises(DataError):
        triple_barrier_labels(candidates, panel, make.execution(), EXITS)
