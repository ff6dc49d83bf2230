"""The tables that stages hand to each other: column, type, unit, meaning.

Rooms never import each other; they meet here. A table is a pandas frame whose
columns fit one of the `Table` constants below; `Table.check` says what does
not fit. Times are UTC with millisecond resolution, prices are in the quote
currency, ``_frac`` is a fraction (0.01 = 1 %), ``_bps`` is 1/10,000.
"""

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from dipmaster.errors import TableError

TIME = pa.timestamp("ms", tz="UTC")
F64 = pa.float64()
F32 = pa.float32()
I64 = pa.int64()
I32 = pa.int32()
I8 = pa.int8()
TEXT = pa.string()
BOOL = pa.bool_()


@dataclass(frozen=True)
class Column:
    """One column: its type, its unit ("" where it has none) and what it means."""

    name: str
    dtype: pa.DataType
    unit: str
    meaning: str
    optional: bool = False


@dataclass(frozen=True)
class Table:
    """A named list of columns; `check` holds a frame against it."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in order, the optional ones included."""
        return [column.name for column in self.columns]

    def schema(self, present: list[str]) -> pa.Schema:
        """Arrow schema of those columns that are in `present`, in table order."""
        return pa.schema([pa.field(c.name, c.dtype) for c in self.columns if c.name in present])

    def check(self, frame: pd.DataFrame, where: str) -> pd.DataFrame:
        """Return `frame` with the table's column order.

        Raises
        ------
        TableError
            Where a required column is missing or an unknown one is there.
        """
        missing = [c.name for c in self.columns if not c.optional and c.name not in frame]
        unknown = [str(name) for name in frame.columns if name not in self.names]
        if missing or unknown:
            raise TableError(
                f"{where}: expected the columns of table '{self.name}', "
                f"missing {missing or 'none'}, unknown {unknown or 'none'}.\n"
                "  Cure: run the stage that writes this table again."
            )
        return frame[[name for name in self.names if name in frame]]


