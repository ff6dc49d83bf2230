"""Unfinished last bars go, all coins end together, and a delisted coin cuts nobody."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from dipmaster.market.raw import RawMarket

Bars = Callable[..., pd.DataFrame]
Read = Callable[..., RawMarket]


def lengths(market: RawMarket) -> dict[str, int]:
    return {symbol: len(frame) for symbol, frame in market.bars.items()}


def test_all_end_before_the_last_bar_of_the_shortest(raw: Path, read: Read, bars: Bars) -> None:
    bars(1000).to_parquet(raw / "BTCUSDT.parquet")
    bars(1003).to_parquet(raw / "ETHUSDT.parquet")
    bars(600, start="2023-01-02 09:20").to_parquet(raw / "SOLUSDT.parquet")  # ends with BTC
    market = read()
    assert lengths(market) == {"BTCUSDT": 999, "ETHUSDT": 999, "SOLUSDT": 599}
    assert market.log.trimmed_bars == {"BTCUSDT": 1, "ETHUSDT": 4, "SOLUSDT": 1}
    assert len({frame["open_time"].iloc[-1] for frame in market.bars.values()}) == 1


def test_a_coin_that_ended_long_before_cuts_nobody(raw: Path, read: Read, bars: Bars) -> None:
    bars(20 * 288).to_parquet(raw / "BTCUSDT.parquet")
    bars(20 * 288 - 5).to_parquet(raw / "ETHUSDT.parquet")
    bars(5 * 288).to_parquet(raw / "LUNAUSDT.parquet")
    market = read()
    bars_kept = 20 * 288 - 6
    assert lengths(market) == {"BTCUSDT": bars_kept, "ETHUSDT": bars_kept, "LUNAUSDT": 5 * 288 - 1}
    assert market.log.ended_early == ("LUNAUSDT",)
    assert lengths(read(ended_after_days=30)) == dict.fromkeys(market.bars, 5 * 288 - 1)


def test_nothing_is_cut_where_it_is_switched_off(raw: Path, read: Read, bars: Bars) -> None:
    bars(1000).to_parquet(raw / "BTCUSDT.parquet")
    bars(1003).to_parquet(raw / "ETHUSDT.parquet")
    market = read(trim_to_common_end=False)
    assert lengths(market) == {"BTCUSDT": 1000, "ETHUSDT": 1003}
    assert set(market.log.trimmed_bars.values()) == {0}
