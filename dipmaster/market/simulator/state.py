"""What all coins share: regime, market log-volatility, factor, episodes, common jumps, clock."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR, DAY_MS
from dipmaster.market.simulator.model import MarketModel
from dipmaster.market.simulator.recursion import MINUTES, filter_ar1
from dipmaster.market.simulator.streams import MARKET, random_stream

StateArray = npt.NDArray[np.int8]


@dataclass(frozen=True)
class MarketState:
    """Arrays of shape (bars,) that all coins share; `factor` is (bars, 5)."""

    open_time: Ints
    regime: StateArray
    logvol: Floats
    seasonality: Floats
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


def draw_market_state(
    model: MarketModel, seed: int, open_time: Ints, jumps_per_day: float
) -> MarketState:
    """Draw what all coins share.

    Parameters
    ----------
    open_time
        int64 milliseconds since 1970 UTC, every 5 minutes.
    jumps_per_day
        Jumps a coin a day; `World.common_share` of them are common.
    """
    bars = open_time.size
    common_rate = jumps_per_day * model.common_share / model.common_participation
    draws = random_stream(seed, "common_jumps").random((bars, 4))
    return MarketState(
        open_time=open_time,
        regime=_draw_regime(model, random_stream(seed, "regime"), bars),
        logvol=draw_stationary_ar1(
            random_stream(seed, "market_logvol"), bars, *model.market_logvol
        ),
        seasonality=compute_seasonality(model, open_time),
        factor=random_stream(seed, "factor").standard_normal((bars, MINUTES))
        * draw_tail_scale(model, seed, "factor_tail", bars, MARKET)[:, None],
        episode=_draw_episodes(model, random_stream(seed, "episodes"), bars),
        jump=draws[:, 0] < common_rate / BARS_PER_DAY,
        jump_sign=np.where(draws[:, 1] < 0.5, -1.0, 1.0),
        jump_liquidity=draws[:, 2] < model.liquidity_share,
        jump_minute=(draws[:, 3] * MINUTES).astype(np.int64),
    )


def compute_seasonality(model: MarketModel, open_time: Ints) -> Floats:
    """Volatility multiplier by hour and weekday, mean square one over a week; shape (bars,)."""
    raw = _raw_seasonality(model, open_time)
    week = _raw_seasonality(
        model, np.arange(7 * BARS_PER_DAY, dtype=np.int64) * (DAY_MS // BARS_PER_DAY)
    )
    return np.asarray(raw / np.sqrt(np.mean(week**2)), dtype=np.float64)


def _raw_seasonality(model: MarketModel, open_time: Ints) -> Floats:
    clock = 2 * np.pi * (open_time % DAY_MS) / DAY_MS
    hours = np.ones(clock.size)
    for waves, (amplitude, peak) in ((1, model.daily_cosine), (2, model.half_daily_cosine)):
        hours += amplitude * np.cos(waves * (clock - 2 * np.pi * peak / 24))
    weekday = (open_time // DAY_MS + 3) % 7  # 1970-01-01 was a Thursday; 0 = Monday
    return np.asarray(hours * np.where(weekday >= 5, model.weekend_factor, 1.0), dtype=np.float64)


def draw_stationary_ar1(rng: np.random.Generator, bars: int, sd: float, half_life: float) -> Floats:
    """Gaussian AR(1) path with stationary standard deviation `sd`; shape (bars,)."""
    return filter_stationary_ar1(rng.standard_normal(bars), sd, 0.5 ** (1.0 / half_life))


def filter_stationary_ar1(normals: Floats, sd: float, phi: float) -> Floats:
    """AR(1) path from standard normals, started in its stationary law."""
    shocks = normals * (sd * np.sqrt(1.0 - phi * phi))
    shocks[0] = normals[0] * sd
    return filter_ar1(shocks, phi)


def draw_tail_scale(model: MarketModel, seed: int, name: str, bars: int, symbol: int) -> Floats:
    """Scale of each bar that turns normals into t innovations of variance one; shape (bars,).

    t = Z sqrt(nu / W) with W ~ chi2(nu), times sqrt((nu - 2) / nu). All five
    minutes of a bar share one W: the bar's sum is then t distributed itself.
    """
    nu = model.degrees_of_freedom
    chi2 = random_stream(seed, name, symbol).chisquare(nu, bars)
    return np.asarray(np.sqrt((nu - 2.0) / chi2), dtype=np.float64)


def _draw_regime(model: MarketModel, rng: np.random.Generator, bars: int) -> StateArray:
    """Path of the common chain: exponential dwell times, moves between neighbours."""
    out = np.empty(bars, dtype=np.int8)
    state, t = 1, 0
    while t < bars:
        dwell, turn = rng.exponential(), rng.random()
        end = t + max(1, round(dwell * model.regime_dwell_days[state] * BARS_PER_DAY))
        out[t:end] = state
        state += 1 if turn < model.up_probability[state] else -1
        t = end
    return out


def _draw_episodes(model: MarketModel, rng: np.random.Generator, bars: int) -> Bools:
    """Spans in which every loading on the factor is raised."""
    out = np.zeros(bars, dtype=np.bool_)
    gap = 7 * BARS_PER_DAY / model.episodes_per_week
    t = 0.0
    while t < bars:
        start = t + rng.exponential() * gap
        t = start + rng.exponential() * model.episode_hours * BARS_PER_HOUR
        out[min(bars, round(start)) : min(bars, round(t))] = True
    return out
