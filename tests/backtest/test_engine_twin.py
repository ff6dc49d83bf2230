"""The engine against the slow one in conftest, trade for trade, with every rule switched on."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import ExitRules, Ledger, ScoreExitRule, TrailingStopRule, run_backtest
from dipmaster.core.panel import Panel

pytestmark = pytest.mark.slow

COSTS = {"taker_fee_bps": 10.0, "slippage_bps": 1.0}
TIGHT = {"size_frac": 0.3, "max_position_frac": 0.35, "max_exposure_frac": 0.8, "max_positions": 3}


def _rules(kind: str, rows: int, panel: Panel, seed: int) -> ExitRules:
    rng = np.random.default_rng(seed)
    distance = rng.uniform(0.002, 0.01, rows)
    by_bar = rng.uniform(0.002, 0.01, panel.open.shape)
    by_bar[rng.random(by_bar.shape) < 0.1] = np.nan
    score = ScoreExitRule(np.where(rng.random((rows, 9)) < 0.7, np.nan, rng.random((rows, 9))))
    return {
        "none": ExitRules(None),
        "phase_0": ExitRules(0.0025),
        "trailing by entry": ExitRules(None, TrailingStopRule(distance)),
        "trailing by bar": ExitRules(
            0.001, TrailingStopRule(by_bar, 0.004, break_even_floor=False)
        ),
        "score": ExitRules(None, None, score),
        "all": ExitRules(0.0025, TrailingStopRule(by_bar, 0.005), score),
        "target first": ExitRules(
            0.0025, TrailingStopRule(by_bar, 0.005), score, target_first=True
        ),
    }[kind]


def _trades_as_rows(ledger: Ledger, panel: Panel) -> pd.DataFrame:
    trades = ledger.trades
    bar = {int(t): i for i, t in enumerate(panel.open_time)}
    ms = trades[["entry_time", "exit_time"]].apply(lambda c: c.astype("int64").map(bar))
    return trades.assign(entry=ms["entry_time"], exit=ms["exit_time"])


def _assert_same(ledger: Ledger, slow: Any, panel: Panel) -> None:
    fast, twin = _trades_as_rows(ledger, panel), pd.DataFrame(slow.trades)
    assert len(twin) > 20
    for row, twin_row in (("candidate_id", "id"), ("entry", "entry"), ("exit", "exit")):
        assert fast[row].tolist() == twin[twin_row].tolist()
    assert fast["exit_type"].tolist() == twin["kind"].tolist()
    assert fast["stop_and_target_touched"].tolist() == twin["both"].tolist()
    np.testing.assert_allclose(fast["quantity"], twin["bought"], rtol=1e-9)
    np.testing.assert_allclose(fast["net_pnl"], twin["money"], rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(fast["funding"], twin["funding"], rtol=1e-9, atol=1e-9)
    assert (panel.funding_frac is not None) == fast["funding"].any()
    np.testing.assert_allclose(fast["mfe_frac"], twin["peak"] / twin["price"] - 1, atol=1e-12)
    np.testing.assert_allclose(fast["mae_frac"], twin["trough"] / twin["price"] - 1, atol=1e-12)
    np.testing.assert_allclose(ledger.equity["equity"], slow.marks, rtol=1e-10)
    assert ledger.equity["cash"].iloc[-1] == pytest.approx(slow.cash, rel=1e-12)
    assert {k: n for k, n in ledger.rejected.items() if n} == slow.rejected


@pytest.mark.parametrize("funding", [False, True])
@pytest.mark.parametrize(
    ("kind", "tight", "seed"),
    [
        (kind, tight, seed)
        for seed, (kind, tight) in enumerate(
            product(
                [
                    "none",
                    "phase_0",
                    "trailing by entry",
                    "trailing by bar",
                    "score",
                    "all",
                    "target first",
                ],
                [False, True],
            )
        )
    ],
)
def test_engine_equals_the_slow_twin(
    make: Any, twin: Any, kind: str, tight: bool, seed: int, funding: bool
) -> None:
    panel = make.random_panel(seed, symbols=5, bars=600, funding=funding)
    cells = make.random_cells(seed + 100, panel, 0.08)
    rng = np.random.default_rng(seed + 200)
    rows = len(cells)
    entries = make.entries(
        cells,
        max_holding_bars=rng.integers(1, 20, rows),
        target_frac=rng.choice([0.004, 0.008, 0.02], rows),
        stop_frac=rng.choice([0.005, 0.015], rows),
        size_frac=rng.uniform(0.0, 0.4, rows) if tight else 0.05,
        priority=rng.integers(0, 3, rows),
    )
    execution = make.execution(**COSTS, **(TIGHT if tight else {}))
    rules = _rules(kind, rows, panel, seed + 300)
    _assert_same(
        run_backtest(panel, entries, execution, rules),
        twin(panel, entries, execution, rules),
        panel,
    )


def test_the_random_markets_reach_every_exit_type_and_every_rejection(make: Any) -> None:
    """Otherwise the comparison above could be empty."""
    panel = make.random_panel(7, symbols=8, bars=1500)
    cells = make.random_cells(8, panel, 0.15)
    rng = np.random.default_rng(9)
    entries = make.entries(
        cells,
        max_holding_bars=rng.integers(1, 12, len(cells)),
        size_frac=rng.uniform(0, 0.4, len(cells)),
    )
    ledger = run_backtest(
        panel,
        entries,
        make.execution(**COSTS, **{**TIGHT, "max_positions": 5}),
        _rules("all", len(cells), panel, 10),
    )
    assert ledger.trades["stop_and_target_touched"].sum() > 5
    kinds = set(ledger.fills["exit_type"])
    assert kinds == {
        "entry", "stop", "trailing_stop", "target", "time_limit", "optimal_timing",
        "profit_taking", "quarter_hour", "end_of_data",
    }  # fmt: skip
    assert {"no_next_bar", "zero_volume", "already_in_position", "max_positions", "exposure"} <= {
        reason for reason, count in ledger.rejected.items() if count
    }
