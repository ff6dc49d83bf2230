"""Common random numbers: turning one dial moves what it names and nothing else, bit for bit."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.market.simulator import simulate_market

NAMES = ("bars", "truth", "order_book", "on_chain", "sentiment")
PRICES = ("open", "high", "low", "close")


def raw_bytes(column: pd.Series) -> bytes:
    """Bytes of the values; times as integers (tz-aware to_numpy would give object addresses)."""
    plain = column.astype("int64") if isinstance(column.dtype, pd.DatetimeTZDtype) else column
    return np.ascontiguousarray(plain.to_numpy()).tobytes()


def changed_columns(left, right) -> dict[str, set[str]]:
    """Columns of each table that differ in any byte on any coin."""
    changed = {}
    for name in NAMES:
        before, after = getattr(left, name), getattr(right, name)
        assert list(before) == list(after)
        columns = {
            str(column)
            for symbol in before
            for column in before[symbol].columns
            if raw_bytes(before[symbol][column]) != raw_bytes(after[symbol][column])
        }
        if columns:
            changed[name] = columns
    return changed


@pytest.mark.parametrize(
    ("dial", "value", "moves"),
    [
        ("edge", 0.3, {"bars": {*PRICES, "quote_volume"}, "truth": {"drift", "remaining"}}),
        (
            "reversion_rate",
            0.05,
            {"bars": {*PRICES, "quote_volume"}, "truth": {"drift", "remaining"}},
        ),
        ("bars", 0.0, {"bars": {"volume", "quote_volume", "trade_count", "taker_buy_volume"}}),
        ("order_book", 0.0, {"order_book": {"bid_depth_quote", "ask_depth_quote", "imbalance"}}),
        ("on_chain", 0.0, {"on_chain": {"net_exchange_flow_frac"}}),
        ("sentiment", 0.0, {"sentiment": {"score"}}),
    ],
)
def test_one_dial_moves_only_its_own_columns(dials, dial, value, moves):
    full_names = {"drift": "oracle_drift_frac", "remaining": "remaining_reversion_frac"}
    expected = {name: {full_names.get(c, c) for c in columns} for name, columns in moves.items()}
    assert (
        changed_columns(simulate_market(dials()), simulate_market(dials(**{dial: value})))
        == expected
    )


def test_edge_changes_prices_by_the_drift_alone(dials):
    null, edged = simulate_market(dials(edge=0.0)), simulate_market(dials(edge=0.8))
    for symbol in null.symbols:
        growth = np.cumprod(1.0 + edged.truth[symbol]["oracle_drift_frac"].to_numpy())
        ratio = edged.bars[symbol]["close"].to_numpy() / null.bars[symbol]["close"].to_numpy()
        np.testing.assert_allclose(ratio, growth, rtol=1e-11)
        assert (null.truth[symbol]["oracle_drift_frac"] == 0.0).all()


def test_more_jumps_keep_the_jumps_that_were_there(dials):
    few = simulate_market(dials(jumps_per_day=1.0)).truth["SIM01USDT"]
    many = simulate_market(dials(jumps_per_day=3.0)).truth["SIM01USDT"]
    has_jump = (few["jump_mark"] > 0).to_numpy()
    assert 10 < has_jump.sum() < (many["jump_mark"] > 0).sum()
    pd.testing.assert_frame_equal(
        few.loc[has_jump, ["jump_frac", "jump_mark"]],
        many.loc[has_jump, ["jump_frac", "jump_mark"]],
    )
    assert (few["regime"] == many["regime"]).all()


def test_no_jumps_leaves_no_mark_and_no_drift(dials):
    truth = simulate_market(dials(jumps_per_day=0.0)).truth["SIM01USDT"]
    for name in ("jump_mark", "jump_frac", "oracle_drift_frac", "remaining_reversion_frac"):
        assert (truth[name] == 0).all()
