"""Sizes, caps and refusals of the account, and accounts that are empty or ruined."""

from typing import Any

import numpy as np
import pytest

from dipmaster.backtest import REJECTION_REASONS, Ledger, build_entries, run_backtest
from dipmaster.core.errors import DataError
from dipmaster.core.panel import to_timestamps
from dipmaster.core.tables import EQUITY, FILLS, TRADES

FLAT = (100.0, 100.5, 99.5, 100.0)


def _flat(symbols: int, bars: int = 6) -> Any:
    return np.tile(np.array(FLAT), (symbols, bars, 1))


def _reasons(ledger: Ledger) -> dict[str, int]:
    assert tuple(ledger.rejected) == REJECTION_REASONS
    return {reason: count for reason, count in ledger.rejected.items() if count}


def test_position_cap_binds(make: Any) -> None:
    ledger = run_backtest(
        make.panel(_flat(1)), make.entries([(0, 0)], size_frac=0.5), make.execution(), make.off
    )
    assert ledger.trades["weight_frac"].tolist() == [0.1]
    assert ledger.trades["binding_cap"].tolist() == ["position"]


def test_exposure_cap_cuts_the_last_and_refuses_the_next(make: Any) -> None:
    """A cap of 25 %: 10, 10, 5, none."""
    ledger = run_backtest(
        make.panel(_flat(4)),
        make.entries([(k, 0) for k in range(4)], size_frac=0.1),
        make.execution(max_exposure_frac=0.25),
        make.off,
    )
    assert ledger.trades["weight_frac"].tolist() == pytest.approx([0.1, 0.1, 0.05])
    assert ledger.trades["binding_cap"].tolist() == ["none", "none", "exposure"]
    assert _reasons(ledger) == {"exposure": 1}


def test_cash_pays_for_fees_too(make: Any) -> None:
    """All the money at a 1 % fee buys 1/1.01 of it; then nothing is left."""
    ledger = run_backtest(
        make.panel(_flat(2)),
        make.entries([(0, 0), (1, 0)], size_frac=1.0),
        make.execution(max_position_frac=1.0, taker_fee_bps=100.0, min_notional=1.0),
        make.off,
    )
    assert ledger.trades["weight_frac"].tolist() == pytest.approx([1 / 1.01])
    assert ledger.trades["binding_cap"].tolist() == ["cash"]
    assert ledger.fills["cash_after"].iloc[0] == pytest.approx(0.0, abs=1e-9)
    assert _reasons(ledger) == {"cash": 1}


def test_max_positions_and_priority(make: Any) -> None:
    """Two places, four orders: the highest priority first, then the symbol order."""
    ledger = run_backtest(
        make.panel(_flat(4)),
        make.entries([(k, 0) for k in range(4)], priority=[0.0, 1.0, 0.0, 5.0]),
        make.execution(max_positions=2),
        make.off,
    )
    assert ledger.trades["symbol"].tolist() == ["C03", "C01"]
    assert _reasons(ledger) == {"max_positions": 2}


def test_a_second_signal_inside_a_position_is_refused(make: Any) -> None:
    ledger = run_backtest(
        make.panel(_flat(1)), make.entries([(0, 0), (0, 1)]), make.execution(), make.off
    )
    assert _reasons(ledger) == {"already_in_position": 1}


def test_a_place_sold_at_the_open_is_free_at_that_open(make: Any) -> None:
    """Cap of one bar: sold at the open of bar 2 and bought again at the same open."""
    ledger = run_backtest(
        make.panel(_flat(1)),
        make.entries([(0, 0), (0, 1)], max_holding_bars=1),
        make.execution(max_positions=1),
        make.off,
    )
    assert len(ledger.trades) == 2
    assert ledger.trades["exit_time"].iloc[0] == ledger.trades["entry_time"].iloc[1]
    assert ledger.fills["side"].tolist() == ["buy", "sell", "buy", "sell"]


def test_an_open_at_the_stop_level_is_sold_at_the_open(make: Any) -> None:
    """Level 98 = the open of bar 2: its place is free for the order of the same open."""
    panel = make.panel([FLAT, FLAT, (98.0, 99.0, 97.5, 98.0), FLAT])
    entries = make.entries([(0, 0), (0, 1)], stop_frac=0.02, target_frac=0.5)
    ledger = run_backtest(panel, entries, make.execution(), make.off)
    assert ledger.trades["exit_type"].tolist() == ["stop", "end_of_data"]
    assert ledger.fills["reference_price"].tolist() == [100.0, 98.0, 98.0, 100.0]


def test_no_next_bar_in_a_hole_and_at_the_end(make: Any) -> None:
    panel = make.panel([FLAT, None, FLAT])
    ledger = run_backtest(panel, make.entries([(0, 0), (0, 2)]), make.execution(), make.off)
    assert _reasons(ledger) == {"no_next_bar": 2}


