"""Every statistic of the package, and rows to compute them on."""

from collections.abc import Callable

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.learning.evaluation.calibration_line import calibration_line_statistics
from dipmaster.learning.evaluation.losses import (
    brier_skill_statistic,
    brier_statistic,
    log_loss_statistic,
    mean_statistic,
)
from dipmaster.learning.evaluation.ranks import auc_statistic, rank_correlation_statistic
from dipmaster.learning.evaluation.reliability import ece_statistic
from dipmaster.learning.evaluation.statistic import Statistic

STATISTICS: dict[str, Callable[[Floats, Floats, Floats], Statistic]] = {
    "auc": lambda p, won, net: auc_statistic(p, won),
    "brier": lambda p, won, net: brier_statistic(p, won),
    "brier_skill": lambda p, won, net: brier_skill_statistic(p, won),
    "log_loss": lambda p, won, net: log_loss_statistic(p, won),
    "ece": lambda p, won, net: ece_statistic(p, won, 5),
    "slope": lambda p, won, net: calibration_line_statistics(p, won)[1],
    "intercept": lambda p, won, net: calibration_line_statistics(p, won)[0],
    "return_rank_correlation": lambda p, won, net: rank_correlation_statistic(p, net),
    "mean_net": lambda p, won, net: mean_statistic(net),
}


def evaluate(statistic: Statistic, counts: Floats) -> Floats:
    """The figure of each resample."""
    return statistic.pick(statistic.compute(counts))


def made_outcomes(rows: int, seed: int = 1, step: float = 0.0) -> tuple[Floats, Floats, Floats]:
    """p, won and net return; p on a grid of `step` where that is above 0, so that it ties."""
    rng = np.random.default_rng(seed)
    p = np.clip(rng.beta(4.0, 4.0, rows), 0.02, 0.98)
    won = (rng.random(rows) < p**1.3).astype(np.float64)
    if step:
        p = np.round(p / step) * step
    return p, won, np.where(won > 0.0, 0.006, -0.017) + 0.004 * rng.standard_normal(rows)
