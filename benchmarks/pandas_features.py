"""The features once more, in plain pandas: slow, obvious, and written from the formulas.

It is the oracle of the tests and the contender of the benchmark. It shares no
code with the kernels. A gap splits the bars; every piece starts afresh.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from benchmarks.pandas_timeframes import BAR, add_hours, add_quarter_hours
from benchmarks.pandas_windows import bars_since, rolling_moments, wilder
from dipmaster.core.params import Features


def compute_features(
    bars: Mapping[str, pd.DataFrame], params: Features, *, exact: bool
) -> dict[str, pd.DataFrame]:
    """Features of all coins, indexed by open_time.

    `exact` takes 20-bar means and deviations in extended precision instead of by
    pandas' running sums, whose rounding decides ties; slower, for the tests.
    """
    indexed = {symbol: frame.set_index("open_time") for symbol, frame in bars.items()}
    market = compute_market_returns(indexed)
    return {
        symbol: pd.concat(
            [
                compute_segment(piece, market.reindex(piece.index), params, exact)
                for piece in split_segments(frame)
            ]
        )
        for symbol, frame in indexed.items()
    }


def split_segments(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Stretches of bars without a gap."""
    number = (frame.index.to_series().diff() != BAR).cumsum().to_numpy()
    for _, piece in frame.groupby(number):
        yield piece


