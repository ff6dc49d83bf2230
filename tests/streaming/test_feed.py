"""Lines of JSON to open times: complete ones, gaps, and every way in which a line can be wrong."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dipmaster.core.errors import DataError
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.streaming.feed import BarFeed

START = 19_400 * DAY_MS
PRICES = {"open": 10.0, "high": 11.0, "low": 9.0, "close": 10.5, "volume": 3}


def line(step: int, symbol: str, **changes: Any) -> str:
    return json.dumps({"open_time": START + step * BAR_MS, "symbol": symbol, **PRICES, **changes})


def feed(*lines: str) -> BarFeed:
    return BarFeed(lines, "feed.jsonl", ("AAA", "BBB"))


def test_lines_of_a_time_come_together() -> None:
    found = list(feed(line(0, "BBB"), line(0, "AAA"), "", line(2, "AAA"), line(3, "BBB")))
    assert [(time, set(bars)) for time, bars in found] == [
        (START, {"AAA", "BBB"}), (START + 2 * BAR_MS, {"AAA"}), (START + 3 * BAR_MS, {"BBB"}),
    ]  # fmt: skip
    assert found[0][1]["AAA"] == {name: float(value) for name, value in PRICES.items()}


def test_a_time_is_given_as_soon_as_every_coin_has_come() -> None:
    """A live feed need not wait for the next bar."""
    read = 0

    def lines() -> Iterator[str]:
        nonlocal read
        for text in (line(0, "AAA"), line(0, "BBB"), line(1, "AAA")):
            read += 1
            yield text

    times = iter(BarFeed(lines(), "feed.jsonl", ("AAA", "BBB")))
    assert next(times)[0] == START
    assert read == 2


def test_times_may_be_texts() -> None:
    texts = ("2023-02-12T00:00:00Z", "2023-02-12 00:05", "2023-02-12T01:10:00+01:00")
    lines = (json.dumps({"open_time": text, "symbol": "AAA", **PRICES}) for text in texts)
    assert [time for time, _ in feed(*lines)] == [START, START + BAR_MS, START + 2 * BAR_MS]


def test_a_bar_that_comes_again_counts_once() -> None:
    lines = feed(line(0, "AAA"), line(0, "AAA", close=10.5 * (1 + 1e-12)), line(0, "BBB"),
                 line(0, "BBB"), line(1, "AAA"))  # fmt: skip
    assert [(time, len(bars)) for time, bars in lines] == [(START, 2), (START + BAR_MS, 1)]
    assert lines.duplicates == 2


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((line(0, "AAA"), line(0, "AAA", close=10.0)),
         r"line 2, AAA at 2023-02-12T00:00:00Z: expected bars of the same time to agree, "
         r"found close 10.5 and 10"),
        ((line(0, "AAA"), line(0, "BBB"), line(0, "BBB", low=8.0)), "line 3, BBB.*low 9 and 8"),
        ((line(1, "AAA"), line(0, "BBB")),
         r"line 2, BBB at 2023-02-12T00:00:00Z: expected open times that do not fall"),
        ((line(0, "CCC"),), r"line 1, CCC at .*expected one of the coins AAA, BBB"),
        (("{",), r"line 1: expected a bar such as .*JSONDecodeError"),
        (("[1]",), "line 1: expected a bar such as"),
        (("null",), "line 1: expected a bar such as"),
        ((json.dumps({"symbol": "AAA", **PRICES}),), "KeyError: 'open_time'"),
        ((line(0, "AAA", close="much"),), "could not convert string to float: 'much'"),
        ((line(0, "AAA", open_time=1.5),), r"open_time 1\.5"),
        ((line(0, "AAA", open_time="soon"),), "Invalid isoformat string"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(lines: tuple[str, ...], words: str) -> None:
    with pytest.raises(DataError, match=words):
        list(feed(*lines))
