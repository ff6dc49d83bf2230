"""Bars of several coins to the statistics by which simulated and real markets are compared.

Returns are log returns over 5 minutes, taken only where two bars follow each
other; coarser horizons sum them. A statistic is one number a coin.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, BARS_PER_HOUR, DAY_MS, HOUR_MS

BARS_PER_WEEK = 7 * BARS_PER_DAY
DIP_SIGMA_HALFLIFE = 144  # bars: yardstick of the "recent sigmas"


@dataclass(frozen=True)
class Returns:
    """Log returns of one coin where two bars follow each other; shape (returns,).

    Attributes
    ----------
    time_ms
        Open time of the later bar.
    value
        Log return.
    volume
        Base units of the later bar.
    """

    time_ms: Ints
    value: Floats
    volume: Floats


def compute_statistics(bars: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every statistic of every coin; index statistic, one column a coin."""
    returns = {name: _log_returns(frame) for name, frame in bars.items()}
    table = pd.DataFrame({name: _coin_statistics(returns[name]) for name in bars})
    table.loc["mean correlation with other coins, 5 min"] = _mean_correlation(returns)
    return table


def _log_returns(frame: pd.DataFrame) -> Returns:
    times = to_epoch_ms(frame["open_time"])
    follows = np.diff(times) == BAR_MS
    steps = np.diff(np.log(frame["close"].to_numpy(dtype=np.float64)))
    volume = frame["volume"].to_numpy(dtype=np.float64)[1:]
    return Returns(times[1:][follows], steps[follows], volume[follows])


def _mean_correlation(returns: Mapping[str, Returns]) -> "pd.Series[float]":
    paths = {
        name: pd.Series(coin_returns.value, index=coin_returns.time_ms)
        for name, coin_returns in returns.items()
    }
    matrix = pd.DataFrame(paths).corr()
    return matrix.where(~np.eye(len(matrix), dtype=bool)).mean()


def _coin_statistics(returns: Returns) -> dict[str, float]:
    r, times, traded = returns.value, returns.time_ms, returns.volume
    size = np.abs(r)
    recent = _recent_sigma(r)
    return {
        "daily volatility": float(np.std(r) * np.sqrt(BARS_PER_DAY)),
        "kurtosis 5 min": kurtosis(r),
        "kurtosis 1 h": kurtosis(sum_blocks(r, BARS_PER_HOUR)),
        "kurtosis 1 d": kurtosis(sum_blocks(r, BARS_PER_DAY)),
        "Hill index 1 %, falls": hill_index(-r),
        "Hill index 1 %, rises": hill_index(r),
        "ACF abs r, 1 bar": autocorrelation(size, 1),
        "ACF abs r, 1 h": autocorrelation(size, BARS_PER_HOUR),
        "ACF abs r, 1 d": autocorrelation(size, BARS_PER_DAY),
        "ACF abs r, 1 w": autocorrelation(size, BARS_PER_WEEK),
        "ACF r, 1 bar": autocorrelation(r, 1),
        "variance ratio, 12 bars": variance_ratio(r, BARS_PER_HOUR),
        "beyond 6 sigma, per 10,000": count_beyond(r, np.full_like(r, np.std(r)), 6.0),
        "beyond 10 sigma, per 10,000": count_beyond(r, np.full_like(r, np.std(r)), 10.0),
        "beyond 6 recent sigmas, per 10,000": count_beyond(r, recent, 6.0),
        "beyond 10 recent sigmas, per 10,000": count_beyond(r, recent, 10.0),
        "jump share 1 - BV/RV": jump_share(r),
        "leverage: r with abs r of the next hour": _leverage(r),
        "volume with abs r, rank, 5 min": _rank_correlation(size, traded),
        "log volume with log RV, 1 h": _hourly_volume_correlation(r, traded),
        "log volume at 8-12 recent sigmas": _volume_at(r, recent, traded, 8.0, 12.0),
        "log volume at 0.5-1 recent sigmas": _volume_at(r, recent, traded, 0.5, 1.0),
        "hour profile of abs r: sd over mean": _hour_amplitude(size, times),
        "hour profile of abs r: with 15-UTC cosine": _hour_match(size, times),
        "weekend abs r over weekday": _weekend(size, times),
    }


