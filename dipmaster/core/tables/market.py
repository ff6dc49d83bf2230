"""Tables of the market: bars, order book, on-chain flows, sentiment, latent truth."""

from dipmaster.core.tables.schema import BOOL, F64, I8, TIME, TableSchema, optional, required

BARS = TableSchema(
    "bars",
    required(
        ("open_time", TIME, "UTC", "when the bar opens; known at open_time + 5 min"),
        ("open", F64, "quote", "first price"),
        ("high", F64, "quote", "highest price"),
        ("low", F64, "quote", "lowest price"),
        ("close", F64, "quote", "last price"),
        ("volume", F64, "base", "traded quantity"),
    )
    + optional(
        ("quote_volume", F64, "quote", "traded value"),
        ("trade_count", F64, "1", "number of trades"),
        ("taker_buy_volume", F64, "base", "quantity bought by takers"),
        ("half_spread_bps", F64, "bps", "half of best ask minus best bid over mid, at the open"),
    ),
)

FUNDING = TableSchema(
    "funding",
    required(
        ("time", TIME, "UTC", "when it is charged to who holds a position then"),
        ("rate_frac", F64, "frac", "of the position's value; a long pays where it is positive"),
    ),
)

ORDER_BOOK = TableSchema(
    "order_book",
    required(
        ("open_time", TIME, "UTC", "bar whose close the snapshot belongs to"),
        ("bid_depth_quote", F64, "quote", "value resting on the 20 best bid levels"),
        ("ask_depth_quote", F64, "quote", "value resting on the 20 best ask levels"),
        ("imbalance", F64, "-1..1", "(bid - ask) / (bid + ask)"),
    ),
)

ON_CHAIN = TableSchema(
    "on_chain",
    required(
        ("event_time", TIME, "UTC", "bar the flow happened in"),
        ("known_time", TIME, "UTC", "when it is published; nothing may use it before"),
        ("net_exchange_flow_frac", F64, "of daily volume", "inflow minus outflow; positive sells"),
        ("whale_notional", F64, "USD", "value of transfers above the whale threshold"),
    ),
)

SENTIMENT = TableSchema(
    "sentiment",
    required(
        ("event_time", TIME, "UTC", "end of the window the value describes"),
        ("known_time", TIME, "UTC", "when it is published; nothing may use it before"),
        ("score", F64, "-1..1", "composite sentiment"),
        ("mentions", F64, "1", "number of posts counted"),
    ),
)

TRUTH = TableSchema(
    "truth",
    required(
        ("open_time", TIME, "UTC", "the bar"),
        ("regime", I8, "0..2", "latent volatility state of the market: low, normal, high"),
        ("coin_regime", I8, "0..2", "latent state of this coin: the market's, but for spells"),
        ("sigma_bar", F64, "frac", "true volatility of this bar's return, jumps apart"),
        ("oracle_drift_frac", F64, "frac", "E[return of this bar | everything before it]"),
        (
            "remaining_reversion_frac",
            F64,
            "frac",
            "edge x q after the bar: reversion still to come",
        ),
        ("jump_frac", F64, "frac", "jump in this bar, 0 where none"),
        ("jump_mark", I8, "0..2", "0 no jump, 1 liquidity (reverts), 2 news (never reverts)"),
        ("correlation_episode", BOOL, "", "loading on the factor is raised: spillover"),
    ),
)
