"""One coin: its character, its volatility, its jumps and, from these, its bars."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.market.simulator.model import MarketModel
from dipmaster.market.simulator.recursion import (
    MINUTES,
    compute_minute_moves,
    compute_prices,
    filter_ar1,
)
from dipmaster.market.simulator.state import (
    MarketState,
    StateArray,
    draw_stationary_ar1,
    draw_tail_scale,
    filter_stationary_ar1,
)
from dipmaster.market.simulator.streams import random_stream


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
    base_sigma
        The same without aftershocks and without the flicker of minutes: the
        yardstick of jumps, volume and spread.
    shock
        The bar's return without drift: the same for every `edge`.
    drift
        E[return of the bar | everything before it].
    remaining_reversion
        edge x q after the bar.
    """

    regime: StateArray
    sigma: Floats
    base_sigma: Floats
    jumps: Jumps
    jump_frac: Floats
    shock: Floats
    drift: Floats
    remaining_reversion: Floats
    open: Floats
    high: Floats
    low: Floats
    close: Floats


def simulate_coin(
    model: MarketModel,
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
    level, loading, first_price = _draw_character(model, seed, symbol)
    idiosyncratic = random_stream(seed, "innovations", symbol).standard_normal(
        (state.bars, MINUTES)
    )
    regime = _draw_regime(model, state, seed, symbol)
    base_sigma = level * _draw_base_volatility(model, state, seed, symbol, regime, idiosyncratic)
    jumps = _draw_jumps(model, state, seed, symbol, jumps_per_day)
    jump_size = np.minimum(jumps.multiple * base_sigma * np.sqrt(BARS_PER_HOUR), model.jump_cap)
    jump_frac = jumps.sign * jump_size
    sigma = (
        base_sigma
        * _draw_flicker(model, seed, symbol, state.bars)
        * _aftershock_multiplier(model, jumps)
    )
    minute_moves = compute_minute_moves(
        sigma,
        np.minimum(loading + model.episode_loading * state.episode, model.loading_cap),
        state.factor,
        idiosyncratic,
        draw_tail_scale(model, seed, "tail", state.bars, symbol),
        jump_frac,
        jumps.minute,
        model.minute_move_cap,
    )
    remaining = edge * filter_ar1(np.where(jumps.liquidity, -jump_frac, 0.0), 1.0 - reversion_rate)
    drift = reversion_rate * _shift_one_bar(remaining)
    prices = compute_prices(minute_moves, drift, first_price)
    shock = minute_moves.sum(axis=1)
    return Coin(regime, sigma, base_sigma, jumps, jump_frac, shock, drift, remaining, *prices)


def _shift_one_bar(values: Floats) -> Floats:
    """Shift by one bar; 0 at the first: what is known when the bar opens."""
    return np.concatenate(([0.0], values[:-1]))


def _draw_character(model: MarketModel, seed: int, symbol: int) -> tuple[float, float, float]:
    """Volatility level, loading on the factor and first price of a coin."""
    level, loading, price = random_stream(seed, "character", symbol).random(3)
    low, high = model.level_range
    weak, strong = model.loading_range
    return low + (high - low) * level, weak + (strong - weak) * loading, 10.0 ** (3 * price - 1)


def _draw_regime(model: MarketModel, state: MarketState, seed: int, symbol: int) -> StateArray:
    """Regime of the coin: the market's, apart from spells one state higher or lower."""
    rng = random_stream(seed, "spells", symbol)
    offset = np.zeros(state.bars, dtype=np.int8)
    t = 0.0
    while t < state.bars:
        home, away, up = rng.exponential(), rng.exponential(), rng.random() < 0.5
        start = t + home * model.home_days * BARS_PER_DAY
        t = start + away * model.away_days * BARS_PER_DAY
        offset[min(state.bars, round(start)) : min(state.bars, round(t))] = 1 if up else -1
    return np.asarray(np.clip(state.regime + offset, 0, 2), dtype=np.int8)


def _draw_base_volatility(
    model: MarketModel,
    state: MarketState,
    seed: int,
    symbol: int,
    regime: StateArray,
    idiosyncratic: Floats,
) -> Floats:
    """Volatility of each bar apart from flicker and aftershocks, before the coin's level.

    Regime x season x exp(AR(1) parts), the exponential scaled to mean square one.
    """
    daily = np.asarray(model.regime_vol_daily)[regime]
    last = _shift_one_bar(idiosyncratic.sum(axis=1) / np.sqrt(MINUTES))
    fresh = random_stream(seed, "fast_logvol", symbol).standard_normal(state.bars)
    mixed = model.leverage * last + np.sqrt(1.0 - model.leverage**2) * fresh
    logvol = (
        state.logvol
        + draw_stationary_ar1(
            random_stream(seed, "slow_logvol", symbol), state.bars, *model.slow_logvol
        )
        + filter_stationary_ar1(mixed, model.fast_logvol[0], 0.5 ** (1.0 / model.fast_logvol[1]))
        - sum(sd**2 for sd, _ in (model.market_logvol, model.slow_logvol, model.fast_logvol))
    )
    per_bar = daily / np.sqrt(BARS_PER_DAY) * state.seasonality
    return np.asarray(per_bar * np.exp(logvol), dtype=np.float64)


def _draw_flicker(model: MarketModel, seed: int, symbol: int, bars: int) -> Floats:
    """Volatility multiplier that lasts minutes, mean square one; shape (bars,)."""
    path = draw_stationary_ar1(random_stream(seed, "flicker", symbol), bars, *model.flicker)
    return np.asarray(np.exp(path - model.flicker[0] ** 2), dtype=np.float64)


def _aftershock_multiplier(model: MarketModel, jumps: Jumps) -> Floats:
    """Volatility multiplier after jumps, 1 at the bar of the jump itself; shape (bars,)."""
    raised = filter_ar1(model.aftershock_gain * jumps.multiple, model.aftershock_decay)
    return 1.0 + _shift_one_bar(raised)


def _draw_jumps(
    model: MarketModel, state: MarketState, seed: int, symbol: int, jumps_per_day: float
) -> Jumps:
    """Own jumps and the share in common ones; a bar has one jump at most."""
    draws = random_stream(seed, "jumps", symbol).random((state.bars, 6))
    own_jump = draws[:, 0] < jumps_per_day * (1.0 - model.common_share) / BARS_PER_DAY
    common_jump = state.jump & (draws[:, 1] < model.common_participation)
    any_jump = own_jump | common_jump
    size = model.jump_floor - model.jump_scale * np.log1p(-draws[:, 2])
    sign = np.where(draws[:, 3] < 0.5, -1.0, 1.0)
    liquidity = np.where(common_jump, state.jump_liquidity, draws[:, 4] < model.liquidity_share)
    minute = (draws[:, 5] * MINUTES).astype(np.int64)
    return Jumps(
        multiple=np.where(any_jump, size, 0.0),
        sign=np.where(common_jump, state.jump_sign, sign),
        liquidity=liquidity & any_jump,
        minute=np.where(common_jump, state.jump_minute, minute),
    )
