"""Statistics of bars against scipy, statsmodels and laws whose value is known."""

import numpy as np
import pandas as pd
import pytest

from studies import bar_statistics
from studies.bar_statistics import (
    autocorrelation,
    compute_statistics,
    count_beyond,
    hill_index,
    jump_share,
    kurtosis,
    sum_blocks,
    variance_ratio,
)


@pytest.fixture(scope="module")
def returns() -> np.ndarray:
    return np.random.default_rng(3).standard_t(5, 288 * 60) * 1e-3


def bars(returns: np.ndarray, volume: np.ndarray | None = None) -> pd.DataFrame:
    times = pd.date_range("2023-01-02", periods=returns.size, freq="5min", tz="UTC").as_unit("ms")
    close = 100 * np.exp(np.cumsum(returns))
    volume = np.ones(returns.size) if volume is None else volume
    return pd.DataFrame({"open_time": times, "close": close, "volume": volume})


def test_kurtosis_is_scipys(returns):
    from scipy import stats

    assert kurtosis(returns) == pytest.approx(stats.kurtosis(returns, fisher=False))


def test_autocorrelation_is_near_that_of_statsmodels(returns):
    from statsmodels.tsa.stattools import acf

    size = np.abs(returns)
    assert autocorrelation(size, 12) == pytest.approx(acf(size, nlags=12)[12], abs=1e-3)


def test_hill_finds_the_index_of_a_pareto_law():
    x = np.random.default_rng(5).pareto(3.0, 400_000) + 1.0
    assert hill_index(x) == pytest.approx(3.0, abs=0.15)
    assert hill_index(np.concatenate((x, -x))) == pytest.approx(
        hill_index(x)
    )  # only the positive side


def test_small_things_by_hand():
    assert sum_blocks(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 2).tolist() == [3.0, 7.0]
    assert count_beyond(np.array([1.0, -7.0, 2.0, 9.0]), np.array([1, 1, np.nan, 2.0]), 6.0) == (
        pytest.approx(1e4 / 3)
    )
    assert variance_ratio(np.tile([1.0, -1.0], 50), 2) == 0.0


def test_jump_share_sees_jumps_and_only_jumps():
    rng = np.random.default_rng(9)
    r = rng.standard_normal(288 * 300) * 1e-3
    assert jump_share(r) == pytest.approx(0.0, abs=0.01)
    # In sigma^2 a day: a jump adds 25 to 288 of RV, and to BV 2 (pi/2) 5 E|z| - 2 = 10.5.
    jumps = np.where(rng.random(r.size) < 1 / 288, 0.005, 0.0)
    assert jump_share(r + jumps) == pytest.approx(14.5 / 313, abs=0.012)


def test_a_gap_is_no_return(returns):
    frame = bars(returns)
    cut = frame.drop(index=range(1000, 1100))
    cut.loc[1100:, "close"] *= 5.0  # a price that moved while nobody traded
    full, holed = bar_statistics._log_returns(frame), bar_statistics._log_returns(cut)
    assert holed.value.size == full.value.size - 101
    assert np.abs(holed.value).max() == pytest.approx(np.abs(full.value).max())


def test_one_column_a_coin_and_every_value_known(returns):
    rng = np.random.default_rng(4)
    market = {
        "A": bars(returns, np.exp(rng.standard_normal(returns.size))),
        "B": bars(rng.permutation(returns), np.exp(rng.standard_normal(returns.size))),
    }
    table = compute_statistics(market)
    assert list(table.columns) == ["A", "B"]
    assert table.notna().all().all()
    assert table.loc["mean correlation with other coins, 5 min", "A"] == pytest.approx(0, abs=0.03)
    assert table.loc["daily volatility", "A"] == pytest.approx(1e-3 * np.sqrt(288 * 5 / 3), rel=0.1)
    assert table.loc["weekend abs r over weekday", "A"] == pytest.approx(1.0, abs=0.05)
