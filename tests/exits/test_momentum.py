"""The mean square of a week: to the last bit what pandas says, however it is cut."""

import numpy as np
import pandas as pd
import pytest

from dipmaster.exits.momentum import (
    MIN_VALUES,
    WINDOW_BARS,
    create_state,
    measure_mean_square,
    standardize_momentum,
)


def made_returns(bars: int) -> np.ndarray:
    """Returns with gaps, a stretch that never moves, one that is always the same, and a crash."""
    rng = np.random.default_rng(4)
    values = 1e-3 * rng.standard_normal(bars)
    values[rng.random(bars) < 0.02] = np.nan
    values[2500:2900] = np.nan
    values[3000:5300] = 0.0
    values[5400:8000] = 3e-4
    values[8100] = -0.4
    return values


def test_it_is_what_pandas_says() -> None:
    values, mean = made_returns(12_000), np.empty(12_000)
    measure_mean_square(create_state(), values, mean)
    rolling = pd.Series(values**2).rolling(WINDOW_BARS, min_periods=MIN_VALUES).mean()
    np.testing.assert_array_equal(mean, rolling.to_numpy())
    assert np.isnan(mean[:MIN_VALUES]).sum() >= MIN_VALUES - 1
    assert (mean == 0.0).any()


@pytest.mark.parametrize("step", [1, 7, 5000])
def test_the_state_goes_on_where_it_was_cut(step: int) -> None:
    values, state = made_returns(9000), create_state()
    parts = [
        standardize_momentum(values[start : start + step], state)
        for start in range(0, values.size, step)
    ]
    np.testing.assert_array_equal(np.concatenate(parts), standardize_momentum(values))
