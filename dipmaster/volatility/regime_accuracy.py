"""Regimes against a reference: accuracy, balanced accuracy, kappa, delay, with block intervals."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.volatility import ForecastEvaluation, Regime
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.learning.evaluation.clustered import describe_missing_blocks, t_critical
from dipmaster.results.common import Interval
from dipmaster.results.volatility import regimes as results
from dipmaster.volatility.regime import Classes, classify
from dipmaster.volatility.windows import MIN_SHARE, moving_sum

LOWER_LIMITS = (0.0, 0.0, -1.0)  # of accuracy, balanced accuracy, kappa
ONE_SIDED_ALPHA = 0.025  # level of each bound, as everywhere on the page
_MISSING_FRAC = 0.05  # of the resamples; beyond it the spread is not that of the statistic


def count_confusion_by_day(predicted: Classes, truth: Classes, first_bar: int) -> Ints:
    """Counts of (truth, predicted) a day, shape (days, 3, 3), summed over coins.

    Parameters
    ----------
    predicted, truth
        Shape (coins, bars); -1 on either side leaves the bar out.
    first_bar
        Bars before it are left out; days are counted from it.
    """
    predicted_class, true_class = predicted[:, first_bar:], truth[:, first_bar:]
    day = np.arange(predicted_class.shape[1]) // BARS_PER_DAY
    days = int(day[-1]) + 1 if day.size else 0
    known = (predicted_class >= 0) & (true_class >= 0)
    code = 9 * day + 3 * true_class.astype(np.int64) + predicted_class
    counts = np.bincount(code[known], minlength=9 * days)
    return counts.reshape(days, 3, 3)


def compute_agreement(counts: npt.NDArray[Any]) -> Floats:
    """Accuracy, balanced accuracy, kappa of confusion counts (..., 3, 3); shape (..., 3).

    Balanced accuracy is the mean recall of the classes that occur; kappa is
    agreement beyond chance, NaN where chance alone agrees fully.
    """
    total = counts.sum(axis=(-2, -1))
    correct = np.trace(counts, axis1=-2, axis2=-1)
    true_counts, predicted_counts = counts.sum(axis=-1), counts.sum(axis=-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        accuracy = correct / total
        recalls = np.diagonal(counts, axis1=-2, axis2=-1) / true_counts
        present = true_counts > 0
        balanced = np.where(present, recalls, 0.0).sum(axis=-1) / present.sum(axis=-1)
        chance = (true_counts * predicted_counts).sum(axis=-1) / total**2
        kappa = (accuracy - chance) / (1.0 - chance)
    return np.stack([accuracy, balanced, kappa], axis=-1)


def evaluate_regimes(
    predicted: Classes, truth: Classes, first_bar: int, params: ForecastEvaluation
) -> results.RegimeComparison:
    """Statistics with bounds, and what always naming the commonest class would give.

    Bounds are ``value +- t * sd * sqrt(G / (G - 1))``, clipped to the statistic's
    range, each one-sided at `ONE_SIDED_ALPHA`: sd of a circular block bootstrap over days
    that carries all coins together, t Student's critical value with one degree of
    freedom fewer than there are whole blocks, G. Without a bar that is known
    on both sides there is a reason instead.
    """
    counts = count_confusion_by_day(predicted, truth, first_bar)
    total = counts.sum(axis=0)
    if total.sum() == 0:
        return results.NothingToCompare(
            bars=0, reason="no bar where both the regime and its reference are known"
        )
    values = compute_agreement(total)
    resampled = compute_agreement(_resample_days(counts, params))
    blocks = len(counts) // params.block_days
    accuracy, balanced_accuracy, kappa = (
        _bootstrap_interval(float(values[i]), resampled[:, i], blocks, lowest)
        for i, lowest in enumerate(LOWER_LIMITS)
    )
    return results.RegimeAccuracy(
        bars=int(total.sum()),
        confusion=tuple((low, normal, high) for low, normal, high in total.tolist()),
        accuracy=accuracy,
        balanced_accuracy=balanced_accuracy,
        kappa=kappa,
        majority_baseline=float(total.sum(axis=1).max() / total.sum()),
    )


def _bootstrap_interval(value: float, resampled: Floats, blocks: int, lowest: float) -> Interval:
    """Value and bounds; the reason where a bound lacks."""
    known = resampled[np.isfinite(resampled)]
    if not np.isfinite(value):
        return Interval(None, None, None, "cannot be computed: one class only, named every time")
    missing = describe_missing_blocks(blocks)
    if missing:
        return Interval(value, None, None, missing)
    if known.size < (1.0 - _MISSING_FRAC) * resampled.size or np.ptp(known) <= 1e-12:
        return Interval(value, None, None, "no spread can be read from the resamples")
    critical_value = t_critical(blocks - 1, ONE_SIDED_ALPHA) * (blocks / (blocks - 1)) ** 0.5
    margin = critical_value * float(np.std(known))
    return Interval(value, max(value - margin, lowest), min(value + margin, 1.0))


def _resample_days(counts: Ints, params: ForecastEvaluation) -> npt.NDArray[Any]:
    """Sums of days drawn in circular blocks, shape (reps, 3, 3)."""
    days = len(counts)
    length = min(params.block_days, days)
    rng = np.random.default_rng(np.random.SeedSequence(params.seed))
    starts = rng.integers(0, days, (params.bootstrap_reps, -(-days // length)))
    sums = np.cumsum(np.concatenate([np.zeros((1, 3, 3), np.int64), counts, counts]), axis=0)
    resampled: npt.NDArray[Any] = (sums[starts + length] - sums[starts]).sum(axis=1)
    return resampled


def find_episodes(truth: Classes, first_bar: int) -> Ints:
    """First bars of the spells of one state from `first_bar` on, the first spell included."""
    out_of_sample = truth[first_bar:]
    changes = np.flatnonzero(np.diff(out_of_sample)) + 1
    return np.concatenate([[0], changes]).astype(np.int64) + first_bar


def measure_delays(predicted: Classes, truth: Classes, first_bar: int) -> results.DetectionDelay:
    """Hours from each change of the true state to the first bar on which it is named.

    A change whose state ended before it was named is missed. The first spell of a
    row and those of no known state are left out; the changes of all rows count
    together.

    Parameters
    ----------
    predicted, truth
        Shape (rows, bars): one row for the market, or one a coin; -1 is not known.
    """
    delays_by_change = [
        delay
        for predicted_row, true_row in zip(predicted, truth, strict=True)
        for delay in _delays_of_row(predicted_row, true_row, first_bar)
    ]
    hours = [delay for delay in delays_by_change if delay is not None]
    return results.DetectionDelay(
        changes=len(delays_by_change),
        undetected=len(delays_by_change) - len(hours),
        median_hours=float(np.median(hours)) if hours else None,
        mean_hours=float(np.mean(hours)) if hours else None,
        p90_hours=float(np.quantile(hours, 0.9)) if hours else None,
    )


def _delays_of_row(predicted_row: Classes, true_row: Classes, first_bar: int) -> list[float | None]:
    """Hours until each change of one row was named; None where it never was."""
    starts = find_episodes(true_row, first_bar)
    stops = np.append(starts[1:], true_row.size)
    delays_by_change: list[float | None] = []
    for before, start, stop in zip(starts[:-1], starts[1:], stops[1:], strict=True):
        if true_row[before] < 0 or true_row[start] < 0:
            continue
        detected = np.flatnonzero(predicted_row[start:stop] == true_row[start])
        delays_by_change.append(float(detected[0]) / BARS_PER_HOUR if detected.size else None)
    return delays_by_change


def classify_next_day(returns: Floats, params: Regime) -> Classes:
    """Class of the realised volatility of the next 24 hours: the proxy where no truth is known.

    Parameters
    ----------
    returns
        Log returns, shape (coins, bars), NaN where missing.
    """
    known = np.isfinite(returns)
    total = moving_sum(np.where(known, returns**2, 0.0), BARS_PER_DAY)
    count = moving_sum(known.astype(np.float64), BARS_PER_DAY)
    enough = count >= MIN_SHARE * BARS_PER_DAY
    level = np.sqrt(BARS_PER_DAY * np.where(enough, total / np.maximum(count, 1.0), np.nan))
    next_day_level = np.full(returns.shape, np.nan)
    next_day_level[:, :-BARS_PER_DAY] = level[:, BARS_PER_DAY:]
    return classify(next_day_level, params)
