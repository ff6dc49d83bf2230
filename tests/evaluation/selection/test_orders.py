"""Phase 1's orders: the admitted ones, the surest first; no look-ahead."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import ExitRules
from dipmaster.core.panel import Panel, to_epoch_ms

SEEN = ("candidate_id", "entry_time", "entry_price", "exit_time", "exit_price", "net_pnl",
        "confidence", "regime")  # fmt: skip


def test_orders_are_the_admitted_ones_with_their_score(
    both, scores, filter_results, exits, quick
) -> None:
    every, orders = (one.orders.entries for one in both)
    row = orders.candidate_id
    admitted = np.flatnonzero(filter_results["admitted"] == 1)
    assert set(row) == set(admitted) & set(every.candidate_id)
    assert np.array_equal(orders.confidence, filter_results["confidence"].to_numpy()[row])
    assert np.array_equal(orders.priority, orders.confidence)
    assert np.array_equal(orders.regime, scores["regime"].to_numpy()[row])
    for name in ("size_frac", "target_frac", "stop_frac", "max_holding_bars"):
        assert np.unique(getattr(orders, name)).size == 1
        assert getattr(orders, name)[0] == getattr(every, name)[0]
    assert [one.exit_policy.rules for one in both] == [ExitRules.phase_0(exits)] * 2
    assert both[1].exit_simulator is both[0].exit_simulator
    assert both[1].phase.targets(quick) == {
        "win_rate": 0.82, "sharpe": 0.8, "profit_factor": 1.0, "max_drawdown": 0.03
    }  # fmt: skip


def test_the_surest_is_bought_where_two_compete(complete, panel, execution) -> None:
    first, second = complete(execution=execution.model_copy(update={"max_positions": 1}))
    trades, entries = second.ledger.trades, second.orders.entries
    orders = pd.DataFrame({"bar": entries.signal_index, "c": entries.confidence})
    best = orders.groupby("bar")["c"].max()
    assert len(trades) == len(best)
    bought = panel.index_of(to_epoch_ms(trades["signal_time"]))
    assert np.array_equal(trades["confidence"].to_numpy(), best.loc[bought].to_numpy())
    assert set(first.ledger.trades["symbol"]) == {"AUSDT"}
    assert (trades["symbol"] == "BUSDT").any()


def test_the_ledger_names_confidence_and_regime(both, scores) -> None:
    trades = both[1].ledger.trades
    names = np.array(["low", "normal", "high", "unknown"])
    row = trades["candidate_id"].to_numpy()
    assert np.array_equal(trades["regime"].to_numpy(dtype=str), names[scores["regime"][row]])
    assert trades["confidence"].notna().all()


def test_every_candidate_admitted_is_phase_0_but_for_its_order(complete, filter_results) -> None:
    """Same exits, same costs, same size: with room for all the money is the same."""
    everything = filter_results.assign(admitted=np.int8(1))
    one, again = (phase.ledger for phase in complete(filter_results=everything))
    assert again.equity["equity"].to_numpy() == pytest.approx(one.equity["equity"].to_numpy())


def test_the_future_changes_no_closed_trade(
    complete, candidates, scores, filter_results, panel
) -> None:
    """Bars, scores and admissions after t are other ones; what was closed by t stays."""

    def trades_of(bars: Panel, marks: pd.DataFrame, regimes: pd.DataFrame) -> pd.DataFrame:
        return complete(panel=bars, filter_results=marks, scores=regimes)[1].ledger.trades

    whole = trades_of(panel, filter_results, scores)
    rng = np.random.default_rng(3)
    middle = whole.iloc[len(whole) // 2]
    for time in (middle["signal_time"], middle["entry_time"], middle["exit_time"]):
        cut = int(panel.index_of(to_epoch_ms(pd.Series([time])))[0]) + 1
        noise = np.exp(0.3 * rng.standard_normal(panel.close.shape))
        noise[:, :cut] = 1.0
        prices = {name: getattr(panel, name) * noise for name in ("open", "high", "low", "close")}
        later = (candidates["open_time"] > time).to_numpy()
        marks, regimes = filter_results.copy(), scores.copy()
        marks.loc[later, "confidence"] = rng.random(later.sum())
        marks.loc[later, "admitted"] = rng.integers(0, 2, later.sum()).astype(np.int8)
        regimes.loc[later, "regime"] = np.int8(2)
        other = trades_of(replace(panel, **prices), marks, regimes)
        closed = [frame[frame["exit_time"] <= time][list(SEEN)] for frame in (whole, other)]
        assert len(closed[0]) > 20
        assert closed[0].reset_index(drop=True).equals(closed[1].reset_index(drop=True))
        assert not other.equals(whole)
