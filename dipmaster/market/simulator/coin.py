"""One coin: its character, its volatility, its jumps and, from these, its bars."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.market.simulator.recursion import MINUTES, ar1, moves, walk
from dipmaster.market.simulator.state import MarketState, States, ar1_from, stationary_ar1, tail
from dipmaster.market.simulator.streams import stream
from dipmaster.market.simulator.world import World


@dataclass(frozen=True)
class Jumps:
    """Jumps of a coin, arrays of shape (bars,).

    Attributes
    ----------
    multiple
        Size in hourly sigmas, 0 where none.
    sign
        -1 or 1 (any value where there is no jump).
    liquidity
        True where the jump reverts; False for news and where none.
    minute
        Minute of the bar, 0 to 4.
    """

    multiple: Floats
    sign: Floats
    liquidity: Bools
    minute: Ints


@dataclass(frozen=True)
class Coin:
    """Path of a coin; arrays of shape (bars,).

    Attributes
    ----------
    sigma
        Volatility of the bar's return, jumps apart; known before the bar.
    calm_sigma
        The same without aftershocks and without the flicker of minutes: the
        yardstick of jumps, volume and spread.
    shock
        The bar's return without drift: the same for every `edge`.
    drift
        E[return of the bar | everything before it].
    remaining
        edge x q after the bar.
    """

    regime: States
    sigma: Floats
    calm_sigma: Floats
    jumps: Jumps
    jump_frac: Floats
    shock: Floats
    drift: Floats
    remaining: Floats
    open: Floats
    high: Floats
    low: Floats
    close: Floats


def coin_path(
    world: World,
    state: MarketState,
    seed: int,
    symbol: int,
    *,
    edge: float,
    reversion_rate: float,
    jumps_per_day: float,
) -> Coin:
    """Draw the path of coin number `symbol` (1, 2 ...).

    E[r_t | past] = edge kappa q_(t-1),  q_t = (1 - kappa) q_(t-1) - J_t 1{liquidity}.
    """
    level, loading, start = _character(world, seed, symbol)
    own = stream(seed, "innovations", symbol).standard_normal((state.bars, MINUTES))
    regime = _regime(world, state, seed, symbol)
    calm = level * _calm_volatility(world, state, seed, symbol, regime, own)
    jumps = _jumps(world, state, seed, symbol, jumps_per_day)
    size = np.minimum(jumps.multiple * calm * np.sqrt(BARS_PER_HOUR), world.jump_cap)
    jump = jumps.sign * size
    sigma = calm * _flicker(world, seed, symbol, state.bars) * _aftershock(world, jumps)
    minute_moves = moves(
        sigma,
        np.minimum(loading + world.episode_loading * state.episode, world.loading_cap),
        state.factor,
        own,
        tail(world, seed, "tail", state.bars, symbol),
        jump,
        jumps.minute,
        world.minute_move_cap,
    )
    remaining = edge * ar1(np.where(jumps.liquidity, -jump, 0.0), 1.0 - reversion_rate)
    drift = reversion_rate * _before(remaining)
    prices = walk(minute_moves, drift, start)
    shock = minute_moves.sum(axis=1)
    return Coin(regime, sigma, calm, jumps, jump, shock, drift, remaining, *prices)


def _before(values: Floats) -> Floats:
    """Shift by one bar; 0 at the first: what is known when the bar opens."""
    return np.concatenate(([0.0], values[:-1]))


def _character(world: World, seed: int, symbol: int) -> tuple[float, float, float]:
    """Volatility level, loading on the factor and first price of a coin."""
    level, loading, price = stream(seed, "character", symbol).random(3)
    low, high = world.level_range
    weak, strong = world.loading_range
    return low + (high - low) * level, weak + (strong - weak) * loading, 10.0 ** (3 * price - 1)


def _regime(world: World, state: MarketState, seed: int, symbol: int) -> States:
    """Regime of the coin: the market's, apart from spells one state higher or lower."""
    rng = stream(seed, "spells", symbol)
    offset = np.zeros(state.bars, dtype=np.int8)
    t = 0.0
    while t < state.bars:
        home, away, up = rng.exponential(), rng.exponential(), rng.random() < 0.5
        start = t + home * world.home_days * BARS_PER_DAY
        t = start + away * world.away_days * BARS_PER_DAY
        offset[min(state.bars, round(start)) : min(state.bars, round(t))] = 1 if up else -1
    return np.asarray(np.clip(state.regime + offset, 0, 2), dtype=np.int8)


def _calm_volatility(
    world: World, state: MarketState, seed: int, symbol: int, regime: States, own: Floats
) -> Floats:
    """Volatility of each bar apart from flicker and aftershocks, before the coin's level.

    Regime x season x exp(AR(1) parts), the exponential scaled to mean square one.
    """
    daily = np.asarray(world.regime_vol_daily)[regime]
    last = _before(own.sum(axis=1) / np.sqrt(MINUTES))
    fresh = stream(seed, "fast_logvol", symbol).standard_normal(state.bars)
    mixed = world.leverage * last + np.sqrt(1.0 - world.leverage**2) * fresh
    logvol = (
        state.logvol
        + stationary_ar1(stream(seed, "slow_logvol", symbol), state.bars, *world.slow_logvol)
        + ar1_from(mixed, world.fast_logvol[0], 0.5 ** (1.0 / world.fast_logvol[1]))
        - sum(sd**2 for sd, _ in (world.market_logvol, world.slow_logvol, world.fast_logvol))
    )
    per_bar = daily / np.sqrt(BARS_PER_DAY) * state.season
    return np.asarray(per_bar * np.exp(logvol), dtype=np.float64)


def _flicker(world: World, seed: int, symbol: int, bars: int) -> Floats:
    """Volatility multiplier that lasts minutes, mean square one; shape (bars,)."""
    path = stationary_ar1(stream(seed, "flicker", symbol), bars, *world.flicker)
    return np.asarray(np.exp(path - world.flicker[0] ** 2), dtype=np.float64)


def _aftershock(world: World, jumps: Jumps) -> Floats:
    """Volatility multiplier after jumps, 1 at the bar of the jump itself; shape (bars,)."""
    raised = ar1(world.aftershock_gain * jumps.multiple, world.aftershock_decay)
    return 1.0 + _before(raised)


def _jumps(world: World, state: MarketState, seed: int, symbol: int, jumps_per_day: float) -> Jumps:
    """Own jumps and the share in common ones; a bar has one jump at most."""
    draws = stream(seed, "jumps", symbol).random((state.bars, 6))
    own = draws[:, 0] < jumps_per_day * (1.0 - world.common_share) / BARS_PER_DAY
    common = state.jump & (draws[:, 1] < world.common_participation)
    any_jump = own | common
    size = world.jump_floor - world.jump_scale * np.log1p(-draws[:, 2])
    sign = np.where(draws[:, 3] < 0.5, -1.0, 1.0)
    liquidity = np.where(common, state.jump_liquidity, draws[:, 4] < world.liquidity_share)
    minute = (draws[:, 5] * MINUTES).astype(np.int64)
    return Jumps(
        multiple=np.where(any_jump, size, 0.0),
        sign=np.where(common, state.jump_sign, sign),
        liquidity=liquidity & any_jump,
        minute=np.where(common, state.jump_minute, minute),
    )
