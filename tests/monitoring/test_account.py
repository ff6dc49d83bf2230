"""Figures of an account against definitions used elsewhere, and the law of its Sharpe bounds."""

import numpy as np
import pytest
from scipy import stats

from dipmaster.backtest.metrics import max_drawdown, sharpe_annual
from dipmaster.core.time_units import BARS_PER_DAY
from dipmaster.monitoring.account import bound_sharpe, bound_win_rate, build_account_path
from tests.monitoring.world import BURN_IN, OUT_OF_SAMPLE_MS, world

LAST = 10**15


def test_as_the_gates_define_them() -> None:
    account = world().accounts[-1]
    path = build_account_path(account, OUT_OF_SAMPLE_MS)
    equity, start = account.equity["equity"].to_numpy(), BURN_IN * BARS_PER_DAY
    assert path.drawdown_frac.max() == pytest.approx(
        max_drawdown(equity[start:], equity[start - 1]).frac
    )
    closes = equity[BARS_PER_DAY - 1 :: BARS_PER_DAY]  # the last mark of each day
    daily = closes[BURN_IN:] / closes[BURN_IN - 1 : -1] - 1.0
    newest = bound_sharpe(path.daily_returns, 0.05).newest
    expected = sharpe_annual(daily)
    assert newest.value is not None
    assert expected is not None
    assert newest.value == pytest.approx(expected)


def test_a_poor_account_is_found_by_the_sharpe_bound() -> None:
    """Power: a bound that never reached anything would raise no false alarm either."""
    rng = np.random.default_rng(6)
    found = bound_sharpe(rng.normal(0.0, 0.01, 365), 0.05)  # no edge at all
    assert found.newest.value is not None
    assert found.newest.high is not None
    assert found.newest.high - found.newest.value < 4.0  # fixed n: 1.64


def test_the_burn_in_is_left_out() -> None:
    account = world().accounts[-1]
    path = build_account_path(account, OUT_OF_SAMPLE_MS)
    late = account.trades["entry_time"].astype("datetime64[ms, UTC]").astype("int64")
    assert path.won.size == int((late >= OUT_OF_SAMPLE_MS).sum()) < len(account.trades)


def test_higher_moments_as_scipy_has_them() -> None:
    returns = stats.t(5).rvs(300, random_state=4) * 0.01 + 0.001
    found = bound_sharpe(returns, 0.05)
    ratio, skew = found.value[-1] / np.sqrt(365), stats.skew(returns)
    spread = np.sqrt(1 - skew * ratio + (stats.kurtosis(returns, fisher=False) - 1) / 4 * ratio**2)
    flat = bound_sharpe(np.tile([0.01, -0.01], 150), 0.05)
    unit = (flat.value[-1] - flat.low[-1]) / np.sqrt(365)  # ratio 0, so that the spread is 1
    assert (found.value[-1] - found.low[-1]) / np.sqrt(365) == pytest.approx(spread * unit)


def test_false_alarms_of_the_sharpe_bound_over_whole_paths() -> None:
    """Days as an account that is rarely invested has them: most of them zero, losses larger."""
    rng, alpha, paths = np.random.default_rng(5), 0.05, 400
    traded = rng.random((paths, 550)) < 0.2
    net = np.where(rng.random(traded.shape) < 0.8, 0.0005, -0.0015) * traded
    truth = np.sqrt(365) * (0.2 * 1e-4) / np.sqrt(0.2 * (0.8 * 25e-8 + 0.2 * 225e-8) - 4e-10)
    alarms = [(bound_sharpe(one, alpha).high[30:] < truth).any() for one in net]
    assert np.mean(alarms) <= alpha


def test_no_trade_and_no_return() -> None:
    inputs = world()
    account = inputs.accounts[-1]
    idle = build_account_path(
        type(account)(4, account.trades.iloc[:0], account.equity.assign(equity=1.0), {}),
        OUT_OF_SAMPLE_MS,
    )
    assert bound_win_rate(idle, LAST, 0.05).reason == "no trade"
    assert np.isnan(bound_sharpe(idle.daily_returns, 0.05).value).all()
