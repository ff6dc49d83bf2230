"""Bars that cannot be taken in are refused, with bar and coin, before anything has changed."""

from typing import Any

import numpy as np
import pytest

from dipmaster.core.errors import DataError
from dipmaster.core.params import Params
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.streaming.bars import BarCheck
from dipmaster.streaming.market import MarketFacts
from tests.made.params import read_values

START = 19_400 * DAY_MS
GOOD = {"open": 10.0, "high": 11.0, "low": 9.0, "close": 10.5, "volume": 3.0}
FACTS = MarketFacts(
    ("AAA", "BBB"), {"AAA": ("volume",), "BBB": ("volume", "taker_buy_volume")}, 1.0,
    np.ones(2, np.bool_), START,
)  # fmt: skip


def checker(on_bad_row: str = "error") -> BarCheck:
    raw = read_values()
    raw["ingest"]["on_bad_row"] = on_bad_row
    return BarCheck(FACTS, Params.parse(raw, ("ingest",)).ingest)


def test_good_bars_are_taken_and_a_missing_coin_is_no_fault() -> None:
    bars = {"AAA": GOOD, "BBB": GOOD | {"taker_buy_volume": 3.0}}
    assert checker().accept(START, START, bars) == bars
    assert checker().accept(START + 7 * BAR_MS, START, {}) == {}


@pytest.mark.parametrize("time", [START - BAR_MS, START - DAY_MS])
def test_a_late_bar_is_refused(time: int) -> None:
    words = r"bar of AAA at 20.*: expected an open time of 2023-02-12T00:00:00Z or later.*out of"
    with pytest.raises(DataError, match=words):
        checker().accept(time, START, {"AAA": GOOD})


def test_a_time_off_the_grid_is_refused() -> None:
    with pytest.raises(DataError, match=r"AAA, BBB at 2023-02-12.*60000 ms beside it"):
        checker().accept(START + 60_000, START, {"AAA": GOOD, "BBB": GOOD})


def test_an_unknown_coin_and_a_missing_column_are_refused() -> None:
    with pytest.raises(DataError, match=r"bar of CCC at .*one of the coins AAA, BBB"):
        checker().accept(START, START, {"CCC": GOOD})
    with pytest.raises(DataError, match=r"bar of BBB at .*found no taker_buy_volume"):
        checker().accept(START, START, {"AAA": GOOD, "BBB": GOOD})


@pytest.mark.parametrize(
    ("wrong", "reason", "name"),
    [
        ({"close": float("nan")}, "a value in every column", "missing_value"),
        ({"high": float("inf")}, "finite numbers", "not_finite"),
        ({"low": 0.0}, "prices above zero", "price_not_positive"),
        ({"high": 8.0}, "high at or above low", "high_below_low"),
        ({"close": 12.0}, "open and close between low and high", "outside_high_low"),
        ({"volume": -1.0}, "volumes, counts and spreads of zero or more", "negative_volume"),
    ],
)
def test_what_ingest_calls_a_bad_row_is_one_here(
    wrong: dict[str, Any], reason: str, name: str
) -> None:
    bars = {"AAA": GOOD | wrong, "BBB": GOOD | {"taker_buy_volume": 0.0}}
    with pytest.raises(DataError, match=f"bar of AAA at 2023-02-12T00:00:00Z: expected {reason}"):
        checker().accept(START, START, bars)
    dropping = checker("drop")
    assert set(dropping.accept(START, START, bars)) == {"BBB"}
    assert dropping.dropped == {name: 1}


def test_takers_cannot_have_bought_more_than_was_traded() -> None:
    with pytest.raises(DataError, match=r"bar of BBB.*taker_buy_volume of at most volume"):
        checker().accept(START, START, {"BBB": GOOD | {"taker_buy_volume": 4.0}})
