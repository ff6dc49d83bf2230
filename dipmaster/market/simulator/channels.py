"""Evidence beside the bars: order book, on-chain flows, sentiment.

Each is Gaussian noise of unit variance, shifted by d' at liquidity jumps and
by nothing at news, then put into its unit. What can be known before a jump
carries no sign, so that no channel foretells the direction of a price.
"""

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import as_times
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, BARS_PER_HOUR, MINUTE_MS
from dipmaster.market.simulator.bars import excitement, log_volatility_ratio
from dipmaster.market.simulator.coin import Coin
from dipmaster.market.simulator.recursion import ar1
from dipmaster.market.simulator.state import MarketState, stationary_ar1
from dipmaster.market.simulator.streams import stream
from dipmaster.market.simulator.world import World


def order_book_table(
    world: World, state: MarketState, coin: Coin, seed: int, symbol: int, d_prime: float
) -> pd.DataFrame:
    """Depth at each close; after a liquidity jump the book leans against it by d'."""
    sign = np.where(coin.jumps.liquidity, -coin.jumps.sign, 0.0)
    noise = stationary_ar1(
        stream(seed, "order_book", symbol), state.bars, 1.0, world.book_half_life
    )
    imbalance = np.tanh(world.book_lean * (noise + d_prime * ar1(sign, world.book_signal_decay)))
    memory = stationary_ar1(stream(seed, "depth", symbol), state.bars, *world.depth_noise)
    elastic = world.depth_elasticity * log_volatility_ratio(world, coin)
    depth = world.book_depth_quote * np.exp(elastic + memory) / (1.0 + excitement(world, coin))
    return pd.DataFrame(
        {
            "open_time": as_times(state.open_time),
            "bid_depth_quote": 0.5 * depth * (1.0 + imbalance),
            "ask_depth_quote": 0.5 * depth * (1.0 - imbalance),
            "imbalance": imbalance,
        }
    )


def on_chain_table(
    world: World, state: MarketState, coin: Coin, seed: int, symbol: int, d_prime: float
) -> pd.DataFrame:
    """Flows of each bar, published 30 to 60 minutes after its close.

    Net flow to exchanges is lower by d' from 3 hours before a liquidity jump,
    up or down: thin inventories make gaps, and say nothing of their direction.
    """
    thin = _around(coin.jumps.liquidity, world.flow_from_bars, world.flow_to_bars)
    noise = stationary_ar1(stream(seed, "on_chain", symbol), state.bars, 1.0, world.flow_half_life)
    whales = stationary_ar1(stream(seed, "whales", symbol), state.bars, *world.whale_noise)
    first, last = world.publication_minutes
    lag = stream(seed, "publication", symbol).integers(first, last, state.bars, endpoint=True)
    return pd.DataFrame(
        {
            "event_time": as_times(state.open_time),
            "known_time": as_times(state.open_time + BAR_MS + lag * MINUTE_MS),
            "net_exchange_flow_frac": world.flow_sd_frac * (noise - d_prime * thin),
            "whale_notional": world.whale_notional * np.exp(whales),
        }
    )


def sentiment_table(
    world: World, state: MarketState, coin: Coin, seed: int, symbol: int, d_prime: float
) -> pd.DataFrame:
    """Hourly score: slow, follows the last day's return, higher by d' around liquidity jumps."""
    hours = state.bars // BARS_PER_HOUR
    ends = (np.arange(hours) + 1) * BARS_PER_HOUR  # bar that opens when the hour is over
    event_time = state.open_time[0] + ends * BAR_MS
    quiet = _around(
        _hourly(coin.jumps.liquidity, hours), world.mood_from_hours, world.mood_to_hours
    )
    noise = stationary_ar1(
        stream(seed, "sentiment", symbol), hours, 1.0, world.mood_half_life_hours
    )
    reaction = world.mood_reaction * np.tanh(_past_day(coin)[ends - 1])
    counts = stationary_ar1(stream(seed, "mentions", symbol), hours, *world.mentions_noise)
    busy = 1.0 + excitement(world, coin)[ends - 1]
    return pd.DataFrame(
        {
            "event_time": as_times(event_time),
            "known_time": as_times(event_time + world.sentiment_delay_minutes * MINUTE_MS),
            "score": np.tanh(world.mood_lean * (noise + d_prime * quiet + reaction)),
            "mentions": np.rint(world.mentions_an_hour * np.exp(counts) * busy),
        }
    )


def _around(marks: Bools, first: int, last: int) -> Floats:
    """1 from `first` to `last` steps after any mark (both included), else 0."""
    edges = np.zeros(marks.size + 1, dtype=np.int64)
    places = np.flatnonzero(marks)
    np.add.at(edges, np.clip(places + first, 0, marks.size), 1)
    np.add.at(edges, np.clip(places + last + 1, 0, marks.size), -1)
    return (np.cumsum(edges[:-1]) > 0).astype(np.float64)


def _hourly(marks: Bools, hours: int) -> Bools:
    inside = marks[: hours * BARS_PER_HOUR].reshape(hours, BARS_PER_HOUR)
    return np.asarray(inside.any(axis=1), dtype=np.bool_)


def _past_day(coin: Coin) -> Floats:
    """Return of the last 24 hours without drift, in daily sigmas; shape (bars,)."""
    total = np.cumsum(coin.shock / (coin.calm_sigma * np.sqrt(BARS_PER_DAY)))
    before = np.concatenate((np.zeros(BARS_PER_DAY), total))[: total.size]
    return np.asarray(total - before, dtype=np.float64)
