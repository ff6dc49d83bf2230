"""How much the coins share: against pandas, from the past alone, and the cautious ends."""

import numpy as np
import pandas as pd

from dipmaster.confidence.correlation import MIN_HOURS, correlate_pairs, estimate_past_correlation
from dipmaster.core.time_units import BAR_MS, DAY_MS, HOUR_MS

DAYS = 12
GRID = BAR_MS * np.arange(288 * DAYS, dtype=np.int64)


def closes(seed: int = 0, coins: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    steps = 0.002 * (rng.standard_normal(GRID.size) + rng.standard_normal((coins, GRID.size)))
    return 100 * np.exp(np.cumsum(steps, axis=1))


def test_pairs_are_those_of_pandas() -> None:
    returns = np.random.default_rng(1).standard_normal((4, 100))
    returns[1] += returns[0]
    returns[2, 60:] = np.nan
    expected = pd.DataFrame(returns.T).corr(min_periods=MIN_HOURS).to_numpy()
    np.testing.assert_allclose(correlate_pairs(returns), expected, atol=1e-12)


def test_mean_of_the_window_before_midnight() -> None:
    close = closes()
    at = 8 * DAY_MS + 5 * HOUR_MS + np.array([0, BAR_MS])
    frame = pd.DataFrame(np.log(close.T), index=pd.to_datetime(GRID + BAR_MS, unit="ms"))
    hourly = frame[frame.index.minute == 0].diff().dropna()
    window = hourly[(hourly.index > pd.Timestamp("1970-01-06")) & (hourly.index <= "1970-01-09")]
    pairs = window.corr().to_numpy()[np.triu_indices(3, 1)]
    np.testing.assert_allclose(
        estimate_past_correlation(close, GRID, at, 3), pairs.mean(), rtol=1e-9
    )


def test_no_later_bar_is_known() -> None:
    close = closes()
    at = DAY_MS * np.arange(DAYS) + 7 * HOUR_MS
    whole = estimate_past_correlation(close, GRID, at, 5)
    for day in (3, 8):
        other = close.copy()
        later = at[day] < GRID + BAR_MS
        other[:, later] = closes(9)[:, later]
        changed = estimate_past_correlation(other, GRID, at, 5)
        np.testing.assert_array_equal(changed[: day + 1], whole[: day + 1])
        assert (changed[day + 2 :] != whole[day + 2 :]).all()


def test_the_ends() -> None:
    at = np.array([DAY_MS, 5 * DAY_MS])
    assert estimate_past_correlation(closes(), GRID, at, 30)[0] == 1.0  # no estimate yet
    assert estimate_past_correlation(closes(coins=1), GRID, at, 30).tolist() == [0.0, 0.0]
    still = closes()
    still[1:] = 5.0
    assert estimate_past_correlation(still, GRID, at, 30).tolist() == [1.0, 1.0]
    assert estimate_past_correlation(closes(), GRID, np.empty(0, np.int64), 30).shape == (0,)
