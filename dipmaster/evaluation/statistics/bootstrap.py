"""Days to resampled days: the stationary bootstrap of Politis and Romano (1994).

A resample is a chain of runs of consecutive days (wrapping round the end),
each starting anywhere, of geometric length with the given mean, cut off when
the resample is full. Sums over a run come from prefix sums, so a resample
costs as much as it has runs, not days.

One stream of random numbers (splitmix64, Steele, Lea and Flood 2014) serves
all resamples of a call, one after the other: streams from neighbouring seeds
would be correlated and give wrong standard deviations. Keys of different calls
come from `derive_stream_key`, which separates them well.
"""

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, kernel

Key = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53


def derive_stream_key(seed: int, *path: int) -> Key:
    """Key of an independent stream, e.g. ``stream_key(seed, phase, use)``; shape (1,)."""
    words = np.random.SeedSequence(seed, spawn_key=path).generate_state(1, np.uint64)
    return words.astype(np.uint64)


@kernel
def _draw_uniform(state: Key) -> float:
    """Next number of the stream, in [0, 1); `state` moves on."""
    state[0] += _STEP
    z = state[0]
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return float((z ^ (z >> _S31)) >> _S11) * _UNIT


@kernel
def _draw_run_length(state: Key, scale: float) -> int:
    """Geometric length, at least 1; `scale` is 1 / log(1 - 1 / mean)."""
    uniform = _draw_uniform(state)
    return 1 + int(min(np.log(1.0 - uniform) * scale, 1e9)) if scale != 0.0 else 1


@kernel
def _resample_sums(prefix: Floats, reps: int, scale: float, key: Key) -> Floats:
    n, columns = (prefix.shape[0] - 1) // 2, prefix.shape[1]
    state = key.copy()
    sums = np.zeros((reps, columns))
    for rep in range(reps):
        left = n
        while left > 0:
            start = int(_draw_uniform(state) * n)
            length = min(_draw_run_length(state, scale), left)
            for column in range(columns):
                sums[rep, column] += prefix[start + length, column] - prefix[start, column]
            left -= length
    return sums


def resample_sums(values: Floats, reps: int, mean_block: float, key: Key) -> Floats:
    """Column sums of `reps` stationary-bootstrap resamples.

    Parameters
    ----------
    values
        Shape (n, columns), no NaN; rows are resampled together. Centre columns
        whose mean is far from zero: sums are differences of prefix sums.
    mean_block
        Mean length of a run, in rows, at least 1.

    Returns
    -------
    Floats
        Shape (reps, columns).
    """
    twice = np.concatenate([np.zeros((1, values.shape[1])), values, values])
    return _resample_sums(np.cumsum(twice, axis=0), reps, _geometric_scale(mean_block), key)


@kernel
def _resample_drawdowns(
    days: Floats, horizon: int, reps: int, outer: float, inner: float, key: Key
) -> Floats:
    n = days.shape[0]
    state = key.copy()
    resampled_days = np.zeros(n, np.int64)
    deepest = np.zeros(reps)
    for rep in range(reps):
        left, day = 0, 0
        for position in range(n):
            if left == 0:
                day = int(_draw_uniform(state) * n)
                left = _draw_run_length(state, outer)
            resampled_days[position] = day
            left -= 1
            day = day + 1 if day + 1 < n else 0
        level, peak, left = 1.0, 1.0, 0
        for _ in range(horizon):
            if left == 0:
                day = int(_draw_uniform(state) * n)
                left = _draw_run_length(state, inner)
            growth, high, low, drawdown = days[resampled_days[day]]
            deepest[rep] = max(deepest[rep], drawdown, 1.0 - level * low / peak)
            peak = max(peak, level * high)
            level *= growth
            left -= 1
            day = day + 1 if day + 1 < n else 0
    return deepest


def resample_drawdowns(
    days: Floats, horizon: int, reps: int, mean_block: float, mean_run: float, key: Key
) -> Floats:
    """Drawdowns of `reps` resampled histories of `horizon` days.

    Each replication first resamples the days observed, because their drift is
    itself uncertain, and then draws a history from what it got.

    Parameters
    ----------
    days
        Shape (n, 4): growth, high, low and drawdown of each day as in
        `dipmaster.backtest.metrics.DailyAccount`; the drawdown of the joined 5-minute
        marks follows from them exactly.
    mean_block, mean_run
        Mean length in days of the runs of the first and of the second draw.

    Returns
    -------
    Floats
        Shape (reps,), fractions of the running peak.
    """
    return _resample_drawdowns(
        days, horizon, reps, _geometric_scale(mean_block), _geometric_scale(mean_run), key
    )


def _geometric_scale(mean_block: float) -> float:
    """``1 / log(1 - 1 / mean_block)``; a mean of 1 gives runs of 1."""
    return 1.0 / np.log1p(-1.0 / mean_block) if mean_block > 1.0 else 0.0
