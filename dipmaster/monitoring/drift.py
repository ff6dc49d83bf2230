"""Inputs of the models in the newest window to how far they lie from what the models learned on.

The population stability index is large by chance where few observations are looked at, the more
so as those of one week are alike. So it is shown beside the level that chance alone gives at the
effective sample size, and only what lies beyond that is a finding.

References
----------
Yurdakul and Naranjo (2020), Statistical properties of the population stability index: chi-squared
times the sum of the inverse sample sizes. Rao and Scott (1984), On chi-squared tests for multiway
contingency tables with cell proportions estimated from survey data. Thomas and Rao (1987),
Small-sample comparisons of level and power for simple goodness-of-fit statistics under cluster
sampling: the F distribution for it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, fdtri

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params.monitoring import Drift
from dipmaster.core.time_units import DAY_MS
from dipmaster.monitoring.inputs import WatchedCandidates, Window
from dipmaster.monitoring.resampling import MIN_BLOCKS, resample_days
from dipmaster.results.common import Interval
from dipmaster.results.monitoring.windows import FeatureDrift

SMOOTHING = 0.5  # candidates added to each bin: an empty one has no logarithm


@dataclass(frozen=True)
class DriftSample:
    """Which candidates are compared: shape (candidates,) each."""

    recent: Bools
    training: Bools


def select_drift_sample(candidates: WatchedCandidates, window: Window) -> DriftSample:
    """Candidates of a window, and those that the newest models before its end learned from."""
    before = candidates.fitted_ms[candidates.signal_ms < window.to_ms]
    fitted_ms = int(before.max(initial=-1))
    return DriftSample(
        window.has(candidates.signal_ms),
        (candidates.known_ms < fitted_ms) & np.isfinite(candidates.won),
    )


def measure_drift(
    candidates: WatchedCandidates, sample: DriftSample, rank: int, alpha: float, params: Drift
) -> tuple[FeatureDrift, ...]:
    """Every input of the models.

    Parameters
    ----------
    rank
        Of the window; streams of random numbers hang on it.
    alpha
        Level of the bounds, and of the level that chance exceeds.
    """
    day = candidates.signal_ms // DAY_MS
    return tuple(
        _measure_input(
            name, candidates.inputs[:, column], day, sample, (rank, column), alpha, params
        )
        for column, name in enumerate(candidates.input_names)
    )


def _measure_input(
    name: str,
    values: Floats,
    day: Ints,
    sample: DriftSample,
    stream: tuple[int, int],
    alpha: float,
    params: Drift,
) -> FeatureDrift:
    bin_of, bins = _bin_values(values, values[sample.training], params.bins)
    recent = _count_by_day(bin_of, bins, day, sample.recent)
    training = _count_by_day(bin_of, bins, day, sample.training)
    n_recent, n_training = int(recent.sum()), int(training.sum())
    blocks = training.shape[0] / params.block_days
    if not min(n_recent, n_training) or bins < 2 or blocks < MIN_BLOCKS:
        reason = "no candidate in the window" if not n_recent else "too few days in training"
        return FeatureDrift(
            feature=name, psi=Interval(None, None, None, reason), chance_mean=None,
            chance_high=None, n_recent=n_recent, n_training=n_training, n_effective_recent=None,
            n_effective_training=None, p_value=None,
        )  # fmt: skip
    value = float(_index(recent.sum(axis=0), training.sum(axis=0)))
    resampled = [np.rint(resample_days(counts, params, (*stream, which)))
                 for which, counts in enumerate((recent, training))]  # fmt: skip
    design, freedom = _design_effect(resampled[1], training.sum(axis=0))
    unit = (bins - 1) * design * (1.0 / n_recent + 1.0 / n_training)
    degrees = freedom, freedom * (blocks - 1.0)  # of the F distribution by chance alone
    return FeatureDrift(
        feature=name,
        psi=_bound(value, _index(*resampled), alpha),
        chance_mean=unit,
        chance_high=unit * float(fdtri(*degrees, 1.0 - alpha)),
        n_recent=n_recent,
        n_training=n_training,
        n_effective_recent=n_recent / design,
        n_effective_training=n_training / design,
        p_value=float(fdtrc(*degrees, value / unit)),
    )


def _bin_values(values: Floats, training: Floats, bins: int) -> tuple[Ints, int]:
    """Bin of every value, and how many there are; those that are missing have one of their own."""
    known = training[np.isfinite(training)]
    if not known.size:
        return np.zeros(values.size, dtype=np.int64), 1
    edges = np.unique(np.quantile(known, np.arange(1, bins) / bins))
    bin_of = np.searchsorted(edges, values, side="left").astype(np.int64)
    missing = ~np.isfinite(values)
    bin_of[missing] = edges.size + 1
    return bin_of, edges.size + 1 + int(missing.any())


def _count_by_day(bin_of: Ints, bins: int, day: Ints, chosen: Bools) -> Floats:
    """Shape (days, bins), from the first to the last day of those chosen."""
    if not chosen.any():
        return np.zeros((1, bins))
    days = day[chosen] - day[chosen].min()
    cells = days * bins + bin_of[chosen]
    length = (int(days.max()) + 1) * bins
    return np.bincount(cells, minlength=length).reshape(-1, bins).astype(np.float64)


def _index(recent: Floats, training: Floats) -> Floats:
    """Population stability index of counts; bins on the last axis."""
    p, q = (
        (counts + SMOOTHING) / (counts + SMOOTHING).sum(axis=-1, keepdims=True)
        for counts in (recent, training)
    )
    index: Floats = ((p - q) * np.log(p / q)).sum(axis=-1)
    return index


def _design_effect(resampled: Floats, counts: Floats) -> tuple[float, float]:
    """Mean variance of the shares over that of independent candidates, and degrees of freedom.

    Rao and Scott (1984, second-order correction): regimes that last move many bins together, which
    leaves fewer degrees of freedom than bins less one. The effect is never taken as below 1.
    """
    shares = (resampled + SMOOTHING) / (resampled + SMOOTHING).sum(axis=1, keepdims=True)
    expected = (counts + SMOOTHING) / (counts + SMOOTHING).sum()
    scaled = counts.sum() * np.cov(shares, rowvar=False)
    design = float((np.diag(scaled) / expected).sum()) / (counts.size - 1)
    squares = float((scaled**2 / np.outer(expected, expected)).sum())
    freedom = ((counts.size - 1) * design) ** 2 / squares if squares else counts.size - 1.0
    return max(1.0, design), freedom


def _bound(value: float, resampled: Floats, alpha: float) -> Interval:
    """Basic bounds: resampled indices lie above the value by as much as it lies above the truth."""
    low, high = np.quantile(resampled, [1.0 - alpha, alpha])
    return Interval(
        value, max(0.0, min(value, 2.0 * value - float(low))), max(value, 2.0 * value - float(high))
    )
