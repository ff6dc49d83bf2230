"""Table VOLATILITY to the signals: every value is of the signal's own bar, gaps or not."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.errors import DataError
from dipmaster.core.panel import to_epoch_ms
from dipmaster.evaluation.phases.sizing.inputs import (
    SIZING_VOLATILITY,
    build_sizing_inputs,
)

HOLE = slice(2000, 2040)


@pytest.fixture
def tables(exit_world) -> dict[str, pd.DataFrame]:
    """Values that name their coin and bar; no row in a hole, where no candidate is."""
    panel, frames = exit_world.panel, {}
    coin, bar = exit_world.places
    for row, symbol in enumerate(panel.symbols):
        there = np.ones(panel.bars, dtype=np.bool_)
        there[HOLE] = False
        there[bar[coin == row]] = True
        bars = np.flatnonzero(there)
        columns = {name: (1e6 * row + 2e6 * k + bars) for k, name in enumerate(SIZING_VOLATILITY)}
        times = pd.to_datetime(panel.open_time[bars], unit="ms", utc=True)
        frames[symbol] = pd.DataFrame({"open_time": times, **columns}).astype(
            dict.fromkeys(SIZING_VOLATILITY, np.float32)
        )
    return frames


def test_values_are_of_the_signals_own_bar(exit_world, tables) -> None:
    coin, bar = exit_world.places
    assert {0, 1} <= set(coin.tolist())
    assert (bar >= HOLE.stop).sum() > 50  # behind the hole a row is not at its bar's place
    found = build_sizing_inputs(exit_world.panel, exit_world.candidates, tables)
    for k, name in enumerate(SIZING_VOLATILITY):
        assert found.at_signal[name].tolist() == (1e6 * coin + 2e6 * k + bar).tolist()


def test_forecasts_lie_at_their_bars_and_are_missing_in_a_hole(exit_world, tables) -> None:
    grid = build_sizing_inputs(exit_world.panel, exit_world.candidates, tables).forecast_daily_frac
    assert np.isnan(grid[:, HOLE]).sum() > 60
    for row in range(len(grid)):
        bars = np.flatnonzero(np.isfinite(grid[row]))
        assert bars.size > 17_000
        assert grid[row, bars].tolist() == (1e6 * row + bars).tolist()


def test_later_rows_are_not_looked_at(exit_world, tables) -> None:
    """Everything after a signal's bar is another, and the value at the signal stays."""
    bar = exit_world.places[1]
    at = int(np.median(bar))
    closed = exit_world.panel.open_time[at]
    later = {
        symbol: frame.assign(
            **{
                name: frame[name].where(to_epoch_ms(frame["open_time"]) <= closed, -1.0)
                for name in SIZING_VOLATILITY
            }
        )
        for symbol, frame in tables.items()
    }
    one, other = (
        build_sizing_inputs(exit_world.panel, exit_world.candidates, some)
        for some in (tables, later)
    )
    for name in SIZING_VOLATILITY:
        assert np.array_equal(one.at_signal[name][bar <= at], other.at_signal[name][bar <= at])
        assert (other.at_signal[name][bar > at] == -1.0).all()


def test_a_bar_without_a_row_is_an_error(exit_world, tables) -> None:
    coin, bar = exit_world.places
    symbol = exit_world.panel.symbols[coin[7]]
    gone = to_epoch_ms(tables[symbol]["open_time"]) == exit_world.panel.open_time[bar[7]]
    tables[symbol] = tables[symbol][~gone].reset_index(drop=True)
    with pytest.raises(DataError, match=f"volatility of {symbol}"):
        build_sizing_inputs(exit_world.panel, exit_world.candidates, tables)
