"""Simulated bars in the form of the exchange's archive."""

from collections.abc import Iterable

import pandas as pd

from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import BAR_MS
from tests.download.made import kline_path
from tests.download.server import Archive


def add_bars(archive: Archive, symbol: str, bars: pd.DataFrame) -> None:
    """A file a month, with the bars of a coin of table BARS."""
    for month, rows in bars.groupby(bars["open_time"].dt.strftime("%Y-%m")):
        archive.add_csv(kline_path(symbol, str(month)), "\n".join(format_rows(rows)) + "\n")


def format_rows(bars: pd.DataFrame) -> Iterable[str]:
    """Twelve columns without a header."""
    times = to_epoch_ms(bars["open_time"])
    names = ["open", "high", "low", "close", "volume", "quote_volume", "trade_count"]
    columns = [bars[name].to_numpy() for name in [*names, "taker_buy_volume"]]
    for time, *values, trades, taker in zip(times, *columns, strict=True):
        numbers = ",".join(repr(float(value)) for value in values[:5])
        quote = repr(float(values[5]))
        yield f"{time},{numbers},{time + BAR_MS - 1},{quote},{int(trades)},{float(taker)!r},0,0"
