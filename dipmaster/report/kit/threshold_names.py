"""What the params that the sensitivity varies, or leaves alone, are called in print."""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "confidence.thresholds.low_volatility": "confidence threshold (low volatility)",
    "confidence.thresholds.normal_volatility": "confidence threshold (normal volatility)",
    "confidence.thresholds.high_volatility": "confidence threshold (high volatility)",
    "filter.share_of_checks_frac": "filter (share of checks)",
    "filter.volume_within_bars": "filter (bars since volume spike)",
    "filter.rsi_max": "filter (RSI limit)",
    "filter.liquidity_min": "filter (liquidity limit)",
    "confirmation.min_score": "confirmation score",
    "exits.trailing.base_frac": "trailing stop (distance)",
    "exits.trailing.activation_frac": "trailing stop (activation)",
    "exits.decision.full_probability": "full exit (probability)",
    "exits.decision.partial_probability": "partial exit (probability)",
    "exits.decision.partial_frac": "partial exit (share)",
    "sizing.kelly_share_frac": "share of the Kelly fraction",
    "sizing.target_annual_frac": "volatility target",
    "execution.size_frac": "fixed position size",
    "execution.max_position_frac": "position cap",
    "exits.target_frac": "profit target",
    "exits.stop_frac": "stop loss",
    "exits.max_holding_bars": "time limit",
    "exits.boundary_min_net_frac": "quarter-hour exit",
    "execution.taker_fee_bps": "fee",
    "execution.slippage_bps": "slippage",
    "signal.z_min": "depth of the dip",
    "signal.volume_multiple": "volume of the dip",
    "signal.rsi_max": "RSI of the dip",
    "signal.cooldown_bars": "cooldown between candidates",
    "volatility.regime.low_daily_frac": "upper limit of low volatility",
    "volatility.regime.normal_daily_frac": "upper limit of normal volatility",
    "volatility.regime.no_new_trades_daily_frac": "level of no new trades",
    "exits.dynamic_target": "dynamic target",
}


def name_threshold(path: str) -> str:
    """A param in plain words."""
    return NAMES.get(path, path.replace(".", " ").replace("_", " "))
