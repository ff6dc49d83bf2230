"""Columns lie on the grid; the market's momentum is measured by its own past alone."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.errors import DataError
from dipmaster.core.panel import to_timestamps
from dipmaster.exits.market import (
    FEATURE_COLUMNS,
    MARKET_COLUMNS,
    VOLATILITY_COLUMNS,
    build_exit_market,
    standardize_momentum,
)

FLAT = (100.0, 100.1, 99.9, 100.0)


def frames(panel: Any, columns: tuple[str, ...], skip: int = 0) -> dict[str, pd.DataFrame]:
    """A row a bar that exists but for the first few; the value is the bar's place, per column."""
    out = {}
    for row, symbol in enumerate(panel.symbols):
        there = np.flatnonzero(~np.isnan(panel.open[row]))[skip:]
        values = {name: there + 100.0 * place for place, name in enumerate(columns)}
        out[symbol] = pd.DataFrame({"open_time": to_timestamps(panel.open_time[there]), **values})
    return out


def test_columns_lie_on_the_grid_and_what_is_missing_is_missing(make: Any) -> None:
    panel = make.market([FLAT, None, FLAT, FLAT]).panel
    features = frames(panel, FEATURE_COLUMNS)
    volatility = frames(panel, VOLATILITY_COLUMNS, skip=1)
    market = build_exit_market(panel, features, volatility)
    assert set(market.columns) == set(MARKET_COLUMNS)
    assert all(values.shape == (1, 4) for values in market.columns.values())
    trend = market.columns["volume_trend_10m"][0]
    np.testing.assert_array_equal(trend, [100.0, np.nan, 102.0, 103.0])
    np.testing.assert_array_equal(market.columns["season_factor"][0], [np.nan, np.nan, 2.0, 3.0])
    np.testing.assert_array_equal(market.columns["regime"][0], [-1.0, -1.0, 102.0, 103.0])


def test_the_markets_momentum_is_there_where_any_coin_is(make: Any) -> None:
    rng = np.random.default_rng(1)
    prices = np.broadcast_to(np.array(FLAT), (2, 400, 4)).copy()
    prices[0, 350:] = np.nan
    panel = make.market(prices).panel
    features = frames(panel, FEATURE_COLUMNS)
    common = rng.normal(size=400)
    for frame in features.values():
        frame["market_return_12_frac"] = common[: len(frame)]
    found = build_exit_market(panel, features, frames(panel, VOLATILITY_COLUMNS)).columns
    expected = standardize_momentum(common)
    np.testing.assert_array_equal(found["market_momentum_sigmas"], [expected, expected])
    assert np.isnan(expected[:287]).all()
    assert np.isfinite(expected[287:]).all()


def test_momentum_in_sigmas_equals_the_plain_sum() -> None:
    rng = np.random.default_rng(2)
    returns = 0.01 * rng.standard_t(4, 5000)
    returns[rng.random(5000) < 0.3] = np.nan
    found = standardize_momentum(returns)
    for t in (0, 300, 412, 700, 2015, 2016, 2017, 4321, 4999):
        window = returns[max(0, t - 2015) : t + 1]
        known = window[~np.isnan(window)]
        size = np.sqrt(np.mean(known**2)) if known.size >= 288 else np.nan
        np.testing.assert_allclose(found[t], returns[t] / size, rtol=1e-9)


def test_a_market_that_never_moved_has_no_momentum() -> None:
    assert np.isnan(standardize_momentum(np.zeros(500))).all()


def test_a_symbol_without_a_frame_and_a_row_beside_the_grid_are_errors(make: Any) -> None:
    panel = make.market([FLAT, FLAT]).panel
    features, volatility = frames(panel, FEATURE_COLUMNS), frames(panel, VOLATILITY_COLUMNS)
    with pytest.raises(DataError, match="expected a frame"):
        build_exit_market(panel, features, {})
    for shift in ("1min", "1h", "-5min"):
        moved = {
            name: frame.assign(open_time=frame["open_time"] + pd.Timedelta(shift))
            for name, frame in features.items()
        }
        with pytest.raises(DataError, match="on the panel's grid"):
            build_exit_market(panel, moved, volatility)
