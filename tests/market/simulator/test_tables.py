"""What comes out: schemas, valid bars, the same bytes for any number of workers."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from dipmaster.core import tables
from dipmaster.core.tables.schema import TIME
from dipmaster.market.simulator import SimulatedMarket, simulate_market

NAMES = ("bars", "truth", "order_book", "on_chain", "sentiment")


def digest(frame: pd.DataFrame) -> str:
    """Hash of every byte of a frame, column names included."""
    digest_state = hashlib.sha256("|".join(frame.columns).encode())
    for name in frame.columns:
        digest_state.update(raw_bytes(frame[name]))
    return digest_state.hexdigest()


def raw_bytes(column: pd.Series) -> bytes:
    """Bytes of the values; times as integers (tz-aware to_numpy would give object addresses)."""
    plain = column.astype("int64") if isinstance(column.dtype, pd.DatetimeTZDtype) else column
    return np.ascontiguousarray(plain.to_numpy()).tobytes()


def digests(market: SimulatedMarket) -> list[str]:
    return [digest(getattr(market, name)[s]) for name in NAMES for s in market.symbols]


@pytest.mark.parametrize("name", NAMES)
def test_every_table_fits_its_schema(dials, name):
    market = simulate_market(dials())
    table = getattr(tables, name.upper())
    assert list(getattr(market, name)) == ["SIM01USDT", "SIM02USDT"]
    for symbol, frame in getattr(market, name).items():
        assert list(table.check(frame, symbol).columns) == table.names
        assert not frame.isna().any().any()
        for column in table.columns:
            expected = pd.Series(dtype=column.dtype.to_pandas_dtype()).dtype
            if column.dtype == TIME:
                expected = pd.DatetimeTZDtype("ms", "UTC")
            assert frame[column.name].dtype == expected, column.name


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bars_are_valid(dials, seed):
    for frame in simulate_market(dials(seed=seed, jumps_per_day=10.0, edge=1.0)).bars.values():
        low, high = frame["low"], frame["high"]
        assert (low > 0).all()
        for name in ("open", "close"):
            assert (low <= frame[name]).all()
            assert (frame[name] <= high).all()
        assert (frame["volume"] > 0).all()
        assert (frame["taker_buy_volume"] > 0).all()
        assert (frame["taker_buy_volume"] < frame["volume"]).all()
        average = frame["quote_volume"] / frame["volume"]
        assert (average > low * (1 - 1e-12)).all()
        assert (average < high * (1 + 1e-12)).all()
        assert (frame["trade_count"] >= 1).all()
        assert (frame["trade_count"] % 1 == 0).all()
        assert (frame["half_spread_bps"] >= 1.0).all()
        np.testing.assert_array_equal(frame["open"].to_numpy()[1:], frame["close"].to_numpy()[:-1])


def test_grid_starts_where_asked_and_has_no_gap(dials):
    frame = simulate_market(dials(days=3, start="2024-02-28")).bars["SIM01USDT"]
    assert frame["open_time"].iloc[0] == pd.Timestamp("2024-02-28", tz="UTC")
    assert len(frame) == 3 * 288
    assert (frame["open_time"].diff().dropna() == pd.Timedelta("5min")).all()


def test_same_bytes_for_any_number_of_workers(dials, monkeypatch):
    all_digests = []
    for workers in ("1", "2", "3"):
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        all_digests.append(digests(simulate_market(dials(coins=3))))
    assert all_digests[0] == all_digests[1] == all_digests[2]
    assert len(set(all_digests[0])) == len(all_digests[0])  # no two tables or coins are alike


def test_another_seed_is_another_market(dials):
    assert not set(digests(simulate_market(dials(seed=1)))) & set(
        digests(simulate_market(dials(seed=2)))
    )


@pytest.mark.parametrize("name", NAMES)
def test_more_coins_and_days_leave_what_was_there(dials, name):
    small = getattr(simulate_market(dials(days=20)), name)["SIM01USDT"]
    more_coins = getattr(simulate_market(dials(days=20, coins=4)), name)["SIM01USDT"]
    assert digest(more_coins) == digest(small)
    longer = getattr(simulate_market(dials(days=30)), name)["SIM01USDT"]
    # A jump shows in flows 3 h and in mood 8 h before it: only rows that far from the end are sure.
    margin = {"on_chain": 36, "sentiment": 8}.get(name, 0)
    unaffected = len(small) - margin
    assert digest(longer.iloc[:unaffected]) == digest(small.iloc[:unaffected])


def test_publication_comes_after_the_event(dials):
    market = simulate_market(dials())
    flow = market.on_chain["SIM01USDT"]
    lag = (flow["known_time"] - flow["event_time"]).dt.total_seconds() / 60 - 5
    assert lag.min() == 30
    assert lag.max() == 60
    mood = market.sentiment["SIM01USDT"]
    assert ((mood["known_time"] - mood["event_time"]) == pd.Timedelta("15min")).all()
    assert mood["event_time"].iloc[0] == pd.Timestamp("2023-01-01 01:00", tz="UTC")
