"""Tables of the exit models: each position's plan, and every closed bar while it is open."""

from dipmaster.core.tables.schema import (
    CLASS,
    F32,
    F64,
    FLAG,
    I8,
    I32,
    I64,
    POSITIVE,
    TEXT,
    TIME,
    TableSchema,
    candidate_keys,
    required,
)

EXIT_PLANS = TableSchema(
    "exit_plans",
    candidate_keys("bar on which the rule fired; the position opens at the next")
    + required(
        ("signal_strength", I8, "0..2", "tercile of the confidence among past candidates"),
        ("regime", I8, CLASS, "low, normal, high at the signal; -1 not known"),
        ("momentum_class", I8, "-2..2", "strong down, weak down, neutral, weak up, strong up"),
        ("momentum_sigmas", F64, "sigma", "market's hourly return over its own past size"),
        ("signal_multiplier", F64, "1", "multiplier of the signal's strength"),
        ("volatility_multiplier", F64, "1", "multiplier of the regime"),
        ("momentum_multiplier", F64, "1", "multiplier of the momentum"),
        ("combined_multiplier", F64, "1", "the three combined, before bounds"),
        (
            "target_frac",
            F64,
            POSITIVE,
            "profit target of the entry's reference price, after bounds",
        ),
        ("hold_net_frac", F64, "frac", "net return left to the rules alone; NaN never opened"),
        ("hold_exit_type", TEXT, "", "how the rules alone end it; empty: never opened"),
        ("hold_exit_time", TIME, "UTC", "open time of the bar in which they do"),
    ),
)

# The roadmap's eleven (2.1), in its order; then three of our own, distances to price levels.
ROADMAP_FEATURES: tuple[str, ...] = (
    "holding_minutes",
    "current_pnl_frac",
    "max_profit_frac",
    "max_loss_frac",
    "volatility_5m_daily_frac",
    "volume_trend_10m",
    "momentum_10_frac",
    "resistance_distance_frac",
    "minutes_to_quarter_hour",
    "session_minutes",
    "session_volatility",
)
PRICE_LEVEL_FEATURES: tuple[str, ...] = (
    "distance_to_target_sigma",
    "distance_to_stop_sigma",
    "distance_to_trail_frac",
)
EXIT_FEATURES: tuple[str, ...] = ROADMAP_FEATURES + PRICE_LEVEL_FEATURES

EXIT_ROWS = TableSchema(
    "exit_rows",
    required(
        ("candidate_id", I64, "", "the position; rows in order of (candidate_id, bars_held)"),
        ("open_time", TIME, "UTC", "the closed bar; what is decided fills at the next traded open"),
        ("bars_held", I32, "bars", "0 at the close of the entry's own bar"),
        ("holding_minutes", F32, "min", "from the entry to this close"),
        ("current_pnl_frac", F32, "frac", "close over the entry's reference price, minus 1"),
        ("max_profit_frac", F32, "frac", "highest high since the entry over its price, minus 1"),
        ("max_loss_frac", F32, "frac", "lowest low since the entry over its price, minus 1"),
        ("volatility_5m_daily_frac", F32, "frac", "as in features, at this bar"),
        ("volume_trend_10m", F32, "-1..1", "as in features"),
        ("momentum_10_frac", F32, "frac", "as in features"),
        ("resistance_distance_frac", F32, "frac", "as in features"),
        (
            "minutes_to_quarter_hour",
            F32,
            "min",
            "from the next clock open to the next quarter hour",
        ),
        ("session_minutes", F32, "min", "of the UTC day, at the next clock open"),
        ("session_volatility", F32, "1", "season_factor of volatility, at this bar"),
        (
            "distance_to_target_sigma",
            F32,
            "sigma",
            "close to target, in volatilities of the bars left",
        ),
        ("distance_to_stop_sigma", F32, "sigma", "close to stop, in volatilities of the bars left"),
        (
            "distance_to_trail_frac",
            F32,
            "frac",
            "close over the trailing level, minus 1; NaN: not active",
        ),
        ("exit_net_frac", F64, "frac", "net return of a sale at the next traded open; NaN: none"),
        ("hold_net_frac", F64, "frac", "net return left to the rules alone; NaN: already ended"),
        ("exit_beats_holding", I8, FLAG, "the sale nets at least what holding nets"),
        ("bars_to_best_exit", F32, "bars", "from that sale to the best exit; NaN: not known"),
        ("stop_before_target", I8, FLAG, "the stop ends it before the target"),
        ("p_profit", F64, "0..1", "profit model: share of the money at stake that says sell"),
        ("timing_bars", F64, "bars", "timing model: bars to the best exit"),
        ("p_risk", F64, "0..1", "risk model: the stop comes before the target"),
        ("exit_probability", F64, "0..1", "that share, the three calibrated; NaN: no score"),
        ("licensed", I8, FLAG, "the rules may act on it; -1 no score"),
        ("models_fitted", TIME, "UTC", "fit of the exit models; missing: none"),
        ("calibrator_fitted", TIME, "UTC", "fit of the calibrator; missing: none"),
    ),
)
