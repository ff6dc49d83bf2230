"""Volumes in another unit than the table's cannot be: they stop the stage, also under drop."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.market.raw.errors import Bars, Read, read_error

BOTH = pytest.mark.parametrize("on_bad_row", ["error", "drop"])
ABOVE = "taker_buy_volume of at most volume, in the same unit"
MEAN = "a mean traded price (quote_volume / volume) between the lowest low"
CURE = "leave the column out of the file; dropping rows cannot mend it"


def at_price(bars: Bars, price: float) -> pd.DataFrame:
    """Bars around a price, with quote volume and half of the volume bought by takers."""
    frame = bars()
    prices = ["open", "high", "low", "close"]
    frame[prices] = frame[prices] * (price / 100)
    quote = frame["volume"] * (frame["high"] + frame["low"]) / 2
    return frame.assign(quote_volume=quote, taker_buy_volume=frame["volume"] / 2)


@BOTH
@pytest.mark.parametrize("price", [1.9, 100.0, 40_000.0])
def test_taker_volume_in_quote_units(
    raw: Path, read: Read, bars: Bars, price: float, on_bad_row: str
) -> None:
    frame = at_price(bars, price)
    share = np.linspace(0.3, 0.7, len(frame))
    frame.assign(taker_buy_volume=frame["quote_volume"] * share).to_csv(
        raw / "BTCUSDT-5m.csv", index=False
    )
    read_error(
        read, "set/BTCUSDT-5m.csv, line", ABOVE, "taker_buy_volume=", CURE, on_bad_row=on_bad_row
    )


@BOTH
def test_one_taker_volume_above_the_volume_names_its_row(
    raw: Path, read: Read, bars: Bars, on_bad_row: str
) -> None:
    frame = at_price(bars, 100)
    frame.loc[10, "taker_buy_volume"] = frame.loc[10, "volume"] * 1.00001
    frame.loc[5, "volume"] = -1.0
    frame.to_parquet(raw / "BTCUSDT.parquet")
    row, text = (6, "zero or more") if on_bad_row == "error" else (11, ABOVE)
    read_error(read, f"set/BTCUSDT.parquet, row {row}:", text, on_bad_row=on_bad_row)


@BOTH
@pytest.mark.parametrize("price", [0.02, 1.2, 100.0])
def test_volume_and_quote_volume_swapped(
    raw: Path, read: Read, bars: Bars, price: float, on_bad_row: str
) -> None:
    frame = at_price(bars, price).drop(columns="taker_buy_volume")
    swapped = {"volume": "quote_volume", "quote_volume": "volume"}
    frame.rename(columns=swapped).to_csv(raw / "BTCUSDT-5m.csv", index=False)
    read_error(read, "set/BTCUSDT-5m.csv, BTCUSDT:", MEAN, CURE, on_bad_row=on_bad_row)


def test_quote_volume_of_coins_that_nobody_traded(raw: Path, read: Read, bars: Bars) -> None:
    frame = at_price(bars, 100).assign(volume=0.0, taker_buy_volume=0.0)
    frame.to_csv(raw / "BTCUSDT-5m.csv", index=False)
    read_error(read, MEAN, "found inf")
    frame.assign(quote_volume=0.0).to_csv(raw / "BTCUSDT-5m.csv", index=False)
    assert read().bars["BTCUSDT"]["quote_volume"].eq(0).all()


@pytest.mark.parametrize("kind", ["float32", "8 decimals", "3 decimals"])
def test_the_rounding_of_a_source_is_no_other_unit(
    raw: Path, read: Read, bars: Bars, kind: str
) -> None:
    """Also where every trade was a taker's, and where the price never moves."""
    frame = at_price(bars, 0.0123).assign(open=0.0123, high=0.0123, low=0.0123, close=0.0123)
    frame["volume"] *= 1e5
    frame["quote_volume"] = frame["volume"] * 0.0123
    frame["taker_buy_volume"] = frame["volume"] * (1 + 1e-12)
    columns: list[Any] = ["volume", "quote_volume", "taker_buy_volume"]
    if kind == "float32":
        frame[columns] = frame[columns].astype("float32")
    else:
        frame[columns] = frame[columns].round(int(kind[0]))
    frame.to_parquet(raw / "BTCUSDT.parquet")
    assert len(read().bars["BTCUSDT"]) == len(frame) - 1
