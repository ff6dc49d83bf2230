"""Tables of the account: round trips, fills, equity."""

from dipmaster.core.tables.schema import (
    BOOL,
    F64,
    I32,
    I64,
    TEXT,
    TIME,
    TableSchema,
    optional,
    required,
)

TRADES = TableSchema(
    "trades",
    required(
        ("trade_id", I64, "", "order of entry"),
        ("candidate_id", I64, "", "the candidate that was traded"),
        ("symbol", TEXT, "", "coin pair"),
        ("signal_time", TIME, "UTC", "open_time of the bar on which the rule fired"),
        ("entry_time", TIME, "UTC", "open of the bar after it"),
        ("entry_price", F64, "quote", "price paid, half-spread and slippage included"),
        ("exit_time", TIME, "UTC", "open_time of the bar in which the last part left"),
        ("exit_price", F64, "quote", "quantity-weighted price received"),
        ("weight_frac", F64, "frac", "reference notional at entry / equity at the decision"),
        ("quantity", F64, "base", "units bought"),
        ("gross_pnl", F64, "quote", "at reference prices: open, level or gap open"),
        ("fees", F64, "quote", "both sides"),
        ("slippage", F64, "quote", "half-spread and slippage, both sides"),
        ("funding", F64, "quote", "paid for holding; 0 where the symbol is not charged"),
        ("net_pnl", F64, "quote", "gross_pnl - fees - slippage - funding"),
        ("return_frac", F64, "frac", "net_pnl / reference notional at entry"),
        ("exit_type", TEXT, "", "what closed the last part"),
        (
            "stop_and_target_touched",
            BOOL,
            "",
            "the bar of the exit touched both inside: what went first is not known",
        ),
        ("mfe_frac", F64, "frac", "maximum favourable excursion from the entry reference price"),
        ("mae_frac", F64, "frac", "maximum adverse excursion, 0 or below"),
        ("bars_held", I32, "bars", "bars from entry to exit"),
        ("confidence", F64, "0..1", "calibrated score; missing in phase 0"),
        ("regime", TEXT, "", "low, normal, high, unknown: as the strategy saw it at the signal"),
        ("open_at_end", BOOL, "", "closed at the last price because the data ended"),
        ("p", F64, "0..1", "win probability used for sizing; missing where size is fixed"),
        ("kelly", F64, "frac", "Kelly fraction; missing where size is fixed"),
        ("payoff", F64, "1", "average win / average loss used; missing where size is fixed"),
        ("vol_scalar", F64, "1", "volatility-targeting factor; missing where size is fixed"),
        ("regime_factor", F64, "1", "size factor of the regime; missing where size is fixed"),
        ("spillover_factor", F64, "1", "size factor of spillover; missing where size is fixed"),
        ("intraday_factor", F64, "1", "size factor of the hour; missing where size is fixed"),
        ("binding_cap", TEXT, "", "limit that cut the size: none, position, exposure or cash"),
    )
    + optional(
        (
            "size_frac",
            F64,
            "frac",
            "size asked for, before the limits; with those below only "
            "where a phase sizes its orders",
        ),
        ("p_outcomes", F64, "", "outcomes behind p; missing where size is fixed"),
        ("payoff_outcomes", F64, "", "outcomes behind payoff; missing where size is fixed"),
        ("forecast_annual_frac", F64, "frac", "forecast of volatility, annual; missing: none"),
    ),
)

FILLS = TableSchema(
    "fills",
    required(
        ("trade_id", I64, "", "the round trip it belongs to"),
        ("time", TIME, "UTC", "open_time of the bar it happened in"),
        ("symbol", TEXT, "", "coin pair"),
        ("side", TEXT, "", "buy or sell"),
        ("quantity", F64, "base", "units"),
        ("reference_price", F64, "quote", "open, level or gap open, before costs"),
        ("price", F64, "quote", "price paid or received"),
        ("half_spread_cost", F64, "quote", "quantity x reference_price x half-spread"),
        ("slippage_cost", F64, "quote", "quantity x reference_price x slippage"),
        ("fee", F64, "quote", "quantity x price x fee"),
        ("exit_type", TEXT, "", "'entry' for a buy"),
        ("exit_confidence", F64, "0..1", "how sure the rule was; missing for a buy"),
        ("reason", TEXT, "", "the rule in words"),
        ("cash_after", F64, "quote", "cash once the fill is booked"),
    ),
)

EQUITY = TableSchema(
    "equity",
    required(
        ("time", TIME, "UTC", "open_time of the bar at whose close the account is marked"),
        ("equity", F64, "quote", "cash + positions at the last known price"),
        ("cash", F64, "quote", "cash"),
        ("exposure_frac", F64, "frac", "value of the positions / equity"),
    ),
)
