"""Regimes against a reference: accuracy, balanced accuracy, kappa, delay, with block intervals."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params.volatility import ForecastJudging, Regime
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.learning.evaluation.clustered import t_critical
from dipmaster.volatility.regime import Classes, classes
from dipmaster.volatility.windows import MIN_SHARE, moving_sum

STATISTICS = ("accuracy", "balanced_accuracy", "kappa")
LOWEST = {"accuracy": 0.0, "balanced_accuracy": 0.0, "kappa": -1.0}
ONE_SIDED = 0.025  # level of each bound, as everywhere on the page
_MISSING_FRAC = 0.05  # of the resamples; beyond it the spread is not that of the statistic


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
    """Statistics with bounds, and what always naming the commonest class would give.

    Bounds are ``value +- t * sd * sqrt(G / (G - 1))``, clipped to the statistic's
    range, each one-sided at `ONE_SIDED`: sd of a circular block bootstrap over days
    that carries all coins together, t Student's critical value with one degree of
    freedom fewer than there are whole blocks, G. Numbers are null where nothing is
    known on both sides.
    """
    counts = confusion_by_day(predicted, truth, first_bar)
    total = counts.sum(axis=0)
    if total.sum() == 0:
        return {"bars": 0, "reason": "no bar where both the regime and its reference are known"}
    values = statistics(total)
    drawn = statistics(_resampled(counts, params))
    blocks = len(counts) // params.block_days
    out: dict[str, Any] = {"bars": int(total.sum()), "confusion": total.tolist()}
    for i, name in enumerate(STATISTICS):
        out[name] = _interval(float(values[i]), drawn[:, i], blocks, LOWEST[name])
    out["majority_baseline"] = float(total.sum(axis=1).max() / total.sum())
    return out


def _interval(value: float, drawn: Floats, blocks: int, lowest: float) -> dict[str, Any]:
    """Value and bounds; the reason where a bound lacks."""
    known = drawn[np.isfinite(drawn)]
    out: dict[str, Any] = {"value": None, "low": None, "high": None}
    if not np.isfinite(value):
        return {**out, "reason": "cannot be computed: one class only, named every time"}
    out["value"] = value
    if blocks < 2:
        return {**out, "reason": "fewer than two whole blocks out of sample"}
    if known.size < (1.0 - _MISSING_FRAC) * drawn.size or np.ptp(known) <= 1e-12:
        return {**out, "reason": "no spread can be read from the resamples"}
    widened = t_critical(blocks - 1, ONE_SIDED) * (blocks / (blocks - 1)) ** 0.5
    margin = widened * float(np.std(known))
    return {**out, "low": max(value - margin, lowest), "high": min(value + margin, 1.0)}


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

    A change whose state ended before it was named is missed. The first spell of a
    row and those of no known state are left out; the changes of all rows count
    together.

    Parameters
    ----------
    predicted, truth
        Shape (rows, bars): one row for the market, or one a coin; -1 is not known.
    """
    found = [
        waited
        for guess, true in zip(predicted, truth, strict=True)
        for waited in _waited(guess, true, first_bar)
    ]
    hours = [waited for waited in found if waited is not None]
    return {
        "changes": len(found),
        "missed": len(found) - len(hours),
        "median_hours": float(np.median(hours)) if hours else None,
        "mean_hours": float(np.mean(hours)) if hours else None,
        "p90_hours": float(np.quantile(hours, 0.9)) if hours else None,
    }


def _waited(guess: Classes, true: Classes, first_bar: int) -> list[float | None]:
    """Hours until each change of one row was named; None where it never was."""
    starts = episodes(true, first_bar)
    stops = np.append(starts[1:], true.size)
    found: list[float | None] = []
    for before, start, stop in zip(starts[:-1], starts[1:], stops[1:], strict=True):
        if true[before] < 0 or true[start] < 0:
            continue
        named = np.flatnonzero(guess[start:stop] == true[start])
        found.append(float(named[0]) / BARS_PER_HOUR if named.size else None)
    return found


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
