"""The shared files of real alternative data, read where they are; skipped where they are not."""

from pathlib import Path

import numpy as np
import pytest

from dipmaster.altdata import build_evidence, read_values
from dipmaster.altdata.providers.files import FilesProvider, read_files
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.time_units import DAY_MS
from dipmaster.market.raw.files import RawFile
from tests.altdata.conftest import make_candidates

DAILY = {
    "btc_large_tx_count_daily.json": 1095,
    "deribit_dvol_btc_daily.json": 1102,
    "fear_greed_daily.csv": 3064,
    "funding_8h_btc_binance_bybit_okx.csv": 7452,
    "taker_spot_BTCUSDT_5m.parquet": 26_496,
    "taker_um_LINKUSDT_5m.parquet": 16_128,
}


def epoch_ms(day: str) -> int:
    return int(np.datetime64(day, "ms").astype(np.int64))


def read_one(real_data: Path, params: AlternativeData, name: str, as_: str = "") -> FilesProvider:
    path = real_data / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return read_files([RawFile(as_ or path.name, path)], params)


@pytest.mark.parametrize(("name", "values"), DAILY.items())
def test_series_of_one_channel(
    real_data: Path, params: AlternativeData, name: str, values: int
) -> None:
    provider = read_one(real_data, params, f"alt_data/{name}")
    assert len(provider.channels) == 1
    assert len(provider.rows) == values


@pytest.fixture
def on_chain(real_data: Path, params: AlternativeData) -> FilesProvider:
    return read_one(real_data, params, "alt_data/coinmetrics_btc_daily.csv")


def test_on_chain_of_the_last_day_before_it_was_revised(on_chain: FilesProvider) -> None:
    frame = read_values(on_chain, "BTCUSDT").groupby("channel", observed=True).last()
    assert frame.loc["exchange_inflow", "value"] == pytest.approx(9619.222479)
    assert frame.loc["exchange_supply", "value"] == pytest.approx(2601588.31380216)
    assert frame.loc["active_addresses", "value"] == 545348
    assert str(frame.loc["exchange_inflow", "known_time"]) == "2026-03-24 12:00:00+00:00"


def test_exchange_flows_are_a_full_day_later_than_they_are_computed(
    on_chain: FilesProvider,
) -> None:
    lags = {channel.name: channel.publication_lag_ms for channel in on_chain.channels}
    for name in ("exchange_inflow", "exchange_outflow", "exchange_supply"):
        assert lags[name] >= lags["active_addresses"] + DAY_MS


def test_evidence_of_2023_is_whole_and_stands_still_where_the_future_changes(
    on_chain: FilesProvider, params: AlternativeData
) -> None:
    days = [epoch_ms("2023-01-10") + day * DAY_MS for day in range(0, 200, 9)]
    made = make_candidates(*(("BTCUSDT", day) for day in days))
    whole = build_evidence(on_chain, made, params)
    assert whole.results.analyzers["on_chain"].status == "complete"
    until = days[10]
    rows = on_chain.rows
    late = rows["event_ms"] > until - 12 * 3_600_000  # nothing of it is published by then
    changed = rows.assign(value=rows["value"].where(~late, rows["value"] * 3.0))
    for other in (changed, rows[~late]):
        provider = FilesProvider(on_chain.channels, other, {})
        again = build_evidence(provider, made, params)
        assert again.scores[:11].equals(whole.scores[:11])
        assert not again.scores[11:].equals(whole.scores[11:])


def test_dvol_misses_one_day(real_data: Path, params: AlternativeData) -> None:
    provider = read_one(real_data, params, "alt_data/deribit_dvol_btc_daily.json")
    event = to_epoch_ms(read_values(provider, "BTCUSDT")["event_time"])
    assert (np.diff(event) / DAY_MS).max() == 2.0


def test_best_quotes_of_a_day(real_data: Path, params: AlternativeData) -> None:
    name = "orderbook_top_btc_20260615.csv"
    provider = read_one(real_data, params, f"alt_data/{name}", f"BTCUSDT/{name}")
    made = make_candidates(("BTCUSDT", epoch_ms("2026-06-15T12:00")))
    row = build_evidence(provider, made, params).scores.iloc[0]
    assert row["imbalance_source"] == "quotes"
    assert -1.0 < row["imbalance_ratio"] < 1.0


@pytest.mark.parametrize(
    ("name", "channels", "values"),
    [
        ("BTCUSDT-bookDepth-2026-09-01.EXCERPT.csv", 12, 12),
        ("BTCUSDT-metrics-2023-11-14-Trivix-merged.EXCERPT.csv", 6, 72),
        ("BTCUSDT-metrics-2026-07-20.EXCERPT.csv", 6, 18),
        ("BTCUSDT-fundingRate-2026-04.zip", 1, 90),
        ("BTCUSDT-1m-2020-01-01.zip", 1, 1440),
        ("LINKUSDT-1m-2026-02.csv", 1, 40_320),
    ],
)
def test_files_of_the_archive(
    real_data: Path, params: AlternativeData, name: str, channels: int, values: int
) -> None:
    provider = read_one(real_data, params, f"archive_samples/{name}")
    assert (len(provider.channels), len(provider.rows)) == (channels, values)
    assert set(provider.rows["symbol"]) == {name.split("-")[0]}
    assert provider.cleaning == {name: {}}


def test_older_depth_has_no_narrow_band(real_data: Path, params: AlternativeData) -> None:
    name = "UNKNOWNSYM-bookDepth-2023-03-31-oldformat.EXCERPT.csv"
    provider = read_one(real_data, params, f"archive_samples/{name}", f"ABCUSDT/{name}")
    assert {f"{side}_within_1pct_quote" for side in ("bid", "ask")} <= set(provider.rows["channel"])
    assert "bid_within_0.2pct_quote" not in set(provider.rows["channel"])
    made = make_candidates(("ABCUSDT", epoch_ms("2023-03-31T00:15")))
    row = build_evidence(provider, made, params).scores.iloc[0]
    assert row["imbalance_source"] == "bands"
    assert row["imbalance_ratio"] == pytest.approx((713123 - 566596) / (713123 + 566596))
    assert row["sell_impact_bps"] == pytest.approx(10_000 / 713123 / 2 * 100)
