"""Rows of tables to the matrix: right bar, -1 to NaN, absent columns named."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.confidence.families import CLASSIFIER_INPUTS, SIGNS
from dipmaster.confidence.inputs import (
    FROM_FEATURES,
    FROM_VOLATILITY,
    MARKET_FALL,
    RATIOS,
    build_input_matrix,
    join_symbols,
    select_rows,
)
from dipmaster.core.errors import DataError
from dipmaster.core.panel import to_timestamps
from dipmaster.core.tables import FEATURES, VOLATILITY
from dipmaster.core.time_units import BAR_MS

TIMES = BAR_MS * np.arange(5, dtype=np.int64)


def table(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"open_time": to_timestamps(TIMES), **columns})


def test_rows_are_those_of_the_bars_and_unknown_codes_are_missing() -> None:
    frame = table(rsi14=[1, 2, 3, 4, 5], red=[0, 1, -1, 1, 0], volume_trend_10m=[-1, -1, -1, 0, 1])
    found = select_rows(frame, TIMES[[4, 2]], FEATURES, "panel")
    assert found["rsi14"].tolist() == [5.0, 3.0]
    np.testing.assert_array_equal(found["red"], [0.0, np.nan])
    assert found["volume_trend_10m"].tolist() == [1.0, -1.0]  # no code: a share from -1 to 1


@pytest.mark.parametrize("time", [-BAR_MS, 5 * BAR_MS, BAR_MS // 2])
def test_a_bar_that_is_not_there_is_an_error(time: int) -> None:
    with pytest.raises(DataError, match=r"panel: expected a row for every candidate"):
        select_rows(table(rsi14=[1, 2, 3, 4, 5]), np.array([time]), FEATURES, "panel")


def test_no_candidate_and_no_bar() -> None:
    empty = table(rsi14=[1, 2, 3, 4, 5]).iloc[:0]
    assert select_rows(empty, np.empty(0, np.int64), FEATURES, "panel").shape == (0, 1)


def test_symbols_are_joined_in_the_order_of_candidates() -> None:
    first = pd.DataFrame({"rsi14": [1.0, 3.0], "taker_imbalance": [0.1, 0.3]}, index=[0, 2])
    second = pd.DataFrame({"rsi14": [2.0]}, index=[1])
    found = join_symbols([first, second], FEATURES)
    assert list(found) == ["rsi14", "taker_imbalance"]
    assert found["rsi14"].tolist() == [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(found["taker_imbalance"], [0.1, np.nan, 0.3])


def test_matrix_by_hand(market) -> None:
    some = market(count=50)
    volatility = some.volatility.copy()
    volatility.loc[3, "realised_long_daily_frac"] = 0.0
    found = build_input_matrix(some.features, volatility)
    expected = volatility["realised_short_daily_frac"] / volatility["realised_long_daily_frac"]
    known = np.arange(50) != 3
    np.testing.assert_array_equal(found.column("short_over_long")[known], expected[known])
    assert np.isnan(found.column("short_over_long")[3])
    fall = -some.features["market_return_12_frac"] / some.features["sigma_1h_frac"]
    np.testing.assert_array_equal(found.column(MARKET_FALL), fall)
    assert found.values.shape == (50, len(found.names))
    assert found.first(7).values.shape == (7, len(found.names))


def test_every_column_is_used_or_its_absence_is_named(market) -> None:
    some = market(count=10)
    plain = some.features.drop(columns="half_spread_bps")
    found = build_input_matrix(plain, some.volatility)
    left_out = dict(found.left_out)
    assert left_out["half_spread_bps"] == "no coin's source has it"
    assert np.isnan(found.column("half_spread_bps")).all()
    named = set(found.names) | set(left_out)
    assert named == {*FROM_FEATURES, *FROM_VOLATILITY, *RATIOS, MARKET_FALL}
    assert set(FROM_FEATURES) <= set(FEATURES.names)
    assert set(FROM_VOLATILITY) <= set(VOLATILITY.names)
    assert {*CLASSIFIER_INPUTS, *SIGNS} == named
