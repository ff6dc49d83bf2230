"""Tables of alternative data: published values, and the scores of candidates made of them."""

import pyarrow as pa

from dipmaster.core.tables.schema import (
    F64,
    I8,
    TEXT,
    TIME,
    ColumnSchema,
    TableSchema,
    candidate_keys,
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

_AT_ITS_CLOSE = "bar on which the rule fired; all is known at its close"
_SIGNAL = "-1..1: bearish, neutral, bullish; NaN unknown"


def _analysis(
    name: str, meaning: str, *rows: tuple[str, pa.DataType, str, str]
) -> tuple[ColumnSchema, ...]:
    """What one analyser says: its composite, then its components and whatever else it has."""
    return required(
        (f"{name}_score", F64, "0..1", f"{meaning}, weights renormalised; NaN: no data"),
        (f"{name}_low", F64, "0..1", "the score if all that is missing were 0"),
        (f"{name}_high", F64, "0..1", "the score if all that is missing were 1"),
        (f"{name}_coverage", F64, "0..1", "weight of the components that are there"),
        *rows,
    )


EVIDENCE_SCORES = TableSchema(
    "evidence_scores",
    candidate_keys("bar on which the rule fired")
    + required(
        ("confidence_phase_1", F64, "0..1", "confidence before the evidence; NaN: no score"),
        ("p_evidence", F64, "0..1", "second layer, not calibrated; NaN: no evidence or no model"),
        ("confidence", F64, "0..1", "calibrated p_evidence, else confidence_phase_1"),
        ("uses_evidence", I8, "0..1: no, yes", "whether confidence is that of the second layer"),
        ("published", TIME, "UTC", "latest publication among the values used; missing: none"),
        ("layer_fitted", TIME, "UTC", "fit of the second layer; missing: none"),
        ("calibrator_fitted", TIME, "UTC", "fit of its calibrator; missing: none"),
        ("order_book_log_odds", F64, "", "log odds with less those without the order book"),
        ("on_chain_log_odds", F64, "", "log odds with less those without on-chain data"),
        ("sentiment_log_odds", F64, "", "log odds with less those without sentiment"),
        ("news_impact_score", F64, "0..1", "for the news check of the filter; NaN not known"),
    ),
)

EVIDENCE_INPUTS = TableSchema(
    "evidence_inputs",
    candidate_keys(_AT_ITS_CLOSE)
    + required(
        ("imbalance_ratio", F64, "-1..1", "(bid - ask) / (bid + ask) of the best source"),
        ("imbalance_step_at_fall", F64, "-2..2", "its change in the bar of the largest fall"),
        ("price_impact", F64, "0..1", "component of the order-book evidence"),
        ("support_resistance", F64, "0..1", "component of the order-book evidence"),
        ("net_flow_z", F64, "sd", "newest net flow to exchanges against its week"),
        ("net_flow_1h_z", F64, "sd", "its mean over an hour"),
        ("net_flow_3h_z", F64, "sd", "its mean over three hours"),
        ("net_flow_rise_z", F64, "sd", "newest less the mean five to nine hours before"),
        ("whale_accumulation", F64, "0..1", "component of the on-chain evidence"),
        ("exchange_flows", F64, "0..1", "component of the on-chain evidence"),
        ("holder_distribution", F64, "0..1", "component of the on-chain evidence"),
        ("network_activity", F64, "0..1", "component of the on-chain evidence"),
        ("mood", F64, "-1..1", "newest social score"),
        ("mood_rise", F64, "-2..2", "newest less the mean 15 to 27 hours before"),
        ("social_media", F64, "0..1", "component of the sentiment"),
        ("news_sentiment", F64, "0..1", "component of the sentiment"),
        ("options_flow", F64, "0..1", "component of the sentiment"),
        ("technical_sentiment", F64, "0..1", "component of the sentiment"),
        ("past_day_sigma", F64, "sigma", "return of the past day; no evidence, from the bars"),
        (
            "largest_fall_sigma",
            F64,
            "sigma",
            "largest fall of a bar in the last hour; from the bars",
        ),
        ("bars_since_fall", F64, "bars", "since that fall; from the bars"),
    ),
)

EVIDENCE = TableSchema(
    "evidence",
    candidate_keys(_AT_ITS_CLOSE)
    + _analysis(
        "on_chain",
        "on-chain evidence",
        ("whale_accumulation", F64, "0..1", "supply that leaves exchanges"),
        ("exchange_flows", F64, "0..1", "1: net outflow, bullish"),
        ("holder_distribution", F64, "0..1", "growth of the addresses with a balance"),
        ("network_activity", F64, "0..1", "addresses, transactions, large transfers"),
        ("exchange_flow_signal", F64, _SIGNAL, "of the flows against their threshold"),
        ("whale_active", F64, "0..1", "1: large transfers reach the size of a whale's"),
    )
    + _analysis(
        "sentiment",
        "sentiment",
        ("social_media", F64, "0..1", "posts, or the crowd's mood"),
        ("news_sentiment", F64, "0..1", "news"),
        ("options_flow", F64, "0..1", "option-implied volatility against its past"),
        ("technical_sentiment", F64, "0..1", "positions in futures"),
        ("sentiment_signal", F64, _SIGNAL, "of the score against its threshold"),
        ("news_impact", F64, "0..1", "for the news check of the signal filter"),
    )
    + _analysis(
        "microstructure",
        "order-book evidence",
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
