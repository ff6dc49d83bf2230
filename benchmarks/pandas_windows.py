"""Windows over one series in plain pandas: Wilder's mean, moments, bars since a spike."""

import numpy as np
import pandas as pd


def wilder(x: pd.Series, n: int = 14) -> pd.Series:
    """Mean of the first n values, then 1/n of each new one."""
    x = x.dropna()
    seeded = x.iloc[n - 1 :].copy()
    if len(seeded):
        seeded.iloc[0] = x.iloc[:n].mean()
    return seeded.ewm(alpha=1 / n, adjust=False).mean()


def rolling_moments(x: pd.Series, ddof: int, exact: bool) -> tuple[pd.Series, pd.Series]:
    """Mean and standard deviation over 20 bars."""
    if not exact:
        return x.rolling(20).mean(), x.rolling(20).std(ddof=ddof)
    if len(x) < 20:
        return x * np.nan, x * np.nan
    windows = np.lib.stride_tricks.sliding_window_view(x.to_numpy().astype(np.longdouble), 20)
    both = [windows.mean(axis=1), windows.std(axis=1, ddof=ddof)]
    mean, sd = (pd.Series(v.astype(float), index=x.index[19:]).reindex(x.index) for v in both)
    return mean, sd


def bars_since(spike: pd.Series, full: pd.Series) -> pd.Series:
    """Bars since a spike, at most 100; missing before one, or 100 bars without, were seen."""
    position = pd.Series(np.arange(len(spike), dtype=float), index=spike.index)
    last = position.where(spike == 1).ffill()
    first = position.where(full).bfill().iloc[0] if full.any() else np.nan
    bars_without = (position - first + 1).where(full & last.isna())
    return (
        (position - last)
        .clip(upper=100)
        .fillna(bars_without.clip(upper=100).where(bars_without >= 100))
    )
