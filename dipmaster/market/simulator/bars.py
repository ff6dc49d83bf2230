"""A coin's path to its table of bars: volume, trades, takers and spread beside the prices."""

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import as_times
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.market.simulator.coin import Coin
from dipmaster.market.simulator.recursion import ar1
from dipmaster.market.simulator.state import MarketState, stationary_ar1
from dipmaster.market.simulator.streams import stream
from dipmaster.market.simulator.world import World


def bars_table(
    world: World, state: MarketState, coin: Coin, seed: int, symbol: int, d_prime: float
) -> pd.DataFrame:
    """Bars of one coin; `d_prime` moves nothing but volume, trades and taker volume."""
    log_activity = _log_activity(world, coin, seed, symbol, d_prime)
    typical = (coin.open + coin.high + coin.low + coin.close) / 4.0
    volume = np.exp(log_activity) * _ordinary_volume(coin)
    return pd.DataFrame(
        {
            "open_time": as_times(state.open_time),
            "open": coin.open,
            "high": coin.high,
            "low": coin.low,
            "close": coin.close,
            "volume": volume,
            "quote_volume": volume * typical,
            "trade_count": _trade_count(world, log_activity, seed, symbol),
            "taker_buy_volume": volume * _taker_share(world, coin, seed, symbol),
            "half_spread_bps": half_spread_bps(world, coin),
        }
    )


def log_volatility_ratio(world: World, coin: Coin) -> Floats:
    """Log of the bar's volatility without aftershocks over that of the normal regime."""
    return np.asarray(
        np.log(coin.calm_sigma * np.sqrt(BARS_PER_DAY) / world.regime_vol_daily[1]),
        dtype=np.float64,
    )


def excitement(world: World, coin: Coin) -> Floats:
    """Decaying sum of past moves in hourly sigmas: what anybody saw, whatever its cause."""
    moved = np.abs(coin.shock) / (coin.calm_sigma * np.sqrt(BARS_PER_HOUR))
    return ar1(world.excitement_gain * np.maximum(moved - 1.0, 0.0), world.excitement_decay)


def half_spread_bps(world: World, coin: Coin) -> Floats:
    """Half-spread at the open of each bar, from moves before it."""
    wide = 1.0 + np.concatenate(([0.0], excitement(world, coin)[:-1]))
    half = world.half_spread_of_sigma * coin.calm_sigma * 1e4 * wide
    return np.asarray(np.maximum(half, world.half_spread_floor_bps), dtype=np.float64)


def _log_activity(world: World, coin: Coin, seed: int, symbol: int, d_prime: float) -> Floats:
    """Log volume over its ordinary level.

    Without the dial, volume depends on volatility and on the size of the move,
    not on what caused it: d' = 0 tells nothing that the price does not.
    """
    bars = coin.shock.size
    moved = np.abs(coin.shock) / (coin.calm_sigma * world.move_knee)
    signal = np.where(coin.jumps.liquidity, world.liquidity_volume, world.news_volume)
    return np.asarray(
        world.volume_elasticity * log_volatility_ratio(world, coin)
        + world.move_elasticity * 0.5 * np.log1p(moved**2)
        + d_prime * np.where(coin.jumps.multiple > 0, signal, 0.0)
        + world.volume_noise * stream(seed, "volume", symbol).standard_normal(bars)
        + stationary_ar1(stream(seed, "volume_memory", symbol), bars, *world.volume_memory),
        dtype=np.float64,
    )


def _ordinary_volume(coin: Coin) -> float:
    """Base units a bar that are worth 100,000 at the first price."""
    return 100_000.0 / float(coin.open[0])


def _trade_count(world: World, log_activity: Floats, seed: int, symbol: int) -> Floats:
    noise = 0.15 * stream(seed, "trades", symbol).standard_normal(log_activity.size)
    count = np.rint(world.trades_at_par * np.exp(0.9 * log_activity + noise))
    return np.asarray(np.maximum(count, 1.0), dtype=np.float64)


def _taker_share(world: World, coin: Coin, seed: int, symbol: int) -> Floats:
    """Share of the volume that takers bought: leans with the move, not with its cause."""
    noise = stream(seed, "taker", symbol).standard_normal(coin.shock.size)
    lean = world.taker_lean * np.tanh(coin.shock / (2.0 * coin.calm_sigma))
    return np.asarray(np.clip(0.5 + lean + world.taker_noise * noise, 0.02, 0.98), dtype=np.float64)
