"""Ledgers with known truth: trades that cluster as in markets, without any market.

A day belongs to one of three regimes that persist (mean dwell 6, 6 and 3
days). The regime sets how many trades a day has, how often they win and how
much; a day effect common to all trades of a day moves their odds together.
Results are on constant notional and the account's daily return is their sum,
so that win rate, profit factor, Sharpe ratio and the law of the drawdown are
the same for every track, and a very long track gives the true figures.
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from dipmaster.backtest import metrics
from dipmaster.backtest.metrics import DailyAccount
from dipmaster.core.kernels import Floats, Ints
from dipmaster.evaluation.statistics.sample import TradeSample

_TRANSITION_ROWS = np.array([[5 / 6, 1 / 6, 0.0], [1 / 12, 5 / 6, 1 / 12], [0.0, 1 / 3, 2 / 3]])


@dataclass(frozen=True)
class SyntheticStrategy:
    """Parameters of a synthetic strategy; triples are for low, normal and high volatility.

    Attributes
    ----------
    trades_per_day
        Mean number of trades.
    odds
        Log odds of winning.
    scale_frac
        Size of wins and losses, fraction of notional.
    loss_over_win
        Mean loss / mean win.
    day_effect
        Standard deviation of the day's common shift of the log odds.
    size_frac
        Notional of a trade / account.
    """

    name: str
    trades_per_day: tuple[float, float, float]
    odds: tuple[float, float, float]
    scale_frac: tuple[float, float, float]
    loss_over_win: float
    day_effect: float
    size_frac: float = 0.05


SYNTHETIC_STRATEGIES = (
    SyntheticStrategy("independent", (4.0, 4.0, 4.0), (1.2, 1.2, 1.2), (0.006,) * 3, 2.0, 0.0),
    SyntheticStrategy(
        "null, clustered", (6.0, 12.0, 20.0), (-0.1, 0.35, 0.4), (0.004, 0.005, 0.008), 2.2, 0.6
    ),
    SyntheticStrategy(
        "boundary, clustered", (0.6, 1.5, 3.0), (2.0, 1.8, 1.5), (0.005, 0.006, 0.009), 3.1, 0.6
    ),
)


@dataclass(frozen=True)
class TrueFigures:
    """What a very long track shows."""

    win_rate: float
    profit_factor: float
    sharpe: float


def simulate_track(
    strategy: SyntheticStrategy, days: int, block_days: int, rng: np.random.Generator
) -> TradeSample:
    """One out-of-sample track of the strategy, in calendar blocks of `block_days`."""
    regime = simulate_regimes(days, rng)
    count = rng.poisson(np.array(strategy.trades_per_day)[regime])
    day = np.repeat(np.arange(days), count)
    shift = strategy.day_effect * rng.standard_normal(days)
    won = rng.random(day.size) < expit((np.array(strategy.odds)[regime] + shift)[day])
    size = np.array(strategy.scale_frac)[regime][day] * np.exp(0.5 * rng.standard_normal(day.size))
    net = np.where(won, size, -strategy.loss_over_win * size)
    blocks = max(1, (2 * days + block_days) // (2 * block_days))
    block = np.minimum(day // block_days, blocks - 1)
    return TradeSample(
        net, net, day, block, build_daily_account(strategy.size_frac * net, day, count)
    )


def simulate_regimes(days: int, rng: np.random.Generator) -> Ints:
    """Regime of each day: 0 low, 1 normal, 2 high volatility."""
    steps = np.cumsum(_TRANSITION_ROWS, axis=1).tolist()
    draws = rng.random(days).tolist()
    state = int(rng.integers(3))
    regimes = (state := bisect_left(steps[state], draw) for draw in draws)
    return np.fromiter(regimes, np.int64, days)


def build_daily_account(steps: Floats, day: Ints, count: Ints) -> DailyAccount:
    """The account marked after every trade; a day without trades stays level."""
    within = np.arange(day.size) - np.repeat(np.cumsum(count) - count, count)
    path = np.zeros((count.size, int(count.max(initial=0)) + 1))
    path[day, within + 1] = steps
    path = 1.0 + np.cumsum(path, axis=1)
    fall = 1.0 - path / np.maximum.accumulate(path, axis=1)
    return DailyAccount(path[:, -1], path.max(axis=1), path.min(axis=1), fall.max(axis=1))


def estimate_truth(strategy: SyntheticStrategy, days: int, rng: np.random.Generator) -> TrueFigures:
    """Figures of a track of `days` days, which has to be very long."""
    long_track = simulate_track(strategy, days, days, rng)
    rate = metrics.win_rate(long_track.return_frac)
    factor = metrics.profit_factor(long_track.net, long_track.return_frac)
    sharpe = metrics.sharpe_annual(long_track.days.returns)
    if rate is None or factor is None or sharpe is None:
        raise ValueError(f"{strategy.name}: expected a track with trades, losses and movement")
    return TrueFigures(rate, factor, sharpe)
