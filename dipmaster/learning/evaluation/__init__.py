"""Predictions and outcomes to figures: how good, and how sure we are of it.

Every figure is a `Statistic`: a function of how often each row is counted, on data
sorted once, so that a thousand resamples cost little. `block_interval` resamples
calendar blocks. A figure that cannot be computed is None, with the reason.
"""

from dipmaster.learning.evaluation.intervals import Interval, block_interval
from dipmaster.learning.evaluation.line import (
    Line,
    calibration_line,
    intercept_statistic,
    slope_statistic,
)
from dipmaster.learning.evaluation.ranks import (
    auc,
    auc_statistic,
    rank_correlation,
    rank_correlation_statistic,
)
from dipmaster.learning.evaluation.reliability import (
    Bin,
    ece_debiased,
    ece_statistic,
    rate_bounds,
    reliability,
    reliability_table,
)
from dipmaster.learning.evaluation.scores import (
    brier,
    brier_skill,
    brier_skill_statistic,
    brier_statistic,
    log_loss,
    log_loss_statistic,
    mean_statistic,
)
from dipmaster.learning.evaluation.statistic import Statistic

__all__ = [
    "Bin",
    "Interval",
    "Line",
    "Statistic",
    "auc",
    "auc_statistic",
    "block_interval",
    "brier",
    "brier_skill",
    "brier_skill_statistic",
    "brier_statistic",
    "calibration_line",
    "ece_debiased",
    "ece_statistic",
    "intercept_statistic",
    "log_loss",
    "log_loss_statistic",
    "mean_statistic",
    "rank_correlation",
    "rank_correlation_statistic",
    "rate_bounds",
    "reliability",
    "reliability_table",
    "slope_statistic",
]
