"""The channels that alternative data can have: unit, meaning, bounds, and the feed of each."""

from dataclasses import dataclass
from math import inf

from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.time_units import MINUTE_MS

DEPTH_BANDS_PCT = ("0.2", "1", "2", "3", "4", "5")
"""Distances from mid, in per cent, within which the archive sums the depth."""


@dataclass(frozen=True)
class ChannelKind:
    """What a channel is, whoever provides it.

    Attributes
    ----------
    feed
        Of `alternative_data.feeds`: what is published together.
    low, high
        Bounds of a possible value, both included; a value outside is an error of its file.
    """

    name: str
    unit: str
    feed: str
    meaning: str
    low: float = -inf
    high: float = inf


@dataclass(frozen=True)
class Channel:
    """A channel as a provider has it.

    Attributes
    ----------
    publication_lag_minutes
        Least time from the end of what a value describes until it is known.
    staleness_minutes
        Age, counted from that end, beyond which a value is missing.
    """

    name: str
    unit: str
    publication_lag_minutes: int
    staleness_minutes: int

    @property
    def publication_lag_ms(self) -> int:
        """The lag in milliseconds."""
        return self.publication_lag_minutes * MINUTE_MS

    @property
    def staleness_ms(self) -> int:
        """The limit in milliseconds."""
        return self.staleness_minutes * MINUTE_MS


def _book_levels() -> tuple[ChannelKind, ...]:
    sides = ("bid", "ask")
    return tuple(
        kind
        for side in sides
        for level in range(1, 21)
        for kind in (
            ChannelKind(
                f"{side}_price_{level}", "quote", "order_book", f"{side} level {level}: price", 0.0
            ),
            ChannelKind(
                f"{side}_quantity_{level}", "base", "order_book", f"{side} level {level}: size", 0.0
            ),
        )
    )


def _depth_bands() -> tuple[ChannelKind, ...]:
    return tuple(
        ChannelKind(
            f"{side}_within_{band}pct_quote",
            "quote",
            "depth_bands",
            f"value of the {side}s within {band} % of mid",
            0.0,
        )
        for side in ("bid", "ask")
        for band in DEPTH_BANDS_PCT
    )


_KINDS = (
    ChannelKind("bid_depth_quote", "quote", "order_book", "value on the 20 best bids", 0.0),
    ChannelKind("ask_depth_quote", "quote", "order_book", "value on the 20 best asks", 0.0),
    ChannelKind(
        "net_exchange_flow_frac", "of daily volume", "on_chain_flows", "inflow minus outflow"
    ),
    ChannelKind("whale_value_usd", "USD", "on_chain_flows", "transfers of a whale's size", 0.0),
    ChannelKind("social_score", "-1..1", "social_sentiment", "mood of posts", -1.0, 1.0),
    ChannelKind("social_mentions", "1", "social_sentiment", "posts counted", 0.0),
    ChannelKind("positive_mentions", "1", "social_sentiment", "posts in favour", 0.0),
    ChannelKind("negative_mentions", "1", "social_sentiment", "posts against", 0.0),
    ChannelKind("news_score", "-1..1", "news", "mood of the news", -1.0, 1.0),
    ChannelKind("news_impact", "0..1", "news", "weight of the news", 0.0, 1.0),
    ChannelKind("exchange_inflow", "coins a day", "exchange_flows", "moved to exchanges", 0.0),
    ChannelKind("exchange_outflow", "coins a day", "exchange_flows", "left exchanges", 0.0),
    ChannelKind("exchange_inflow_usd", "USD a day", "exchange_flows", "moved to exchanges", 0.0),
    ChannelKind("exchange_outflow_usd", "USD a day", "exchange_flows", "left exchanges", 0.0),
    ChannelKind("exchange_supply", "coins", "exchange_flows", "held by exchanges", 0.0),
    ChannelKind("large_holder_supply", "coins", "exchange_flows", "held by large holders", 0.0),
    ChannelKind("total_supply", "coins", "on_chain_daily", "coins that exist", 0.0),
    ChannelKind("active_addresses", "1", "on_chain_daily", "addresses that moved coins", 0.0),
    ChannelKind("funded_addresses", "1", "on_chain_daily", "addresses with a balance", 0.0),
    ChannelKind("transactions", "1", "on_chain_daily", "transactions a day", 0.0),
    ChannelKind("spot_volume_usd", "USD a day", "on_chain_daily", "reported spot volume", 0.0),
    ChannelKind("market_to_realised_value", "1", "on_chain_daily", "MVRV", 0.0),
    ChannelKind("hash_rate", "TH/s", "on_chain_daily", "mean hash rate", 0.0),
    ChannelKind("large_transactions", "1", "large_transactions", "large transfers a day", 0.0),
    ChannelKind("fear_greed", "0..100", "fear_greed", "index: 0 fear, 100 greed", 0.0, 100.0),
    ChannelKind(
        "implied_volatility_pct",
        "% a year",
        "implied_volatility",
        "30 days, from options",
        0.0,
        1e3,
    ),
    ChannelKind("funding_rate_frac", "frac a payment", "funding", "mean of the venues", -0.1, 0.1),
    ChannelKind("open_interest", "base", "futures_metrics", "open contracts", 0.0),
    ChannelKind("open_interest_quote", "quote", "futures_metrics", "their value", 0.0),
    ChannelKind("top_trader_account_ratio", "long/short", "futures_metrics", "top accounts", 0.0),
    ChannelKind("top_trader_position_ratio", "long/short", "futures_metrics", "top positions", 0.0),
    ChannelKind("account_ratio", "long/short", "futures_metrics", "all accounts", 0.0),
    ChannelKind("taker_volume_ratio", "buy/sell", "futures_metrics", "taker volume", 0.0),
    ChannelKind("best_bid", "quote", "best_quotes", "best bid", 0.0),
    ChannelKind("best_ask", "quote", "best_quotes", "best ask", 0.0),
    ChannelKind("quoted_bid_volume", "base", "best_quotes", "depth of the bids summed", 0.0),
    ChannelKind("quoted_ask_volume", "base", "best_quotes", "depth of the asks summed", 0.0),
    ChannelKind("taker_imbalance", "-1..1", "taker_flow", "bought less sold share", -1.0, 1.0),
    *_book_levels(),
    *_depth_bands(),
)

CHANNEL_KINDS = {kind.name: kind for kind in _KINDS}
"""All channels by name. A provider has some of them, and no others."""


def build_channel(name: str, params: AlternativeData) -> Channel:
    """A channel with the lag and the staleness limit of its feed, both later by the delay.

    Parameters
    ----------
    name
        Of `CHANNEL_KINDS`.

    Raises
    ------
    KeyError
        For an unknown name.
    """
    kind = CHANNEL_KINDS[name]
    feed = getattr(params.feeds, kind.feed)
    delay = params.delay_minutes
    return Channel(name, kind.unit, feed.lag_minutes + delay, feed.staleness_minutes + delay)
