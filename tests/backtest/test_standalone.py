"""Outcomes of single bars are the engine's trades; one position at a time chains them."""

from typing import Any

import numpy as np
import pytest

from dipmaster.backtest import (
    EXIT_NAMES,
    ExitRules,
    ScoreExitRule,
    TrailingStopRule,
    run_backtest,
    simulate_independent_trades,
    simulate_sequential_trades,
)
from dipmaster.core.errors import DataError

COSTS = {"taker_fee_bps": 10.0, "slippage_bps": 1.0}


@pytest.mark.parametrize("funding", [False, True])
@pytest.mark.parametrize("kind", ["phase_0", "all"])
def test_outcomes_equal_the_engine_where_no_limit_binds(
    make: Any, kind: str, funding: bool
) -> None:
    """Signals 40 bars apart with a cap of 30 never overlap; sizes are tiny."""
    panel = make.random_panel(3, symbols=6, bars=2000, funding=funding)
    cells = [(k, u) for k in range(6) for u in range(10 + k, 1999, 60)]
    rng = np.random.default_rng(4)
    rules = ExitRules(0.0025)
    if kind == "all":
        distance = rng.uniform(0.002, 0.01, panel.open.shape)
        score = ScoreExitRule(np.where(rng.random((len(cells), 12)) < 0.8, np.nan, 0.7))
        rules = ExitRules(0.0025, TrailingStopRule(distance), score)
    entries = make.entries(cells, max_holding_bars=30, size_frac=0.001)
    execution = make.execution(max_positions=100, **COSTS)
    trades = run_backtest(panel, entries, execution, rules).trades
    independent = simulate_independent_trades(
        panel, entries.symbol_index, entries.signal_index, execution, rules, 0.008, 0.015, 30
    )
    assert independent.tradable.sum() == len(trades)
    frame = independent.to_frame()[independent.tradable].reset_index(drop=True)
    assert len(frame) > 150
    assert frame["exit_type"].tolist() == trades["exit_type"].tolist()
    assert frame["bars_held"].tolist() == trades["bars_held"].tolist()
    for flag in ("open_at_end", "stop_and_target_touched"):
        assert frame[flag].tolist() == trades[flag].tolist()
    notional = trades["net_pnl"] / trades["return_frac"]
    for name, column in (
        ("net_frac", trades["return_frac"]),
        ("gross_frac", trades["gross_pnl"] / notional),
        ("fees_frac", trades["fees"] / notional),
        ("slippage_frac", trades["slippage"] / notional),
        ("funding_frac", trades["funding"] / notional),
        ("mfe_frac", trades["mfe_frac"]),
        ("mae_frac", trades["mae_frac"]),
    ):
        np.testing.assert_allclose(frame[name], column, rtol=1e-7, atol=1e-12)


def test_bars_without_a_next_bar_are_not_tradable(make: Any) -> None:
    flat = (100.0, 100.5, 99.5, 100.0)
    panel = make.panel([flat, None, flat])
    independent = simulate_independent_trades(
        panel, np.array([0, 0, 0]), np.array([0, 1, 2]), make.execution(), make.off, 0.01, 0.02, 5
    )
    assert independent.tradable.tolist() == [False, True, False]
    assert independent.entry_index.tolist() == [-1, 2, -1]
    assert np.isnan(independent.net_frac).tolist() == [True, False, True]
    assert independent.to_frame()["exit_type"].tolist() == ["", "end_of_data", ""]
    assert independent.bars_held.tolist() == [0, 0, 0]


def test_sequential_trades_are_the_chain_of_independent_ones(make: Any) -> None:
    panel = make.random_panel(5, symbols=3, bars=1500)
    signals = np.random.default_rng(6).random(panel.open.shape) < 0.3
    rules, execution = ExitRules(0.0025), make.execution(**COSTS)
    chains = simulate_sequential_trades(
        panel, signals, execution, rules, 0.008, 0.015, 20
    ).to_frame()
    for k in range(3):
        chain = chains[chains["symbol_index"] == k]
        free, expected = 0, []
        rows = np.flatnonzero(signals[k])
        independent = simulate_independent_trades(
            panel, np.full(rows.size, k), rows, execution, rules, 0.008, 0.015, 20
        ).to_frame()
        at_open = independent["exit_type"].isin(["time_limit", "quarter_hour"])
        for i in range(len(independent)):
            row = independent.iloc[i]
            if row["tradable"] and row["entry_index"] >= free:
                gapped = row["exit_type"] == "stop" and row["gross_frac"] < -0.015 - 1e-12
                free = row["exit_index"] + (0 if at_open[i] or gapped else 1)
                expected.append((row["entry_index"], row["exit_index"], row["net_frac"]))
        chained = list(
            zip(chain["entry_index"], chain["exit_index"], chain["net_frac"], strict=True)
        )
        assert len(chained) > 50
        assert chained == expected


def test_rows_off_the_panel_and_misfitting_arrays_are_refused(make: Any) -> None:
    panel = make.random_panel(1, symbols=2, bars=50)
    zero = np.array([0])
    with pytest.raises(DataError, match="rows within 2 symbols x 50 bars"):
        simulate_independent_trades(
            panel, np.array([2]), zero, make.execution(), make.off, 0.01, 0.01, 5
        )
    wrong = ExitRules(None, TrailingStopRule(np.zeros(3)))
    with pytest.raises(
        DataError, match=r"Trailing.distance_frac: expected shape \(1,\) or \(2, 50\)"
    ):
        simulate_independent_trades(panel, zero, zero, make.execution(), wrong, 0.01, 0.01, 5)


def test_targets_for_another_number_of_rows_are_refused(make: Any) -> None:
    panel, rows = make.random_panel(1, symbols=2, bars=50), np.array([0, 1, 1])
    with pytest.raises(DataError, match=r"one value, or shape \(3,\), found shape \(2,\)"):
        simulate_independent_trades(
            panel, rows, rows, make.execution(), make.off, np.array([0.1, 0.2]), 0.01, 5
        )


def test_signals_of_another_panel_are_refused(make: Any) -> None:
    panel, signals = make.random_panel(1, symbols=2, bars=50), np.zeros((2, 49), np.bool_)
    with pytest.raises(
        DataError, match=r"signals: expected shape \(2, 50\), found shape \(2, 49\)"
    ):
        simulate_sequential_trades(panel, signals, make.execution(), make.off, 0.01, 0.01, 5)


@pytest.mark.parametrize("threads", ["1", "2", "3", "7"])
def test_the_number_of_threads_changes_nothing(
    make: Any, monkeypatch: pytest.MonkeyPatch, threads: str
) -> None:
    panel = make.random_panel(8, symbols=5, bars=300)
    signals = np.random.default_rng(9).random(panel.open.shape) < 0.2
    plan = (panel, signals, make.execution(**COSTS), ExitRules(0.0025), 0.008, 0.015, 20)
    monkeypatch.setenv("DIPMASTER_WORKERS", "1")
    independent = simulate_sequential_trades(*plan).to_frame()
    monkeypatch.setenv("DIPMASTER_WORKERS", threads)
    assert len(independent) > 100
    assert simulate_sequential_trades(*plan).to_frame().equals(independent)


def test_exit_names_are_those_of_the_tables() -> None:
    assert set(EXIT_NAMES) == {
        "target", "stop", "trailing_stop", "quarter_hour", "time_limit", "optimal_timing",
        "profit_taking", "end_of_data",
    }  # fmt: skip
