"""Jumps from a traded bar to the next: by hand, refused with their place, and on real bars."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.errors import DataError
from dipmaster.market.jumps import find_largest_jump, refuse_jumps

pytestmark = pytest.mark.slow

FACTOR = 1.5  # params.yaml: ingest.max_jump_factor


def build_toy_bars(
    prices: list[tuple[float, float]], missing: int = 0, idle: int = 0
) -> pd.DataFrame:
    """Bars from (open, close); before the last one missing bars, then idle ones at the close."""
    start = pd.Timestamp("2023-01-01", tz="UTC")
    step = [*range(len(prices) - 1), len(prices) - 1 + missing + idle]
    rows = [(position, *bar, 2.0) for position, bar in zip(step, prices, strict=True)]
    last_price = prices[-2][1]
    rows[-1:-1] = [(step[-1] - i, last_price, last_price, 0.0) for i in range(idle, 0, -1)]
    frame = pd.DataFrame(rows, columns=["at", "open", "close", "volume"])
    frame[["open", "close"]] = frame[["open", "close"]].astype(np.float64)
    times = (start + pd.to_timedelta(5 * frame["at"], "min")).astype("datetime64[ms, UTC]")
    body = frame[["open", "close"]]
    return frame.drop(columns="at").assign(
        open_time=times, high=body.max(axis=1), low=body.min(axis=1)
    )


@pytest.mark.parametrize(
    ("prices", "factor"),
    [([(1, 2), (2, 3), (3, 3)], 1.0), ([(1, 2), (5, 5)], 2.5), ([(1, 4), (1, 1), (1, 1)], 4.0)],
)
def test_close_to_open_either_way(prices: list[tuple[float, float]], factor: float) -> None:
    jump = find_largest_jump(build_toy_bars(prices))
    assert jump is not None
    assert jump.factor == factor


def test_what_happens_inside_a_bar_is_no_jump() -> None:
    """A coin that doubles within five minutes was traded all the way."""
    refuse_jumps({"AUSDT": build_toy_bars([(1, 1), (1, 9), (9, 9)])}, FACTOR)


def test_a_jump_over_a_gap_is_reported_with_place_prices_and_fix() -> None:
    bars = {
        "AUSDT": build_toy_bars([(5, 5), (5, 5)]),
        "BUSDT": build_toy_bars([(2, 2), (2, 2.5), (2500, 2500)], 1437),
    }
    with pytest.raises(DataError) as caught:
        refuse_jumps(bars, FACTOR)
    assert str(caught.value) == (
        "bars of BUSDT, 2023-01-01 00:05 to 2023-01-05 23:55 UTC: expected a price that changes "
        "by a factor of at most 1.5 from one traded bar to the next (ingest.max_jump_factor), "
        "found a close of 2.5 and then an open of 2500 after 1,437 bars without a trade, a factor "
        "of 1000.\n  Fix: a redenomination, a token swap or a split is no profit: put the bars "
        "from there on into a file with a symbol of its own, or bring the earlier prices and "
        "volumes to the new unit, or leave the coin out; where a holder really gained or lost "
        "that much, raise ingest.max_jump_factor"
    )
    refuse_jumps(bars, 1000.0)


def test_a_halt_written_as_bars_without_volume_hides_nothing() -> None:
    """Idle bars may even creep up to the new price: nobody could trade on the way."""
    frame = build_toy_bars([(1, 1), (1, 1), (1000, 1000)], idle=3)
    prices = ["open", "high", "low", "close"]
    for position, price in zip(range(2, 5), (1.4, 40.0, 900.0), strict=True):
        frame.loc[position, prices] = price
    jump = find_largest_jump(frame)
    assert jump is not None
    assert (jump.factor, jump.bars_between) == (1000.0, 3)
    assert find_largest_jump(frame.assign(volume=0.0)).factor == 40.0 / 1.4  # type: ignore[union-attr]


def test_the_largest_coins_come_first_and_five_at_most() -> None:
    bars = {f"C{i}USDT": build_toy_bars([(1, 1), (2 + i, 2 + i)]) for i in range(7)}
    with pytest.raises(DataError) as caught:
        refuse_jumps(bars, FACTOR)
    lines = str(caught.value).splitlines()
    coins = [line.split()[2] for line in lines if line.startswith("bars of")]
    assert coins == ["C6USDT,", "C5USDT,", "C4USDT,", "C3USDT,", "C2USDT,"]
    assert lines[-1] == "... and 2 more coins"


def test_a_coin_with_one_traded_bar_has_no_jump() -> None:
    assert find_largest_jump(build_toy_bars([(1, 1), (1, 1)]).head(1)) is None


@pytest.mark.parametrize("folder", ["klines_5m", "klines_5m_more"])
def test_real_bars_stay_far_below_the_bound(real_data: Path, folder: str) -> None:
    """The collapse of FTX, the relaunched LUNA and the outage of 2023-03-24 are among them."""
    files = sorted((real_data / folder).glob("*.parquet"))
    assert len(files) == 16
    factors = []
    for file in files:
        jump = find_largest_jump(pd.read_parquet(file))
        assert jump is not None
        factors.append(jump.factor)
    assert np.max(factors) < 1.02
