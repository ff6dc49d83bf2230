"""Real bars with an outage and bars in which nobody traded: rows exist by their own bar alone.

On 2023-03-24 sixteen bars of every coin are missing, 12:40 to 14:00, with fourteen bars
of volume 0 just before. Features are at random: here it matters where rows are.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import align_bars
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits.labels import build_exit_labels
from dipmaster.exits.market import MARKET_COLUMNS, ExitMarket
from dipmaster.exits.plans import simulate_hold
from dipmaster.exits.rows import build_exit_rows
from tests.exits.other_futures import assert_rows_know_their_past_alone

pytestmark = pytest.mark.slow

FROM, UNTIL = "2023-03-23", "2023-03-26"
OUTAGE = pd.Timestamp("2023-03-24 12:40", tz="UTC")


@pytest.fixture(scope="module")
def market(real_data: Path) -> ExitMarket:
    """Three days of sixteen coins."""
    frames = {}
    for path in sorted((real_data / "klines_5m").glob("*.parquet")):
        frame = pd.read_parquet(path)
        days = frame["open_time"].between(
            pd.Timestamp(FROM, tz="UTC"), pd.Timestamp(UNTIL, tz="UTC")
        )
        frames[path.stem] = frame[days]
    panel = align_bars(frames, 2.0)
    rng = np.random.default_rng(6)
    columns = {name: rng.uniform(0.0, 0.05, panel.open.shape) for name in MARKET_COLUMNS}
    return ExitMarket(panel, columns)


@pytest.fixture(scope="module")
def outage(market: ExitMarket) -> int:
    """The first bar that is missing."""
    bar = (OUTAGE.value // 1_000_000 - int(market.panel.open_time[0])) // BAR_MS
    assert np.isnan(market.panel.close[:, bar : bar + 16]).all()
    assert not np.isnan(market.panel.close[:, bar - 1]).any()
    assert (market.panel.volume[:, bar - 14 : bar] == 0.0).all()
    return int(bar)


def test_rows_around_the_outage_know_their_past_alone(
    make: Any, market: ExitMarket, outage: int, execution: Any, exits: Any
) -> None:
    def rows_on(other: ExitMarket) -> Any:
        positions = make.positions(
            [
                (k, u)
                for u in range(10, market.panel.bars, 7)
                for k in range(len(market.panel.symbols))
                if u < other.panel.bars
            ]
        )
        return build_exit_rows(other, positions, execution, exits)

    last_trade = outage - 15
    cuts = [last_trade - 1, last_trade, outage + 16, outage + 17, 600]
    assert_rows_know_their_past_alone(rows_on, market, cuts)


def test_what_is_decided_before_the_outage_is_sold_after_it(
    make: Any, market: ExitMarket, outage: int, execution: Any, exits: Any
) -> None:
    """Thirty bars later than the clock says; the label has that open's price."""
    bought, last_trade = outage - 19, outage - 15
    symbols = range(len(market.panel.symbols))
    positions = make.positions([(k, bought - 1) for k in symbols], target_frac=0.5, stop_frac=0.5)
    rows = build_exit_rows(market, positions, execution, exits)
    hold = simulate_hold(market, positions, execution, exits)
    labels = build_exit_labels(market, positions, rows, hold, execution)
    before = np.flatnonzero(rows.bar == last_trade)
    assert before.size == len(symbols)
    assert not ((rows.bar > last_trade) & (rows.bar < outage + 16)).any()
    opened, sold = market.panel.open[:, bought], market.panel.open[:, outage + 16]
    side = 2.0e-4 + execution.slippage_bps * 1e-4
    fee = execution.taker_fee_bps * 1e-4
    proceeds = sold / opened * (1.0 - side) * (1.0 - fee)
    expected = proceeds - (1.0 + side) * (1.0 + fee)
    np.testing.assert_allclose(labels.exit_net_frac[before], expected, rtol=1e-9, atol=1e-12)
    assert (labels.exit_beats_holding[before] >= 0).all()
