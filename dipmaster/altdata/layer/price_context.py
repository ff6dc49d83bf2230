"""Bars to what evidence is read beside: the largest fall of the last hour, the past day."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import BAR_MS

FALL_BARS = 12
PAST_DAY = ("return_24h_frac", "sigma_daily_frac")


@dataclass(frozen=True)
class LargestFalls:
    """The largest fall in the last `FALL_BARS` bars of each candidate, its own bar included.

    Attributes
    ----------
    close_ms
        Close of the bar that fell, never after the candidate's decision; -1 where none fell.
    size_sigma
        The fall over the candidate's hourly sigma; NaN where none fell.
    bars_since
        0 for the candidate's own bar; NaN where none fell.
    """

    close_ms: Ints
    size_sigma: Floats
    bars_since: Floats


def find_largest_falls(candidates: pd.DataFrame, bars: Mapping[str, pd.DataFrame]) -> LargestFalls:
    """Find them from closes; a bar behind a gap has no return.

    Parameters
    ----------
    candidates
        Frame of table CANDIDATES.
    bars
        By symbol, a frame with open_time and close.

    Raises
    ------
    DataError
        Where a candidate's bar is not among the bars of its coin.
    """
    size = len(candidates)
    close_ms = np.full(size, -1, dtype=np.int64)
    fall, since = np.full(size, np.nan), np.full(size, np.nan)
    signal_ms, symbols = to_epoch_ms(candidates["open_time"]), candidates["symbol"].to_numpy(str)
    for symbol in sorted(set(symbols.tolist())):
        rows, frame = np.flatnonzero(symbols == symbol), bars[symbol]
        open_ms, close = to_epoch_ms(frame["open_time"]), frame["close"].to_numpy(np.float64)
        at = _find_bars(open_ms, signal_ms[rows], symbol)
        close_ms[rows], fall[rows], since[rows] = find_falls(open_ms, close, at)
    sigma = candidates["sigma_1h_frac"].to_numpy(dtype=np.float64)
    return LargestFalls(close_ms, divide_by_sigma(fall, sigma), since)


def find_falls(open_ms: Ints, close: Floats, at: Ints) -> tuple[Ints, Floats, Floats]:
    """Of one coin the close of the bar of the largest fall, its size as a fraction, and its age.

    Parameters
    ----------
    open_ms, close
        Shape (bars,), of bars that there are.
    at
        Shape (candidates,), places of their bars.
    """
    returns = np.full(close.size, np.nan)
    returns[1:] = np.where(np.diff(open_ms) == BAR_MS, close[1:] / close[:-1] - 1.0, np.nan)
    place, signal_ms = at[:, None] - np.arange(FALL_BARS), open_ms[at]
    window = np.maximum(place, 0)
    recent = (place >= 0) & (open_ms[window] > signal_ms[:, None] - FALL_BARS * BAR_MS)
    falls = np.where(recent, -returns[window], np.nan)
    falls = np.where(falls > 0.0, falls, -np.inf)
    deepest = np.argmax(falls, axis=1)
    largest = falls[np.arange(at.size), deepest]
    fell, bar = np.isfinite(largest), at - deepest
    return (
        np.where(fell, open_ms[bar] + BAR_MS, -1),
        np.where(fell, largest, np.nan),
        np.where(fell, (signal_ms - open_ms[bar]) // BAR_MS, np.nan),
    )


def divide_by_sigma(values: Floats, sigma: Floats) -> Floats:
    """Values in sigmas; NaN where these are not known or 0."""
    known = sigma > 0.0
    return np.where(known, values / np.where(known, sigma, 1.0), np.nan)


def measure_past_day(candidates: pd.DataFrame, features: Mapping[str, pd.DataFrame]) -> Floats:
    """Return of the past 24 hours in daily sigmas at each candidate's bar; NaN where not known.

    Parameters
    ----------
    features
        By symbol, a frame with open_time and `PAST_DAY` of table FEATURES.
    """
    out = np.full(len(candidates), np.nan)
    signal_ms, symbols = to_epoch_ms(candidates["open_time"]), candidates["symbol"].to_numpy(str)
    for symbol in sorted(set(symbols.tolist())):
        rows, frame = np.flatnonzero(symbols == symbol), features[symbol]
        at = _find_bars(to_epoch_ms(frame["open_time"]), signal_ms[rows], symbol)
        past, sigma = (frame[name].to_numpy(np.float64)[at] for name in PAST_DAY)
        out[rows] = divide_by_sigma(past, sigma)
    return out


def _find_bars(open_ms: Ints, wanted: Ints, symbol: str) -> Ints:
    at: Ints = np.minimum(np.searchsorted(open_ms, wanted), max(open_ms.size - 1, 0))
    if open_ms.size and np.array_equal(open_ms[at], wanted):
        return at
    raise data_error(
        f"bars of {symbol}",
        "the bar of every candidate",
        "none for some",
        "run the stages from `features` on again",
    )
