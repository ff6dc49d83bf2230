"""Made bars, funding, metrics and depth in the formats of the archive."""

from calendar import monthrange
from datetime import UTC, datetime

import numpy as np

from tests.download.server import Archive

DAY_BARS = 288
BAR_MS = 300_000
EIGHT_HOURS_MS = 8 * 3_600_000
KLINES = "data/{market}/{period}/klines/{symbol}/5m/{symbol}-5m-{time}.zip"
FUTURES = "data/futures/um/{period}/{kind}/{symbol}/{symbol}-{kind}-{time}.zip"


def kline_path(symbol: str, time: str, market: str = "spot") -> str:
    """Address of the bars of a month, or of a day."""
    period = "monthly" if len(time) == 7 else "daily"
    return KLINES.format(market=market, period=period, symbol=symbol, time=time)


def futures_path(kind: str, symbol: str, time: str) -> str:
    """Address of funding, metrics or depth."""
    period = "monthly" if len(time) == 7 else "daily"
    return FUTURES.format(period=period, kind=kind, symbol=symbol, time=time)


def start_ms(time: str) -> int:
    """Of a month or day."""
    text = time if len(time) == 10 else f"{time}-01"
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def days_in(time: str) -> int:
    return 1 if len(time) == 10 else monthrange(int(time[:4]), int(time[5:]))[1]


def add_month(
    archive: Archive, symbol: str, time: str, rng: np.random.Generator, market: str = "spot"
) -> None:
    """Bars of a month (or day) whose price begins and ends at 100."""
    path = kline_path(symbol, time, market)
    archive.add_csv(path, klines(start_ms(time), days_in(time) * DAY_BARS, rng))


def klines(first_ms: int, rows: int, rng: np.random.Generator) -> str:
    """Twelve columns without a header."""
    close = 100.0 + np.round(rng.normal(0.0, 0.05, rows), 4)
    opens = np.concatenate([[100.0], close[:-1]])
    volume = np.round(rng.gamma(2.0, 10.0, rows), 3)
    lines = []
    for i in range(rows):
        time = first_ms + i * BAR_MS
        o, c, v = opens[i], close[i], volume[i]
        lines.append(
            f"{time},{o:.4f},{max(o, c):.4f},{min(o, c):.4f},{c:.4f},{v:.3f},{time + BAR_MS - 1},"
            f"{v * (max(o, c) + min(o, c)) / 2:.6f},7,{v / 2:.4f},{v * 50:.4f},0"
        )
    return "\n".join(lines) + "\n"


def add_funding(archive: Archive, symbol: str, month: str) -> None:
    """A rate every eight hours."""
    first = start_ms(month)
    rows = [f"{first + i * EIGHT_HOURS_MS},8,0.0001{i % 10}000" for i in range(3 * days_in(month))]
    text = "\n".join(["calc_time,funding_interval_hours,last_funding_rate", *rows]) + "\n"
    archive.add_csv(futures_path("fundingRate", symbol, month), text)


def add_metrics(archive: Archive, symbol: str, day: str) -> None:
    """Open interest and ratios every five minutes."""
    header = (
        "create_time,symbol,sum_open_interest,sum_open_interest_value,"
        "count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,"
        "count_long_short_ratio,sum_taker_long_short_vol_ratio"
    )
    rows = [
        f"{day} {i // 12:02d}:{i % 12 * 5:02d}:00,{symbol},1000.5,100050.0,1.5,1.2,1.4,0.9"
        for i in range(DAY_BARS)
    ]
    archive.add_csv(futures_path("metrics", symbol, day), "\n".join([header, *rows]) + "\n")


def add_depth(archive: Archive, symbol: str, day: str) -> None:
    """Value within each band, every half hour."""
    bands = [band for band in range(-5, 6) if band]
    rows = [
        f"{day} {i // 2:02d}:{i % 2 * 30:02d}:00,{band},{abs(band) * 10.0},{abs(band) * 1000.0}"
        for i in range(48)
        for band in bands
    ]
    text = "\n".join(["timestamp,percentage,depth,notional", *rows]) + "\n"
    archive.add_csv(futures_path("bookDepth", symbol, day), text)
