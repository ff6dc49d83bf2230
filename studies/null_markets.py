"""Markets without skill and strategies that buy their bars at random.

A bar's odds of winning depend on its regime, its day and its month, which all
coins share. The strategy buys in bursts, more on some days and in some regimes.
Given its stratum, regime included, no bar is better for having been bought: the
true excess win rate is 0.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from dipmaster.backtest.metrics import DailyAccount
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.random_entry.strata import Strata
from dipmaster.evaluation.statistics.sample import TradeSample
from studies.clustered_ledgers import simulate_regimes

WON, LOST = 0.01, -0.02
_SYMBOLS, _HOURS, _TENTHS = 5, 24, 5
_STEP = BARS_PER_DAY // _HOURS  # one bar an hour can be bought: a market small enough to draw often
_ODDS = np.array([-0.1, 0.35, 0.4])
_ACTIVITY = np.array([0.5, 1.0, 1.7])


@dataclass(frozen=True)
class NullMarket:
    """Dials of a market and of the random strategy on it.

    Attributes
    ----------
    trades_per_day
        Mean number of trades.
    burst
        Standard deviation of the log of a day's expected number of trades.
    day_effect, month_effect
        Standard deviation of the shift of the log odds that all bars share.
    """

    name: str
    trades_per_day: float
    burst: float
    day_effect: float
    month_effect: float


NULL_MARKETS = (
    NullMarket("independent bars", 8.0, 0.0, 0.0, 0.0),
    NullMarket("days and bursts", 8.0, 1.0, 0.6, 0.0),
    NullMarket("days, months, bursts", 8.0, 1.0, 0.6, 0.4),
    NullMarket("few trades in bursts", 0.8, 1.0, 0.6, 0.4),
)


@dataclass(frozen=True)
class NullTrack:
    """One market, one random strategy.

    Attributes
    ----------
    stratum
        Shape (trades,), of each trade's bar.
    sample
        The trades; the account itself is left at rest.
    won
        Shape (symbols, hours), whether a bar bought then wins.
    """

    period: Period
    strata: Strata
    stratum: Ints
    sample: TradeSample
    won: Bools

    def outcomes(self, symbol: Ints, bar: Ints) -> Floats:
        """Net return of any bars that can be bought."""
        return np.where(self.won[symbol, bar // _STEP], WON, LOST)


def draw_null_track(
    market: NullMarket, days: int, block_days: int, rng: np.random.Generator
) -> NullTrack:
    """Draw a market and a strategy."""
    period = Period(0, 0, days * DAY_MS - BAR_MS, block_days)
    regime = simulate_regimes(days, rng)
    month = rng.standard_normal(period.blocks)[period.block_of(np.arange(days))]
    shift = market.day_effect * rng.standard_normal(days) + market.month_effect * month
    odds = np.repeat(_ODDS[regime] + shift, _HOURS)
    won = rng.random((_SYMBOLS, odds.size)) < expit(odds)
    code = _draw_codes(regime, rng)
    busy = np.exp(market.burst * rng.standard_normal(days) - market.burst**2 / 2)
    count = rng.poisson(market.trades_per_day * _ACTIVITY[regime] * busy)
    day = np.repeat(np.arange(days), count)
    hour = day * _HOURS + rng.integers(0, _HOURS, day.size)
    symbol = rng.integers(0, _SYMBOLS, day.size)
    net = np.where(won[symbol, hour], WON, LOST)
    idle_account = DailyAccount(np.ones(days), np.ones(days), np.ones(days), np.zeros(days))
    sample = TradeSample(net, net, day, period.block_of(day), idle_account)
    grid = np.full((_SYMBOLS, odds.size * _STEP), -1)
    grid[:, ::_STEP] = code
    return NullTrack(period, Strata(grid), code[symbol, hour], sample, won)


def _draw_codes(regime: Ints, rng: np.random.Generator) -> Ints:
    """Symbol x hour x regime x a part that says nothing; shape (symbols, hours)."""
    hour = np.arange(regime.size * _HOURS)
    code = np.arange(_SYMBOLS)[:, None] * _HOURS + hour % _HOURS
    code = (code * _ODDS.size + regime[hour // _HOURS]) * _TENTHS
    codes: Ints = code + rng.integers(0, _TENTHS, code.shape)
    return codes
