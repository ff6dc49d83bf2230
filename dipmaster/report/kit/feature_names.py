"""One name in print for each input of the models."""

from dipmaster.report.kit import numbers

_NAMES = {
    "current_pnl_frac": "Unrealised return",
    "dip_depth_12_sigma": "Fall over 12 bars",
    "dip_depth_1_sigma": "Fall over 1 bar",
    "dip_depth_36_sigma": "Fall over 36 bars",
    "dip_depth_3_sigma": "Fall over 3 bars",
    "distance_to_stop_sigma": "Distance to the stop",
    "distance_to_target_sigma": "Distance to the target",
    "distance_to_trail_frac": "Distance to the trailing stop",
    "forecast_daily_frac": "Volatility forecast",
    "half_spread_bps": "Half-spread",
    "holding_minutes": "Time held",
    "level_daily_frac": "Volatility level, coin",
    "market_fall_12_sigma": "Fall of the market over 12 bars",
    "market_level_daily_frac": "Volatility level, market",
    "max_loss_frac": "Maximum adverse excursion",
    "max_profit_frac": "Maximum favourable excursion",
    "minutes_to_quarter_hour": "Minutes to the quarter hour",
    "momentum_10_frac": "Return over 10 bars",
    "own_drop_12_sigma": "Fall beyond the market, 12 bars",
    "own_drop_36_sigma": "Fall beyond the market, 36 bars",
    "own_drop_3_sigma": "Fall beyond the market, 3 bars",
    "resistance_distance_frac": "Distance to resistance",
    "season_factor": "Volatility by time of day",
    "session_minutes": "Minute of the day",
    "session_volatility": "Volatility by time of day",
    "short_over_long": "Volatility, 1 hour / 1 day",
    "sigma_daily_frac": "Forecast volatility of a bar",
    "volatility_5m_daily_frac": "Realised volatility",
    "volume_ratio": "Volume / usual volume",
    "volume_trend_10m": "Volume trend over 10 minutes",
}


def name_feature(column: str) -> str:
    """The name at the head of a row; a column without one in its own words."""
    return _NAMES.get(column, numbers.capital(numbers.spaced(column)))
