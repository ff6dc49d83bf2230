"""Regimes against a reference: accuracy, balanced accuracy, kappa, delay, with block intervals."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dipmaster.foundation.numerics import Floats, Ints
from dipmaster.foundation.periods import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.params.volatility import ForecastJudging, Regime
from dipmaster.volatility.regime import Classes, classes
from dipmaster.volatility.windows import MIN_SHARE, moving_sum

STATISTICS = ("accuracy", "balanced_accuracy", "kappa")


def confusion_by_day(predicted: Classes, truth: Classes, first_bar: int) -> Ints:
    """Counts of (truth, predicted) a day, shape (days, 3, 3), summed over coins.

    Parameters
    ----------
    predicted, truth
        Shape (coins, bars); -1 on either side leaves the bar out.
    first_bar
        Bars before it are left out; days are counted from it.
    """
    guess, true = predicted[:, first_bar:], truth[:, first_bar:]
    day = np.arange(guess.shape[1]) // BARS_PER_DAY
    days = int(day[-1]) + 1 if day.size else 0
    known = (guess >= 0) & (true >= 0)
    place = 9 * day + 3 * true.astype(np.int64) + guess
    counts = np.bincount(place[known], minlength=9 * days)
    return counts.reshape(days, 3, 3)


def statistics(counts: npt.NDArray[Any]) -> Floats:
    """Accuracy, balanced accuracy, kappa of confusion counts (..., 3, 3); shape (..., 3).

    Balanced accuracy is the mean recall of the classes that occur; kappa is
    agreement beyond chance, NaN where chance alone agrees fully.
    """
    total = counts.sum(axis=(-2, -1))
    right = np.trace(counts, axis1=-2, axis2=-1)
    of_truth, of_guess = counts.sum(axis=-1), counts.sum(axis=-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        accuracy = right / total
        recalls = np.diagonal(counts, axis1=-2, axis2=-1) / of_truth
        present = of_truth > 0
        balanced = np.where(present, recalls, 0.0).sum(axis=-1) / present.sum(axis=-1)
        chance = (of_truth * of_guess).sum(axis=-1) / total**2
        kappa = (accuracy - chance) / (1.0 - chance)
    return np.stack([accuracy, balanced, kappa], axis=-1)


def against(
    predicted: Classes, truth: Classes, first_bar: int, params: ForecastJudging
) -> dict[str, Any]:
    """Statistics with 95 % intervals, and what always naming the commonest class would give.

    The interval is the basic percentile one of a circular block bootstrap over
    days that carries all coins together. Numbers are null where nothing is
    known on both sides.
    """
    counts = confusion_by_day(predicted, truth, first_bar)
    total = counts.sum(axis=0)
    if total.sum() == 0:
        return {"bars": 0, "reason": "no bar where both the regime and its reference are known"}
    values = statistics(total)
    drawn = statistics(_resampled(counts, params))
    out: dict[str, Any] = {"bars": int(total.sum()), "confusion": total.tolist()}
    for i, name in enumerate(STATISTICS):
        low, high = _interval(drawn[:, i])
        value = float(values[i]) if np.isfinite(values[i]) else None
        out[name] = {"value": value, "low": low, "high": high}
    out["majority_baseline"] = float(total.sum(axis=1).max() / total.sum())
    return out


def _interval(drawn: Floats) -> tuple[float | None, float | None]:
    known = drawn[np.isfinite(drawn)]
    if known.size < drawn.size // 2:
        return None, None
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _resampled(counts: Ints, params: ForecastJudging) -> npt.NDArray[Any]:
    """Sums of days drawn in circular blocks, shape (reps, 3, 3)."""
    days = len(counts)
    length = min(params.block_days, days)
    rng = np.random.default_rng(np.random.SeedSequence(params.seed))
    starts = rng.integers(0, days, (params.bootstrap_reps, -(-days // length)))
    sums = np.cumsum(np.concatenate([np.zeros((1, 3, 3), np.int64), counts, counts]), axis=0)
    drawn: npt.NDArray[Any] = (sums[starts + length] - sums[starts]).sum(axis=1)
    return drawn


def episodes(truth: Classes, first_bar: int) -> Ints:
    """First bars of the spells of one state from `first_bar` on, the first spell included."""
    later = truth[first_bar:]
    changes = np.flatnonzero(np.diff(later)) + 1
    return np.concatenate([[0], changes]).astype(np.int64) + first_bar


def delays(predicted: Classes, truth: Classes, first_bar: int) -> dict[str, Any]:
    """Hours from each change of the true state to the first bar on which it is named.

    A change whose state ended before it was named is missed. The first spell
    and those that no bar was judged in are left out.

    Parameters
    ----------
    predicted, truth
        Shape (bars,).
    """
    starts = episodes(truth, first_bar)
    stops = np.append(starts[1:], truth.size)
    hours, missed = [], 0
    for start, stop in zip(starts[1:], stops[1:], strict=True):
        named = np.flatnonzero(predicted[start:stop] == truth[start])
        if named.size:
            hours.append(float(named[0]) / BARS_PER_HOUR)
        else:
            missed += 1
    return {
        "changes": len(starts) - 1,
        "missed": missed,
        "median_hours": float(np.median(hours)) if hours else None,
        "mean_hours": float(np.mean(hours)) if hours else None,
        "p90_hours": float(np.quantile(hours, 0.9)) if hours else None,
    }


def next_day_classes(returns: Floats, params: Regime) -> Classes:
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
    ahead = np.full(returns.shape, np.nan)
    ahead[:, :-BARS_PER_DAY] = level[:, BARS_PER_DAY:]
    return classes(ahead, params)