def _required(*rows: tuple[str, pa.DataType, str, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


def _optional(*rows: tuple[str, pa.DataType, str, str]) -> tuple[Column, ...]:
    return tuple(Column(*row, optional=True) for row in rows)


BARS = Table(
    "bars",
    _required(
        ("open_time", TIME, "UTC", "when the bar opens; known at open_time + 5 min"),
        ("open", F64, "quote", "first price"),
        ("high", F64, "quote", "highest price"),
        ("low", F64, "quote", "lowest price"),
        ("close", F64, "quote", "last price"),
        ("volume", F64, "base", "traded quantity"),
    )
    + _optional(
        ("quote_volume", F64, "quote", "traded value"),
        ("trade_count", F64, "1", "number of trades"),
        ("taker_buy_volume", F64, "base", "quantity bought by takers"),
        ("half_spread_bps", F64, "bps", "half of best ask minus best bid over mid, at the open"),
    ),
)

ORDER_BOOK = Table(
    "order_book",
    _required(
        ("open_time", TIME, "UTC", "bar whose close the snapshot belongs to"),
        ("bid_depth_quote", F64, "quote", "value resting on the 20 best bid levels"),
        ("ask_depth_quote", F64, "quote", "value resting on the 20 best ask levels"),
        ("imbalance", F64, "-1..1", "(bid - ask) / (bid + ask)"),
    ),
)

ON_CHAIN = Table(
    "on_chain",
    _required(
        ("event_time", TIME, "UTC", "bar the flow happened in"),
        ("known_time", TIME, "UTC", "when it is published; nothing may use it before"),
        ("net_exchange_flow_frac", F64, "of daily volume", "inflow minus outflow; positive sells"),
        ("whale_notional", F64, "USD", "value of transfers above the whale threshold"),
    ),
)

SENTIMENT = Table(
    "sentiment",
    _required(
        ("event_time", TIME, "UTC", "end of the window the value describes"),
        ("known_time", TIME, "UTC", "when it is published; nothing may use it before"),
        ("score", F64, "-1..1", "composite sentiment"),
        ("mentions", F64, "1", "number of posts counted"),
    ),
)

TRUTH = Table(
    "truth",
    _required(
        ("open_time", TIME, "UTC", "the bar"),
        ("regime", I8, "0|1|2", "latent volatility state of the market: low, normal, high"),
        ("coin_regime", I8, "0|1|2", "latent state of this coin: the market's, but for spells"),
        ("sigma_bar", F64, "frac", "true volatility of this bar's return, jumps apart"),
        ("oracle_drift_frac", F64, "frac", "E[return of this bar | everything before it]"),
        (
            "remaining_reversion_frac",
            F64,
            "frac",
            "edge x q after the bar: reversion still to come",
        ),
        ("jump_frac", F64, "frac", "jump in this bar, 0 where none"),
        ("jump_mark", I8, "0|1|2", "0 no jump, 1 liquidity (reverts), 2 news (never reverts)"),
        ("correlation_episode", BOOL, "", "loading on the factor is raised: spillover"),
    ),
)

FLAG = "flag: 0 or 1, -1 not known"

FEATURES = Table(
    "features",
    _required(
        ("open_time", TIME, "UTC", "the bar; every value is known at open_time + 5 min"),
        ("rsi14", F32, "0..100", "RSI of 14 bars, Wilder's smoothing"),
        ("rsi_cutler_14", F32, "0..100", "RSI of 14 bars, plain sums"),
        ("rsi_cutler_21", F32, "0..100", "RSI of 21 bars, plain sums"),
        ("rsi_cutler_50", F32, "0..100", "RSI of 50 bars, plain sums"),
        ("vol_pct", F32, "0..1", "rank of the 20-bar volatility among its last 100 values"),
        ("rsi_convergence_score", F32, "0..1", "share of the three RSIs inside the dip zone"),
        ("rsi_convergence_strong", I8, FLAG, "all three RSIs inside the dip zone"),
        ("volume_ratio", F32, "1", "volume over the mean of the 20 bars before"),
        ("volume_spike_20", I8, FLAG, "volume beyond 1.5 x its 20-bar mean, itself included"),
        ("bars_since_volume_spike", I8, "bars", "0 at a spike, at most 100; -1 not known"),
        ("close_to_sma20_frac", F32, "frac", "close over its 20-bar mean, minus 1"),
        ("below_sma20", I8, FLAG, "close below its 20-bar mean"),
        ("red", I8, FLAG, "close below open"),
        ("consecutive_dips", F32, "0..1.75", "red now + half of the bar before + a quarter"),
        ("bb_width_frac", F32, "frac", "Bollinger (20, 2) upper minus lower over the middle"),
        ("bb_position", F32, "1", "0 at the lower Bollinger band, 1 at the upper"),
        ("bb_squeeze", I8, FLAG, "width below the 20 % quantile of its last 50 values"),
        ("vwap_deviation_frac", F32, "frac", "close over the 5-bar volume-weighted price, minus 1"),
        ("v4_primary", F32, "0..1", "primary part of the earlier system's score"),
        ("v4_regime", F32, "0..1", "regime part"),
        ("v4_timing", F32, "0..1", "timing part"),
        ("v4_score", F32, "0..1", ".6 primary + .25 regime + .15 timing"),
        ("dipmaster_v4_final_signal", F32, "0..1", "score x share of its three flags that are up"),
        ("dip_z", F32, "sigma", "-(2-bar return) / hourly sigma known before"),
        ("dip_depth_1_sigma", F32, "sigma", "-(1-bar return) / its forecast sigma"),
        ("dip_depth_3_sigma", F32, "sigma", "-(3-bar return) / its forecast sigma"),
        ("dip_depth_12_sigma", F32, "sigma", "-(12-bar return) / its forecast sigma"),
        ("dip_depth_36_sigma", F32, "sigma", "-(36-bar return) / its forecast sigma"),
        ("dip_depth_288_sigma", F32, "sigma", "-(288-bar return) / its forecast sigma"),
        ("fall_3h_frac", F32, "frac", "-(36-bar return)"),
        ("own_drop_3_sigma", F32, "sigma", "-(3-bar return minus the market's) / forecast sigma"),
        ("own_drop_12_sigma", F32, "sigma", "-(12-bar return minus the market's) / forecast sigma"),
        ("own_drop_36_sigma", F32, "sigma", "-(36-bar return minus the market's) / forecast sigma"),
        ("market_return_12_frac", F32, "frac", "mean 12-bar return of the coins present"),
        ("sigma_1h_frac", F32, "frac", "hourly sigma from bipower variation, lagged"),
        ("sigma_daily_frac", F32, "frac", "the same sigma scaled to a day"),
        ("volatility_class", I8, "0, 1, 2", "low, normal, high by sigma_daily_frac; -1 not known"),
        ("volatility_5m_daily_frac", F32, "frac", "sd of 20 returns of 5 minutes, scaled to a day"),
        ("momentum_10_frac", F32, "frac", "10-bar (50-minute) return"),
        ("volume_trend_10m", F32, "-1..1", "volume of the last 10 minutes against the 10 before"),
        ("resistance_distance_frac", F32, "frac", "highest high of 20 bars over close, minus 1"),
        ("support_distance_frac", F32, "frac", "close over the lowest low of 20 bars, minus 1"),
        ("hour_utc", I8, "0..23", "hour at which the bar becomes known"),
        ("weekday", I8, "0..6", "Monday is 0, at the time the bar becomes known"),
        ("session", I8, "0, 1, 2", "Asia 0-8, Europe 8-16, Americas 16-24 UTC"),
        ("minutes_to_boundary", I8, "min", "from the next open to the next :00 :15 :30 :45"),
        ("amihud_bps_per_million", F32, "bps", "absolute return per million quote units, 20 bars"),
        ("spread_estimate_bps", F32, "bps", "Abdi-Ranaldo estimate of the full spread, 288 bars"),
        ("liquidity_score", F32, "0..1", ".6 of a narrow spread + .4 of a day's value traded"),
        ("sma20_over_sma50_15m_frac", F32, "frac", "closed 15-min bars: SMA20 over SMA50, minus 1"),
        ("close_to_sma50_15m_atr", F32, "ATR", "closed 15-min bars: (close - SMA50) / ATR14"),
        ("atr14_15m_frac", F32, "frac", "closed 15-min bars: ATR14 / close"),
        ("adx14_15m", F32, "0..100", "closed 15-min bars: ADX14"),
        ("di_difference_15m", F32, "-100..100", "closed 15-min bars: +DI14 minus -DI14"),
        ("close_to_low20_15m_frac", F32, "frac", "closed 15-min bars: close over low of 20, -1"),
        ("close_to_sma50_1h_frac", F32, "frac", "closed 1-h bars: close over SMA50, minus 1"),
        ("sma50_rising_1h", I8, FLAG, "closed 1-h bars: SMA50 above its value an hour before"),
        ("return_24h_frac", F32, "frac", "closed 1-h bars: return over 24 of them"),
    )
    + _optional(
        ("taker_imbalance", F32, "-1..1", "share bought minus share sold by takers, this bar"),
        ("half_spread_bps", F32, "bps", "half-spread at the open, as the source gives it"),
    ),
)

VOLATILITY = Table(
    "volatility",
    _required(
        ("open_time", TIME, "UTC", "the bar; every value is known at open_time + 5 min"),
        ("season_factor", F32, "1", "volatility of this hour over that of the week"),
        ("realised_short_daily_frac", F32, "frac", "root mean square of returns, short window"),
        ("realised_middle_daily_frac", F32, "frac", "the same, middle window"),
        ("realised_long_daily_frac", F32, "frac", "the same, long window"),
        ("bipower_middle_daily_frac", F32, "frac", "bipower variation: jumps left out"),
        ("bipower_long_daily_frac", F32, "frac", "the same, long window"),
        ("parkinson_daily_frac", F32, "frac", "from high and low, middle window"),
        ("garman_klass_daily_frac", F32, "frac", "from open, high, low, close, middle window"),
        ("rogers_satchell_daily_frac", F32, "frac", "free of drift, middle window"),
        ("intraday_daily_frac", F32, "frac", "Rogers-Satchell brought to bipower's past mean"),
        ("cross_asset_daily_frac", F32, "frac", "median bipower of all coins, middle window"),
        ("garch_level_daily_frac", F32, "frac", "GARCH forecast of the next 2 h, season left out"),
        ("garch_daily_frac", F32, "frac", "GARCH forecast of the next 2 h"),
        ("rv_ewma_daily_frac", F32, "frac", "RV-EWMA forecast of the next 2 h"),
        ("har_daily_frac", F32, "frac", "HAR forecast of the next 2 h"),
        ("forecast_daily_frac", F32, "frac", "the one that params choose"),
        ("forecast_confidence", F32, "0..1", "lower 95 % bound of the GARCH forecast over it"),
        ("level_daily_frac", F32, "frac", "weighted mean of four measures, this coin"),
        ("market_level_daily_frac", F32, "frac", "median of the levels of all coins"),
        ("regime", I8, "0, 1, 2", "low, normal, high: the one that params choose; -1 not known"),
        ("regime_market", I8, "0, 1, 2", "market's level, filtered: the same for all coins"),
        ("regime_coin", I8, "0, 1, 2", "this coin's own level, filtered"),
        ("regime_naive", I8, "0, 1, 2", "class of this coin's own level, bar by bar"),
        ("size_factor", F32, "1", "factor of the regime on the size of a position"),
        ("no_new_trades", I8, FLAG, "this coin's level is beyond the limit"),
    ),
)

CANDIDATES = Table(
    "candidates",
    _required(
        ("candidate_id", I64, "", "0, 1, 2 ... in order of (open_time, symbol)"),
        ("symbol", TEXT, "", "coin pair"),
        ("open_time", TIME, "UTC", "bar on which the rule fired; the order fills at the next open"),
        ("dip_z", F64, "sigma", "depth of the dip: -(2-bar return) / hourly sigma known before"),
        ("sigma_1h_frac", F64, "frac", "hourly sigma known before the dip"),
        ("volatility_class", I8, "0|1|2", "past-only daily sigma: low, normal, high"),
    ),
)

TRADES = Table(
    "trades",
    _required(
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
        ("net_pnl", F64, "quote", "gross_pnl - fees - slippage"),
        ("return_frac", F64, "frac", "net_pnl / reference notional at entry"),
        ("exit_type", TEXT, "", "what closed the last part"),
        ("mfe_frac", F64, "frac", "maximum favourable excursion from the entry reference price"),
        ("mae_frac", F64, "frac", "maximum adverse excursion, 0 or below"),
        ("bars_held", I32, "bars", "bars from entry to exit"),
        ("confidence", F64, "0..1", "calibrated score; missing in phase 0"),
        ("regime", TEXT, "", "volatility class at the signal"),
        ("open_at_end", BOOL, "", "closed at the last price because the data ended"),
        ("p", F64, "0..1", "win probability used for sizing; missing where size is fixed"),
        ("kelly", F64, "frac", "Kelly fraction; missing where size is fixed"),
        ("payoff", F64, "1", "average win / average loss used; missing where size is fixed"),
        ("vol_scalar", F64, "1", "volatility-targeting factor; missing where size is fixed"),
        ("regime_factor", F64, "1", "size factor of the regime; missing where size is fixed"),
        ("spillover_factor", F64, "1", "size factor of spillover; missing where size is fixed"),
        ("intraday_factor", F64, "1", "size factor of the hour; missing where size is fixed"),
        ("binding_cap", TEXT, "", "limit that cut the size: none, position, exposure or cash"),
    ),
)

FILLS = Table(
    "fills",
    _required(
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

EQUITY = Table(
    "equity",
    _required(
        ("time", TIME, "UTC", "open_time of the bar at whose close the account is marked"),
        ("equity", F64, "quote", "cash + positions at the last known price"),
        ("cash", F64, "quote", "cash"),
        ("exposure_frac", F64, "frac", "value of the positions / equity"),
    ),
)
