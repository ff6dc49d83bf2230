"""A coin's path to its table of bars: volume, trades, takers and spread beside the prices."""

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import to_timestamps
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.market.simulator.coin import Coin
from dipmaster.market.simulator.model import MarketModel
from dipmaster.market.simulator.recursion import filter_ar1
from dipmaster.market.simulator.state import MarketState, draw_stationary_ar1
from dipmaster.market.simulator.streams import random_stream


def build_bars_table(
    model: MarketModel, state: MarketState, coin: Coin, seed: int, symbol: int, d_prime: float
) -> pd.DataFrame:
    """Bars of one coin; `d_prime` moves nothing but volume, trades and taker volume."""
    log_activity = _draw_log_activity(model, coin, seed, symbol, d_prime)
    typical = (coin.open + coin.high + coin.low + coin.close) / 4.0
    volume = np.exp(log_activity) * _typical_volume(coin)
    return pd.DataFrame(
        {
            "open_time": to_timestamps(state.open_time),
            "open": coin.open,
            "high": coin.high,
            "low": coin.low,
            "close": coin.close,
            "volume": volume,
            "quote_volume": volume * typical,
            "trade_count": _draw_trade_count(model, log_activity, seed, symbol),
            "taker_buy_volume": volume * _draw_taker_share(model, coin, seed, symbol),
            "half_spread_bps": compute_half_spread_bps(model, coin),
        }
    )


def compute_log_volatility_ratio(model: MarketModel, coin: Coin) -> Floats:
    """Log of the bar's volatility without aftershocks over that of the normal regime."""
    return np.asarray(
        np.log(coin.base_sigma * np.sqrt(BARS_PER_DAY) / model.regime_vol_daily[1]),
        dtype=np.float64,
    )


def compute_excitement(model: MarketModel, coin: Coin) -> Floats:
    """Decaying sum of past moves in hourly sigmas: what anybody saw, whatever its cause."""
    move_sigmas = np.abs(coin.shock) / (coin.base_sigma * np.sqrt(BARS_PER_HOUR))
    return filter_ar1(
        model.excitement_gain * np.maximum(move_sigmas - 1.0, 0.0), model.excitement_decay
    )


def compute_half_spread_bps(model: MarketModel, coin: Coin) -> Floats:
    """Half-spread at the open of each bar, from moves before it."""
    wide = 1.0 + np.concatenate(([0.0], compute_excitement(model, coin)[:-1]))
    half = model.half_spread_of_sigma * coin.base_sigma * 1e4 * wide
    return np.asarray(np.maximum(half, model.half_spread_floor_bps), dtype=np.float64)


def _draw_log_activity(
    model: MarketModel, coin: Coin, seed: int, symbol: int, d_prime: float
) -> Floats:
    """Log volume over its ordinary level.

    Without the dial, volume depends on volatility and on the size of the move,
    not on what caused it: d' = 0 tells nothing that the price does not.
    """
    bars = coin.shock.size
    move_in_knees = np.abs(coin.shock) / (coin.base_sigma * model.move_knee)
    signal = np.where(coin.jumps.liquidity, model.liquidity_volume, model.news_volume)
    return np.asarray(
        model.volume_elasticity * compute_log_volatility_ratio(model, coin)
        + model.move_elasticity * 0.5 * np.log1p(move_in_knees**2)
        + d_prime * np.where(coin.jumps.multiple > 0, signal, 0.0)
        + model.volume_noise * random_stream(seed, "volume", symbol).standard_normal(bars)
        + draw_stationary_ar1(
            random_stream(seed, "volume_memory", symbol), bars, *model.volume_memory
        ),
        dtype=np.float64,
    )


def _typical_volume(coin: Coin) -> float:
    """Base units a bar that are worth 100,000 at the first price."""
    return 100_000.0 / float(coin.open[0])


def _draw_trade_count(model: MarketModel, log_activity: Floats, seed: int, symbol: int) -> Floats:
    noise = 0.15 * random_stream(seed, "trades", symbol).standard_normal(log_activity.size)
    count = np.rint(model.trades_at_par * np.exp(0.9 * log_activity + noise))
    return np.asarray(np.maximum(count, 1.0), dtype=np.float64)


def _draw_taker_share(model: MarketModel, coin: Coin, seed: int, symbol: int) -> Floats:
    """Share of the volume that takers bought: leans with the move, not with its cause."""
    noise = random_stream(seed, "taker", symbol).standard_normal(coin.shock.size)
    lean = model.taker_lean * np.tanh(coin.shock / (2.0 * coin.base_sigma))
    return np.asarray(np.clip(0.5 + lean + model.taker_noise * noise, 0.02, 0.98), dtype=np.float64)
