"""Files of the exchange's archive and fourteen months of real bars."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dipmaster.market.raw import RawMarket

Read = Callable[..., RawMarket]

KLINES = (
    "open_time open high low close volume close_time quote_volume count taker_buy taker_quote x"
)


def read_archive(path: Path, per_ms: int) -> pd.DataFrame:
    """The archive's 1m klines as pandas reads them: the slow twin's input."""
    header = 0 if path.suffix == ".csv" else None
    frame = pd.read_csv(path, names=KLINES.split(), header=header)
    return frame.assign(open_time=pd.to_datetime(frame["open_time"] // per_ms, unit="ms", utc=True))


def resample_by_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    groups = frame.set_index("open_time").resample("5min")
    return pd.DataFrame(
        {
            "open": groups["open"].first(),
            "high": groups["high"].max(),
            "low": groups["low"].min(),
            "close": groups["close"].last(),
            "volume": groups["volume"].sum(),
            "quote_volume": groups["quote_volume"].sum(),
            "trade_count": groups["count"].sum(),
            "taker_buy_volume": groups["taker_buy"].sum(),
        }
    )


def copy_samples(real_data: Path, raw: Path, *names: str) -> list[Path]:
    return [Path(shutil.copy(real_data / "archive_samples" / name, raw)) for name in names]


@pytest.mark.parametrize(
    ("names", "symbol", "per_ms"),
    [
        ([f"BTCUSDT-1m-2020-01-0{day}.zip" for day in (1, 2, 3)], "BTCUSDT", 1),
        (["BTCUSDT-1m-2026-03.zip"], "BTCUSDT", 1000),
        (["LINKUSDT-1m-2026-02.csv"], "LINKUSDT", 1),
    ],
    ids=["milliseconds", "microseconds", "futures-with-header"],
)
def test_archive_klines(
    real_data: Path, raw: Path, read: Read, names: list[str], symbol: str, per_ms: int
) -> None:
    paths = copy_samples(real_data, raw, *names)
    expected = resample_by_pandas(pd.concat([read_archive(path, per_ms) for path in paths])).iloc[
        :-1
    ]
    frame = read().bars[symbol].set_index("open_time")
    pd.testing.assert_frame_equal(
        frame, expected, check_freq=False, check_dtype=False, check_index_type=False, rtol=1e-12
    )


def test_the_whole_sample_folder(real_data: Path, raw: Path, read: Read) -> None:
    shutil.copytree(real_data / "archive_samples", raw / "samples")
    market = read()
    assert list(market.bars) == ["BTCUSDT", "LINKUSDT"]
    reasons = sorted(entry.reason for entry in market.log.ignored)
    assert reasons == [
        "1h bars cannot be made into 5-minute bars",
        "1h bars cannot be made into 5-minute bars",
        "holds funding rates, not bars",
        "holds futures metrics, not bars",
        "holds futures metrics, not bars",
        "holds order-book depth, not bars",
        "holds order-book depth, not bars",
    ]
    assert not market.log.dropped


def test_renamed_samples_are_distinguished_by_their_columns(
    real_data: Path, raw: Path, read: Read
) -> None:
    (funding,) = copy_samples(real_data, raw, "BTCUSDT-fundingRate-2026-04.zip")
    funding.rename(raw / "BTCUSDT-2026.zip")
    for path in sorted((real_data / "archive_samples").glob("*.EXCERPT.csv")):
        shutil.copy(path, raw / f"ETHUSDT-2026-{path.name[:24]}x.csv")
    copy_samples(real_data, raw, "LINKUSDT-1m-2026-02.csv")
    market = read()
    assert list(market.bars) == ["LINKUSDT"]
    assert len(market.log.ignored) == 5


def test_a_month_beside_its_days_is_merged(real_data: Path, raw: Path, read: Read) -> None:
    (month,) = copy_samples(real_data, raw, "BTCUSDT-1m-2026-03.zip")
    with zipfile.ZipFile(month) as file:
        lines = file.read(file.namelist()[0]).splitlines(keepends=True)
    (raw / "BTCUSDT-1m-2026-03-02.csv").write_bytes(b"".join(lines[1440:2880]))
    market = read()
    assert len(market.bars["BTCUSDT"]) == 31 * 288 - 1
    (entry,) = market.log.dropped
    # Files are read in the order of their names: the day first, so the month's copies go.
    assert (entry.file, entry.reason, entry.rows) == (
        "set/BTCUSDT-1m-2026-03.zip",
        "duplicate",
        1440,
    )


def test_resampled_archive_agrees_with_published_5m_bars(
    real_data: Path, raw: Path, read: Read
) -> None:
    """Both copies of the month are merged: where one bar differed, reading would fail."""
    copy_samples(real_data, raw, "BTCUSDT-1m-2026-03.zip")
    published = real_data / "alt_data" / "taker_spot_BTCUSDT_5m.parquet"
    shutil.copy(published, raw / "BTCUSDT-5m.parquet")
    market = read()
    assert [entry.reason for entry in market.log.dropped] == ["duplicate"]
    assert market.log.dropped[0].rows > 8_000


def test_two_coins_of_real_5m_bars(real_data: Path, raw: Path, read: Read) -> None:
    for symbol in ("ADAUSDT", "XRPUSDT"):
        shutil.copy(real_data / "klines_5m" / f"{symbol}_5m.parquet", raw)
    market = read()
    for symbol, frame in market.bars.items():
        source = pd.read_parquet(real_data / "klines_5m" / f"{symbol}_5m.parquet")
        pd.testing.assert_frame_equal(frame, source.iloc[: len(frame)], check_exact=True)
        assert str(frame["open_time"].iloc[-1]) == "2023-09-27 18:00:00+00:00"
    assert market.log.trimmed_bars == {"ADAUSDT": 1, "XRPUSDT": 18}
