"""Closed bars of 15 minutes and 1 hour in plain pandas, known from their last 5-minute bar on."""

import pandas as pd

from benchmarks.pandas_windows import wilder

BAR = pd.Timedelta(minutes=5)


def add_quarter_hours(f: pd.DataFrame, b: pd.DataFrame) -> None:
    """Values of closed 15-minute bars."""
    q = resample_closed(b, "15min", 3)
    before = q.close.shift(1)
    spans = pd.concat([q.high, before], axis=1).max(axis=1)
    spans = (spans - pd.concat([q.low, before], axis=1).min(axis=1)).where(before.notna())
    up, down = q.high.diff(), -q.low.diff()
    plus = up.where((up > down) & (up > 0), 0.0).where(up.notna())
    minus = down.where((down > up) & (down > 0), 0.0).where(up.notna())
    atr, plus, minus = wilder(spans), wilder(plus), wilder(minus)
    both = plus + minus
    index = (100 * (plus - minus).abs() / both).where(both > 0, 0.0)
    sma50 = q.close.rolling(50).mean()
    add_held(f, "sma20_over_sma50_15m_frac", q.close.rolling(20).mean() / sma50 - 1)
    add_held(f, "close_to_sma50_15m_atr", (q.close - sma50) / atr.where(atr > 0))
    add_held(f, "atr14_15m_frac", atr / q.close)
    add_held(f, "adx14_15m", wilder(index))
    add_held(f, "di_difference_15m", (100 * (plus - minus) / atr).where(atr > 0, 0.0))
    add_held(f, "close_to_low20_15m_frac", q.close / q.low.rolling(20).min() - 1)


def add_hours(f: pd.DataFrame, b: pd.DataFrame) -> None:
    """Values of closed 1-hour bars."""
    h = resample_closed(b, "1h", 12)
    sma50 = h.close.rolling(50).mean()
    add_held(f, "close_to_sma50_1h_frac", h.close / sma50 - 1)
    rising = (sma50 > sma50.shift(1)).astype(float).where(sma50.shift(1).notna())
    add_held(f, "sma50_rising_1h", rising)
    add_held(f, "return_24h_frac", h.close / h.close.shift(24) - 1)


def resample_closed(b: pd.DataFrame, rule: str, bars: int) -> pd.DataFrame:
    """Whole bars of a longer frame, indexed by the last 5-minute bar in each."""
    out = b.resample(rule).agg({"high": "max", "low": "min", "close": "last", "volume": "count"})
    out = out[out.volume == bars]
    return out.set_index(out.index + (bars - 1) * BAR)


def add_held(f: pd.DataFrame, name: str, values: pd.Series) -> None:
    """Keep a longer bar's value from its last 5-minute bar until the next one."""
    f[name] = values.reindex(f.index).ffill()
