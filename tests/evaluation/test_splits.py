"""Burn-in, boundary, blocks, purge."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.core.errors import DataError
from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Split
from dipmaster.core.time_units import BAR_MS, DAY_MS, HOUR_MS
from dipmaster.evaluation.statistics.period import Period, drop_crossing_candidates, split_period

FIRST = 1_672_531_200_000  # 2023-01-01
SPLIT = Split(
    burn_in_days=3,
    min_out_of_sample_days=2,
    models_from_day=1,
)


def bars_until(first: int, end: int) -> Panel:
    time = np.arange(first, end, BAR_MS, dtype=np.int64)
    return Panel(("A",), time, *(np.ones((1, time.size)) for _ in range(6)))


def test_boundary_is_a_midnight_after_the_burn_in() -> None:
    period = split_period(bars_until(FIRST, FIRST + 10 * DAY_MS), SPLIT, 3)
    assert period.out_of_sample_ms == FIRST + 3 * DAY_MS
    assert (period.days, period.blocks) == (7, 2)
    later = split_period(bars_until(FIRST + 5 * HOUR_MS, FIRST + 10 * DAY_MS), SPLIT, 3)
    assert later.out_of_sample_ms == FIRST + 4 * DAY_MS


def test_too_short_a_history_names_the_fix() -> None:
    with pytest.raises(DataError, match=r"3 days of burn-in .* found 4\.0 days in all") as told:
        split_period(bars_until(FIRST, FIRST + 4 * DAY_MS), SPLIT, 3)
    assert "shorter split.burn_in_days" in str(told.value)


@given(st.integers(1, 2000), st.integers(1, 60))
def test_every_block_is_about_as_long_as_asked(days: int, block_days: int) -> None:
    """No block is shorter than half of what is asked, none longer than one and a half."""
    period = Period(0, 0, days * DAY_MS - BAR_MS, block_days)
    lengths = np.bincount(period.block_of(np.arange(days)), minlength=period.blocks)
    assert lengths.size == period.blocks
    assert (lengths[:-1] == block_days).all()
    if days * 2 >= block_days:
        assert lengths[-1] * 2 >= block_days
    assert lengths[-1] * 2 < 3 * block_days
    assert lengths[-1] == period.last_block_days


def small_panel(missing: slice) -> Panel:
    bars = 4 * 288
    price = np.full((2, bars), 100.0)
    price[1, missing] = np.nan
    time = FIRST + BAR_MS * np.arange(bars, dtype=np.int64)
    return Panel(("A", "B"), time, *(price.copy() for _ in range(6)))


def kept_bars(panel: Panel, symbol: str) -> list[int]:
    bars = np.arange(2 * 288 - 60, 2 * 288 + 5)
    candidates = pd.DataFrame(
        {"symbol": symbol, "open_time": to_timestamps(panel.open_time[bars]), "candidate_id": bars}
    )
    period = Period(FIRST, FIRST + 2 * DAY_MS, FIRST + 4 * DAY_MS - BAR_MS, 1)
    return drop_crossing_candidates(candidates, panel, period, 36)["candidate_id"].tolist()


def test_the_last_cap_and_one_bars_are_purged() -> None:
    boundary = 2 * 288
    expected = [*range(boundary - 60, boundary - 37), *range(boundary, boundary + 5)]
    assert kept_bars(small_panel(slice(0, 0)), "A") == expected
    assert len(range(boundary - 37, boundary)) == 36 + 1


def test_a_gap_at_the_boundary_purges_what_would_be_stuck_in_it() -> None:
    """No bar from 30 before the boundary to 10 after: whoever is inside leaves too late."""
    boundary = 2 * 288
    panel = small_panel(slice(boundary - 30, boundary + 10))
    first_stuck = boundary - 30 - 36 - 1  # leaves at the first missing bar
    assert kept_bars(panel, "B") == [
        *(bar for bar in range(boundary - 60, boundary) if bar < first_stuck),
        *range(boundary, boundary + 5),
    ]
    assert len(kept_bars(panel, "A")) == 23 + 5


def test_bars_in_which_nobody_traded_are_a_gap_as_well() -> None:
    boundary = 2 * 288
    missing = slice(boundary - 30, boundary + 10)
    idle = small_panel(slice(0, 0))
    idle.volume[1, missing] = 0.0
    assert kept_bars(idle, "B") == kept_bars(small_panel(missing), "B")
    assert len(kept_bars(idle, "B")) < len(kept_bars(idle, "A"))
