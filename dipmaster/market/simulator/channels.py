"""Evidence beside the bars: order book, on-chain flows, sentiment.

Each is Gaussian noise of unit variance, shifted by d' at liquidity jumps and
by nothing at news, then put into its unit. What can be known before a jump
carries no sign, so that no channel foretells the direction of a price.
"""

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import to_timestamps
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, BARS_PER_HOUR, MINUTE_MS
from dipmaster.market.simulator.bars import compute_excitement, compute_log_volatility_ratio
from dipmaster.market.simulator.coin import Coin
from dipmaster.market.simulator.model import MarketModel
from dipmaster.market.simulator.recursion import filter_ar1
from dipmaster.market.simulator.state import MarketState, draw_stationary_ar1
from dipmaster.market.simulator.streams import random_stream


def build_order_book_table(
    model: MarketModel, state: MarketState, coin: Coin, seed: int, symbol: int, d_prime: float
) -> pd.DataFrame:
    """Depth at each close; after a liquidity jump the book leans against it by d'."""
    sign = np.where(coin.jumps.liquidity, -coin.jumps.sign, 0.0)
    noise = draw_stationary_ar1(
        random_stream(seed, "order_book", symbol), state.bars, 1.0, model.book_half_life
    )
    imbalance = np.tanh(
        model.book_lean * (noise + d_prime * filter_ar1(sign, model.book_signal_decay))
    )
    memory = draw_stationary_ar1(
        random_stream(seed, "depth", symbol), state.bars, *model.depth_noise
    )
    elastic = model.depth_elasticity * compute_log_volatility_ratio(model, coin)
    depth = (
        model.book_depth_quote * np.exp(elastic + memory) / (1.0 + compute_excitement(model, coin))
    )
    return pd.DataFrame(
        {
            "open_time": to_timestamps(state.open_time),
            "bid_depth_quote": 0.5 * depth * (1.0 + imbalance),
            "ask_depth_quote": 0.5 * depth * (1.0 - imbalance),
            "imbalance": imbalance,
        }
    )


def build_on_chain_table(
    model: MarketModel, state: MarketState, coin: Coin, seed: int, symbol: int, d_prime: float
) -> pd.DataFrame:
    """Flows of each bar, published 30 to 60 minutes after its close.

    Net flow to exchanges is lower by d' from 3 hours before a liquidity jump,
    up or down: thin inventories make gaps, and say nothing of their direction.
    """
    low_inventory = _mark_around(coin.jumps.liquidity, model.flow_from_bars, model.flow_to_bars)
    noise = draw_stationary_ar1(
        random_stream(seed, "on_chain", symbol), state.bars, 1.0, model.flow_half_life
    )
    log_whale_flow = draw_stationary_ar1(
        random_stream(seed, "whales", symbol), state.bars, *model.whale_noise
    )
    first, last = model.publication_minutes
    delay_minutes = random_stream(seed, "publication", symbol).integers(
        first, last, state.bars, endpoint=True
    )
    return pd.DataFrame(
        {
            "event_time": to_timestamps(state.open_time),
            "known_time": to_timestamps(state.open_time + BAR_MS + delay_minutes * MINUTE_MS),
            "net_exchange_flow_frac": model.flow_sd_frac * (noise - d_prime * low_inventory),
            "whale_notional": model.whale_notional * np.exp(log_whale_flow),
        }
    )


def build_sentiment_table(
    model: MarketModel, state: MarketState, coin: Coin, seed: int, symbol: int, d_prime: float
) -> pd.DataFrame:
    """Hourly score: slow, follows the last day's return, higher by d' around liquidity jumps."""
    hours = state.bars // BARS_PER_HOUR
    ends = (np.arange(hours) + 1) * BARS_PER_HOUR  # bar that opens when the hour is over
    event_time = state.open_time[0] + ends * BAR_MS
    near_jump = _mark_around(
        _any_by_hour(coin.jumps.liquidity, hours),
        model.sentiment_from_hours,
        model.sentiment_to_hours,
    )
    noise = draw_stationary_ar1(
        random_stream(seed, "sentiment", symbol), hours, 1.0, model.sentiment_half_life_hours
    )
    reaction = model.sentiment_reaction * np.tanh(_past_day_return(coin)[ends - 1])
    counts = draw_stationary_ar1(
        random_stream(seed, "mentions", symbol), hours, *model.mentions_noise
    )
    activity = 1.0 + compute_excitement(model, coin)[ends - 1]
    return pd.DataFrame(
        {
            "event_time": to_timestamps(event_time),
            "known_time": to_timestamps(event_time + model.sentiment_delay_minutes * MINUTE_MS),
            "score": np.tanh(model.sentiment_lean * (noise + d_prime * near_jump + reaction)),
            "mentions": np.rint(model.mentions_an_hour * np.exp(counts) * activity),
        }
    )


def _mark_around(marks: Bools, first: int, last: int) -> Floats:
    """1 from `first` to `last` steps after any mark (both included), else 0."""
    edges = np.zeros(marks.size + 1, dtype=np.int64)
    positions = np.flatnonzero(marks)
    np.add.at(edges, np.clip(positions + first, 0, marks.size), 1)
    np.add.at(edges, np.clip(positions + last + 1, 0, marks.size), -1)
    return (np.cumsum(edges[:-1]) > 0).astype(np.float64)


def _any_by_hour(marks: Bools, hours: int) -> Bools:
    inside = marks[: hours * BARS_PER_HOUR].reshape(hours, BARS_PER_HOUR)
    return np.asarray(inside.any(axis=1), dtype=np.bool_)


def _past_day_return(coin: Coin) -> Floats:
    """Return of the last 24 hours without drift, in daily sigmas; shape (bars,)."""
    total = np.cumsum(coin.shock / (coin.base_sigma * np.sqrt(BARS_PER_DAY)))
    before = np.concatenate((np.zeros(BARS_PER_DAY), total))[: total.size]
    return np.asarray(total - before, dtype=np.float64)