def test_orders_below_the_smallest_notional_are_not_sent(make: Any) -> None:
    ledger = run_backtest(
        make.panel(_flat(2)),
        make.entries([(0, 0), (1, 0)], size_frac=[0.00009, 0.0]),
        make.execution(),
        make.off,
    )
    assert _reasons(ledger) == {"below_min_notional": 2}


def test_a_ruined_account_stops(make: Any) -> None:
    """The price falls by 99.99 %: below the smallest order nothing is traded any more."""
    bars = [FLAT, FLAT, (0.01, 0.01, 0.01, 0.01), FLAT, FLAT]
    execution = make.execution(
        max_position_frac=1.0, taker_fee_bps=0.0, min_notional=100.0, capital=1000.0
    )
    ledger = run_backtest(
        make.panel(bars), make.entries([(0, 0), (0, 2)], size_frac=1.0), execution, make.off
    )
    assert _reasons(ledger) == {"ruined": 1}
    assert ledger.equity["equity"].iloc[-1] == pytest.approx(0.1)
    assert np.isfinite(ledger.equity.drop(columns="time")).all(axis=None)


def test_without_entries_the_tables_are_empty_and_the_equity_flat(make: Any) -> None:
    ledger = run_backtest(make.panel(_flat(2)), make.entries([]), make.execution(), make.off)
    ledger_with_one = run_backtest(
        make.panel(_flat(2)), make.entries([(0, 0)]), make.execution(), make.off
    )
    for empty, full, table in (
        (ledger.trades, ledger_with_one.trades, TRADES),
        (ledger.fills, ledger_with_one.fills, FILLS),
        (ledger.equity, ledger_with_one.equity, EQUITY),
    ):
        needed = [column.name for column in table.columns if not column.optional]
        assert empty.columns.tolist() == needed
        assert empty.dtypes.tolist() == full.dtypes.tolist()
    assert ledger.trades.empty
    assert ledger.fills.empty
    assert set(ledger.equity["equity"]) == {100_000.0}
    assert _reasons(ledger) == {}


def test_a_missing_half_spread_is_reported(make: Any) -> None:
    panel = make.panel(_flat(1), half_spread_bps=np.nan)
    with pytest.raises(
        DataError, match=r"C00 at 2023-01-01 00:05:00\+00:00: expected a half-spread"
    ):
        run_backtest(panel, make.entries([(0, 0)]), make.execution(), make.off)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"target_frac": np.nan}, "target_frac above 0"),
        ({"stop_frac": 0.0}, "stop_frac above 0"),
        ({"stop_frac": 1e-20}, "stop_frac above 0"),
        ({"max_holding_bars": 0}, "max_holding_bars of 1 or more"),
        ({"size_frac": -0.1}, "size_frac of 0 or more"),
    ],
)
def test_orders_that_make_no_sense_are_refused(
    make: Any, columns: dict[str, float], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        run_backtest(
            make.panel(_flat(1)), make.entries([(0, 0)], **columns), make.execution(), make.off
        )


def test_unsorted_and_foreign_orders_are_refused(make: Any) -> None:
    entries = make.entries([(0, 0), (0, 2)])
    with pytest.raises(DataError, match="sorted rows"):
        run_backtest(
            make.panel(_flat(1)), entries.take(np.array([1, 0])), make.execution(), make.off
        )
    with pytest.raises(DataError, match="indices on the panel"):
        run_backtest(make.panel(_flat(1)), make.entries([(1, 0)]), make.execution(), make.off)


def _candidates(panel: Any, symbols: list[str], bars: list[int], z: list[float]) -> Any:
    import pandas as pd

    return pd.DataFrame(
        {
            "candidate_id": np.arange(len(bars)),
            "symbol": symbols,
            "open_time": to_timestamps(panel.open_time[bars]),
            "dip_z": z,
            "sigma_1h_frac": 0.01,
            "volatility_class": np.array([-1, 0, 2], np.int8)[: len(bars)],
        }
    )


def test_candidates_become_sorted_orders_of_phase_0(make: Any) -> None:
    panel = make.panel(_flat(2))
    frame = _candidates(panel, ["C00", "C00", "C01"], [3, 1, 1], [1.0, 1.5, 2.5])
    entries = build_entries(frame, panel, make.execution(), make.exits)
    assert entries.candidate_id.tolist() == [2, 1, 0]
    assert entries.symbol_index.tolist() == [1, 0, 0]
    assert entries.signal_index.tolist() == [1, 1, 3]
    ledger = run_backtest(panel, entries, make.execution(), make.off)
    assert ledger.trades["regime"].tolist() == ["high", "low"]
    assert set(entries.target_frac) == {0.008}
    assert len(build_entries(frame.iloc[:0], panel, make.execution(), make.exits)) == 0


def test_candidates_of_another_market_are_refused(make: Any) -> None:
    panel = make.panel(_flat(1))
    frame = _candidates(panel, ["DOGE"], [1], [1.0])
    with pytest.raises(DataError, match="found DOGE at 2023-01-01 00:05"):
        build_entries(frame, panel, make.execution(), make.exits)
