"""Tables of alternative data: published values, and the scores of candidates made of them."""

from dipmaster.core.tables.schema import (
    F64,
    I64,
    TEXT,
    TIME,
    ColumnSchema,
    TableSchema,
    required,
)

ALTERNATIVE_VALUES = TableSchema(
    "alternative_values",
    required(
        ("symbol", TEXT, "", "coin pair; empty: of the market as a whole"),
        ("channel", TEXT, "", "name of the channel"),
        ("event_time", TIME, "UTC", "end of what the value describes"),
        ("known_time", TIME, "UTC", "when it is published; nothing may use it before"),
        ("value", F64, "of the channel", "never missing"),
    ),
)

_SIGNAL = "-1..1: bearish, neutral, bullish; NaN unknown"


def _composite(name: str, meaning: str) -> tuple[ColumnSchema, ...]:
    return required(
        (f"{name}_score", F64, "0..1", f"{meaning}, weights renormalised; NaN: no data"),
        (f"{name}_low", F64, "0..1", "the score if all that is missing were 0"),
        (f"{name}_high", F64, "0..1", "the score if all that is missing were 1"),
        (f"{name}_coverage", F64, "0..1", "weight of the components that are there"),
    )


EVIDENCE = TableSchema(
    "evidence",
    required(
        ("candidate_id", I64, "", "as in candidates, the same order"),
        ("symbol", TEXT, "", "coin pair"),
        ("open_time", TIME, "UTC", "bar on which the rule fired; all is known at its close"),
    )
    + _composite("on_chain", "on-chain evidence")
    + required(
        ("whale_accumulation", F64, "0..1", "supply that leaves exchanges"),
        ("exchange_flows", F64, "0..1", "1: net outflow, bullish"),
        ("holder_distribution", F64, "0..1", "growth of the addresses with a balance"),
        ("network_activity", F64, "0..1", "addresses, transactions, large transfers"),
        ("exchange_flow_signal", F64, _SIGNAL, "of the flows against their threshold"),
        ("whale_active", F64, "0..1", "1: large transfers reach the size of a whale's"),
    )
    + _composite("sentiment", "sentiment")
    + required(
        ("social_media", F64, "0..1", "posts, or the crowd's mood"),
        ("news_sentiment", F64, "0..1", "news"),
        ("options_flow", F64, "0..1", "option-implied volatility against its past"),
        ("technical_sentiment", F64, "0..1", "positions in futures"),
        ("sentiment_signal", F64, _SIGNAL, "of the score against its threshold"),
        ("news_impact", F64, "0..1", "for the news check of the signal filter"),
    )
    + _composite("microstructure", "order-book evidence")
    + required(
        ("imbalance", F64, "0..1", "0.5 + half of the imbalance of the best source"),
        ("liquidity", F64, "0..1", "depth against its past"),
        ("price_impact", F64, "0..1", "1: buying moves the price, selling does not"),
        ("support_resistance", F64, "0..1", "1: the largest bid is near, the largest ask far"),
        ("imbalance_ratio", F64, "-1..1", "(bid - ask) / (bid + ask) of the best source"),
        ("imbalance_source", TEXT, "", "levels, book, bands, quotes, takers; empty: none"),
        ("imbalance_signal", F64, _SIGNAL, "of the ratio against its threshold"),
        ("bid_depth_levels", F64, "levels", "best bids that hold the share of the depth"),
        ("ask_depth_levels", F64, "levels", "best asks that hold the share of the depth"),
        ("buy_impact_bps", F64, "bps", "mean price of an order to buy over mid"),
        ("sell_impact_bps", F64, "bps", "mid over the mean price of an order to sell"),
        ("support_distance_bps", F64, "bps", "mid to the largest bid"),
        ("resistance_distance_bps", F64, "bps", "mid to the largest ask"),
    ),
)