def kurtosis(x: Floats) -> float:
    """Fourth standardised moment (3 for a normal law)."""
    centred = x - x.mean()
    return float(np.mean(centred**4) / np.mean(centred**2) ** 2)


def sum_blocks(x: Floats, width: int) -> Floats:
    """Sums of consecutive blocks of `width`; the rest at the end is left out."""
    return np.asarray(x[: x.size // width * width].reshape(-1, width).sum(axis=1))


def hill_index(x: Floats) -> float:
    """Hill's tail index from the largest 1 % of the positive values."""
    largest = np.sort(x[x > 0])[::-1]
    largest = largest[: max(2, largest.size // 100)]
    return float(1.0 / np.mean(np.log(largest[:-1] / largest[-1])))


def autocorrelation(x: Floats, lag: int) -> float:
    """Correlation of x[t] with x[t + lag]."""
    return float(np.corrcoef(x[:-lag], x[lag:])[0, 1])


def variance_ratio(r: Floats, width: int) -> float:
    """Var(sum of `width` returns) / (width Var(return)); 1 for a martingale."""
    return float(np.var(sum_blocks(r, width)) / (width * np.var(r)))


def count_beyond(r: Floats, sigma: Floats, multiple: float) -> float:
    """Returns beyond so many sigmas, in 10,000; unknown sigmas do not count."""
    known = ~np.isnan(sigma)
    return float(np.mean(np.abs(r[known]) > multiple * sigma[known]) * 1e4)


def jump_share(r: Floats) -> float:
    """1 - BV/RV, with realised and bipower variation summed over all days."""
    days = np.abs(r[: r.size // BARS_PER_DAY * BARS_PER_DAY].reshape(-1, BARS_PER_DAY))
    bipower = np.pi / 2 * (days[:, 1:] * days[:, :-1]).sum() * BARS_PER_DAY / (BARS_PER_DAY - 1)
    return float(1.0 - bipower / (days**2).sum())


def _recent_sigma(r: Floats) -> Floats:
    """Root of the exponentially weighted mean square (half-life 12 h) up to 4 bars before."""
    mean = pd.Series(r**2).ewm(halflife=DIP_SIGMA_HALFLIFE).mean().shift(4)
    return np.asarray(np.sqrt(mean), dtype=np.float64)


def _leverage(r: Floats) -> float:
    ahead = pd.Series(np.abs(r)).rolling(BARS_PER_HOUR).mean().to_numpy()[BARS_PER_HOUR:]
    return float(np.corrcoef(r[:-BARS_PER_HOUR], ahead)[0, 1])


def _rank_correlation(x: Floats, y: Floats) -> float:
    return float(pd.Series(x).rank().corr(pd.Series(y).rank()))


def _hourly_volume_correlation(r: Floats, volume: Floats) -> float:
    variance, traded = sum_blocks(r**2, BARS_PER_HOUR), sum_blocks(volume, BARS_PER_HOUR)
    positive = (variance > 0) & (traded > 0)
    return float(np.corrcoef(np.log(variance[positive]), np.log(traded[positive]))[0, 1])


def _volume_at(r: Floats, sigma: Floats, volume: Floats, low: float, high: float) -> float:
    """Median log of volume over the mean of the 20 bars before, at moves of a given size."""
    before = pd.Series(volume).rolling(20).mean().shift(1).to_numpy()
    multiple = np.abs(r) / sigma
    selected = (multiple > low) & (multiple < high) & (volume > 0) & (before > 0)
    return (
        float(np.median(np.log(volume[selected] / before[selected]))) if selected.any() else np.nan
    )


def _hour_profile(size: Floats, times: Ints) -> Floats:
    hours = (times % DAY_MS) // HOUR_MS
    return np.asarray(pd.Series(size).groupby(hours).mean(), dtype=np.float64)


def _hour_amplitude(size: Floats, times: Ints) -> float:
    profile = _hour_profile(size, times)
    return float(profile.std() / profile.mean())


def _hour_match(size: Floats, times: Ints) -> float:
    cosine = np.cos(2 * np.pi * (np.arange(24) + 0.5 - 15) / 24)
    return float(np.corrcoef(_hour_profile(size, times), cosine)[0, 1])


def _weekend(size: Floats, times: Ints) -> float:
    weekend = (times // DAY_MS + 3) % 7 >= 5
    return float(size[weekend].mean() / size[~weekend].mean())
