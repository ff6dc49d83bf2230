"""Is precision the same in every fold? The roadmap's "cross-validation consistency".

A fold is a UTC month: the models are refitted on its first day, purged, so its
candidates were scored by models that had seen none of them. Consistency is
1 - (sd between folds) / (mean precision). Months of few trades differ by luck
alone, so the sampling noise p (1 - p) / n is taken off the variance first;
"raw" leaves it in.
"""

from dataclasses import dataclass

import numpy as np

from dipmaster.foundation.numerics import Bools, Floats
from dipmaster.validation.breakdowns import Record
from dipmaster.validation.interval import t_critical
from dipmaster.validation.signals.outcomes import Labelled
from dipmaster.validation.signals.paired import taking_all

MIN_FOLDS = 8


@dataclass(frozen=True)
class Folds:
    """Folds with trades: how many, and how many of them were profitable.

    Attributes
    ----------
    names
        UTC months, e.g. 2023-07, those without a trade included.
    trades, wins
        Shape (folds,), in the order of `names`.
    """

    names: tuple[str, ...]
    trades: Floats
    wins: Floats

    @property
    def used(self) -> Bools:
        """Folds that have a precision."""
        used: Bools = self.trades > 0
        return used

    @property
    def precision(self) -> Floats:
        """Of the folds that have one."""
        precision: Floats = self.wins[self.used] / self.trades[self.used]
        return precision


def consistency(candidates: Labelled, alpha: float) -> Record:
    """Consistency of what was traded, of all candidates before it, and the folds.

    The interval is Student's on the jackknife over folds of the squared
    coefficient of variation, whose noise-free estimate may be negative, mapped
    to 1 - its root: where the folds differ no more than luck lets them, the
    value is 1 and the lower bound still says how much they may differ.
    """
    folds, before = folds_of(candidates), folds_of(taking_all(candidates))
    return {
        **_record(folds, alpha),
        "before": _record(before, alpha)["value"],
        "before_raw": _record(before, alpha)["raw"],
        "folds": [
            {"fold": name, "n": int(n), "precision": float(w / n) if n else None}
            for name, n, w in zip(folds.names, folds.trades, folds.wins, strict=True)
        ],
    }


def folds_of(candidates: Labelled) -> Folds:
    """Trades and wins by month."""
    months, fold = np.unique(candidates.month, return_inverse=True)
    traded = candidates.traded.astype(np.float64)
    trades, wins = np.zeros(months.size), np.zeros(months.size)
    np.add.at(trades, fold, traded)
    np.add.at(wins, fold, traded * candidates.won)
    names = tuple(f"{month // 12}-{month % 12 + 1:02d}" for month in months.tolist())
    return Folds(names, trades, wins)


def noise_free(trades: Floats, wins: Floats) -> float:
    """Squared coefficient of variation between folds, sampling noise taken off.

    (variance of the folds' precisions - mean of p (1 - p) / n) / (mean)^2, with p
    that of all folds together; below 0 where the folds differ less than luck would.
    """
    precision = wins / trades
    overall = wins.sum() / trades.sum()
    noise = float(np.mean(overall * (1.0 - overall) / trades))
    return float((precision.var(ddof=1) - noise) / precision.mean() ** 2)


def _record(folds: Folds, alpha: float) -> Record:
    nothing: Record = {"value": None, "raw": None, "low": None, "high": None}
    used = int(folds.used.sum())
    if used < MIN_FOLDS:
        return {**nothing, "reason": f"{used} months with trades, at least {MIN_FOLDS} are needed"}
    trades, wins = folds.trades[folds.used], folds.wins[folds.used]
    if not _every_rest_wins(wins):
        return {**nothing, "reason": "the wins lie in one month: nothing to compare"}
    squared, half = noise_free(trades, wins), _jackknife(trades, wins, alpha)
    return {
        "value": _mapped(squared),
        "raw": 1.0 - float(folds.precision.std(ddof=1) / folds.precision.mean()),
        "low": _mapped(squared + half),
        "high": _mapped(squared - half),
        "reason": "",
    }


def _every_rest_wins(wins: Floats) -> bool:
    """Whether something is won even with any one fold left out."""
    return bool(np.sum(wins > 0.0) >= 2)


def _mapped(squared: float) -> float:
    return 1.0 - float(np.sqrt(max(0.0, squared)))


def _jackknife(trades: Floats, wins: Floats, alpha: float) -> float:
    """Half-width from leaving out one fold at a time."""
    folds = trades.size
    kept = ~np.eye(folds, dtype=np.bool_)
    values = np.array([noise_free(trades[row], wins[row]) for row in kept])
    variance = (folds - 1) / folds * np.sum((values - values.mean()) ** 2)
    return float(t_critical(folds - 1, alpha) * np.sqrt(variance))
