"""Is precision the same in every fold? The roadmap's "cross-validation consistency".

A fold is a UTC month: the models are refitted on its first day, purged, so its
candidates were scored by models that had seen none of them. Consistency is
1 - (sd between folds) / (mean precision). Months of few trades differ by luck
alone, so the sampling noise p (1 - p) / n is taken off the variance first;
"raw" leaves it in.
"""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.evaluation.phases.selection.signals.outcomes import LabelledCandidates
from dipmaster.evaluation.phases.selection.signals.paired import trade_all
from dipmaster.learning.evaluation.clustered import t_critical
from dipmaster.learning.evaluation.minimum_data import count_of
from dipmaster.results.evaluation.signal_quality import Consistency, FoldPrecision

MIN_FOLDS = 8


@dataclass(frozen=True)
class MonthlyFolds:
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


@dataclass(frozen=True)
class FoldSpread:
    """Consistency of one set of folds; None with the reason where it cannot be computed.

    Attributes
    ----------
    value, raw
        Without and with what luck adds to the spread.
    """

    value: float | None = None
    raw: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


def measure_consistency(candidates: LabelledCandidates, alpha: float) -> Consistency:
    """Consistency of what was traded, of all candidates before it, and the folds.

    The interval: the variance between folds, luck included and at least as large
    as luck alone makes it, with Student's bounds on its logarithm (the jackknife
    over folds, at least as wide as for normal values); then luck is taken off. So
    where the folds differ no more than luck lets them the value is 1, and the
    lower bound still says how much they may differ.
    """
    folds = count_folds(candidates)
    after, before = (
        _measure_spread(one, alpha) for one in (folds, count_folds(trade_all(candidates)))
    )
    return Consistency(
        value=after.value,
        raw=after.raw,
        low=after.low,
        high=after.high,
        reason=after.reason,
        before=before.value,
        before_raw=before.raw,
        folds=tuple(
            FoldPrecision(fold=name, n=int(n), precision=float(w / n) if n else None)
            for name, n, w in zip(folds.names, folds.trades, folds.wins, strict=True)
        ),
    )


def count_folds(candidates: LabelledCandidates) -> MonthlyFolds:
    """Trades and wins by month."""
    months, fold = np.unique(candidates.month, return_inverse=True)
    traded = candidates.traded.astype(np.float64)
    trades, wins = np.zeros(months.size), np.zeros(months.size)
    np.add.at(trades, fold, traded)
    np.add.at(wins, fold, traded * candidates.won)
    names = tuple(f"{month // 12}-{month % 12 + 1:02d}" for month in months.tolist())
    return MonthlyFolds(names, trades, wins)


def measure_spread(trades: Floats, wins: Floats) -> tuple[float, float]:
    """Variance of the folds' precisions, and what luck adds to it; both over the squared mean.

    Luck is the mean of p (1 - p) / n, with p that of all folds together.
    """
    precision = wins / trades
    overall = wins.sum() / trades.sum()
    luck = float(np.mean(overall * (1.0 - overall) / trades))
    squared = float(precision.mean() ** 2)
    return float(precision.var(ddof=1)) / squared, luck / squared


def _measure_spread(folds: MonthlyFolds, alpha: float) -> FoldSpread:
    used = int(folds.used.sum())
    if used < MIN_FOLDS:
        return FoldSpread(
            reason=f"{count_of(used, 'months')} with trades, at least {MIN_FOLDS} are needed"
        )
    trades, wins = folds.trades[folds.used], folds.wins[folds.used]
    if not _every_rest_wins(wins):
        return FoldSpread(reason="the wins lie in one month: nothing to compare")
    spread, luck = measure_spread(trades, wins)
    return FoldSpread(_without(luck, spread), _without(0.0, spread), *_bounds(trades, wins, alpha))


def _every_rest_wins(wins: Floats) -> bool:
    """Whether something is won even with any one fold left out."""
    return bool(np.sum(wins > 0.0) >= 2)


def _without(luck: float, spread: float) -> float:
    return 1.0 - float(np.sqrt(max(0.0, spread - luck)))


def _bounds(trades: Floats, wins: Floats, alpha: float) -> tuple[float, float]:
    folds = trades.size
    luck = _luck_of_bounds(trades, wins)
    others = ~np.eye(folds, dtype=np.bool_)
    logs = np.log([_at_least_luck(trades[row], wins[row]) for row in others])
    jackknife = (folds - 1) / folds * np.sum((logs - logs.mean()) ** 2)
    half = t_critical(folds - 1, alpha) * np.sqrt(max(jackknife, 2.0 / (folds - 1)))
    spread = _at_least_luck(trades, wins)
    return _without(luck, spread * np.exp(half)), _without(luck, spread * np.exp(-half))


def _at_least_luck(trades: Floats, wins: Floats) -> float:
    return max(measure_spread(trades, wins)[0], _luck_of_bounds(trades, wins))


def _luck_of_bounds(trades: Floats, wins: Floats) -> float:
    """What luck adds, with a win and a loss more: without a loser there would be none."""
    overall = (wins.sum() + 1.0) / (trades.sum() + 2.0)
    mean = np.mean(wins / trades)
    return float(np.mean(overall * (1.0 - overall) / trades) / mean**2)
