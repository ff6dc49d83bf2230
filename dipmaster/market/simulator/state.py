"""What all coins share: regime, market log-volatility, factor, episodes, common jumps, clock."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR, DAY_MS
from dipmaster.market.simulator.recursion import MINUTES, ar1
from dipmaster.market.simulator.streams import MARKET, stream
from dipmaster.market.simulator.world import World

States = npt.NDArray[np.int8]


@dataclass(frozen=True)
class MarketState:
    """Arrays of shape (bars,) that all coins share; `factor` is (bars, 5)."""

    open_time: Ints
    regime: States
    logvol: Floats
    season: Floats
    factor: Floats
    episode: Bools
    jump: Bools
    jump_sign: Floats
    jump_liquidity: Bools
    jump_minute: Ints

    @property
    def bars(self) -> int:
        """Number of bars."""
        return int(self.open_time.size)


def market_state(world: World, seed: int, open_time: Ints, jumps_per_day: float) -> MarketState:
    """Draw what all coins share.

    Parameters
    ----------
    open_time
        int64 milliseconds since 1970 UTC, every 5 minutes.
    jumps_per_day
        Jumps a coin a day; `World.common_share` of them are common.
    """
    bars = open_time.size
    common_rate = jumps_per_day * world.common_share / world.common_participation
    draws = stream(seed, "common_jumps").random((bars, 4))
    return MarketState(
        open_time=open_time,
        regime=_regime(world, stream(seed, "regime"), bars),
        logvol=stationary_ar1(stream(seed, "market_logvol"), bars, *world.market_logvol),
        season=season(world, open_time),
        factor=stream(seed, "factor").standard_normal((bars, MINUTES))
        * tail(world, seed, "factor_tail", bars, MARKET)[:, None],
        episode=_episodes(world, stream(seed, "episodes"), bars),
        jump=draws[:, 0] < common_rate / BARS_PER_DAY,
        jump_sign=np.where(draws[:, 1] < 0.5, -1.0, 1.0),
        jump_liquidity=draws[:, 2] < world.liquidity_share,
        jump_minute=(draws[:, 3] * MINUTES).astype(np.int64),
    )


def season(world: World, open_time: Ints) -> Floats:
    """Volatility multiplier by hour and weekday, mean square one over a week; shape (bars,)."""
    raw = _season(world, open_time)
    week = _season(world, np.arange(7 * BARS_PER_DAY, dtype=np.int64) * (DAY_MS // BARS_PER_DAY))
    return np.asarray(raw / np.sqrt(np.mean(week**2)), dtype=np.float64)


def _season(world: World, open_time: Ints) -> Floats:
    clock = 2 * np.pi * (open_time % DAY_MS) / DAY_MS
    hours = np.ones(clock.size)
    for waves, (amplitude, peak) in ((1, world.daily_cosine), (2, world.half_daily_cosine)):
        hours += amplitude * np.cos(waves * (clock - 2 * np.pi * peak / 24))
    weekday = (open_time // DAY_MS + 3) % 7  # 1970-01-01 was a Thursday; 0 = Monday
    return np.asarray(hours * np.where(weekday >= 5, world.weekend_factor, 1.0), dtype=np.float64)


def stationary_ar1(rng: np.random.Generator, bars: int, sd: float, half_life: float) -> Floats:
    """Gaussian AR(1) path with stationary standard deviation `sd`; shape (bars,)."""
    return ar1_from(rng.standard_normal(bars), sd, 0.5 ** (1.0 / half_life))


def ar1_from(normals: Floats, sd: float, phi: float) -> Floats:
    """AR(1) path from standard normals, started in its stationary law."""
    shocks = normals * (sd * np.sqrt(1.0 - phi * phi))
    shocks[0] = normals[0] * sd
    return ar1(shocks, phi)


def tail(world: World, seed: int, name: str, bars: int, symbol: int) -> Floats:
    """Scale of each bar that turns normals into t innovations of variance one; shape (bars,).

    t = Z sqrt(nu / W) with W ~ chi2(nu), times sqrt((nu - 2) / nu). All five
    minutes of a bar share one W: the bar's sum is then t distributed itself.
    """
    nu = world.degrees_of_freedom
    chi2 = stream(seed, name, symbol).chisquare(nu, bars)
    return np.asarray(np.sqrt((nu - 2.0) / chi2), dtype=np.float64)


def _regime(world: World, rng: np.random.Generator, bars: int) -> States:
    """Path of the common chain: exponential dwell times, moves between neighbours."""
    out = np.empty(bars, dtype=np.int8)
    state, t = 1, 0
    while t < bars:
        dwell, turn = rng.exponential(), rng.random()
        end = t + max(1, round(dwell * world.regime_dwell_days[state] * BARS_PER_DAY))
        out[t:end] = state
        state += 1 if turn < world.up_probability[state] else -1
        t = end
    return out


def _episodes(world: World, rng: np.random.Generator, bars: int) -> Bools:
    """Spans in which every loading on the factor is raised."""
    out = np.zeros(bars, dtype=np.bool_)
    gap = 7 * BARS_PER_DAY / world.episodes_per_week
    t = 0.0
    while t < bars:
        start = t + rng.exponential() * gap
        t = start + rng.exponential() * world.episode_hours * BARS_PER_HOUR
        out[min(bars, round(start)) : min(bars, round(t))] = True
    return out
