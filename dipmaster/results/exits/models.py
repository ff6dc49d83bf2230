"""The three exit models out of sample, each against its own outcome."""

from dataclasses import dataclass

from dipmaster.results.common import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierHead:
    """An exit model that gives a probability; `base_rate` is None without rows.

    Rows of the profit model count by the money at stake.
    """

    base_rate: float | None
    auc: Interval
    brier: Interval
    brier_skill: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingHead:
    """The exit model that gives the bars to the best exit.

    Attributes
    ----------
    mean_bars
        Of the outcomes; None without rows.
    mae_bars, naive_mae_bars
        Mean absolute error, its own and that of the mean of its training rows.
    """

    mean_bars: float | None
    rank_correlation: Interval
    mae_bars: Interval
    naive_mae_bars: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitHeads:
    """The three exit models."""

    profit: ClassifierHead
    risk: ClassifierHead
    timing: TimingHead
