"""What the simulated world is like, apart from the dials of params.yaml.

The dials one turns to ask a question (edge, jump rate, d' of each channel) are
params. The rest is here: numbers that make the bars look like bars. Those
marked "design" were chosen in round numbers before any market was drawn, those
marked "real" were set so that ``python -m studies.stylised_facts`` finds the
simulated market near real bars; docs/simulator.md prints that table.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class MarketModel:
    """Constants of the simulated market; lengths in bars unless the name says otherwise."""

    # Common regime: three states, low, normal, high.
    regime_vol_daily: tuple[float, float, float] = (
        0.012,
        0.032,
        0.075,
    )  # design: around .02 and .05
    regime_dwell_days: tuple[float, float, float] = (6.0, 6.0, 3.0)  # design, means
    up_probability: tuple[float, float, float] = (1.0, 0.4, 0.0)  # of a change; from normal only
    # A coin leaves the market's regime for a neighbouring one in spells of its own.
    home_days: float = 10.0  # mean time in the market's regime
    away_days: float = 2.0  # mean length of a spell
    # Log-volatility around the regime: AR(1) parts, sd of the stationary law and half-life.
    market_logvol: tuple[float, float] = (0.20, 4320.0)  # slow: hides the regime
    slow_logvol: tuple[float, float] = (0.20, 432.0)
    fast_logvol: tuple[float, float] = (0.30, 46.0)  # design: phi .985 a bar, sd .35 in all
    flicker: tuple[float, float] = (
        0.30,
        5.0,
    )  # real: |r| is alike for minutes, less for hours
    leverage: float = -0.10  # correlation of a bar's innovation with the next log-volatility step
    level_range: tuple[float, float] = (0.75, 1.25)  # a coin's volatility over the market's
    # Season: volatility multiplier by UTC hour and on weekends; mean square one.
    daily_cosine: tuple[float, float] = (0.14, 17.5)  # real: amplitude, peak hour UTC
    half_daily_cosine: tuple[float, float] = (0.10, 14.5)  # real; together the peak is at 15-16 UTC
    weekend_factor: float = 0.80  # real
    # Innovations and the factor.
    degrees_of_freedom: float = 10.0  # real: t(5) and flicker together jump too much; see docs
    loading_range: tuple[float, float] = (0.84, 0.95)  # real: cross-correlation at 5 minutes
    episode_loading: float = 0.20  # design: added to the loading in a correlation episode
    loading_cap: float = 0.98
    episodes_per_week: float = 1.0  # design
    episode_hours: float = 6.0  # design, mean length
    minute_move_cap: float = 0.25  # symmetric truncation, so that prices stay positive
    # Jumps: sign symmetric, size sigma_1h x (floor + Exp(scale)).
    jump_floor: float = 2.0  # design
    jump_scale: float = 0.8  # design
    jump_cap: float = 0.50  # symmetric truncation
    liquidity_share: float = 0.65  # design: the rest is news
    common_share: float = 0.30  # of a coin's jumps that come with the market's
    common_participation: float = 0.75  # of the coins in a common jump
    # After a jump volatility is raised: 1 + gain x |J| / sigma_1h, decaying.
    aftershock_gain: float = 0.40
    aftershock_decay: float = 0.93  # design, a bar
    # Volume: elasticity to volatility, and to the bar's own move in sigmas.
    volume_elasticity: float = 0.6  # design
    move_elasticity: float = 1.2  # real: log volume over its mean of 20 bars, by size of move
    move_knee: float = 1.7  # sigmas beyond which volume grows with the move
    volume_noise: float = 0.458  # sd of log volume in a bar: the multipliers below are 1 d' apart
    liquidity_volume: float = (
        1.083  # log multiplier at a liquidity jump, per unit of d' (x3.7 at 1.2)
    )
    news_volume: float = 0.625  # at news (x2.1 at 1.2); their difference is volume_noise
    volume_memory: tuple[float, float] = (0.5, 24.0)  # AR(1) part of log volume: sd, half-life
    trades_at_par: float = 900.0  # trades in a bar of ordinary volume
    taker_lean: float = 0.10  # of the volume, at a large move
    taker_noise: float = 0.05
    # Spread: half = max(floor, share of the bar's volatility), wider after large moves.
    half_spread_floor_bps: float = 1.0  # design
    half_spread_of_sigma: float = 0.05
    excitement_gain: float = 0.3  # per hourly sigma moved in a bar
    excitement_decay: float = 0.93
    # Order book at the bar's close: latent lean (unit sd) + d' after a liquidity jump.
    book_half_life: float = 6.0
    book_signal_decay: float = 0.90
    book_lean: float = 0.35  # imbalance = tanh(lean x latent)
    book_depth_quote: float = 500_000.0  # both sides, ordinary volatility
    depth_elasticity: float = -0.5  # to volatility
    depth_noise: tuple[float, float] = (0.3, 72.0)
    # On-chain: net flow to exchanges, lower by d' around liquidity jumps from 3 h before them.
    flow_half_life: float = 36.0
    flow_sd_frac: float = 0.002  # of daily volume
    flow_from_bars: int = -36
    flow_to_bars: int = 12
    publication_minutes: tuple[int, int] = (30, 60)  # design
    whale_notional: float = 1_500_000.0  # USD a bar
    whale_noise: tuple[float, float] = (0.5, 36.0)
    # Sentiment: hourly score, higher by d' from hours before a liquidity jump; slow.
    sentiment_half_life_hours: float = 12.0
    sentiment_from_hours: int = -8
    sentiment_to_hours: int = 8
    sentiment_lean: float = 0.30  # score = tanh(lean x (mood + reaction))
    sentiment_reaction: float = 0.5  # to the return of the last 24 hours in daily sigmas
    sentiment_delay_minutes: int = 15
    mentions_an_hour: float = 200.0
    mentions_noise: tuple[float, float] = (0.4, 12.0)  # half-life in hours


MARKET_MODEL = MarketModel()