def compute_market_returns(indexed: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Mean return over 3, 12, 36 and 288 bars of the coins present."""
    out = {}
    for bars in (3, 12, 36, 288):
        by_coin = [
            pd.concat(
                [piece.close / piece.close.shift(bars) - 1 for piece in split_segments(frame)]
            )
            for _, frame in sorted(indexed.items())
        ]
        out[bars] = pd.concat(by_coin, axis=1).mean(axis=1)
    return pd.DataFrame(out)


def compute_segment(
    b: pd.DataFrame, market: pd.DataFrame, params: Features, exact: bool
) -> pd.DataFrame:
    """All features of bars without a gap."""
    f = pd.DataFrame(index=b.index)
    r = b.close / b.close.shift(1) - 1
    add_rsi(f, b.close)
    add_price_shape(f, b, exact)
    vol = rolling_moments(r, 1, exact)[1]
    f["volatility_5m_daily_frac"] = vol * np.sqrt(288)
    f["vol_pct"] = vol.rolling(100).rank(pct=True)
    add_rsi_convergence(f)
    add_volumes(f, b)
    add_dip_depths(f, b.close, r, market, params)
    add_liquidity(f, b, r)
    add_dipmaster_v4_score(f, b, r, vol, market)
    add_clock(f)
    add_quarter_hours(f, b)
    add_hours(f, b)
    if "taker_buy_volume" in b:
        f["taker_imbalance"] = 2 * b.taker_buy_volume / b.volume.where(b.volume > 0) - 1
    if "half_spread_bps" in b:
        f["half_spread_bps"] = b.half_spread_bps
    return f


def relative_strength_index(gain: pd.Series, loss: pd.Series) -> pd.Series:
    """100 gain / (gain + loss); 50 where both are zero."""
    total = gain + loss
    return (100 * gain / total).where(total > 0, 50.0).where(total.notna())


def add_rsi(f: pd.DataFrame, close: pd.Series) -> None:
    """RSI after Wilder, and by plain sums."""
    change = close.diff()
    gain, loss = change.clip(lower=0), -change.clip(upper=0)
    f["rsi14"] = relative_strength_index(wilder(gain), wilder(loss))
    for n in (14, 21, 50):
        f[f"rsi_cutler_{n}"] = relative_strength_index(gain.rolling(n).sum(), loss.rolling(n).sum())


def add_rsi_convergence(f: pd.DataFrame) -> None:
    """Share of RSIs within 25 + 10 rank .. 40 + 15 rank."""
    low, high = 25 + 10 * f.vol_pct, 40 + 15 * f.vol_pct
    inside = [
        ((f[f"rsi_cutler_{n}"] >= low) & (f[f"rsi_cutler_{n}"] <= high)) for n in (14, 21, 50)
    ]
    score = sum(zone.astype(float) for zone in inside) / 3
    known = f.vol_pct.notna() & f.rsi_cutler_50.notna()
    f["rsi_convergence_score"] = score.where(known)
    f["rsi_convergence_strong"] = (score >= 0.67).astype(float).where(known)


def add_price_shape(f: pd.DataFrame, b: pd.DataFrame, exact: bool) -> None:
    """Bollinger bands, red bars, highs and lows."""
    middle, sd = rolling_moments(b.close, 0, exact)
    f["close_to_sma20_frac"] = b.close / middle - 1
    f["below_sma20"] = (b.close < middle).astype(float).where(middle.notna())
    width = 4 * sd / middle
    f["bb_width_frac"] = width
    f["bb_position"] = (b.close - (middle - 2 * sd)) / (4 * sd).where(sd > 0)
    quantile = width.rolling(50).quantile(0.2)
    f["bb_squeeze"] = (width < quantile).astype(float).where(quantile.notna())
    red = (b.close < b.open).astype(float)
    f["red"] = red
    f["consecutive_dips"] = red + 0.5 * red.shift(1) + 0.25 * red.shift(2)
    f["resistance_distance_frac"] = b.high.rolling(20).max() / b.close - 1
    f["support_distance_frac"] = b.close / b.low.rolling(20).min() - 1
    f["momentum_10_frac"] = b.close / b.close.shift(10) - 1


def add_volumes(f: pd.DataFrame, b: pd.DataFrame) -> None:
    """Spikes, volume-weighted price, change of volume."""
    mean = b.volume.rolling(20).mean()
    before = mean.shift(1)
    f["volume_ratio"] = b.volume / before.where(before > 0)
    spike = (b.volume > 1.5 * mean).astype(float).where(mean > 0)
    f["volume_spike_20"] = spike
    f["bars_since_volume_spike"] = bars_since(spike, mean.notna())
    typical = (b.high + b.low + b.close) / 3
    units = b.volume.rolling(5).sum()
    vwap = (typical * b.volume).rolling(5).sum() / units.where(units > 0)
    f["vwap_deviation_frac"] = b.close / vwap - 1
    now = b.volume.rolling(2).sum()
    both = b.volume.rolling(4).sum()
    f["volume_trend_10m"] = (2 * now - both) / both.where(both > 0)


def add_dip_depths(
    f: pd.DataFrame, close: pd.Series, r: pd.Series, market: pd.DataFrame, params: Features
) -> None:
    """Falls over forecast sigmas."""
    product = np.pi / 2 * (r.abs() * r.abs().shift(1))
    halflife = params.sigma_halflife_bars
    variance = product.ewm(halflife=halflife, min_periods=int(np.ceil(halflife))).mean()
    sigma = np.sqrt(12 * variance)
    sigma = sigma.where(sigma > 0)
    known = sigma.shift(params.sigma_lag_bars)
    f["sigma_1h_frac"] = known
    daily = known * np.sqrt(24)
    f["sigma_daily_frac"] = daily
    above = (daily > params.low_volatility_daily_frac).astype(float)
    above += (daily > params.high_volatility_daily_frac).astype(float)
    f["volatility_class"] = above.where(daily.notna())
    f["dip_z"] = -(close / close.shift(2) - 1) / known
    for bars in (1, 3, 12, 36, 288):
        horizon_return = close / close.shift(bars) - 1
        scale = sigma.shift(max(bars, params.sigma_lag_bars)) * np.sqrt(bars / 12)
        f[f"dip_depth_{bars}_sigma"] = -horizon_return / scale
        if bars in (3, 12, 36):
            f[f"own_drop_{bars}_sigma"] = -(horizon_return - market[bars]) / scale
    f["fall_3h_frac"] = -(close / close.shift(36) - 1)
    f["market_return_12_frac"] = market[12]


def add_liquidity(f: pd.DataFrame, b: pd.DataFrame, r: pd.Series) -> None:
    """Price impact, spread estimate, absolute score."""
    quote = b.volume * b.close
    traded = quote.rolling(20).sum()
    path_length = r.abs().rolling(20).sum()
    f["amihud_bps_per_million"] = 1e4 * path_length / (traded.where(traded > 0) / 1e6)
    middle = (b.high + b.low) / 2
    close = b.close.shift(1)
    s2 = 4 * ((close - middle.shift(1)) / close) * ((close - middle) / close)
    estimate = 1e4 * np.sqrt(s2.rolling(288).mean().clip(lower=0))
    f["spread_estimate_bps"] = estimate
    spread = 2 * b.half_spread_bps if "half_spread_bps" in b else estimate
    day = quote.rolling(288).sum()
    f["liquidity_score"] = 0.6 * (1 - spread / 100).clip(0, 1) + 0.4 * (day / 1e6).clip(0, 1)


def add_dipmaster_v4_score(
    f: pd.DataFrame, b: pd.DataFrame, r: pd.Series, vol: pd.Series, market: pd.DataFrame
) -> None:
    """Parts and score of the earlier system."""
    primary = (
        0.25 * f.rsi_convergence_strong
        + 0.20 * (f.consecutive_dips / 2).clip(0, 1)
        + 0.15 * f.volume_spike_20
        + 0.10 * f.bb_squeeze
        + 0.15 * f.below_sma20
        + 0.15 * (-10 * f.vwap_deviation_frac).clip(0, 1)
    )
    quantile = vol.rolling(50).quantile(0.8)
    calm = 1 - (vol > quantile).astype(float).where(quantile.notna())
    path_length = r.abs().rolling(20).sum()
    net = (b.close / b.close.shift(20) - 1).abs()
    trend = (net / path_length).where(path_length != 0, 0.0).where(path_length.notna()).clip(0, 1)
    underperformance = (b.close / b.close.shift(288) - 1) - market[288]
    regime = 0.4 * calm + 0.3 * (1 - trend) + 0.3 * (-50 * underperformance).clip(0, 1)
    high, low = b.high.rolling(20).max(), b.low.rolling(20).min()
    support = (b.close / low < 1.02).astype(float).where(low.notna())
    retracement = high - 0.618 * (high - low)
    near_retracement = ((b.close / retracement - 1).abs() < 0.01).astype(float)
    signed = np.sign(b.close - b.open) * b.volume
    size = np.sqrt((signed**2).rolling(100).mean())
    selling = (-signed.rolling(20).mean() / size.where(size > 0)).clip(0, 1)
    selling = selling.where(size != 0, 0.0)
    timing = 0.3 * support + 0.2 * near_retracement + 0.2 * f.vol_pct + 0.3 * selling
    f["v4_primary"], f["v4_regime"], f["v4_timing"] = primary, regime, timing
    f["v4_score"] = 0.6 * primary + 0.25 * regime + 0.15 * timing
    share = (f.rsi_convergence_strong + f.volume_spike_20 + f.bb_squeeze) / 3
    f["dipmaster_v4_final_signal"] = f.v4_score * share


def add_clock(f: pd.DataFrame) -> None:
    """Calendar of the moment at which the bar is known."""
    known = f.index + BAR
    f["hour_utc"] = known.hour.astype(float)
    f["weekday"] = known.day_of_week.astype(float)
    f["session"] = (known.hour // 8).astype(float)
    f["minutes_to_quarter_hour"] = ((15 - known.minute % 15) % 15).astype(float)
